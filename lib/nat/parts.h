/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of this room need of each other. */
#ifndef MAPEDGE_NAT_PARTS_H
#define MAPEDGE_NAT_PARTS_H

#include "nat/nat.h"

#define NONE UINT32_MAX

static inline void
nat_event(struct nat *nat, enum event_kind kind)
{
	counter_add(&nat->event[kind], 1);
}

/* ---- nat.c ------------------------------------------------------------------------------------------------------ */

/* What is left in the indexes of sessions that an earlier address had; at most `budget` buckets of each. */
void nat_clear_up(struct nat *nat, uint32_t budget);

/* ---- mappings.c: inside endpoint <-> external port -------------------------------------------------------------- */

/* The external port of the endpoint's mapping or forward, or 0. */
uint16_t mapping_find(const struct nat *nat, uint64_t inside);

/* A port in use that is nobody's gets a mapping of the endpoint, still without sessions. False: no room for it. */
bool mapping_make(struct nat *nat, uint64_t inside, uint16_t port, uint32_t host);

/* A mapping that is no forward's ends; if it has sessions they count as sharing the port until they are swept. */
void mapping_end(struct nat *nat, unsigned int space, uint16_t port);

/* Nothing holds the port any more, except perhaps its mapping or other sessions: what is over ends. */
void mapping_let_go(struct nat *nat, unsigned int space, uint16_t port, uint32_t now);

/* One session more on its port (false: no room), or less. */
bool mapping_join(struct nat *nat, const struct session *s);
void mapping_leave(struct nat *nat, const struct session *s, uint32_t now);

/* ---- policies.c ------------------------------------------------------------------------------------------------- */

enum nat_filtering policy_filtering(const struct nat_config *config, uint64_t inside);
bool policy_reserves(const struct nat_config *config, uint64_t inside);

/* ---- choose.c --------------------------------------------------------------------------------------------------- */

/* The port of a new session and, if it belongs to one, the number of the port's mapping. */
struct choice {
	uint16_t port;
	uint16_t mapping; /* SESSION_SHARES */
};

/* In the order of docs/napt.md. False with the reason. A mapping made for it must be let go if no session follows. */
bool choose_port(struct nat *nat, const struct nat_opening *opening, uint32_t host, struct choice *choice,
    enum drop_reason *why);

/* Two sessions never have the same external port and remote endpoint: RFC 7857 section 13. */
bool choose_is_taken(const struct nat *nat, uint16_t port, uint64_t remote);

/* ---- assign.c: which ports are used for what -------------------------------------------------------------------- */

/* Every port of the set gets its kind from the configuration; what was something else is ended. */
void assign_ports(struct nat *nat);

/* Did a new configuration take away what the session stands on? */
bool assign_ended(const struct nat *nat, const struct session *s);

/* ---- sessions.c ------------------------------------------------------------------------------------------------- */

/* A session between the endpoints, as the rewrite needs it. */
struct session session_between(const struct nat *nat, uint64_t inside, uint16_t port, uint64_t remote);

/*
 * What beginning or ending the session touches is on its way into the cache. Inlined, like whoever calls it: a function that
 * only prefetches does nothing that GCC knows of, and calls of it would be left out.
 */
static INLINED void
session_prefetch(const struct nat *nat, const struct session *s)
{
	index_prefetch(&nat->out, nat_hash_out(nat, s->inside, s->remote));
	index_prefetch(&nat->in, nat_hash_in(nat, s->external_port, s->remote));
	if (s->mapping != SESSION_SHARES)
		index_prefetch(&nat->by_peer, nat_hash_peer(nat, nat_peer_key(s->external_port, s->remote)));
	if (s->space < L4_SPACES)
		__builtin_prefetch(&nat->ports[s->space].port[s->external_port]);
}

/* Ends the session, which is in no list of expiry.c any more. */
void session_close(struct nat *nat, uint32_t id, uint32_t now);

/* ---- segment.c -------------------------------------------------------------------------------------------------- */

/* A TCP session begins with this segment from inside. */
void segment_first(const struct nat *nat, struct session *s, const uint8_t *tcp);

/* ---- calls.c: PPTP ---------------------------------------------------------------------------------------------- */

#define PPTP_PORT 1723

/* In an inside endpoint, which has its host's own call id as long as nobody has said the other side's. */
#define CALL_UNANSWERED 0x100

static inline bool
calls_is_unanswered(uint64_t inside)
{
	return (inside & CALL_UNANSWERED) != 0;
}

/* Is the TCP session a control connection? Only an address that is all ours carries what it is for. */
static inline bool
calls_have_control(const struct nat *nat, const struct session *s)
{
	return unlikely(session_end_port(s->remote) == PPTP_PORT || session_end_port(s->inside) == PPTP_PORT) &&
	    nat->bank->set.psid_len == 0;
}

/* The call id that a new call has outside: the host's own when it is free, and this worker's. */
bool calls_choose(struct nat *nat, const struct nat_opening *opening, struct choice *choice, enum drop_reason *why);

/* The call of a control connection in which the inside host has this id; NULL without. */
struct session *calls_find(const struct nat *nat, const struct session *control, uint16_t inside_id);

/* The same, made if need be. NULL with the reason: nat_host_limit, nat_table_full, nat_no_port. */
struct session *calls_open(struct nat *nat, struct session *control, uint16_t inside_id, const struct nat_control *when,
    enum drop_reason *why);

/* The one that has this id outside, or in which the remote side has this one. */
struct session *calls_find_external(const struct nat *nat, const struct session *control, uint16_t external_id);
struct session *calls_find_remote(const struct nat *nat, const struct session *control, uint16_t remote_id);

/* The remote side's id is known. */
void calls_answer(struct nat *nat, struct session *call, uint16_t remote_id, uint32_t now);

/* One ends before its time; all of a control connection do, and how many. */
void calls_end_one(struct nat *nat, const struct session *call, uint32_t now);
uint32_t calls_end(struct nat *nat, const struct session *control, uint32_t now);

/* A call that ends is its control connection's no longer. */
void calls_leave(struct nat *nat, const struct session *call);

/* ---- expiry.c --------------------------------------------------------------------------------------------------- */

static inline uint32_t
session_timeout(const struct nat *nat, const struct session *s)
{
	return nat->config.timeout[s->state];
}

void expiry_clear(struct nat *nat, uint32_t now);
void expiry_add(struct nat *nat, uint32_t id);
/* `state`: as it was when the session was added. */
void expiry_remove(struct nat *nat, uint32_t id, uint8_t state);

/* Ends the connection closed longest ago if that is 5 seconds or more. False: there is none. */
bool expiry_close_oldest(struct nat *nat, uint32_t now);

#endif
