/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragmentation: IPv4 packets before encapsulation (RFC 791), IPv6 packets after it (RFC 8200 section 4.5). */
#ifndef MAPEDGE_FRAG_SPLIT_H
#define MAPEDGE_FRAG_SPLIT_H

#include "pkt/worker.h"

#define SPLIT_MAX 8 /* pieces: a packet buffer's 2048 bytes in pieces of 576 - 60 bytes, and room to spare */

/*
 * Cuts the IPv4 packet at p->ip into pieces of at most `mtu` bytes. DF must be clear and p->len greater than mtu; p may
 * be a fragment itself. pieces[0] is p with its mbuf; the others are copies of struct packet with mbufs from the stock, ip, l4
 * and len set (l4 behind the header, though nothing but pieces[0] may have a transport header there), and room for an outer
 * header in front. Options go into the later pieces as RFC 791 section 3.1 says (copied flag). Checksums are right.
 * Returns the number of pieces, and counts the event fragmented; 0 when the stock has too few buffers (or SPLIT_MAX pieces
 * are too few): then nothing has changed.
 */
unsigned int split_ipv4(struct worker *w, const struct packet *p, uint16_t mtu, struct packet pieces[SPLIT_MAX]);

/*
 * Cuts the encapsulated packet p (outer header in front of p->ip, no extension headers) into IPv6 fragments of at most `mtu`
 * bytes, mtu >= 1280. Piece i is mbufs[i] with its IPv6 header at starts[i], lens[i] bytes long; mbufs[0] is p->mbuf. The
 * pieces' outer headers are equal but for payload length and next header. Never makes an atomic fragment: p must be too big.
 * Returns the number of pieces, and counts the event fragmented; 0 when the stock has too few buffers (or SPLIT_MAX pieces
 * are too few) or p has too little headroom: then nothing has changed.
 */
struct split6 {
	struct rte_mbuf *mbuf;
	uint8_t *start; /* IPv6 header */
	uint16_t len;   /* bytes from there */
};
unsigned int
split_ipv6(struct worker *w, const struct packet *p, uint16_t mtu, uint32_t id, struct split6 pieces[SPLIT_MAX]);

#endif
