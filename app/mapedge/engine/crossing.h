/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where packets cross between the workers and control, on their way to Linux and back: rings, and an eventfd that wakes
 * control. A buffer belongs to who has put it in until it is in, and to who takes it out from then on.
 */
#ifndef MAPEDGE_APP_CROSSING_H
#define MAPEDGE_APP_CROSSING_H

#include <rte_ring.h>

#include "base/error.h"
#include "pkt/pending.h"

/* Without host interfaces all zero. */
struct crossing {
	struct rte_ring *to_host;   /* frames from all workers; `port` is the interface */
	struct rte_ring *from_host; /* frames for worker 0 to send; `port` is the interface */
	struct rte_ring *questions; /* struct question from all workers */
	int wake;                   /* an eventfd: something is in to_host or questions */
};

/* 0, or a negative errno with the reason; crossing_free() in both cases. */
int crossing_init(struct crossing *crossing, struct error *err);
void crossing_free(struct crossing *crossing);

/* Frames that are in it. */
uint64_t crossing_held(const struct crossing *crossing);

/*
 * A worker's outlet to Linux and its questions go in. Returns how many of the outlet's frames fit; the others are the
 * caller's to drop. Questions that do not fit are forgotten: they will be asked again.
 */
unsigned int crossing_enter(struct crossing *crossing, struct worker *w);
void crossing_wake(const struct crossing *crossing);

#endif
