/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat_model.h"

#include <stdlib.h>

#include "nat/nat.h"
#include "nat/tcp_state.h"

#define SESSIONS 96 /* of 60 ports in each space: both can run out */
#define HOSTS 8
#define PORTS_OF_HOST 12
#define SERVERS 3
#define PORTS_OF_SERVER 2

/* One flow of the list. */
struct flow {
	uint64_t inside, remote;
	uint32_t last_active;
	uint16_t port;
	uint8_t state;
};

struct model {
	struct nat *nat;
	struct random random;
	uint64_t event[EVENT_COUNT];
	struct nat_config config;
	struct portset set;
	uint32_t addr;
	uint32_t now;
	struct flow flow[SESSIONS];
	uint32_t flows;
	struct nat_model_count *count;
	const uint8_t *data;
	size_t left;
};

static uint8_t
next_byte(struct model *m)
{
	if (m->left == 0)
		return 0;
	m->left--;
	return *m->data++;
}

/* ---- what the list says ----------------------------------------------------------------------------------------- */

static struct flow *
list_find(struct model *m, uint64_t inside, uint64_t remote)
{
	for (uint32_t i = 0; i < m->flows; i++) {
		if (m->flow[i].inside == inside && m->flow[i].remote == remote)
			return &m->flow[i];
	}
	return NULL;
}

/* Any flow on this external port, or NULL. */
static const struct flow *
list_port(const struct model *m, uint8_t space, uint16_t port)
{
	for (uint32_t i = 0; i < m->flows; i++) {
		if (m->flow[i].port == port && (uint8_t)m->flow[i].inside == space)
			return &m->flow[i];
	}
	return NULL;
}

static const struct flow *
list_mapping(const struct model *m, uint64_t inside)
{
	for (uint32_t i = 0; i < m->flows; i++) {
		if (m->flow[i].inside == inside)
			return &m->flow[i];
	}
	return NULL;
}

/* Is the flow the first of its mapping in the list? */
static bool
is_first_of_mapping(const struct model *m, uint32_t i)
{
	return list_mapping(m, m->flow[i].inside) == &m->flow[i];
}

static uint32_t
list_ports_used(const struct model *m, uint8_t space)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < m->flows; i++)
		used += (uint8_t)m->flow[i].inside == space && is_first_of_mapping(m, i);
	return used;
}

static bool
list_admits(const struct model *m, uint16_t port, uint64_t remote)
{
	if (m->config.filtering == NAT_ENDPOINT_INDEPENDENT)
		return true;
	for (uint32_t i = 0; i < m->flows && m->config.filtering == NAT_ADDRESS_DEPENDENT; i++) {
		if (m->flow[i].port == port && (uint8_t)m->flow[i].remote == (uint8_t)remote &&
		    m->flow[i].remote >> 32 == remote >> 32)
			return true;
	}
	return false;
}

static bool
is_over(const struct model *m, const struct flow *flow)
{
	return m->now - flow->last_active > m->config.timeout[flow->state];
}

/* What a packet does to a flow: NAT-09; what has been closed or reset and stays so is not kept (RFC 7857 section 2.2). */
static void
list_touch(const struct model *m, struct flow *flow, uint8_t flags, bool out)
{
	const uint8_t before = flow->state;

	if ((uint8_t)flow->inside == L4_TCP)
		flow->state = (uint8_t)tcp_state_next((enum session_state)before, flags, out);
	if (flow->state != before || (before != SESSION_TCP_FIN_BOTH && before != SESSION_TCP_RESET))
		flow->last_active = m->now;
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

static struct session *
find_out(const struct model *m, const struct flow *flow)
{
	return nat_find_out(m->nat, nat_hash_out(m->nat, flow->inside, flow->remote), flow->inside, flow->remote);
}

static const char *
compare_flow(const struct model *m, const struct flow *flow)
{
	const struct session *s = find_out(m, flow);

	if (s == NULL)
		return "a session is not found from inside";
	if (s != nat_find_in(m->nat, nat_hash_in(m->nat, flow->port, flow->remote), flow->port, flow->remote))
		return "a session is not found from outside";
	if (s->external_port != flow->port)
		return "the external port of a session changed";
	if (s->inside != flow->inside || s->remote != flow->remote)
		return "a session is somebody else's";
	if (s->state != flow->state || s->last_active != flow->last_active)
		return "state or last activity of a session is wrong";
	if (!portset_contains(&m->set, flow->port))
		return "an external port is not in the set";
	return NULL;
}

static const char *
compare_counts(const struct model *m)
{
	uint32_t mappings = 0;

	for (uint8_t space = 0; space < L4_SPACES; space++) {
		const uint32_t used = list_ports_used(m, space);

		if (ports_used(&m->nat->ports[space]) != used)
			return "the number of ports in use is wrong";
		mappings += used;
	}
	if (m->nat->session_count != m->flows)
		return "the number of sessions is wrong";
	return m->nat->mapping_count != mappings ? "the number of mappings is wrong" : NULL;
}

static const char *
compare_all(const struct model *m)
{
	uint32_t in_wheel = 0;

	for (uint32_t i = 0; i < m->flows; i++) {
		const struct flow *flow = &m->flow[i];
		const char *difference = compare_flow(m, flow);

		if (difference != NULL)
			return difference;
		if (list_port(m, (uint8_t)flow->inside, flow->port)->inside != flow->inside)
			return "two inside endpoints have one external port";
		if (list_mapping(m, flow->inside)->port != flow->port)
			return "one inside endpoint has two external ports";
	}
	for (uint32_t slot = 0; slot < WHEEL_SLOTS; slot++) {
		for (uint32_t id = m->nat->wheel.slot[slot]; id != SESSION_NONE && in_wheel <= SESSIONS;
		     id = m->nat->sessions[id].next)
			in_wheel++;
	}
	for (int i = 0; i < 2; i++) {
		for (uint32_t id = m->nat->closed[i].first; id != SESSION_NONE && in_wheel <= SESSIONS;
		     id = m->nat->sessions[id].next)
			in_wheel++;
	}
	return in_wheel != m->flows ? "the wheel does not have every session once" : compare_counts(m);
}

/* ---- operations ------------------------------------------------------------------------------------------------- */

static uint64_t
some_inside(uint8_t byte, uint8_t space)
{
	return session_end(UINT32_C(0xc0a80102) + byte % HOSTS, (uint16_t)(5000 + byte / HOSTS % PORTS_OF_HOST), space);
}

static uint64_t
some_remote(uint8_t byte, uint8_t space)
{
	const uint16_t port = (uint16_t)(53 + byte / SERVERS % PORTS_OF_SERVER);

	return session_end(UINT32_C(0xc6336409) + byte % SERVERS, space == L4_ICMP_QUERY ? 0 : port, space);
}

/* Why may a flow be refused now? */
static const char *
check_refusal(const struct model *m, uint64_t inside, uint8_t flags, enum drop_reason why)
{
	const bool is_reset = (uint8_t)inside == L4_TCP && (flags & 0x04) != 0;
	const bool needs_port = list_mapping(m, inside) == NULL;
	const bool no_port = list_ports_used(m, (uint8_t)inside) == portset_count(&m->set);

	if (is_reset)
		return why == DROP_nat_no_mapping ? NULL : "a reset was refused for a wrong reason";
	if (why == DROP_nat_no_port) {
		m->count->no_port++;
		return needs_port && no_port ? NULL : "no port, but there is one";
	}
	if (why == DROP_nat_table_full) {
		m->count->table_full++;
		return m->flows == SESSIONS ? NULL : "table full, but it is not";
	}
	return "refused for no reason";
}

static const char *
packet_out(struct model *m)
{
	const uint8_t space = next_byte(m) % L4_SPACES;
	const uint64_t inside = some_inside(next_byte(m), space), remote = some_remote(next_byte(m), space);
	const uint8_t flags = next_byte(m) & 0x17, tcp[TCP_MIN_LEN] = { [12] = 0x50, [13] = flags };
	struct flow *flow = list_find(m, inside, remote);
	const struct flow *mapping = list_mapping(m, inside);
	struct session *s = nat_find_out(m->nat, nat_hash_out(m->nat, inside, remote), inside, remote);
	enum drop_reason why = DROP_COUNT;

	if ((s != NULL) != (flow != NULL))
		return flow != NULL ? "a session is lost" : "a session is found that ended";
	if (s == NULL) {
		s = nat_open_out(m->nat, &(struct nat_opening){ inside, remote, tcp, m->now, m->now * UINT64_C(1000) },
		    &why);
		if (s == NULL)
			return check_refusal(m, inside, flags, why);
		if (m->flows == SESSIONS)
			return "more sessions than the limit";
		if (mapping != NULL && mapping->port != s->external_port)
			return "the mapping depends on the remote endpoint";
		flow = &m->flow[m->flows++];
		*flow = (struct flow){ inside, remote, m->now, s->external_port, s->state };
		m->count->opened++;
	} else {
		m->count->found_out++;
	}
	nat_touch(m->nat, s, tcp, true, m->now);
	list_touch(m, flow, flags, true);
	return compare_flow(m, flow);
}

static const char *
admit(struct model *m, uint8_t space, uint16_t port, uint64_t remote)
{
	const struct flow *mapping = list_port(m, space, port);
	enum drop_reason why = DROP_COUNT;
	struct session passage;

	if (nat_admit(m->nat, port, remote, &passage, &why)) {
		m->count->admitted++;
		if (mapping == NULL || !list_admits(m, port, remote))
			return "a packet was admitted that must not be";
		return passage.inside == mapping->inside ? NULL : "a packet was admitted to somebody else";
	}
	if (mapping == NULL) {
		m->count->unmapped++;
		return why == DROP_nat_no_mapping ? NULL : "there is no mapping";
	}
	m->count->filtered++;
	return why == DROP_nat_filtered && !list_admits(m, port, remote) ? NULL
									 : "a packet was filtered that must pass";
}

static const char *
packet_in(struct model *m)
{
	const uint8_t space = next_byte(m) % L4_SPACES, choice = next_byte(m);
	const uint64_t remote = some_remote(next_byte(m), space);
	const uint8_t flags = next_byte(m) & 0x17, tcp[TCP_MIN_LEN] = { [12] = 0x50, [13] = flags };
	uint16_t port = (uint16_t)(choice << 8 | flags);
	struct session *s;
	struct flow *flow = NULL;

	if (m->flows > 0 && choice < 240)
		port = m->flow[choice % m->flows].port;
	for (uint32_t i = 0; i < m->flows; i++) {
		if (m->flow[i].port == port && m->flow[i].remote == remote)
			flow = &m->flow[i];
	}
	s = nat_find_in(m->nat, nat_hash_in(m->nat, port, remote), port, remote);
	if ((s != NULL) != (flow != NULL))
		return flow != NULL ? "an inbound packet does not find its session"
				    : "an inbound packet finds an ended session";
	if (s == NULL)
		return admit(m, space, port, remote);
	nat_touch(m->nat, s, tcp, false, m->now);
	list_touch(m, flow, flags, false);
	m->count->found_in++;
	return compare_flow(m, flow);
}

/* Takes out of the list what the NAT has ended: only what is over, and with no budget to stop it, all that is over. */
static const char *
expire(struct model *m, uint32_t budget)
{
	const uint32_t before = m->flows, ended = nat_expire(m->nat, m->now, budget);

	for (uint32_t i = 0; i < m->flows;) {
		const bool is_there = find_out(m, &m->flow[i]) != NULL, over = is_over(m, &m->flow[i]);

		if (!is_there && !over)
			return "a session ended before its time";
		if (is_there && over && budget == UINT32_MAX)
			return "a session did not end";
		if (is_there)
			i++;
		else
			m->flow[i] = m->flow[--m->flows];
	}
	m->count->expired += ended;
	return ended != before - m->flows || ended > budget ? "the number of ended sessions is wrong"
							    : compare_counts(m);
}

static const char *
pass_time(struct model *m, uint32_t budget)
{
	const uint8_t byte = next_byte(m);

	m->now += byte < 240 ? byte / 4 : byte < 254 ? (byte - 239u) * 60 : (byte - 253u) * 10000;
	return expire(m, budget);
}

/* Two sets of timeouts; from the one to the other some become shorter and some longer. */
static const uint32_t timeouts[2][SESSION_STATES] = {
	{ 300, 30, 60, 600, 240, 240, 7440, 20000, 7440, 240, 120 },
	{ 120, 40, 90, 500, 240, 300, 9000, 7440, 7440, 30, 240 },
};

static const char *
change(struct model *m)
{
	const uint8_t byte = next_byte(m);
	static uint8_t owner[L4_SPACES][PORTSET_PORTS];
	uint32_t ended;

	if (byte < 250) {
		m->config.filtering = (enum nat_filtering)(byte % 3);
		memcpy(m->config.timeout, timeouts[byte / 3 % 2], sizeof(m->config.timeout));
		nat_set_config(m->nat, &m->config, (nat_owner)owner, 0);
		return compare_all(m);
	}
	m->addr++;
	m->set.psid = (uint16_t)((m->set.psid + 1) & 0x3ff);
	ended = nat_set_external(m->nat, m->addr, &m->set, (nat_owner)owner, 0, m->now);
	if (ended != m->flows)
		return "the number of flushed sessions is wrong";
	m->flows = 0;
	m->count->flushed++;
	return compare_all(m);
}

static const char *
operation(struct model *m)
{
	switch (next_byte(m) % 16) {
	case 0:
		return pass_time(m, UINT32_MAX);
	case 1:
		return pass_time(m, next_byte(m) % 8);
	case 2:
		return change(m);
	case 3:
	case 4:
	case 5:
	case 6:
	case 7:
		return packet_in(m);
	default:
		return packet_out(m);
	}
}

const char *
nat_model_run(const uint8_t *data, size_t size, struct nat_model_count *count)
{
	static uint8_t owner[L4_SPACES][PORTSET_PORTS];
	static void *memory; /* the same for every run: it is large, and nat_init() clears it */
	struct model m = { .random = { .key = { { 1, 2 } } },
		.set = { .psid = 0x134, .psid_len = 10, .offset = 4 },
		.addr = UINT32_C(0xc0000212),
		.count = count,
		.data = data,
		.left = size,
		.config = { .sessions = SESSIONS, .filtering = NAT_ADDRESS_DEPENDENT } };
	const char *difference = NULL;

	memcpy(m.config.timeout, timeouts[0], sizeof(timeouts[0]));
	if (memory == NULL && (memory = aligned_alloc(64, nat_size(&m.config))) == NULL)
		abort();
	m.nat = nat_init(memory, &m.config, &m.random, m.event, 0);
	nat_set_external(m.nat, m.addr, &m.set, (nat_owner)owner, 0, 0);
	for (uint32_t i = 0; m.left > 0 && difference == NULL; i++) {
		difference = operation(&m);
		if (difference == NULL && i % 64 == 0)
			difference = compare_all(&m);
	}
	if (difference == NULL)
		difference = compare_all(&m);
	if (difference == NULL) { /* and at last everything ends */
		m.now += 20001;
		difference = expire(&m, UINT32_MAX);
	}
	if (difference == NULL && (m.flows != 0 || m.nat->session_count != 0))
		difference = "a session lives for ever";
	return difference;
}
