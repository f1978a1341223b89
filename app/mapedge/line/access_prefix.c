/* SPDX-License-Identifier: BSD-3-Clause */
/* Which prefix a CE's line has: one that is delegated by DHCPv6, or the one that its routers advertise. */
#include "line/access_parts.h"
#include "clock.h"
#include "log.h"
#include "timer.h"

uint32_t
access_prefixes(const struct access *access, const struct dhcp6_prefix **prefixes)
{
	const struct ra_state *heard = routers_state(access->routers);
	const struct dhcp6_lease *lease = &access->client.lease;

	*prefixes = access->by_ra ? heard->prefixes : lease->prefixes;
	return access->by_ra ? heard->prefix_count : lease->prefix_count;
}

static bool
is_same(const struct prefix6 *one, const struct prefix6 *other)
{
	return one->addr == other->addr && one->len == other->len;
}

/* The one that is preferred longest; NULL: none. */
static const struct dhcp6_prefix *
find_longest(const struct access *access)
{
	const struct dhcp6_prefix *prefixes, *best = NULL;
	const uint32_t count = access_prefixes(access, &prefixes);

	for (uint32_t i = 0; i < count; i++) {
		if (best == NULL || prefixes[i].preferred_until > best->preferred_until)
			best = &prefixes[i];
	}
	return best;
}

/* The one that the softwire stands on; where it stands on none, the longest. */
static const struct dhcp6_prefix *
find_prefix(const struct access *access)
{
	const struct dhcp6_prefix *prefixes;
	const uint32_t count = access_prefixes(access, &prefixes);

	for (uint32_t i = 0; i < count; i++) {
		if (is_same(&prefixes[i].prefix, &access->prefix))
			return &prefixes[i];
	}
	return find_longest(access);
}

bool
access_is_overtaken(const struct access *access)
{
	const struct dhcp6_prefix *longest = find_longest(access);

	return longest != NULL && !is_same(&longest->prefix, &access->longest);
}

void
access_list_prefixes(const struct access *access, struct line *line)
{
	const struct dhcp6_prefix *prefixes, *sorted[LINE_MAX_PREFIXES];
	const uint32_t count = access_prefixes(access, &prefixes);

	_Static_assert(LINE_MAX_PREFIXES >= DHCP6_MAX_PREFIXES && LINE_MAX_PREFIXES >= RA_MAX_PREFIXES, "all of them");
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = i;

		for (; at > 0 && sorted[at - 1]->preferred_until < prefixes[i].preferred_until; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &prefixes[i];
	}
	line->prefix_count = count;
	for (uint32_t i = 0; i < count; i++)
		line->prefixes[i] = sorted[i]->prefix;
}

/* From nothing: a line with another kind of prefix is another line. */
static void
turn(struct access *access, bool by_ra)
{
	const struct dhcp6_counters counters = access->client.counters;
	const enum dhcp6_state before = access->client.state;

	access->by_ra = by_ra;
	access->config.stateless = by_ra;
	access->config.want_pd = !by_ra;
	access->config.want_na = !by_ra && routers_state(access->routers)->managed;
	log_notice("access: the prefix comes from %s", by_ra ? "router advertisements" : "DHCPv6");
	dhcp6_client_init(&access->client, &access->config, &access->random);
	access->client.counters = counters;
	dhcp6_client_start(&access->client, clock_ms(), NULL, &access->actions);
	access_act(access, before);
	access->news(access->context);
}

/*
 * A line without a prefix by DHCPv6 has one /64 that its routers advertise for hosts: NTT's lines without telephone. Whoever manages
 * addresses by DHCPv6 (M) delegates by it, too.
 */
static bool
has_shared_prefix(const struct access *access)
{
	const struct ra_state *heard = routers_state(access->routers);

	return heard->prefix_count > 0 && !heard->managed;
}

void
access_on_patience(evutil_socket_t fd, short what, void *argument)
{
	struct access *access = argument;

	(void)fd;
	(void)what;
	if (access->kind != CONF_ACCESS_AUTO || access->by_ra || access->client.state == DHCP6_OFF)
		return;
	if (access->client.state == DHCP6_SOLICITING && has_shared_prefix(access)) {
		turn(access, true);
		return;
	}
	access_ask_unheard(access);
	timer_start(access->patience, ACCESS_PATIENCE_MS);
}

/* Of the prefix of router advertisements more is heard. */
static void
follow_shared(struct access *access, bool is_new)
{
	if (access->kind == CONF_ACCESS_AUTO && !has_shared_prefix(access)) {
		turn(access, false);
		timer_start(access->patience, ACCESS_PATIENCE_MS);
	} else if (is_new || access_is_overtaken(access)) {
		access->news(access->context);
	} else {
		access->moved(access->context);
	}
}

void
access_on_routers(void *context, bool is_new)
{
	struct access *access = context;
	const enum dhcp6_state before = access->client.state;

	if (before == DHCP6_OFF)
		return;
	access_tell_sources(access);
	if (access->by_ra) {
		follow_shared(access, is_new);
		return;
	}
	if (!is_new)
		return;
	access_follow_flags(access);
	/* Nothing is asked for, so nobody has to be waited for. */
	if (access->client.state == DHCP6_IDLE && has_shared_prefix(access)) {
		turn(access, true);
		return;
	}
	/* The line may have been renumbered (RFC 8415 section 18.2.12). */
	dhcp6_client_prefixes_moved(&access->client, clock_ms(), &access->actions);
	access_act(access, before);
	access->moved(access->context);
}

void
access_line(const struct access *access, struct lan_line *line)
{
	const struct dhcp6_prefix *prefix = access != NULL ? find_prefix(access) : NULL;

	*line = (struct lan_line){ .has_prefix = prefix != NULL };
	if (prefix != NULL)
		line->prefix = *prefix;
	if (access == NULL)
		return;
	line->is_shared = access->by_ra;
	line->dns = access->client.lease.settings.dns;
	line->domains = &access->client.lease.settings.domains;
	if (line->dns.count == 0)
		line->dns = routers_state(access->routers)->dns;
}

int
access_release(struct access *access, struct error *err)
{
	enum dhcp6_state before;

	if (access == NULL || access->client.state == DHCP6_OFF)
		return error_set(err, ENOENT, "there is no lease: the line is not asked for one");
	if (access->client.lease.prefix_count + access->client.lease.address_count == 0)
		return error_set(err, ENOENT, "there is no lease to give back");
	before = access->client.state;
	dhcp6_client_release(&access->client, clock_ms(), &access->actions);
	access_act(access, before);
	return 0;
}

/* ---- our end ----------------------------------------------------------------------------------------------------- */

/* 0: there is no softwire. */
static u128
our_end(const struct conf *conf)
{
	struct error err;
	struct map_ce ce;

	return !conf->softwires[0].is_down && conf_derive(&conf->softwires[0], &ce, &err) == 0 ? ce.address : 0;
}

/* Our end on the link to the provider; 0: none, or it is not on that link. */
u128
access_end_on_link(const struct access *access, const struct conf *conf)
{
	return access->by_ra ? our_end(conf) : 0;
}

/* Linux has our end as an address where somebody asks for it on the link, or where Linux itself has to speak from it. */
void
access_use(struct access *access, const struct conf *conf)
{
	if (access == NULL)
		return;
	endpoint_set(access->endpoint, access->registrar != NULL ? our_end(conf) : access_end_on_link(access, conf));
	registrar_set(access->registrar, our_end(conf));
}

void
access_on_duplicate(void *context)
{
	struct access *access = context;

	access->duplicate = endpoint_address(access->endpoint);
	access->news(access->context);
}
