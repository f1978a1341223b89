/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does somebody behind a softwire answer? Now and then an echo goes to a target that does as long as the way there is good.
 * Who sends it, and knows an answer when it comes, is not said here.
 */
#ifndef MAPEDGE_STATS_PROBE_H
#define MAPEDGE_STATS_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#define PROBE_ECHOES 8u /* the last ones; an answer to one before them comes too late */

enum probe_state {
	PROBE_UNKNOWN, /* not long enough to tell */
	PROBE_UP,
	PROBE_DOWN, /* so many echoes in a row have no answer */
};

struct probe {
	uint32_t misses; /* echoes in a row without an answer that make it down */
	enum probe_state state;
	uint64_t sent;
	uint64_t answered;
	uint32_t missed;        /* in a row */
	uint64_t missed_us;     /* when the first of these was sent, if there are any */
	uint64_t answered_us;   /* when the last answer came, if there was one */
	uint64_t round_trip_us; /* of that one */
	struct {
		uint64_t us;
		bool waits; /* for its answer */
	} echo[PROBE_ECHOES];
};

/* Nothing is known from now on. */
void probe_begin(struct probe *probe, uint32_t misses);

/*
 * An echo goes out. The one before it has had its time: without an answer it is missed, and down it is after so many of these.
 * Returns the number that the echo is to have. `now_us` of any clock that does not go back.
 */
uint16_t probe_send(struct probe *probe, uint64_t now_us);

/* An answer has come. False: to nothing that waits for one, and nothing has changed. */
bool probe_answer(struct probe *probe, uint16_t number, uint64_t now_us);

/* "unknown", "up", "down". */
const char *probe_state_word(enum probe_state state);

#endif
