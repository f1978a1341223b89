/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Questions of control about what a worker alone may touch. Control puts one on the worker's desk and waits; the worker
 * answers between two bursts, within a turn. Nothing is locked, and a worker that is not asked loads one flag a turn.
 */
#ifndef MAPEDGE_APP_INQUIRY_H
#define MAPEDGE_APP_INQUIRY_H

#include "nat/listing.h"

/* One for each worker. */
struct inquiry_desk {
	bool is_open;               /* set by control, taken back by the worker with its answer */
	struct nat_listing listing; /* control's while nothing is open, else the worker's */
};

/* Worker: answers what is open. True when something was. */
bool inquiry_answer(struct inquiry_desk *desk, struct worker *w);

/*
 * Control: asks and waits for the answer, which takes microseconds and, of a worker that sleeps, its sleep. False when the
 * worker does not answer; it may do so later, and is not asked again before.
 */
bool inquiry_ask(struct inquiry_desk *desk, struct nat_listing *listing);

#endif
