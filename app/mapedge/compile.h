/* SPDX-License-Identifier: BSD-3-Clause */
/* From the configuration as written to the snapshot that the workers read. */
#ifndef MAPEDGE_APP_COMPILE_H
#define MAPEDGE_APP_COMPILE_H

#include "conf/conf.h"
#include "path/snapshot.h"

/*
 * Builds a snapshot. `macs` are the addresses of the two ports, used where the configuration gives none. `before` is the
 * snapshot in use, or NULL: generation counts on from it, and NAT sessions live on unless address or ports change. NULL
 * with the reason in err. Free with snapshot_free() when no worker can see it any more.
 */
struct snapshot *snapshot_compile(const struct conf *conf, const struct mac macs[INTERFACE_COUNT],
    const struct snapshot *before, struct error *err);

/* NULL is allowed. */
void snapshot_free(struct snapshot *snapshot);

#endif
