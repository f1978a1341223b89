/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The worker's context: everything a packet's step may touch besides the packet. One thread owns it; what others own is
 * const.
 *
 * Steps neither send nor free: they put the packet into one of the worker's outlets, which app/ empties after every
 * burst, and take empty buffers from its stock, which app/ refills. A step ends in a verdict, and only the constructors
 * below make a verdict other than NEXT, so no packet gets lost between two steps.
 */
#ifndef MAPEDGE_PKT_WORKER_H
#define MAPEDGE_PKT_WORKER_H

#include "base/ident.h"
#include "base/likely.h"
#include "base/random.h"
#include "pkt/packet.h"
#include "stats/counters.h"

#define WORKER_MAX 32
#define WORKER_STOCK_SIZE 128
/* Everything that a burst sends was received in it or comes from the stock. */
#define OUTLET_SIZE (BURST_SIZE + WORKER_STOCK_SIZE)

enum verdict {
	VERDICT_NEXT = 0, /* go on with the next step */
	VERDICT_FORWARD,  /* in a transmit outlet */
	VERDICT_HANDOFF,  /* in the outlet to the worker that owns the flow */
	VERDICT_HOST,     /* in the outlet to Linux */
	VERDICT_HELD,     /* waits in the worker, or its bytes do */
	VERDICT_DROP,     /* counted and in the drop outlet */
};

/* The number of the device of a CE's softwire among the interfaces: it has no port, Linux alone is behind it. */
#define INTERFACE_DEVICE 2

/* Where a worker takes a packet up: at the beginning, by the interface it came in on, or where another one has stopped. */
enum way {
	WAY_FROM_V4,
	WAY_FROM_V6,
	WAY_FROM_DEVICE, /* CE: from Linux itself, through the softwire's device */
	WAY_HAIRPIN,     /* CE: from the LAN and back to it, with the external address as source already */
	WAY_FRAGMENT,    /* CE: out of the softwire, an IPv4 fragment; its ports are in hash.usr, the source's first */
	WAY_CALL_FRAGMENT, /* CE: from the LAN, a fragment of a call; its id and new identification are in hash.usr */
	WAYS,
};

struct outlet {
	uint16_t count;
	struct rte_mbuf *mbufs[OUTLET_SIZE];
};

/* Of one worker: pkt/limit.h. */
struct token_bucket {
	uint64_t last_ms; /* when it was asked last, plus one; 0: never */
	uint32_t tokens;  /* in parts of one: 1000 for each worker of the box */
};

/* A rate and its burst, for the whole box. */
struct limit {
	uint32_t rate; /* a second */
	uint32_t burst;
};

/* What goes to Linux, by what a flood of it would do there. */
enum host_class {
	HOST_NEIGHBOUR, /* ARP and ND */
	HOST_DHCP,      /* DHCPv6 */
	HOST_ICMP,      /* other ICMP and ICMPv6 */
	HOST_OTHER,
	HOST_CLASSES
};

struct host_limits {
	bool is_on; /* there are host interfaces */
	struct limit limit[HOST_CLASSES];
};

struct nat;
struct pending;
struct reassembly;
struct snapshot;
struct softwire;
struct virtual;

struct worker {
	/* read by every packet */
	const struct snapshot *snapshot; /* const for as long as a burst is worked on, then stale */
	struct nat *nat;                 /* CE: this worker's sessions */
	uint64_t now_ms;                 /* milliseconds since the start */
	uint32_t now;                    /* the same in whole seconds */
	uint16_t id;                     /* 0..count-1 */
	uint16_t count;                  /* number of workers */

	struct binding_counters *binding_counters; /* BR: by binding_index() in the snapshot's table; NULL without */

	uint64_t generation; /* of the snapshot adopted last */
	uint64_t nat_epoch;  /* of the NAT's address and ports */

	struct random random;
	struct limit icmp_limit; /* for ICMPv4 and as much for ICMPv6 */
	struct token_bucket icmp_errors;
	struct token_bucket icmp6_errors;

	const struct host_limits *host; /* of the snapshot */
	struct token_bucket host_bucket[HOST_CLASSES];

	struct pending *pending;       /* packets to unresolved next hops; NULL: they are dropped */
	struct virtual *fragments;     /* IPv4 fragments; NULL: they are dropped */
	struct reassembly *reassembly; /* IPv6 fragments; NULL: they are dropped */
	struct ident ident;            /* of the IPv6 fragments we make */
	struct ident4 ident4;          /* CE: of the IPv4 packets that may be fragmented */

	struct softwire *softwire; /* CE: this worker's copy, whose MTU follows the path's */
	uint16_t path_mtu;         /* largest IPv4 packet that an ICMPv6 error has left room for; 0: none has come */
	uint32_t path_mtu_until;   /* seconds: then a larger one is tried again */

	uint16_t stock_count;
	struct rte_mbuf *stock[WORKER_STOCK_SIZE]; /* empty buffers, filled by app/ */

	struct outlet transmit[STATS_MAX_INTERFACES];
	struct outlet to_host; /* `port` of each is the interface */
	struct outlet dropped;
	struct outlet handoff[WORKER_MAX];

	struct counters counters;
	struct gauges gauges;
};

#ifdef PATH_TRACED
#include "pkt/trace.h"
#else

/* Runs a step and leaves the calling step when the packet's way ends in it. */
#define TRY(step)                                       \
	do {                                            \
		const enum verdict verdict_ = (step);   \
		if (unlikely(verdict_ != VERDICT_NEXT)) \
			return verdict_;                \
	} while (0)

/* Runs one stage over all packets of a burst that are still on their way, and closes the ranks. */
#define STAGE(worker, burst, step)                                   \
	do {                                                         \
		uint16_t kept_ = 0;                                  \
		for (uint16_t i_ = 0; i_ < (burst)->count; i_++) {   \
			struct packet *p_ = (burst)->live[i_];       \
			(burst)->live[kept_] = p_;                   \
			kept_ += step((worker), p_) == VERDICT_NEXT; \
		}                                                    \
		(burst)->count = kept_;                              \
	} while (0)

#endif

static inline void
outlet_put(struct outlet *outlet, struct rte_mbuf *mbuf)
{
	outlet->mbufs[outlet->count++] = mbuf;
}

static inline void
event(struct worker *w, enum event_kind kind)
{
	counter_add(&w->counters.event[kind], 1);
}

/* Packets that end here without being at hand one by one, and the interface they belong to. */
static inline void
count_drops(struct worker *w, unsigned int interface, enum drop_reason reason, uint64_t count)
{
	counter_add(&w->counters.drop[reason], count);
	counter_add(&w->counters.interface[interface].dropped, count);
}

/*
 * A buffer in the outlet of the dropped says in `port` why, and where its packet came in: for whoever looks at packets
 * before they are freed. DROP_COUNT: it is only a buffer, whose packet did not end here.
 */
static inline void
dropped_mark(struct rte_mbuf *mbuf, uint8_t interface, unsigned int reason)
{
	mbuf->port = (uint16_t)(interface << 8 | reason);
}

static inline unsigned int
dropped_reason(const struct rte_mbuf *mbuf)
{
	return mbuf->port & 0xff;
}

static inline unsigned int
dropped_interface(const struct rte_mbuf *mbuf)
{
	return mbuf->port >> 8;
}

_Static_assert(DROP_COUNT <= 0xff, "a reason is a byte of dropped_mark()");

/* The only way to make a packet end here. */
static inline enum verdict
drop(struct worker *w, struct packet *p, enum drop_reason reason)
{
	count_drops(w, p->interface, reason, 1);
	dropped_mark(p->mbuf, p->interface, reason);
	outlet_put(&w->dropped, p->mbuf);
	return VERDICT_DROP;
}

static inline enum verdict
forward(struct worker *w, struct packet *p, uint8_t interface)
{
	outlet_put(&w->transmit[interface], p->mbuf);
	return VERDICT_FORWARD;
}

/*
 * What the fast path does not own goes to Linux, as the frame that was received: a step that has got this far may have
 * moved p->ip, but has written nothing. Behind the burst host_admit() sees to it.
 */
static inline enum verdict
host(struct worker *w, struct packet *p)
{
	p->mbuf->port = p->interface; /* all that the way to Linux needs to know */
	outlet_put(&w->to_host, p->mbuf);
	return VERDICT_HOST;
}

/*
 * Of what is in the outlet to Linux behind the first `admitted`, leaves there what may go. The rest is dropped: as no_host
 * when there are no host interfaces, as host_limited when it is beyond its class's rate.
 */
COLD void host_admit(struct worker *w, uint16_t admitted);

/* The interface that a packet of this way came in on. */
static inline uint8_t
way_interface(unsigned int way)
{
	if (way == WAY_FROM_DEVICE)
		return INTERFACE_DEVICE;
	return way == WAY_FROM_V6 || way == WAY_FRAGMENT;
}

/* The packet's sessions belong to another worker. All that it needs to know besides the bytes is the way. */
static inline enum verdict
handoff_on(struct worker *w, struct packet *p, uint16_t owner, enum way way)
{
	event(w, EVENT_handoff);
	p->mbuf->port = (uint16_t)way;
	outlet_put(&w->handoff[owner], p->mbuf);
	return VERDICT_HANDOFF;
}

/* The same from the beginning. */
static inline enum verdict
handoff(struct worker *w, struct packet *p, uint16_t owner)
{
	return handoff_on(w, p, owner, (enum way)p->interface);
}

/* Its bytes have been copied; the buffer goes back, and whoever holds the bytes counts the packet. */
static inline void
release_buffer(struct worker *w, struct packet *p)
{
	dropped_mark(p->mbuf, p->interface, DROP_COUNT);
	outlet_put(&w->dropped, p->mbuf);
}

/* An empty buffer from the stock, or NULL. The packet counts as created. */
static inline struct rte_mbuf *
packet_new(struct worker *w)
{
	if (w->stock_count == 0)
		return NULL;
	counter_add(&w->counters.created, 1);
	return w->stock[--w->stock_count];
}

#endif
