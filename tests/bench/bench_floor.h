/* SPDX-License-Identifier: BSD-3-Clause */
/* The floor: what any program of this kind must do to a packet. */
#ifndef MAPEDGE_TESTS_BENCH_FLOOR_H
#define MAPEDGE_TESTS_BENCH_FLOOR_H

#include "engine/engine.h"

/*
 * Memory that looks like an index and what it leads to, for so many flows: a bucket for four of them, one line, which says where the
 * flow's own line is. Whatever is looked up in a table that is larger than the caches has these two to fetch, the second after the first.
 */
struct bench_lookup {
	uint32_t flows;
	bool counts; /* what belongs to a flow lies in two places, half a line in each */
	uint32_t next;
	uint32_t (*bucket)[16];
	uint64_t (*line)[8];
};

/* 0, or -ENOMEM. */
int bench_lookup_make(struct bench_lookup *lookup, uint32_t flows, bool counts);
void bench_lookup_free(struct bench_lookup *lookup);

/*
 * Receives, touches, moves 40 bytes of header, and sends, in one queue of each port; the number of packets. With `lookup` each packet
 * touches the lines of a flow, too, which are fetched a burst ahead.
 */
unsigned int bench_floor_turn(const struct engine *engine, uint16_t queue, unsigned int from, unsigned int to,
    bool wrap, struct bench_lookup *lookup);

#endif
