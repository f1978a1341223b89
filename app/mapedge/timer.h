/* SPDX-License-Identifier: BSD-3-Clause */
/* What libevent's own calls lack. */
#ifndef MAPEDGE_APP_TIMER_H
#define MAPEDGE_APP_TIMER_H

#include <event2/event.h>
#include <stdint.h>

/* Runs once, `ms` milliseconds from now; a timer that runs already begins anew. */
static inline void
timer_start(struct event *timer, uint64_t ms)
{
	const struct timeval in = { .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	(void)event_add(timer, &in);
}

/* Like free(), it allows NULL. */
static inline void
event_end(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

#endif
