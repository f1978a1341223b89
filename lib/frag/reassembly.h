/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reassembly of IPv6 fragments: RFC 8200 section 4.5, RFC 5722, RFC 6946, RFC 7112, RFC 3168 section 5.3.
 *
 * A fragment's bytes are copied into its datagram's buffer, and its mbuf is given back at once, so that what is held costs
 * neither packet buffers nor chains of segments; a bitmap of 8-byte units says which bytes have come, so overlap is
 * exact. The whole packet is contiguous. One worker owns a table; all memory is taken at the start.
 */
#ifndef MAPEDGE_FRAG_REASSEMBLY_H
#define MAPEDGE_FRAG_REASSEMBLY_H

#include "base/hash.h"
#include "frag/table.h"
#include "pkt/worker.h"

#define REASSEMBLY_MAX_LEN 2000     /* largest path_mru, bytes of IPv6 packet: one packet buffer */
#define REASSEMBLY_TIMEOUT_MS 60000 /* RFC 8200 section 4.5 */
#define REASSEMBLY_MIN_INNER 28     /* a first fragment must reach that far into the IPv4 packet: header and 8 bytes */

struct reassembly_config {
	uint32_t datagrams; /* at once, >= 8 */
	uint16_t path_mru;  /* longest whole IPv6 packet, 1280..REASSEMBLY_MAX_LEN */
};

struct reassembly;

/* Bytes of memory for a table, a multiple of 64. */
size_t reassembly_size(const struct reassembly_config *config);

/* Makes a table in `memory` (64-byte aligned, reassembly_size() bytes). `key` is secret, so nobody can choose collisions. */
struct reassembly *reassembly_init(void *memory, const struct reassembly_config *config, const struct hash_key *key);

/* What the sender is to be told about a refused fragment. */
struct reassembly_refusal {
	enum drop_reason reason;
	uint8_t icmp_type; /* 0: nothing */
	uint8_t icmp_code;
	uint32_t icmp_value; /* pointer */
};

enum reassembly_result {
	REASSEMBLY_WHOLE,   /* p->mbuf holds the whole packet; go on behind p->ip */
	REASSEMBLY_HELD,    /* its bytes are taken, its buffer has been released */
	REASSEMBLY_REFUSED, /* nothing has been done with it: drop it for refusal->reason */
};

/*
 * `p`: a fragment to us. p->ip is at its fragment header, of which all 8 bytes are known to be there; p->outer_len counts
 * the bytes from there on. In the whole packet p->ip is behind the unfragmentable part, p->outer_len counts from there,
 * *next_header says what is there, the IPv6 payload length and the next header field in front of it are right, and
 * p->outer_class has the merged ECN (also in the packet).
 *
 * A whole packet is built in the buffer of the fragment that came last, behind its Ethernet header; that moves into the
 * headroom when there is too little room behind it, and a buffer too small even so is frag6_too_big. The other fragments
 * count as `merged`, the packet as the event reassembled; an atomic fragment as neither. Fragments that are held and cannot
 * become part of a whole are counted here, under the reason for which the fragment at hand is refused.
 */
enum reassembly_result reassemble(struct worker *w, struct packet *p, struct reassembly *r, uint8_t *next_header,
    struct reassembly_refusal *refusal);

/*
 * Time-outs at w->now_ms. False when there is none (more); else one datagram has been forgotten, its fragments have been
 * counted as frag6_timeout, and when its first fragment had come, *len > 0 bytes of the IPv6 packet that this fragment was
 * (fragment header included) are in `first`, for an ICMPv6 error; *len is 0 else, and after an overlap (RFC 5722: silent).
 * `first` has room for REASSEMBLY_MAX_LEN bytes.
 */
bool reassembly_expire(struct worker *w, struct reassembly *r, uint8_t *first, uint16_t *len);

/* Fragments whose bytes are held; datagrams begun. */
uint32_t reassembly_held(const struct reassembly *r);
uint32_t reassembly_datagrams(const struct reassembly *r);

#endif
