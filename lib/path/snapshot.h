/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration in the shape the data path wants. A snapshot is built as a whole by the control lcore, then const;
 * a new one replaces it, and workers load the pointer once per burst, so no packet sees half of two configurations.
 */
#ifndef MAPEDGE_PATH_SNAPSHOT_H
#define MAPEDGE_PATH_SNAPSHOT_H

#include "frag/reassembly.h"
#include "frag/virtual.h"
#include "map/binding.h"
#include "map/ruleset.h"
#include "nat/nat.h"
#include "pkt/fib6.h"
#include "pkt/interface.h"
#include "pkt/softwire.h"

/* The two interfaces of a box; everything indexed by interface uses these numbers. */
enum { INTERFACE_V4 = 0, INTERFACE_V6 = 1, INTERFACE_COUNT = 2 };

#define SNAPSHOT_MAX_MARTIANS 64
#define SNAPSHOT_MAX_BEHIND_DEVICE 9

/* What the box does with packets. */
enum work {
	WORK_BR,
	WORK_CE,       /* translates */
	WORK_CE_PLAIN, /* hosts keep their addresses: DS-Lite, or an IPv4 prefix of their own */
	WORK_CE_OFF,   /* no softwire: the provider has not said yet, or says no longer */
	WORKS
};

struct snapshot {
	uint64_t generation; /* counts up with every snapshot */
	enum work work;
	struct host_limits host;
	uint16_t softwire_count; /* 1 on a CE */
	struct interface interface[INTERFACE_COUNT];
	struct softwire softwire[STATS_MAX_SOFTWIRES];
	struct ruleset *rules; /* BR: the rules of all domains. CE: the FMRs, none without mesh */

	/* BR with pools only, else NULL. The table changes under the workers' eyes, as binding.h says. */
	const struct binding_table *bindings;
	struct binding_counters *binding_counters[WORKER_MAX]; /* of each worker, for these bindings */

	struct limit icmp_limit; /* ICMPv4 and ICMPv6 errors, each */
	uint32_t icmp_source;    /* IPv4 address of our errors, host order; 0: none are sent */
	u128 icmp6_source;       /* IPv6 address of our errors where the softwire's own is anycast; 0: none are sent */
	struct virtual_config fragments;     /* datagrams 0: IPv4 fragments are dropped */
	struct reassembly_config reassembly; /* datagrams 0: IPv6 fragments are dropped */

	bool antispoof; /* BR: refuse sources inside rules on the Internet side */
	uint32_t martian_count;
	struct prefix4 martians[SNAPSHOT_MAX_MARTIANS]; /* besides ipv4_is_martian() */
	uint32_t suspects[(1 << 16) / 32];              /* one bit a /16: an address in it must be looked at closely */

	/* CE only */
	uint32_t behind_device_count; /* Linux's own address behind the NAPT, and networks that it forwards for */
	struct prefix4 behind_device[SNAPSHOT_MAX_BEHIND_DEVICE];
	struct fib6 fib6; /* native IPv6, none where Linux forwards it */
	u128 icmp6_own
	    [INTERFACE_COUNT];  /* source of errors about it, of the interface they leave by; 0: none are sent */
	uint64_t nat_epoch;     /* changes when the external address or port set does: sessions end */
	struct bank *bank;      /* of this epoch, NULL without a NAT: the workers take ports from it */
	uint32_t external_addr; /* with WORK_CE_PLAIN of our ICMP errors to the Internet, or 0 */
	struct portset ports;
	struct prefix4 own; /* with WORK_CE_PLAIN: where the hosts' addresses are */
	struct nat_config nat;
};

/* The softwire that ends at this address of ours, or NULL: on a BR the domain whose BR address it is. */
static inline const struct softwire *
snapshot_terminating(const struct snapshot *snapshot, u128 outer_dst)
{
	for (uint16_t i = 0; i < snapshot->softwire_count; i++) {
		if (snapshot->softwire[i].local == outer_dst)
			return &snapshot->softwire[i];
	}
	return NULL;
}

/*
 * The worker that owns an inside host's sessions; those of protocols without ports belong to the remote address, which
 * both directions know.
 */
static inline uint16_t
snapshot_host_owner(uint32_t inside_addr, uint16_t workers)
{
	return (uint16_t)((uint64_t)(inside_addr * UINT32_C(0x9e3779b1)) * workers >> 32);
}

#endif
