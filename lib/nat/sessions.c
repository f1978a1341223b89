/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/parts.h"
#include "nat/tcp_state.h"

#define DNS_PORT 53

/* The checksum differences of the rewrite, inside -> external; the way back is their complement. */
static void
prepare_rewrite(const struct nat *nat, struct session *s)
{
	uint8_t inside[6], external[6];

	store32(inside, session_end_addr(s->inside));
	store16(inside + 4, session_end_port(s->inside));
	store32(external, nat->external_addr);
	store16(external + 4, s->external_port);

	s->address_difference = checksum_fold((uint64_t)(uint16_t)~checksum_fold(checksum_add(0, inside, 4)) +
	    checksum_fold(checksum_add(0, external, 4)));
	s->l4_difference = checksum_fold((uint64_t)(uint16_t)~checksum_fold(checksum_add(0, inside + 4, 2)) +
	    checksum_fold(checksum_add(0, external + 4, 2)));
	if (s->space != L4_ICMP_QUERY) /* ICMP has no pseudo-header, so the address is not in its sum */
		s->l4_difference = checksum_fold((uint32_t)s->l4_difference + s->address_difference);
}

struct session
session_between(const struct nat *nat, uint64_t inside, uint16_t port, uint64_t remote)
{
	struct session s = { .remote = remote, .inside = inside, .external_port = port, .space = (uint8_t)inside };

	prepare_rewrite(nat, &s);
	return s;
}

static enum session_state
first_state(const struct nat_opening *opening)
{
	switch ((uint8_t)opening->inside) {
	case L4_TCP:
		return tcp_state_first(opening->tcp[13]);
	case L4_UDP:
		return session_end_port(opening->remote) == DNS_PORT ? SESSION_DNS : SESSION_UDP;
	case L4_ICMP_QUERY:
		return SESSION_ICMP;
	default:
		return SESSION_OTHER;
	}
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

/* An unused place in the table, which stays unused until it is taken. */
static uint32_t
unused_place(const struct nat *nat)
{
	return nat->free_session != NONE ? nat->free_session : nat->session_fresh;
}

/* The next one is on its way into the cache: only then it says which one is behind it. */
static void
take_place(struct nat *nat, uint32_t id)
{
	if (id == nat->free_session)
		nat->free_session = nat->sessions[id].next;
	else
		nat->session_fresh++;
	nat->session_count++;
	__builtin_prefetch(&nat->sessions[unused_place(nat)], 1);
}

/* The session is found from both sides and counts on its port; false, and nothing of this, when a table is full. */
static bool
link_session(struct nat *nat, const struct session *s, uint32_t id)
{
	const uint64_t hash_out = nat_hash_out(nat, s->inside, s->remote);
	const uint64_t hash_in = nat_hash_in(nat, s->external_port, s->remote);

	if (index_insert(&nat->out, hash_out, id) < 0)
		return false;
	if (index_insert(&nat->in, hash_in, id) == 0) {
		if (mapping_join(nat, s))
			return true;
		index_remove(&nat->in, hash_in, id);
	}
	index_remove(&nat->out, hash_out, id);
	return false;
}

void
session_close(struct nat *nat, uint32_t id, uint32_t now)
{
	struct session *s = &nat->sessions[id];

	index_remove(&nat->out, nat_hash_out(nat, s->inside, s->remote), id);
	index_remove(&nat->in, nat_hash_in(nat, s->external_port, s->remote), id);
	mapping_leave(nat, s, now);
	nat_hosts_release(&nat->hosts, s->host);
	if (s->space == L4_CALL)
		calls_leave(nat, s);
	s->state = SESSION_UNUSED;
	s->remote = 0; /* nobody's: whoever expects the session here looks once more */
	s->next = nat->free_session;
	nat->free_session = id;
	nat->session_count--;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static struct session *
open_on(struct nat *nat, const struct nat_opening *opening, uint32_t host, const struct choice *choice)
{
	const uint32_t id = unused_place(nat);
	struct session *s = &nat->sessions[id], new;

	new = session_between(nat, opening->inside, choice->port, opening->remote);
	new.mapping = choice->mapping;
	session_prefetch(nat, &new);
	new.host = (uint16_t)host;
	new.last_active = opening->now;
	new.state = (uint8_t)first_state(opening);
	if (!link_session(nat, &new, id))
		return NULL;
	take_place(nat, id);
	*s = new;
	if (new.space == L4_TCP)
		segment_first(nat, s, opening->tcp);
	expiry_add(nat, id);
	if (s->mapping == SESSION_SHARES && s->space < L4_SPACES)
		nat_event(nat, EVENT_port_shared);
	return s;
}

static struct session *
open_for_host(struct nat *nat, const struct nat_opening *opening, uint32_t host, enum drop_reason *why)
{
	struct choice choice;
	struct session *s;

	*why = DROP_nat_table_full;
	if (nat->session_count == nat->config.sessions)
		return NULL;
	if (!choose_port(nat, opening, host, &choice, why))
		return NULL;
	s = open_on(nat, opening, host, &choice);
	if (s == NULL) {
		*why = DROP_nat_table_full;
		if ((uint8_t)opening->inside < L4_SPACES)
			mapping_let_go(nat, (uint8_t)opening->inside, choice.port, opening->now);
	}
	return s;
}

/* RFC 6888 REQ-4, REQ-5. The host holds one session for the new one already. */
static bool
host_may_open(struct nat *nat, uint32_t id, uint64_t now_ms)
{
	struct nat_host *host = &nat->hosts.host[id];
	const uint32_t limit = nat->config.sessions_per_host;

	return (limit == 0 || host->sessions <= limit) &&
	    nat_host_has_token(host, nat->config.new_sessions_per_host, now_ms);
}

/* A reset ends what there is, and only a control connection begins a call. */
static bool
opens_nothing(const struct nat_opening *opening)
{
	if ((uint8_t)opening->inside == L4_TCP)
		return (opening->tcp[13] & TCP_RST) != 0;
	return (uint8_t)opening->inside == L4_CALL && !calls_is_unanswered(opening->inside);
}

struct session *
nat_open_out(struct nat *nat, const struct nat_opening *opening, enum drop_reason *why)
{
	const uint32_t rate = nat->config.new_sessions_per_host;
	struct session *s = NULL;
	uint32_t host;

	*why = DROP_nat_no_mapping;
	if (opens_nothing(opening))
		return NULL;
	*why = DROP_draining;
	if (nat->config.refuses_new)
		return NULL;
	*why = DROP_nat_table_full;
	host = nat_hosts_hold(&nat->hosts, session_end_addr(opening->inside), rate, opening->now_ms);
	if (host == HOST_NONE)
		return NULL;
	*why = DROP_nat_host_limit;
	if (host_may_open(nat, host, opening->now_ms))
		s = open_for_host(nat, opening, host, why);
	if (s != NULL && rate != 0)
		nat->hosts.host[host].tokens -= 1000;
	if (s == NULL) {
		nat->hosts.host[host].refused += *why == DROP_nat_host_limit;
		nat_hosts_release(&nat->hosts, host);
	}
	return s;
}

/* The endpoint's mapping is on this port, made if need be. */
static bool
is_mapped_to(struct nat *nat, uint64_t inside, uint16_t port, uint32_t host)
{
	struct ports *ports = &nat->ports[(uint8_t)inside];
	const uint16_t mapped = mapping_find(nat, inside);

	if (mapped != 0)
		return mapped == port;
	return portset_contains(&nat->set, port) && ports->port[port].inside == 0 && ports_hold(ports, port) &&
	    mapping_make(nat, inside, port, host);
}

struct session *
nat_adopt(struct nat *nat, const struct nat_opening *opening, uint16_t external_port)
{
	const uint8_t space = (uint8_t)opening->inside;
	struct session *s = NULL;
	enum drop_reason why;
	uint32_t host;

	if (space >= L4_SPACES || nat->bank == NULL)
		return NULL;
	host = nat_hosts_hold(&nat->hosts, session_end_addr(opening->inside), 0, opening->now_ms);
	if (host == HOST_NONE)
		return NULL;
	if (is_mapped_to(nat, opening->inside, external_port, host))
		s = open_for_host(nat, opening, host, &why);
	if (s == NULL)
		nat_hosts_release(&nat->hosts, host);
	return s;
}
