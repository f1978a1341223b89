/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters. Each worker has its own set, written by that worker alone and read by anybody at any time; hence the
 * relaxed atomics, which cost nothing and make the sharing honest.
 */
#ifndef MAPEDGE_STATS_COUNTERS_H
#define MAPEDGE_STATS_COUNTERS_H

#include <stdint.h>

#include "base/likely.h"

#define STATS_MAX_INTERFACES 3 /* two with ports, and the device of a CE's softwire */
#define STATS_MAX_SOFTWIRES 64 /* at once */
/* Sets of counters for them: who is new gets one that nobody uses, while workers may still count for who has gone. */
#define STATS_SOFTWIRE_SLOTS (2 * STATS_MAX_SOFTWIRES)

enum drop_reason {
#define DROP(name, side, severity, text, hint) DROP_##name,
#include "stats/counters.def"
	DROP_COUNT
};

enum event_kind {
#define EVENT(name, unit, text) EVENT_##name,
#include "stats/counters.def"
	EVENT_COUNT
};

/* Of a drop reason, as counters.def says. */
enum severity { SEVERITY_normal, SEVERITY_warning, SEVERITY_error, SEVERITIES };

extern const char *const severity_word[SEVERITIES];

/* What people read about a reason or an event; the order is that of the enums. */
struct counter_info {
	const char *name;
	const char *about;      /* side of a drop, unit of an event */
	enum severity severity; /* of a drop */
	const char *text;
	const char *hint; /* NULL for events */
};

extern const struct counter_info drop_info[DROP_COUNT];
extern const struct counter_info event_info[EVENT_COUNT];

struct traffic {
	uint64_t packets;
	uint64_t bytes;
};

/* RFC 8676 traffic-stat, seen from the softwire; bytes are IP bytes. */
struct softwire_counters {
	struct traffic rcvd_ipv4; /* to be encapsulated */
	struct traffic sent_ipv6; /* encapsulated */
	struct traffic rcvd_ipv6; /* to be decapsulated */
	struct traffic sent_ipv4; /* decapsulated */
};

/* The same of one binding. Each worker has an array of them, whose index is binding_index(). */
struct binding_counters {
	struct traffic sent_ipv6; /* encapsulated, to the CE */
	struct traffic sent_ipv4; /* decapsulated, from the CE */
};

struct interface_counters {
	struct traffic rx; /* frames, bytes without FCS */
	struct traffic tx;
	uint64_t dropped; /* packets that came in here and ended in a drop, or were to leave here and could not */
};

/* Between a port and Linux, through the port's host interface. */
struct host_counters {
	struct traffic to_host;
	struct traffic from_host;
};

struct counters {
	uint64_t created; /* packets this worker made itself */
	uint64_t merged;  /* packets that became part of another: fragments of a whole */
	uint64_t drop[DROP_COUNT];
	uint64_t event[EVENT_COUNT];
	struct interface_counters interface[STATS_MAX_INTERFACES];
	struct host_counters host[STATS_MAX_INTERFACES];
	struct softwire_counters softwire[STATS_SOFTWIRE_SLOTS];
};

/* What a worker has at the moment, published for others to read. */
struct gauges {
	uint64_t generation;  /* of the snapshot it works with */
	uint64_t turned_ms;   /* when it went through its loop, on its own clock; each millisecond */
	uint64_t cycles;      /* since the start, up to its last turn; only grows, as do the next two */
	uint64_t busy_cycles; /* of turns that had packets */
	uint64_t taken_over;  /* packets from other workers */
	uint64_t held;        /* packets that wait in the worker: fragments, packets to unresolved neighbours */
	uint64_t sessions;
	uint64_t sessions_sharing; /* their port */
	uint64_t mappings;
	uint64_t hosts;          /* inside hosts with sessions */
	uint64_t ports_total[3]; /* TCP, UDP, ICMP */
	uint64_t ports_used[3];
	uint64_t ports_shared[3];
};

static inline void
gauge_set(uint64_t *gauge, uint64_t value)
{
	__atomic_store_n(gauge, value, __ATOMIC_RELAXED);
}

static inline uint64_t
gauge_get(const uint64_t *gauge)
{
	return __atomic_load_n(gauge, __ATOMIC_RELAXED);
}

static INLINED void
counter_add(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + value, __ATOMIC_RELAXED);
}

static INLINED void
traffic_add(struct traffic *traffic, uint64_t bytes)
{
	counter_add(&traffic->packets, 1);
	counter_add(&traffic->bytes, bytes);
}

static inline void
traffic_add_many(struct traffic *traffic, uint64_t packets, uint64_t bytes)
{
	counter_add(&traffic->packets, packets);
	counter_add(&traffic->bytes, bytes);
}

/* total += the worker's counters, read while it may be writing. */
void counters_sum(struct counters *total, const struct counters *worker);

/* The terms of the conservation law: received + created = transmitted + merged + dropped + held. */
struct conservation {
	uint64_t received; /* from ports and from Linux */
	uint64_t created;
	uint64_t transmitted; /* to ports and to Linux */
	uint64_t merged;
	uint64_t dropped;
	uint64_t held; /* in rings and in workers; the caller counts them */
};

struct conservation counters_conservation(const struct counters *counters, uint64_t held);

#endif
