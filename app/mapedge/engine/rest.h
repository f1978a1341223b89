/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a worker rests that has nothing to do. By the clock: it sleeps a little and looks again. Where all its ports have a file that
 * says when packets come, it waits for those, and for its bell, which whoever gives it work through a ring has to ring. ADR 0023.
 */
#ifndef MAPEDGE_APP_REST_H
#define MAPEDGE_APP_REST_H

#include <poll.h>
#include <rte_atomic.h>
#include <sys/eventfd.h>

#include "pkt/worker.h"
#include "port.h"

#define REST_FILES (1 + STATS_MAX_INTERFACES)

/* Of one worker. All zero: by the clock. */
struct rest {
	bool sleeps;        /* atomic: somebody who gives it work must ring */
	unsigned int count; /* of files, the bell is the first; 0: by the clock */
	struct pollfd file[REST_FILES];
	unsigned int clock_us; /* the next sleep */
} __attribute__((aligned(64)));

/* Files to wait for instead of the clock; rest_close() in any case. 0, or a negative errno: by the clock then. */
int rest_wait_for(struct rest *rest, const int *files, unsigned int count);
void rest_close(struct rest *rest);

/* The worker has work again: the next sleep is a short one. */
void rest_begin(struct rest *rest);

/*
 * Sleeps. `has_work` is asked once more after others can see that the bell must be rung: what they have given before that
 * did not ring it.
 */
void rest_sleep(struct rest *rest, bool (*has_work)(const void *context), const void *context);

/* Whoever has put something into a ring of the worker's: any thread. */
static inline void
rest_ring(struct rest *rest)
{
	if (rest->count == 0)
		return;
	rte_smp_mb(); /* first the ring, then the question; the worker does it the other way round */
	if (unlikely(__atomic_load_n(&rest->sleeps, __ATOMIC_RELAXED)) &&
	    __atomic_exchange_n(&rest->sleeps, false, __ATOMIC_RELAXED))
		(void)eventfd_write(rest->file[0].fd, 1);
}

#endif
