/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A box without a battery begins in 1970, and no certificate is good then. A clock that shows a moment before the program was built is
 * surely wrong: then time servers are asked, until it is right. When to ask, and what an answer means; who asks is the caller's.
 *
 *	GOOD <- WAITING (for somebody to ask) -> ASKING -- a time that can be --> GOOD
 *	                                           ^---- RETRY <---- all else ------'
 */
#ifndef MAPEDGE_PROVISION_RIGHT_TIME_H
#define MAPEDGE_PROVISION_RIGHT_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define RIGHT_TIME_LIMIT_MS 40000      /* an answer takes no longer */
#define RIGHT_TIME_FIRST_WAIT_MS 10000 /* after a failure, then twice as long each time */
#define RIGHT_TIME_LONGEST_WAIT_MS 300000
#define RIGHT_TIME_LOOK_MS 1000 /* somebody else may have set the clock */

enum right_time_state { RIGHT_TIME_GOOD, RIGHT_TIME_WAITING, RIGHT_TIME_ASKING, RIGHT_TIME_RETRY };

struct right_time {
	enum right_time_state state;
	uint64_t built_ms; /* since 1970 */
	uint64_t next_ms;  /* of the caller's clock: when to ask, or to stop waiting for an answer; UINT64_MAX: never */
	uint64_t wait_ms;
	bool is_set;        /* by what a server has said */
	int64_t stepped_ms; /* and by how much */
	char reason[200];   /* a line of printable ASCII */
};

/* "good", "waiting", "asking", "retry" */
const char *right_time_word(enum right_time_state state);

/* At the beginning. */
void right_time_init(struct right_time *time, uint64_t wall_ms, uint64_t built_ms);

/*
 * Time has passed, or there are other servers; `can_ask`: there are some, and a way to them. True: they are to be asked now, and
 * one of the functions below says what has come of it. Call it at next_ms, and every RIGHT_TIME_LOOK_MS while the state is not GOOD.
 */
bool right_time_tick(struct right_time *time, uint64_t now_ms, uint64_t wall_ms, bool can_ask);

/*
 * What chronyd -Q has said (chronyd(8): it measures and sets nothing). True: the clock is to be moved by *step_ms, and right_time_set() says
 * whether it could be. A time before the program was built, or so late that no router is still in use, is nobody's.
 */
bool right_time_answer(struct right_time *time, uint64_t now_ms, uint64_t wall_ms, const char *text, int64_t *step_ms);
void right_time_set(struct right_time *time, uint64_t now_ms, int64_t step_ms, int error);

/* Nobody could be asked, or nobody has answered. */
void right_time_failed(struct right_time *time, uint64_t now_ms, const char *why);

#endif
