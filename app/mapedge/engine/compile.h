/* SPDX-License-Identifier: BSD-3-Clause */
/* From the configuration as written to the snapshot that the workers read. */
#ifndef MAPEDGE_APP_COMPILE_H
#define MAPEDGE_APP_COMPILE_H

#include "engine/link.h"

/*
 * Builds a snapshot. `macs` are the addresses of the two ports, used where the configuration gives none. `before` is the
 * snapshot in use, or NULL: generation counts on from it, and NAT sessions live on unless address or ports change. NULL
 * with the reason in err. Free with snapshot_free() when no worker can see it any more.
 */
struct snapshot *snapshot_compile(const struct conf *conf, const struct mac macs[INTERFACE_COUNT],
    const struct snapshot *before, struct error *err);

/*
 * What Linux has news about changes a snapshot's interfaces and leaves all else, such as a million bindings, alone: this one
 * is a copy of the next generation that shares the rules, and has no interfaces yet. NULL with the reason.
 */
struct snapshot *snapshot_follow(const struct snapshot *before, struct error *err);

/*
 * Makes the interfaces, and what hangs on their addresses, of a snapshot that no worker has seen, anew: as
 * link_interfaces(). 0, or a negative errno with the reason; then it has none.
 */
int snapshot_link(struct snapshot *snapshot, const struct conf *conf, const struct mac macs[INTERFACE_COUNT],
    const struct host_link *links, const struct snapshot *before, struct error *err);

/* NULL is allowed. */
void snapshot_free(struct snapshot *snapshot);

#endif
