/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments for tests, and a worker that has nothing but counters, outlets and a stock. What a fragment carries says which
 * datagram and which place in it the bytes belong to, so that whoever puts it together sees whether it is right.
 */
#ifndef MAPEDGE_TESTS_FRAGMENTS_H
#define MAPEDGE_TESTS_FRAGMENTS_H

#include "frames.h"
#include "pkt/worker.h"

/* Byte `place` of datagram `id`. */
static inline uint8_t
fragment_byte(uint32_t id, uint32_t place)
{
	return (uint8_t)(place * 7 + place / 251 + id * 13 + (id >> 16));
}

struct fragment4 {
	uint32_t src, dst; /* host order */
	uint16_t id;
	uint8_t protocol;
	uint8_t option_words; /* of NOPs */
	uint32_t start;       /* bytes, a multiple of 8 */
	bool more;
	uint16_t len; /* of the payload */
};

struct fragment6 {
	u128 src, dst; /* host order */
	uint32_t id;
	uint32_t start; /* bytes, a multiple of 8 */
	bool more;
	uint8_t traffic_class;
	uint8_t next_header;  /* of the fragmentable part */
	uint8_t options;      /* Hop-by-Hop headers of 8 bytes in front of the fragment header */
	const uint8_t *bytes; /* of the fragment, or NULL: fragment_byte() */
	uint16_t len;
};

/* Ethernet frames. */
void fragment4_frame(struct frame *frame, const struct fragment4 *fragment);
void fragment6_frame(struct frame *frame, const struct fragment6 *fragment);

/* A buffer with so many bytes in front of the frame and behind it. */
struct rte_mbuf *fragment_buffer(const struct frame *frame, size_t headroom, size_t tailroom);

/* struct packet as it is at fragment_in(), at reassemble(). Aborts when the headers are wrong. */
void fragment4_packet(struct rte_mbuf *mbuf, struct packet *p);
void fragment6_packet(struct worker *w, struct rte_mbuf *mbuf, struct packet *p);

/* A worker with `stock` empty buffers of 2 kB. */
struct worker *fragment_worker_new(uint16_t stock);
void fragment_worker_free(struct worker *w);

/* Frees what is in the drop outlet, and says how many those were. */
uint16_t fragment_empty(struct worker *w);

/* All reasons together. */
uint64_t fragment_drops(const struct worker *w);

/* The reason that rose by one between the two, DROP_COUNT when none did. Aborts when more happened. */
enum drop_reason fragment_reason(const struct counters *before, const struct counters *after);

#endif
