/* SPDX-License-Identifier: BSD-3-Clause */
/* The addresses of the WAN that DHCPv6 gives, and what is asked for at all: both as the line's routers say (RFC 7084 section 4.2). */
#include "line/access_parts.h"
#include "clock.h"
#include "log.h"

/* ---- addresses of the WAN ---------------------------------------------------------------------------------------- */

void
access_give_addresses(struct access *access)
{
	const struct dhcp6_lease *lease = &access->client.lease;
	struct leased_address addresses[LEASED_MAX];
	const uint64_t now = clock_ms();

	_Static_assert(LEASED_MAX >= DHCP6_MAX_ADDRESSES, "all that a lease has");
	for (uint32_t i = 0; i < lease->address_count; i++) {
		const struct dhcp6_prefix *given = &lease->addresses[i];

		addresses[i] = (struct leased_address){ .addr = given->prefix.addr,
			.lifetimes = { .preferred = dhcp6_seconds_left(given->preferred_until, now),
			    .valid = dhcp6_seconds_left(given->valid_until, now) } };
	}
	leased_set(access->leased, addresses, lease->address_count);
}

void
access_on_tested(void *context, u128 addr, bool is_duplicate)
{
	struct access *access = context;
	const enum dhcp6_state before = access->client.state;
	char text[IP6_TEXT_SIZE];

	if (!is_duplicate) {
		log_notice("dhcpv6: address=%s is in use", ip6_format(addr, text));
		access->moved(access->context);
		return;
	}
	log_notice("dhcpv6: address=%s is declined: somebody else on the line has it", ip6_format(addr, text));
	if (dhcp6_client_decline(&access->client, clock_ms(), addr, &access->actions) == 0)
		access_act(access, before);
}

void
access_addresses(struct access *access)
{
	if (access != NULL)
		sources_addresses(access->sources);
}

void
access_report_addresses(struct access *access)
{
	static const char *const words[] = {
		[ASSIGN_ABSENT] = "absent",
		[ASSIGN_TENTATIVE] = "tentative",
		[ASSIGN_DUPLICATE] = "duplicate",
		[ASSIGN_READY] = "in-use",
	};
	const struct dhcp6_lease *lease = &access->client.lease;

	for (uint32_t i = 0; i < lease->address_count; i++)
		access->report.address_states[i] = words[leased_state(access->leased, lease->addresses[i].prefix.addr)];
}

/* ---- what is asked for -------------------------------------------------------------------------------------------- */

/*
 * RFC 7084 WPD-4, WAA-6: M means addresses, and M or O prefixes. Where the configuration wants a prefix by DHCPv6 it is asked for whatever
 * routers say. What was asked for once stays asked for: routers may be of several minds.
 */
void
access_follow_flags(struct access *access)
{
	const struct ra_state *heard = routers_state(access->routers);
	const enum dhcp6_state before = access->client.state;
	const bool has_prefix = access->kind == CONF_ACCESS_AUTO && (heard->managed || heard->other);

	access->config.want_pd |= has_prefix;
	access->config.want_na |= heard->managed;
	dhcp6_client_want(&access->client, clock_ms(), has_prefix, heard->managed, &access->actions);
	access_act(access, before);
}

/* RFC 7084 leaves open what is right on a line whose routers say nothing: then a prefix is better asked for than not. */
void
access_ask_unheard(struct access *access)
{
	const enum dhcp6_state before = access->client.state;

	if (before != DHCP6_IDLE || routers_state(access->routers)->heard)
		return;
	access->config.want_pd = true;
	dhcp6_client_want(&access->client, clock_ms(), true, false, &access->actions);
	access_act(access, before);
}

/* What was held before the restart goes on being asked for. */
void
access_want_lease(struct access *access, const struct dhcp6_lease *lease)
{
	if (access->config.stateless)
		return;
	access->config.want_pd |= lease->prefix_count > 0;
	access->config.want_na |= lease->address_count > 0;
}

bool
access_say_idle(const struct access *access, char *text, size_t size)
{
	if (access->client.state != DHCP6_IDLE)
		return false;
	snprintf(text, size, "%s",
	    routers_state(access->routers)->heard
		? "the line's routers say that there is nothing by DHCPv6 (M = 0, O = 0); with access.kind = \"pd\" a "
		  "prefix is "
		  "asked for all the same"
		: "waits for a router advertisement; without one a prefix is asked for all the same");
	return true;
}
