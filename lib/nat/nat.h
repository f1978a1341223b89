/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NAPT44 into a restricted port set (RFC 7597 section 8.1, RFC 4787, RFC 5382, RFC 5508), as one worker owns it.
 *
 * A flow's packets find their session with one index lookup from either side; only the first packet of a flow takes the
 * long way through nat_open_out() or nat_admit(). No locks: every table here is touched by one thread only.
 */
#ifndef MAPEDGE_NAT_H
#define MAPEDGE_NAT_H

#include "nat/index.h"
#include "nat/ports.h"
#include "nat/session.h"
#include "nat/wheel.h"
#include "pkt/l4.h"
#include "pkt/worker.h"

enum nat_filtering {
	NAT_ENDPOINT_INDEPENDENT,
	NAT_ADDRESS_DEPENDENT, /* RFC 7597 section 10's recommendation */
	NAT_ADDRESS_AND_PORT_DEPENDENT,
};

struct nat_config {
	uint32_t sessions;                /* limit of this worker */
	uint32_t timeout[SESSION_STATES]; /* seconds without traffic */
	enum nat_filtering filtering;
};

/* One inside endpoint and its external port. */
struct nat_mapping {
	uint64_t inside;   /* session_end() */
	uint32_t sessions; /* that use it; it ends with the last one */
	uint16_t external_port;
	uint16_t spare;
};

/* One external port and one remote address that its host has spoken to: who may answer (RFC 4787 section 5). */
struct nat_peer {
	uint64_t key;      /* remote address, external port, space */
	uint32_t sessions; /* that stand for it */
	uint32_t spare;
};

struct nat {
	struct nat_config config;
	struct hash_key key;
	struct random *random;
	uint32_t external_addr; /* host order */
	uint32_t session_count;
	uint32_t mapping_count;
	uint32_t mapping_limit;

	struct session *sessions;
	struct nat_mapping *mappings;
	struct nat_peer *peers;
	struct index out;      /* inside + remote -> session */
	struct index in;       /* external port + remote -> session */
	struct index inside;   /* inside endpoint -> mapping */
	struct index by_peer;  /* external port + remote address -> peer */
	uint32_t free_session; /* lists through wheel_next, sessions, sessions */
	uint32_t free_mapping;
	uint32_t free_peer;

	struct wheel wheel;
	struct ports ports[L4_SPACES];
	uint32_t by_port[L4_SPACES][PORTSET_PORTS]; /* external port -> mapping, SESSION_NONE */
};

/* Bytes of memory for a NAT with so many sessions (64-byte aligned memory, contents need not be cleared). */
size_t nat_size(const struct nat_config *config);

/* Sets a NAT up in such memory, with no external address and no ports yet. `now`: the worker's seconds. */
struct nat *nat_init(void *memory, const struct nat_config *config, struct random *random, uint32_t now);

/*
 * Gives the NAT its external address and those ports of the set whose owner is this worker. Every session ends: the old
 * ports may belong to somebody else now (RFC 7597 section 5, MAPE-59). Returns how many ended.
 */
uint32_t nat_set_external(struct nat *nat, uint32_t addr, const struct portset *set, const uint8_t *owner, uint8_t self,
    uint32_t now);

/* Timeouts and filtering may change while sessions live; the session limit may not. */
void nat_set_config(struct nat *nat, const struct nat_config *config);

/*
 * The session of a new outbound flow. NULL with the reason: nat_no_port, nat_table_full, or nat_no_mapping for a TCP
 * reset that belongs to nothing. `inside` and `remote` are session_end()s of the same space.
 */
struct session *
nat_open_out(struct nat *nat, uint64_t inside, uint64_t remote, uint8_t tcp_flags, uint32_t now, enum drop_reason *why);

/*
 * An inbound packet that has no session, but perhaps a mapping whose filter admits its sender. True with `passage` filled
 * in for nat_rewrite_in(); nothing is stored, so nobody outside can fill a table or keep a mapping alive: the session
 * begins when the host answers. False with the reason: nat_no_mapping, nat_filtered.
 */
bool nat_admit(const struct nat *nat, uint16_t external_port, uint64_t remote, struct session *passage,
    enum drop_reason *why);

/* Ends sessions whose time is over, at most `budget` of them looked at; returns how many ended. */
uint32_t nat_expire(struct nat *nat, uint32_t now, uint32_t budget);

/* A segment of a TCP session that is not plain data on an open connection. */
void nat_tcp_segment(struct nat *nat, struct session *s, uint8_t tcp_flags, bool out, uint32_t now);

static inline uint32_t
nat_ports_used(const struct nat *nat, unsigned int space)
{
	return nat->ports[space].total - nat->ports[space].free_count;
}

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

/* Brings the session that the hash probably leads to on its way into the cache. */
static inline void
nat_prefetch_session(const struct nat *nat, const struct index *index, uint64_t hash)
{
	const uint32_t id = index_peek(index, hash);

	if (id != INDEX_NONE)
		__builtin_prefetch(&nat->sessions[id], 1);
}

/* A packet of the session passes: it stays alive, and its TCP connection is followed. */
static inline void
nat_touch(struct nat *nat, struct session *s, uint8_t tcp_flags, bool out, uint32_t now)
{
	if (likely(s->space == L4_TCP) &&
	    ((tcp_flags & (TCP_FIN | TCP_SYN | TCP_RST)) != 0 || s->state != SESSION_TCP_ESTABLISHED)) {
		nat_tcp_segment(nat, s, tcp_flags, out, now);
		return;
	}
	if (s->last_active != now)
		s->last_active = now;
}

#endif
