/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Expiry: a wheel of one-second slots. A packet only notes the time in its session; when a session's slot comes up and
 * it turns out to have been active since, it moves on to a later slot. So traffic costs nothing here, and a session
 * ends within a second of its timeout, never before.
 */
#ifndef MAPEDGE_NAT_WHEEL_H
#define MAPEDGE_NAT_WHEEL_H

#include "nat/session.h"

#define WHEEL_SLOTS 8192 /* a longer timeout goes round more than once */

struct wheel {
	uint32_t now;               /* the slot that was worked on last */
	uint32_t slot[WHEEL_SLOTS]; /* first session of each slot, SESSION_NONE when empty */
};

void wheel_init(struct wheel *wheel, uint32_t now);

/* Puts a session, which is in no slot, where it comes up at the given second (which lies in the future). */
void wheel_add(struct wheel *wheel, struct session *sessions, uint32_t id, uint32_t when);

void wheel_remove(struct wheel *wheel, struct session *sessions, uint32_t id);

#endif
