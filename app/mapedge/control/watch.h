/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks every few seconds at what the softwire of a CE carries, and says in the log when its other end falls silent, or is
 * heard again.
 */
#ifndef MAPEDGE_APP_WATCH_H
#define MAPEDGE_APP_WATCH_H

#include <event2/event.h>

#include "engine/engine.h"
#include "stats/pulse.h"

struct watch;

/* Looks from now on; watch_free() in any case. 0, or -ENOMEM with the reason. */
int watch_new(struct event_base *base, const struct engine *engine, struct watch **watch, struct error *err);

/* This snapshot is in use: if its softwire has other ends than the one before, what was seen of that says nothing. */
void watch_follow(struct watch *watch, const struct snapshot *snapshot, const char *name);

/* What was seen; NULL where there is no softwire. */
const struct pulse *watch_pulse(const struct watch *watch);

/* NULL is allowed. */
void watch_free(struct watch *watch);

#endif
