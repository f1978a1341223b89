/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sends the probe's echoes through a CE's softwire, from its device: so they pass the NAPT like a host's, and what comes back
 * has found the port set's identifier.
 */
#ifndef MAPEDGE_APP_PROBER_H
#define MAPEDGE_APP_PROBER_H

#include <event2/event.h>

#include "conf/conf.h"
#include "path/snapshot.h"
#include "stats/probe.h"

struct prober;

/* prober_free() in any case. 0, or -ENOMEM with the reason. */
int prober_new(struct event_base *base, struct prober **prober, struct error *err);

/*
 * This configuration and this snapshot are in use. Another target, or `is_new`, another softwire than before: then nothing is
 * known of it.
 */
void prober_follow(struct prober *prober, const struct conf *conf, const struct snapshot *snapshot, bool is_new);

/* Takes what answers have come, at once and not in its turn. */
void prober_read(struct prober *prober);

/* Sends an echo when it is time; to be called each second. */
void prober_tick(struct prober *prober);

/* What is known; NULL where nothing is sent. */
const struct probe *prober_probe(const struct prober *prober);

/* NULL is allowed. */
void prober_free(struct prober *prober);

#endif
