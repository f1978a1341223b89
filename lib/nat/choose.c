/* SPDX-License-Identifier: BSD-3-Clause */
/* Which external port a new session gets: RFC 4787 REQ-1, RFC 6056 section 4, RFC 7857 section 3. docs/napt.md. */
#include "nat/parts.h"

#define SHARE_TRIES 256
#define CLOSED_TRIES 16

bool
choose_is_taken(const struct nat *nat, uint16_t port, uint64_t remote)
{
	return nat_find_in(nat, nat_hash_in(nat, port, remote), port, remote) != NULL;
}

/* May the session share this port? Not the one that it talks to itself: what comes back would be its own. */
static bool
may_share(const struct nat *nat, const struct nat_opening *opening, uint16_t port)
{
	const bool to_us = session_end_addr(opening->remote) == nat->external_addr;

	return !choose_is_taken(nat, port, opening->remote) && !(to_us && session_end_port(opening->remote) == port);
}

/* One of ours that is used already or may be, from a random place on; 0 when none will do. */
static uint16_t
find_shared(struct nat *nat, const struct nat_opening *opening)
{
	struct ports *ports = &nat->ports[(uint8_t)opening->inside];
	const struct port_list *common = &ports->common;
	const uint32_t tries = common->count < SHARE_TRIES ? common->count : SHARE_TRIES;
	uint32_t at = tries > 0 ? random_below(nat->random, common->count) : 0;

	for (uint32_t i = 0; i < tries; i++) {
		const uint16_t port = common->port[at];

		if (may_share(nat, opening, port) && ports_hold(ports, port))
			return port;
		at = at + 1 < common->count ? at + 1 : 0;
	}
	return 0;
}

/* None of ours will do, so one of another worker's; sessions may still be ending on it. */
static uint16_t
borrow_shared(struct nat *nat, const struct nat_opening *opening)
{
	struct ports *ports = &nat->ports[(uint8_t)opening->inside];
	const uint16_t port = ports_borrow(ports, PORT_COMMON, true);

	if (port == 0 || may_share(nat, opening, port))
		return port;
	ports_settle(ports, port, opening->now, 0);
	return 0;
}

static bool
share_port(struct nat *nat, const struct nat_opening *opening, struct choice *choice, enum drop_reason *why)
{
	uint16_t port;

	*why = DROP_nat_no_port;
	if (nat->config.reuse == NAT_REUSE_OFF)
		return false;
	port = find_shared(nat, opening);
	if (port == 0)
		port = borrow_shared(nat, opening);
	*choice = (struct choice){ port, SESSION_SHARES };
	return port != 0;
}

/* Who may share ports does so before borrowing them; those set aside are for whoever needs them, on whichever worker. */
static uint16_t
take_free_port(struct nat *nat, unsigned int space, bool reserved)
{
	struct ports *ports = &nat->ports[space];
	uint16_t port = 0;

	if (reserved)
		port = ports_take(ports, PORT_RESERVED);
	if (reserved && port == 0)
		port = ports_borrow(ports, PORT_RESERVED, false);
	if (port == 0)
		port = ports_take(ports, PORT_COMMON);
	if (port == 0 && nat->config.reuse == NAT_REUSE_OFF)
		port = ports_borrow(ports, PORT_COMMON, false);
	return port;
}

/* A port for a new mapping, 0 when there is none. */
static uint16_t
find_port(struct nat *nat, const struct nat_opening *opening, bool reserved)
{
	const uint8_t space = (uint8_t)opening->inside;
	uint16_t port = take_free_port(nat, space, reserved);

	/* Only TCP closes, and in quarantine a port that is left early helps nobody. */
	if (!nat->config.closed_early || space != L4_TCP || nat->config.quarantine > 0)
		return port;
	for (int i = 0; i < CLOSED_TRIES && port == 0 && expiry_close_oldest(nat, opening->now); i++)
		port = take_free_port(nat, space, reserved);
	return port;
}

static bool
map_port(struct nat *nat, const struct nat_opening *opening, uint32_t host, struct choice *choice,
    enum drop_reason *why)
{
	const bool reserved = policy_reserves(&nat->config, opening->inside);
	const uint8_t space = (uint8_t)opening->inside;
	const uint32_t limit = nat->config.ports_per_host;
	uint16_t port;

	if (nat->config.reuse == NAT_REUSE_ALWAYS && !reserved)
		return share_port(nat, opening, choice, why);
	if (limit != 0 && nat->hosts.host[host].mappings[space] >= limit) {
		if (nat->config.reuse != NAT_REUSE_OFF)
			return share_port(nat, opening, choice, why);
		*why = DROP_nat_host_limit;
		return false;
	}
	port = find_port(nat, opening, reserved);
	if (port == 0)
		return share_port(nat, opening, choice, why);
	if (!mapping_make(nat, opening->inside, port, host)) {
		mapping_let_go(nat, space, port, opening->now);
		*why = DROP_nat_table_full;
		return false;
	}
	*choice = (struct choice){ port, nat->ports[space].port[port].mapping };
	return true;
}

/* Its number stands for the port: one host at a time for each protocol and remote address. */
static bool
without_ports(const struct nat *nat, const struct nat_opening *opening, struct choice *choice, enum drop_reason *why)
{
	*choice = (struct choice){ session_end_port(opening->inside), SESSION_SHARES };
	*why = DROP_nat_no_port;
	return !choose_is_taken(nat, choice->port, opening->remote);
}

bool
choose_port(struct nat *nat, const struct nat_opening *opening, uint32_t host, struct choice *choice,
    enum drop_reason *why)
{
	const uint8_t space = (uint8_t)opening->inside;
	uint16_t port;

	if (space == L4_CALL)
		return calls_choose(nat, opening, choice, why);
	if (space >= L4_SPACES)
		return without_ports(nat, opening, choice, why);
	port = mapping_find(nat, opening->inside);
	if (port == 0)
		return map_port(nat, opening, host, choice, why);
	if (choose_is_taken(nat, port, opening->remote))
		return share_port(nat, opening, choice, why);
	*choice = (struct choice){ port, nat->ports[space].port[port].mapping };
	return true;
}
