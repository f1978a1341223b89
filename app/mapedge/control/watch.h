/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks every few seconds at what the softwire of a CE carries, has its probe sent where there is one, and says in the log when
 * its other end falls silent, or is heard again, and when its ports are nearly used up.
 */
#ifndef MAPEDGE_APP_WATCH_H
#define MAPEDGE_APP_WATCH_H

#include <event2/event.h>

#include "conf/conf.h"
#include "engine/engine.h"
#include "stats/alarm.h"
#include "stats/liveness.h"

struct watch;

/* Looks from now on; watch_free() in any case. 0, or -ENOMEM with the reason. */
int watch_new(struct event_base *base, const struct engine *engine, struct watch **watch, struct error *err);

/*
 * This configuration and this snapshot are in use: if its softwire has other ends than the one before, what was seen of that says
 * nothing. NULL is allowed.
 */
void watch_follow(struct watch *watch, const struct conf *conf, const struct snapshot *snapshot);

/* What was seen; without a pulse where there is no softwire. NULL is allowed. */
struct liveness watch_liveness(const struct watch *watch);

/* Of TCP, UDP and ICMP; NULL where nobody looks. */
const struct alarm *watch_port_alarm(const struct watch *watch);

/* NULL is allowed. */
void watch_free(struct watch *watch);

#endif
