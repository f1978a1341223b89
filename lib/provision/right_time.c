/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/right_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"

#define LIFE_MS (UINT64_C(50) * 365 * 86400 * 1000) /* nobody runs this after so many years */
#define FOUND "System clock wrong by "

const char *
right_time_word(enum right_time_state state)
{
	static const char *const words[] = {
		[RIGHT_TIME_GOOD] = "good",
		[RIGHT_TIME_WAITING] = "waiting",
		[RIGHT_TIME_ASKING] = "asking",
		[RIGHT_TIME_RETRY] = "retry",
	};

	return words[state];
}

static void
go(struct right_time *time, enum right_time_state state, uint64_t next_ms)
{
	time->state = state;
	time->next_ms = next_ms;
}

void
right_time_init(struct right_time *time, uint64_t wall_ms, uint64_t built_ms)
{
	char text[TIMESTAMP_TEXT_SIZE];

	*time = (struct right_time){ .built_ms = built_ms };
	if (wall_ms >= built_ms) {
		go(time, RIGHT_TIME_GOOD, UINT64_MAX);
		snprintf(time->reason, sizeof(time->reason), "the clock shows a moment that can be");
		return;
	}
	go(time, RIGHT_TIME_WAITING, UINT64_MAX);
	snprintf(time->reason, sizeof(time->reason),
	    "the clock says %s, and mapedge was built later; no time server is known yet",
	    timestamp_format(wall_ms, text));
}

bool
right_time_tick(struct right_time *time, uint64_t now_ms, uint64_t wall_ms, bool can_ask)
{
	if (time->state == RIGHT_TIME_GOOD)
		return false;
	if (wall_ms >= time->built_ms) {
		go(time, RIGHT_TIME_GOOD, UINT64_MAX);
		snprintf(time->reason, sizeof(time->reason), "somebody else has set the clock");
		return false;
	}
	if (time->state == RIGHT_TIME_ASKING) {
		if (now_ms >= time->next_ms)
			right_time_failed(time, now_ms, "no answer in time");
		return false;
	}
	if (!can_ask || (time->state == RIGHT_TIME_RETRY && now_ms < time->next_ms))
		return false;
	go(time, RIGHT_TIME_ASKING, now_ms + RIGHT_TIME_LIMIT_MS);
	snprintf(time->reason, sizeof(time->reason), "time servers are being asked");
	return true;
}

void
right_time_failed(struct right_time *time, uint64_t now_ms, const char *why)
{
	time->wait_ms = time->wait_ms == 0 ? RIGHT_TIME_FIRST_WAIT_MS : 2 * time->wait_ms;
	if (time->wait_ms > RIGHT_TIME_LONGEST_WAIT_MS)
		time->wait_ms = RIGHT_TIME_LONGEST_WAIT_MS;
	go(time, RIGHT_TIME_RETRY, now_ms + time->wait_ms);
	snprintf(time->reason, sizeof(time->reason), "%s", why);
}

/* "System clock wrong by -12.345678 seconds": what has to be added to it. */
static bool
read_offset(const char *text, double *seconds)
{
	const char *found = strstr(text, FOUND);
	char *end;

	if (found == NULL)
		return false;
	*seconds = strtod(found + strlen(FOUND), &end);
	/* Beyond that it is no time, and no number of milliseconds. */
	return strncmp(end, " seconds", 8) == 0 && *seconds > -1e11 && *seconds < 1e11;
}

bool
right_time_answer(struct right_time *time, uint64_t now_ms, uint64_t wall_ms, const char *text, int64_t *step_ms)
{
	char said[TIMESTAMP_TEXT_SIZE], why[120];
	double seconds;
	int64_t then;

	if (time->state != RIGHT_TIME_ASKING)
		return false;
	if (!read_offset(text, &seconds)) {
		right_time_failed(time, now_ms, "no time server has answered");
		return false;
	}
	*step_ms = (int64_t)(seconds * 1000);
	then = (int64_t)wall_ms + *step_ms;
	if (then >= (int64_t)time->built_ms && then < (int64_t)(time->built_ms + LIFE_MS))
		return true;
	snprintf(why, sizeof(why), "the time servers say %s, which cannot be",
	    then < 0 ? "a time before 1970" : timestamp_format((uint64_t)then, said));
	right_time_failed(time, now_ms, why);
	return false;
}

void
right_time_set(struct right_time *time, uint64_t now_ms, int64_t step_ms, int error)
{
	char why[160];

	if (error != 0) {
		snprintf(why, sizeof(why), "the clock cannot be set: %s (mapedge needs CAP_SYS_TIME)", strerror(error));
		right_time_failed(time, now_ms, why);
		return;
	}
	go(time, RIGHT_TIME_GOOD, UINT64_MAX);
	time->is_set = true;
	time->stepped_ms = step_ms;
	snprintf(time->reason, sizeof(time->reason), "the clock was set forward by %lld s",
	    (long long)(step_ms / 1000));
}
