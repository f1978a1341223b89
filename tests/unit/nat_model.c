/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat_model.h"

#include <stdlib.h>

#include "nat_list.h"

#define HOSTS 8
#define PORTS_OF_HOST 12
#define SERVERS 3
#define PORTS_OF_SERVER 2

#define CLOSED_EARLY_AFTER 5
#define CLOSED_TRIES 16

struct model {
	struct nat *nat;
	struct bank *bank;
	struct random random;
	uint64_t event[EVENT_COUNT];
	struct list list;
	uint32_t addr;
	struct nat_model_count *count;
	const uint8_t *data;
	size_t left;
};

static uint32_t freed[L4_SPACES][PORTSET_PORTS];

static uint8_t
next_byte(struct model *m)
{
	if (m->left == 0)
		return 0;
	m->left--;
	return *m->data++;
}

/* Made of two bytes: flags, and few small numbers, so that resets are inside windows and outside. */
static struct header
next_header(struct model *m)
{
	const uint8_t flags = next_byte(m) & 0x17, numbers = next_byte(m);
	struct header tcp = { { [12] = 0x50, [13] = flags } };

	store32(tcp.byte + 4, numbers & 15);
	store32(tcp.byte + 8, numbers >> 4 & 3);
	store16(tcp.byte + 14, numbers >> 6);
	return tcp;
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
	if (!portset_contains(&m->list.set, flow->port))
		return "an external port is not in the set";
	return NULL;
}

static const char *
compare_port(const struct model *m, uint8_t space, uint16_t port)
{
	const struct nat_port *it = &m->nat->ports[space].port[port];
	const bool forward = list_forward(&m->list, space, port) != NULL;
	uint32_t sharing, on;

	on = list_on_port(&m->list, space, port, &sharing);
	if (it->sharing != sharing || it->mapped != on - sharing)
		return "the number of sessions on a port is wrong";
	if (it->inside != list_inside(&m->list, space, port))
		return "a port's mapping is wrong";
	if ((it->kind == PORT_FORWARD) != forward)
		return "a forward has not got its port, or keeps it";
	if ((it->rest == PORT_HELD) != (on > 0 && !forward))
		return "a port in use is free, or one that is not in use is not";
	if (it->rest == PORT_AWAY && !forward && m->list.now - m->list.freed[space][port] < m->list.config.quarantine &&
	    m->list.freed[space][port] != 0)
		return "a port has left quarantine too early";
	return NULL;
}

static const char *
compare_counts(const struct model *m)
{
	uint32_t mappings = 0, sharing = 0;

	for (uint8_t space = 0; space < L4_SPACES; space++) {
		uint32_t used = 0, shared = 0, forwards = 0, reserved = 0;

		for (uint32_t i = 0; i < portset_count(&m->list.set); i++) {
			const uint16_t port = portset_port(&m->list.set, i);
			const struct nat_port *it = &m->nat->ports[space].port[port];
			const char *difference = compare_port(m, space, port);

			if (difference != NULL)
				return difference;
			used += it->rest != PORT_AWAY || it->kind == PORT_FORWARD;
			shared += it->sharing > 0;
			forwards += it->kind == PORT_FORWARD;
			reserved += it->kind == PORT_RESERVED;
			mappings += it->kind != PORT_FORWARD && it->inside != 0;
		}
		if (ports_used(&m->nat->ports[space]) != used || m->nat->ports[space].shared != shared)
			return "the number of ports in use or shared is wrong";
		if (m->nat->ports[space].total != portset_count(&m->list.set) ||
		    m->nat->ports[space].common.count + reserved + forwards != portset_count(&m->list.set) ||
		    reserved != m->list.config.reserved_ports)
			return "the ports are not divided as they should be";
	}
	for (uint32_t i = 0; i < m->list.flows; i++)
		sharing += m->list.flow[i].shares;
	if (m->nat->session_count != m->list.flows || m->nat->sharing_count != sharing)
		return "the number of sessions is wrong";
	if (m->event[EVENT_rst_ignored] != m->list.resets_ignored)
		return "the number of ignored resets is wrong";
	return m->nat->mapping_count != mappings ? "the number of mappings is wrong" : NULL;
}

static const char *
compare_all(struct model *m)
{
	uint32_t waiting = 0;

	for (uint32_t i = 0; i < m->list.flows; i++) {
		const struct flow *flow = &m->list.flow[i];
		const char *difference = compare_flow(m, flow);

		if (difference != NULL)
			return difference;
		if (list_find_in(&m->list, flow->port, flow->remote) != flow)
			return "two sessions have one external port and one remote endpoint";
		if (!flow->shares && !flow->stale && list_mapping(&m->list, flow->inside) != flow->port)
			return "one inside endpoint has two mappings";
	}
	for (uint32_t slot = 0; slot < WHEEL_SLOTS; slot++) {
		for (uint32_t id = m->nat->wheel.slot[slot]; id != SESSION_NONE && waiting <= SESSIONS;
		     id = m->nat->sessions[id].next)
			waiting++;
	}
	for (int i = 0; i < NAT_CLOSED_STATES; i++) {
		for (uint32_t id = m->nat->closed[i].first; id != SESSION_NONE && waiting <= SESSIONS;
		     id = m->nat->sessions[id].next)
			waiting++;
	}
	return waiting != m->list.flows ? "not every session waits once for its end" : compare_counts(m);
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

/* ---- the end of flows ------------------------------------------------------------------------------------------- */

/* A closed connection may have ended for a port, but none that was closed later than one that has not. */
static const char *
closed_early(struct model *m, uint32_t *ended, uint32_t *oldest)
{
	uint32_t oldest_left = 0, youngest_gone = UINT32_MAX;

	*ended = 0;
	for (uint32_t i = 0; i < m->list.flows;) {
		const uint32_t age = m->list.now - m->list.flow[i].last_active;
		const bool closed = flow_is_closed(m->list.flow[i].state);

		if (find_out(m, &m->list.flow[i]) != NULL) {
			oldest_left = closed && age > oldest_left ? age : oldest_left;
			i++;
			continue;
		}
		if (!closed || age < CLOSED_EARLY_AFTER || !m->list.config.closed_early)
			return "a session ended for another's port";
		youngest_gone = age < youngest_gone ? age : youngest_gone;
		list_remove(&m->list, &m->list.flow[i]);
		(*ended)++;
	}
	*oldest = oldest_left;
	m->count->closed_early += *ended;
	return *ended > CLOSED_TRIES || youngest_gone < oldest_left ? "not the oldest closed connection ended" : NULL;
}

/* Takes out of the list what the NAT has ended: only what is over, and with no budget to stop it, all that is over. */
static const char *
expire(struct model *m, uint32_t budget)
{
	const uint32_t ended = nat_expire(m->nat, m->list.now, budget);
	uint32_t timed_out = 0;

	for (uint32_t i = 0; i < m->list.flows;) {
		const struct flow *flow = &m->list.flow[i];
		const bool is_there = find_out(m, flow) != NULL, over = list_is_over(&m->list, flow);

		if (!is_there && !over && !flow->stale)
			return "a session ended before its time";
		if (is_there && (over || flow->stale) && budget == UINT32_MAX)
			return "a session did not end";
		if (is_there) {
			i++;
			continue;
		}
		timed_out += !flow->stale;
		list_remove(&m->list, &m->list.flow[i]);
	}
	m->count->expired += ended;
	if (ended > budget || ended != timed_out)
		return "the number of ended sessions is wrong";
	return compare_counts(m);
}

/* ---- new flows -------------------------------------------------------------------------------------------------- */

/* What a NAT that knows the list must do with a new flow. */
enum fate { FATE_MAPPED, FATE_NEW, FATE_SHARES, FATE_REFUSED };

struct forecast {
	enum fate fate;
	enum drop_reason why;
	uint16_t port; /* of the mapping */
	uint32_t free[PORT_FORWARD + 1];
	bool may_close_early;
};

static bool
can_share(struct model *m, uint64_t remote)
{
	const uint8_t space = (uint8_t)remote;

	for (uint32_t i = 0; i < portset_count(&m->list.set) && m->list.config.reuse != NAT_REUSE_OFF; i++) {
		const uint16_t port = portset_port(&m->list.set, i);

		if (m->nat->ports[space].port[port].kind == PORT_COMMON && list_find_in(&m->list, port, remote) == NULL)
			return true;
	}
	return false;
}

static struct forecast
shared_or(struct model *m, uint64_t remote, enum drop_reason why)
{
	return (struct forecast){ can_share(m, remote) ? FATE_SHARES : FATE_REFUSED, .why = why };
}

static struct forecast
forecast(struct model *m, uint64_t inside, uint64_t remote)
{
	const uint8_t space = (uint8_t)inside;
	const bool reserves = list_reserves(&m->list, inside);
	struct forecast f = { FATE_REFUSED, .why = DROP_nat_host_limit, .port = list_mapping(&m->list, inside) };

	if (m->list.config.sessions_per_host != 0 && list_of_host(&m->list, inside) >= m->list.config.sessions_per_host)
		return f;
	f.why = DROP_nat_table_full;
	if (m->list.flows == SESSIONS)
		return f;
	if (f.port != 0) {
		f.fate = FATE_MAPPED;
		return list_find_in(&m->list, f.port, remote) == NULL ? f : shared_or(m, remote, DROP_nat_no_port);
	}
	if (m->list.config.reuse == NAT_REUSE_ALWAYS && !reserves)
		return shared_or(m, remote, DROP_nat_no_port);
	if (m->list.config.ports_per_host != 0 &&
	    list_ports_of_host(&m->list, inside) >= m->list.config.ports_per_host) {
		f.why = DROP_nat_host_limit;
		return m->list.config.reuse == NAT_REUSE_OFF ? f : shared_or(m, remote, DROP_nat_no_port);
	}
	for (uint32_t i = 0; i < portset_count(&m->list.set); i++) {
		const struct nat_port *it = &m->nat->ports[space].port[portset_port(&m->list.set, i)];

		f.free[it->kind] += it->rest == PORT_AWAY; /* compare_port() has seen that this is so */
	}
	f.fate = FATE_NEW;
	if (f.free[PORT_COMMON] > 0 || (reserves && f.free[PORT_RESERVED] > 0))
		return f;
	f = shared_or(m, remote, DROP_nat_no_port);
	f.may_close_early = m->list.config.closed_early && space == L4_TCP && m->list.config.quarantine == 0;
	return f;
}

/* Where the new session must be. */
static const char *
check_opened(struct model *m, const struct forecast *f, const struct session *s, uint32_t ended)
{
	const uint8_t kind = m->nat->ports[s->space].port[s->external_port].kind;
	const bool shares = s->mapping == SESSION_SHARES;

	if (list_find_in(&m->list, s->external_port, s->remote) != NULL)
		return "a port is shared with the same remote endpoint";
	if (f->fate == FATE_MAPPED)
		return !shares && s->external_port == f->port ? NULL : "the mapping depends on the remote endpoint";
	if (f->fate == FATE_REFUSED && ended == 0)
		return "a session was opened that must be refused";
	if (shares) {
		m->count->shared++;
		return f->fate != FATE_NEW && kind == PORT_COMMON ? NULL : "a port is shared that must not be";
	}
	if (f->fate == FATE_SHARES && ended == 0)
		return "a port was given out that is in use";
	if (list_reserves(&m->list, s->inside) && f->free[PORT_RESERVED] > 0)
		return kind == PORT_RESERVED ? NULL : "a reserved port is there and was not taken";
	return kind == PORT_COMMON || (kind == PORT_RESERVED && list_reserves(&m->list, s->inside))
	    ? NULL
	    : "the port is not for this endpoint";
}

static const char *
check_refusal(struct model *m, const struct forecast *f, enum drop_reason why)
{
	m->count->no_port += why == DROP_nat_no_port;
	m->count->table_full += why == DROP_nat_table_full;
	m->count->host_limit += why == DROP_nat_host_limit;
	if (f->fate != FATE_REFUSED)
		return "refused, but there is a port";
	return why == f->why ? NULL : "refused for a wrong reason";
}

static const char *
open_flow(struct model *m, uint64_t inside, uint64_t remote, const struct header *tcp, struct flow **flow)
{
	const struct nat_opening opening = { inside, remote, tcp->byte, m->list.now, m->list.now * UINT64_C(1000) };
	const struct forecast f = forecast(m, inside, remote);
	enum drop_reason why = DROP_COUNT;
	const struct session *s = nat_open_out(m->nat, &opening, &why);
	const char *difference;
	uint32_t ended, oldest;

	*flow = NULL;
	if ((uint8_t)inside == L4_TCP && (tcp->byte[13] & TCP_RST))
		return s == NULL && why == DROP_nat_no_mapping ? NULL : "a reset was not refused";
	difference = closed_early(m, &ended, &oldest);
	if (difference == NULL && ended > 0 && !f.may_close_early)
		difference = "closed connections ended for nothing";
	if (difference == NULL && f.may_close_early && ended < CLOSED_TRIES && oldest >= CLOSED_EARLY_AFTER &&
	    (s == NULL || s->mapping == SESSION_SHARES))
		difference = "a closed connection keeps a port that is wanted";
	if (difference == NULL)
		difference = s == NULL ? check_refusal(m, &f, why) : check_opened(m, &f, s, ended);
	if (difference != NULL || s == NULL)
		return difference;
	*flow = &m->list.flow[m->list.flows++];
	**flow = (struct flow){ inside, remote, m->list.now, s->external_port, s->state, s->mapping == SESSION_SHARES,
		.scaled = (tcp->byte[13] & TCP_SYN) == 0 };
	m->count->opened++;
	return NULL;
}

static const char *
packet_out(struct model *m)
{
	const uint8_t space = next_byte(m) % L4_SPACES;
	const uint64_t inside = some_inside(next_byte(m), space), remote = some_remote(next_byte(m), space);
	const struct header tcp = next_header(m);
	struct flow *flow = list_find(&m->list, inside, remote);
	struct session *s = nat_find_out(m->nat, nat_hash_out(m->nat, inside, remote), inside, remote);
	const char *difference;

	if ((s != NULL) != (flow != NULL))
		return flow != NULL ? "a session is lost" : "a session is found that ended";
	if (s == NULL) {
		difference = open_flow(m, inside, remote, &tcp, &flow);
		if (difference != NULL || flow == NULL)
			return difference;
		s = find_out(m, flow);
	} else {
		m->count->found_out++;
	}
	nat_touch(m->nat, s, tcp.byte, true, m->list.now);
	list_touch(&m->list, flow, &tcp, true);
	return compare_flow(m, flow);
}

static const char *
admit(struct model *m, uint8_t space, uint16_t port, uint64_t remote)
{
	const uint64_t inside = portset_contains(&m->list.set, port) ? list_inside(&m->list, space, port) : 0;
	enum drop_reason why = DROP_COUNT;
	struct session passage;

	if (nat_admit(m->nat, port, remote, &passage, &why)) {
		m->count->admitted++;
		if (inside == 0 || !list_admits(&m->list, port, remote))
			return "a packet was admitted that must not be";
		return passage.inside == inside ? NULL : "a packet was admitted to somebody else";
	}
	if (inside == 0) {
		m->count->unmapped++;
		return why == DROP_nat_no_mapping ? NULL : "there is no mapping";
	}
	m->count->filtered++;
	return why == DROP_nat_filtered && !list_admits(&m->list, port, remote)
	    ? NULL
	    : "a packet was filtered that must pass";
}

static const char *
packet_in(struct model *m)
{
	const uint8_t space = next_byte(m) % L4_SPACES, choice = next_byte(m);
	const uint64_t remote = some_remote(next_byte(m), space);
	const struct header tcp = next_header(m);
	uint16_t port = portset_port(&m->list.set, tcp.byte[13] % portset_count(&m->list.set));
	struct session *s;
	struct flow *flow;

	if (m->list.flows > 0 && choice < 240)
		port = m->list.flow[choice % m->list.flows].port;
	flow = list_find_in(&m->list, port, remote);
	s = nat_find_in(m->nat, nat_hash_in(m->nat, port, remote), port, remote);
	if ((s != NULL) != (flow != NULL))
		return flow != NULL ? "an inbound packet does not find its session"
				    : "an inbound packet finds an ended session";
	if (s == NULL)
		return admit(m, space, port, remote);
	nat_touch(m->nat, s, tcp.byte, false, m->list.now);
	list_touch(&m->list, flow, &tcp, false);
	m->count->found_in++;
	return compare_flow(m, flow);
}

static const char *
pass_time(struct model *m, uint32_t budget)
{
	const uint8_t byte = next_byte(m);

	m->list.now += byte < 240 ? byte / 4 : byte < 254 ? (byte - 239u) * 60 : (byte - 253u) * 10000;
	return expire(m, budget);
}

/* Two sets of timeouts; from the one to the other some become shorter and some longer. */
static const uint32_t timeouts[2][SESSION_STATES] = {
	{ 300, 30, 60, 600, 240, 240, 7440, 7440, 20000, 7440, 240, 120 },
	{ 120, 40, 90, 500, 240, 300, 9000, 9000, 7440, 7440, 30, 240 },
};

static const struct nat_forward *
some_forward(const struct model *m, uint8_t byte)
{
	static struct nat_forward forward;
	const uint16_t port = portset_port(&m->list.set, byte % portset_count(&m->list.set));

	forward = (struct nat_forward){ byte & 1 ? L4_TCP : L4_UDP, port, (uint16_t)(port + (byte >> 6)),
		UINT32_C(0xc0a80102) + byte % HOSTS, (uint16_t)(5000 + byte / HOSTS % PORTS_OF_HOST), 0 };
	return &forward;
}

static void
change_config(struct model *m, uint8_t byte)
{
	const uint8_t more = next_byte(m), last = next_byte(m);

	m->list.config.filtering = (enum nat_filtering)(byte % 3);
	memcpy(m->list.config.timeout, timeouts[byte / 3 % 2], sizeof(m->list.config.timeout));
	m->list.config.reuse = (enum nat_reuse)(more % 3);
	m->list.config.closed_early = more & 0x80;
	m->list.config.quarantine = more & 0x40 ? 30 : 0;
	m->list.config.sessions_per_host = last & 0x80 ? 20 : 0;
	m->list.config.ports_per_host = last & 0x40 ? 3 : 0;
	m->list.config.reserved_ports = last >> 3 & 7;
	m->list.config.policy_count = last & 1;
	m->list.config.policies[0] =
	    (struct nat_policy){ last >> 1 & 1, 1, NAT_ANY_SPACE, 0, 65535, true, NAT_ENDPOINT_INDEPENDENT };
	m->list.config.forward_count = last >> 2 & 1;
	if (m->list.config.forward_count > 0)
		m->list.config.forwards[0] = *some_forward(m, next_byte(m));
}

static uint32_t
set_external(struct model *m)
{
	bank_free(m->bank);
	m->bank = bank_new(&m->list.set, 1);
	if (m->bank == NULL)
		abort();
	return nat_set_external(m->nat, m->addr, m->bank, 0, m->list.now);
}

static const char *
change(struct model *m)
{
	const struct nat_config before = m->list.config;
	const uint8_t byte = next_byte(m);
	uint32_t ended;

	if (byte < 250) {
		change_config(m, byte);
		nat_set_config(m->nat, &m->list.config);
		list_outdate(&m->list, &before);
		list_end_quarantines(&m->list);
		return compare_all(m);
	}
	m->addr++;
	m->list.set.psid = (uint16_t)((m->list.set.psid + 1) & 0x3ff);
	ended = set_external(m);
	if (ended != m->list.flows)
		return "the number of flushed sessions is wrong";
	m->list.flows = 0;
	memset(m->list.freed, 0, sizeof(freed));
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
	static void *memory; /* the same for every run: it is large, and nat_init() clears it */
	struct model m = { .random = { .key = { { 1, 2 } } },
		.list = { .set = { .psid = 0x134, .psid_len = 10, .offset = 4 },
		    .freed = freed,
		    .config = { .sessions = SESSIONS, .filtering = NAT_ADDRESS_DEPENDENT } },
		.addr = UINT32_C(0xc0000212),
		.count = count,
		.data = data,
		.left = size };
	const char *difference = NULL;

	memset(freed, 0, sizeof(freed));
	memcpy(m.list.config.timeout, timeouts[0], sizeof(timeouts[0]));
	if (memory == NULL && (memory = aligned_alloc(64, nat_size(&m.list.config))) == NULL)
		abort();
	m.nat = nat_init(memory, &m.list.config, &m.random, m.event, 0);
	set_external(&m);
	for (uint32_t i = 0; m.left > 0 && difference == NULL; i++) {
		difference = operation(&m);
		if (difference == NULL && i % 64 == 0)
			difference = compare_all(&m);
	}
	if (difference == NULL)
		difference = compare_all(&m);
	if (difference == NULL) { /* and at last everything ends */
		m.list.now += 20001;
		difference = expire(&m, UINT32_MAX);
	}
	count->resets_ignored += m.list.resets_ignored;
	if (difference == NULL && (m.list.flows != 0 || m.nat->session_count != 0))
		difference = "a session lives for ever";
	bank_free(m.bank);
	return difference;
}
