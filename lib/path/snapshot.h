/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration in the shape the data path wants. A snapshot is built as a whole by the control lcore, then const;
 * a new one replaces it, and workers load the pointer once per burst, so no packet sees half of two configurations.
 */
#ifndef MAPEDGE_PATH_SNAPSHOT_H
#define MAPEDGE_PATH_SNAPSHOT_H

#include "map/ruleset.h"
#include "nat/nat.h"
#include "pkt/interface.h"
#include "pkt/softwire.h"

/* The two interfaces of a box; everything indexed by interface uses these numbers. */
enum { INTERFACE_V4 = 0, INTERFACE_V6 = 1, INTERFACE_COUNT = 2 };

struct snapshot {
	uint64_t generation; /* counts up with every snapshot */
	bool is_ce;
	struct host_limits host;
	uint16_t softwire_count; /* 1 on a CE */
	struct interface interface[INTERFACE_COUNT];
	struct softwire softwire[STATS_MAX_SOFTWIRES];
	struct ruleset *rules; /* BR: the rules of all domains. CE: the FMRs, none without mesh */

	/* CE only */
	uint64_t nat_epoch; /* changes when the external address or port set does: sessions end */
	uint32_t external_addr;
	struct portset ports;
	struct nat_config nat;
	uint8_t port_owner[PORTSET_PORTS]; /* the worker that may use each external port */
};

/* The worker that owns an inside host's sessions. */
static inline uint16_t
snapshot_host_owner(uint32_t inside_addr, uint16_t workers)
{
	return (uint16_t)((uint64_t)(inside_addr * UINT32_C(0x9e3779b1)) * workers >> 32);
}

#endif
