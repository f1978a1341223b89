/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NAPT44 into a restricted port set (RFC 7597 section 8.1, RFC 4787, RFC 5382, RFC 5508, RFC 7857), as one worker owns
 * it. docs/napt.md says what it does.
 *
 * A flow's packets find their session with one index lookup from either side; only the first packet of a flow takes the
 * long way through nat_open_out() or nat_admit(). No locks: every table here is touched by one thread only.
 */
#ifndef MAPEDGE_NAT_H
#define MAPEDGE_NAT_H

#include "nat/hosts.h"
#include "nat/index.h"
#include "nat/ports.h"
#include "nat/session.h"
#include "nat/wheel.h"
#include "pkt/l4.h"
#include "pkt/worker.h"

/* ---- what is wanted --------------------------------------------------------------------------------------------- */

enum nat_filtering {
	NAT_ENDPOINT_INDEPENDENT,
	NAT_ADDRESS_DEPENDENT, /* RFC 7597 section 10's recommendation */
	NAT_ADDRESS_AND_PORT_DEPENDENT,
};

/* May sessions with different remote endpoints have one external port? RFC 7857 section 3. */
enum nat_reuse { NAT_REUSE_OFF, NAT_REUSE_ON_EXHAUSTION, NAT_REUSE_ALWAYS };

#define NAT_MAX_POLICIES 32
#define NAT_MAX_FORWARDS 64
#define NAT_ANY_SPACE 0xff
#define NAT_FILTERING_UNSAID (-1)

/* What holds for some inside endpoints; the first policy that matches counts. */
struct nat_policy {
	uint32_t addr, mask; /* host order */
	uint8_t space;       /* enum l4_kind, or NAT_ANY_SPACE */
	uint16_t first_port, last_port;
	bool reserved;    /* takes reserved ports */
	int8_t filtering; /* enum nat_filtering, or NAT_FILTERING_UNSAID: as without the policy */
};

/* External ports that are one inside host's for good. */
struct nat_forward {
	uint8_t space; /* L4_TCP or L4_UDP */
	uint16_t first, last;
	uint32_t inside_addr; /* host order */
	uint16_t inside_port; /* of `first`; the others follow */
	uint16_t worker;      /* that has the host's sessions */
};

struct nat_config {
	bool refuses_new;                 /* sessions: the box is being drained */
	uint32_t sessions;                /* limit of this worker */
	uint32_t timeout[SESSION_STATES]; /* seconds without traffic */
	enum nat_filtering filtering;
	enum nat_reuse reuse;
	bool closed_early;              /* end closed connections before their time when ports are short */
	uint32_t quarantine;            /* seconds before a port is given out again */
	uint32_t sessions_per_host;     /* 0: no limit */
	uint32_t new_sessions_per_host; /* a second, and at once; 0: no limit */
	uint32_t ports_per_host;        /* of each space; 0: no limit */
	uint32_t reserved_ports;        /* of all workers, of each space */
	uint32_t policy_count;
	struct nat_policy policies[NAT_MAX_POLICIES];
	uint32_t forward_count;
	struct nat_forward forwards[NAT_MAX_FORWARDS];
};

/* ---- what there is ---------------------------------------------------------------------------------------------- */

/* One external port and one remote address that its mapping has spoken to: who may answer (RFC 4787 section 5). */
struct nat_peer {
	uint64_t key;      /* remote address, external port, space */
	uint32_t sessions; /* that stand for it */
	uint32_t spare;
};

#define NAT_CLOSED_STATES (SESSION_TCP_RESET - SESSION_TCP_FIN_BOTH + 1)

struct nat_closed {
	uint32_t first; /* closed longest ago */
	uint32_t last;
};

struct nat {
	struct nat_config config;
	struct hash_key key;
	struct random *random;
	uint64_t *event;        /* the worker's counters, by enum event_kind */
	uint32_t external_addr; /* host order */
	struct bank *bank;      /* NULL before the first address, and where there is none */
	struct portset set;     /* of the bank, also when that has gone */
	uint32_t port_count;    /* of the set */

	struct session *sessions;
	struct nat_peer *peers;
	struct index out;     /* inside + remote -> session */
	struct index in;      /* external port + remote -> session */
	struct index inside;  /* inside endpoint -> space and port of its mapping */
	struct index by_peer; /* external port + remote address -> peer */
	uint32_t session_count;
	uint32_t session_fresh; /* those from here on were never used */
	uint32_t free_session;  /* lists through next, sessions */
	uint32_t free_peer;
	uint32_t peer_fresh;
	uint32_t mapping_count; /* without forwards */
	uint32_t sharing_count; /* sessions without mapping */
	uint32_t sweep_left;    /* so many are still to be looked at because of a new configuration */

	struct nat_hosts hosts;
	struct nat_closed
	    closed[NAT_CLOSED_STATES]; /* by state, from SESSION_TCP_FIN_BOTH on: each has its own timeout */
	struct wheel wheel;
	struct ports ports[L4_SPACES];
};

/* Bytes of memory for a NAT with so many sessions (64-byte aligned memory, contents need not be cleared). */
size_t nat_size(const struct nat_config *config);

/* Sets a NAT up in such memory, with no external address and no ports yet. `now`: the worker's seconds. */
struct nat *
nat_init(void *memory, const struct nat_config *config, struct random *random, uint64_t *event, uint32_t now);

/*
 * Gives the NAT its external address and the bank from which this worker, `self`, takes ports: a new one each time, as the
 * old one still says what was taken. NULL: there are none. Every session ends: the old ports may belong to somebody else now
 * (RFC 7597 section 5, MAPE-59). Returns how many ended. The memory that they leave is cleared up by nat_expire().
 */
uint32_t nat_set_external(struct nat *nat, uint32_t addr, struct bank *bank, uint16_t self, uint32_t now);

/*
 * A new configuration while sessions live; the session limit may not change. Mappings on ports that are a forward's now,
 * or no longer, end at once; their sessions, and those for which new timeouts are over, are ended by the next calls of
 * nat_expire().
 */
void nat_set_config(struct nat *nat, const struct nat_config *config);

/* The first packet of an outbound flow. */
struct nat_opening {
	uint64_t inside; /* session_end()s of the same space */
	uint64_t remote;
	const uint8_t *tcp; /* its TCP header, whole; NULL in other spaces */
	uint32_t now;
	uint64_t now_ms;
};

/*
 * The session of a new outbound flow. NULL with the reason: draining, nat_no_port, nat_table_full, nat_host_limit, or
 * nat_no_mapping for a TCP reset or a packet of a PPTP call that belongs to nothing. The packet must be given to nat_touch(), too.
 */
struct session *nat_open_out(struct nat *nat, const struct nat_opening *opening, enum drop_reason *why);

/*
 * A session that another NAT has on this port, of the same address and set: as it would be found here. NULL: the port is another
 * endpoint's, not of the set, or there is no room. No limit of a host or of a drained box is asked.
 */
struct session *nat_adopt(struct nat *nat, const struct nat_opening *opening, uint16_t external_port);

/*
 * An inbound packet that has no session, but perhaps a mapping whose filter admits its sender. True with `passage` filled
 * in for nat_rewrite_in(); nothing is stored, so nobody outside can fill a table or keep a mapping alive: the session
 * begins when the host answers. False with the reason: nat_no_mapping, nat_filtered.
 */
bool nat_admit(const struct nat *nat, uint16_t external_port, uint64_t remote, struct session *passage,
    enum drop_reason *why);

/* The same without a filter, for senders on the LAN (hairpin): false when the port has no mapping. */
bool nat_passage(const struct nat *nat, uint16_t external_port, uint64_t remote, struct session *passage);

/* The same for what an inside endpoint says of a packet that came to it like this. */
bool nat_passage_out(const struct nat *nat, uint64_t inside, uint64_t remote, struct session *passage);

/*
 * Ends sessions whose time is over, and quarantines; at most `budget` of them are looked at, and as many buckets of each index in
 * which forgotten ones may be. Returns how many sessions timed out.
 */
uint32_t nat_expire(struct nat *nat, uint32_t now, uint32_t budget);

/*
 * A segment of a TCP session that is not plain data on an open connection. True: it may have control messages of PPTP, and
 * nat_pptp() must see it, too.
 */
bool nat_tcp_segment(struct nat *nat, struct session *s, const uint8_t *tcp, bool out, uint32_t now);

/* A whole TCP segment of a PPTP control connection. */
struct nat_control {
	uint8_t *tcp; /* its header */
	uint32_t len; /* of header and payload, bytes */
	bool out;
	uint32_t now;
	uint64_t now_ms;
};

/*
 * Translates the call ids in its control messages and follows what they say of calls: RFC 2637 section 2, docs/napt.md.
 * False with the reason when a call cannot begin: the segment must not pass then.
 */
bool nat_pptp(struct nat *nat, struct session *s, const struct nat_control *control, enum drop_reason *why);

static inline uint64_t
nat_hash_out(const struct nat *nat, uint64_t inside, uint64_t remote)
{
	return hash_pair(&nat->key, inside, remote);
}

static inline uint64_t
nat_hash_in(const struct nat *nat, uint16_t external_port, uint64_t remote)
{
	return hash_pair(&nat->key, external_port, remote);
}

static inline uint64_t
nat_hash_inside(const struct nat *nat, uint64_t inside)
{
	return hash_pair(&nat->key, inside, 0);
}

/* Of a peer: the remote port gives way to the external one. */
static inline uint64_t
nat_peer_key(uint16_t external_port, uint64_t remote)
{
	return (remote & ~UINT64_C(0xffff0000)) | (uint64_t)external_port << 16;
}

static inline uint64_t
nat_hash_peer(const struct nat *nat, uint64_t key)
{
	return hash_pair(&nat->key, key, 1);
}

/* The session that a hash probably leads to, on its way into the cache; NULL when there is none in sight. */
static inline struct session *
nat_expect(const struct nat *nat, const struct index *index, uint64_t hash)
{
	const uint32_t id = index_peek(index, hash);

	if (id == INDEX_NONE)
		return NULL;
	__builtin_prefetch(&nat->sessions[id], 1);
	return &nat->sessions[id];
}

static inline struct session *
nat_find_out(const struct nat *nat, uint64_t hash, uint64_t inside, uint64_t remote)
{
	struct index_cursor cursor = index_search(&nat->out, hash);
	uint32_t id;

	while ((id = index_next(&cursor)) != INDEX_NONE) {
		struct session *s = &nat->sessions[id];

		if (s->inside == inside && s->remote == remote)
			return s;
	}
	return NULL;
}

static inline struct session *
nat_find_in(const struct nat *nat, uint64_t hash, uint16_t external_port, uint64_t remote)
{
	struct index_cursor cursor = index_search(&nat->in, hash);
	uint32_t id;

	while ((id = index_next(&cursor)) != INDEX_NONE) {
		struct session *s = &nat->sessions[id];

		if (s->external_port == external_port && s->remote == remote)
			return s;
	}
	return NULL;
}

/* The same, when nat_expect() has pointed to a session: nearly always that one. */
static inline struct session *
nat_confirm_out(const struct nat *nat, struct session *expected, uint64_t hash, uint64_t inside, uint64_t remote)
{
	if (likely(expected != NULL && expected->inside == inside && expected->remote == remote))
		return expected;
	return nat_find_out(nat, hash, inside, remote);
}

static inline struct session *
nat_confirm_in(const struct nat *nat, struct session *expected, uint64_t hash, uint16_t external_port, uint64_t remote)
{
	if (likely(expected != NULL && expected->external_port == external_port && expected->remote == remote))
		return expected;
	return nat_find_in(nat, hash, external_port, remote);
}

/* What a TCP header says to whoever judges the next reset from the other side: acknowledgement, flags, window. */
static inline void
nat_note_segment(struct session *s, const uint8_t *tcp, bool out)
{
	memcpy(&s->last[out], tcp + 8, sizeof(s->last[out]));
}

/*
 * A packet of the session passes: it stays alive, and its TCP connection is followed. `l4` is its transport header, which
 * a later fragment does not have. True as with nat_tcp_segment().
 */
static inline bool
nat_touch(struct nat *nat, struct session *s, const uint8_t *l4, bool out, uint32_t now)
{
	if (likely(s->space == L4_TCP)) {
		if ((l4[13] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK)) != TCP_ACK ||
		    s->state != SESSION_TCP_ESTABLISHED)
			return nat_tcp_segment(nat, s, l4, out, now);
		nat_note_segment(s, l4, out);
	}
	if (s->last_active != now)
		s->last_active = now;
	return false;
}

#endif
