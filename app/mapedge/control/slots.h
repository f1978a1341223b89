/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which counters are whose. A softwire or domain keeps its own for as long as it is configured under its name, wherever in
 * the configuration it stands; one that is new gets counters that no worker uses any more and counts from what they show.
 */
#ifndef MAPEDGE_APP_SLOTS_H
#define MAPEDGE_APP_SLOTS_H

#include "api/report.h"
#include "conf/conf.h"
#include "path/snapshot.h"

struct slot {
	char name[CONF_NAME_SIZE];
	uint64_t generation; /* of the last snapshot that counts here; 0: none yet */
	uint64_t since_ms;   /* milliseconds since 1970 */
	struct softwire_counters before;
};

struct slots {
	struct slot slot[STATS_SOFTWIRE_SLOTS];
};

/*
 * Gives every softwire of a snapshot that is not published yet its counters. `oldest` is the generation of the oldest
 * snapshot that a worker may still see: that of the one in use, or less; `total` the sum of all workers' counters. 0, or
 * -EBUSY when there are no free ones: too many have gone in the last moments.
 */
int slots_assign(struct slots *slots, const struct conf *conf, struct snapshot *snapshot, uint64_t oldest,
    uint64_t now_ms, const struct counters *total);

/* The clock was moved by so much: since when something counts is as long ago as before. */
void slots_step(struct slots *slots, int64_t step_ms);

/* The softwires of the snapshot in use, as the report wants them. */
void slots_report(const struct slots *slots, const struct snapshot *snapshot, struct report *report);

#endif
