/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/dhcp6_lease.h"

#include <string.h>

#include "provision/dhcp6_internal.h"

/* Prefixes and addresses live in lists of the same shape; their kinds of change are in the same order, this far apart. */
#define ADDRESS (DHCP6_ADDRESS_NEW - DHCP6_PREFIX_NEW)

struct list {
	struct dhcp6_prefix *at;
	uint32_t *count;
	int kind; /* 0 or ADDRESS: to add to DHCP6_PREFIX_... */
};

static struct list
prefixes(struct dhcp6_lease *lease)
{
	return (struct list){ lease->prefixes, &lease->prefix_count, 0 };
}

static struct list
addresses(struct dhcp6_lease *lease)
{
	return (struct list){ lease->addresses, &lease->address_count, ADDRESS };
}

uint64_t
dhcp6_after(uint64_t now, uint32_t seconds)
{
	return seconds == DHCP6_INFINITY ? DHCP6_NEVER : now + seconds * UINT64_C(1000);
}

uint32_t
dhcp6_seconds_left(uint64_t until, uint64_t now)
{
	const uint64_t left = until > now ? (until - now) / 1000 : 0;

	if (until == DHCP6_NEVER)
		return DHCP6_INFINITY;
	return left < DHCP6_INFINITY ? (uint32_t)left : DHCP6_INFINITY - 1;
}

bool
dhcp6_lease_is_empty(const struct dhcp6_lease *lease)
{
	return lease->prefix_count == 0 && lease->address_count == 0;
}

uint64_t
dhcp6_lease_next_end(const struct dhcp6_lease *lease)
{
	uint64_t end = DHCP6_NEVER;

	for (uint32_t i = 0; i < lease->prefix_count; i++)
		if (lease->prefixes[i].valid_until < end)
			end = lease->prefixes[i].valid_until;
	for (uint32_t i = 0; i < lease->address_count; i++)
		if (lease->addresses[i].valid_until < end)
			end = lease->addresses[i].valid_until;
	return end;
}

static void
note(struct dhcp6_actions *actions, int kind, const struct prefix6 *prefix)
{
	actions->keep = true;
	if (actions->change_count < DHCP6_MAX_CHANGES)
		actions->changes[actions->change_count++] =
		    (struct dhcp6_change){ (enum dhcp6_change_kind)kind, *prefix };
}

static void
take_out(struct list list, uint32_t index, int kind, struct dhcp6_actions *actions)
{
	note(actions, list.kind + kind, &list.at[index].prefix);
	--*list.count;
	memmove(&list.at[index], &list.at[index + 1], (*list.count - index) * sizeof(list.at[0]));
}

static void
take_out_ended(struct list list, uint64_t now, struct dhcp6_actions *actions)
{
	for (uint32_t i = *list.count; i-- > 0;)
		if (list.at[i].valid_until <= now)
			take_out(list, i, DHCP6_PREFIX_EXPIRED, actions);
}

static void
forget_softwire(struct dhcp6_lease *lease, struct dhcp6_actions *actions)
{
	if (lease->settings.softwire_len > 0)
		actions->softwire_changed = true;
	lease->settings.softwire_len = 0;
}

void
dhcp6_lease_expire(struct dhcp6_lease *lease, uint64_t now, struct dhcp6_actions *actions)
{
	const bool had_prefix = lease->prefix_count > 0;

	take_out_ended(prefixes(lease), now, actions);
	take_out_ended(addresses(lease), now, actions);
	if (had_prefix && lease->prefix_count == 0)
		forget_softwire(lease, actions);
}

void
dhcp6_lease_withdraw(struct dhcp6_lease *lease, struct dhcp6_actions *actions)
{
	while (lease->prefix_count > 0)
		take_out(prefixes(lease), lease->prefix_count - 1, DHCP6_PREFIX_WITHDRAWN, actions);
	while (lease->address_count > 0)
		take_out(addresses(lease), lease->address_count - 1, DHCP6_PREFIX_WITHDRAWN, actions);
	memset(&lease->settings, 0, sizeof(lease->settings));
	actions->settings_changed = actions->softwire_changed = true;
}

void
dhcp6_lease_announce(const struct dhcp6_lease *lease, struct dhcp6_actions *actions)
{
	for (uint32_t i = 0; i < lease->prefix_count; i++)
		note(actions, DHCP6_PREFIX_NEW, &lease->prefixes[i].prefix);
	for (uint32_t i = 0; i < lease->address_count; i++)
		note(actions, DHCP6_ADDRESS_NEW, &lease->addresses[i].prefix);
	actions->settings_changed = true;
	actions->softwire_changed = true;
}

static uint32_t
find(struct list list, const struct prefix6 *prefix)
{
	uint32_t i = 0;

	while (i < *list.count && (list.at[i].prefix.addr != prefix->addr || list.at[i].prefix.len != prefix->len))
		i++;
	return i;
}

bool
dhcp6_lease_remove_address(struct dhcp6_lease *lease, u128 addr, struct dhcp6_actions *actions)
{
	const uint32_t i = find(addresses(lease), &(struct prefix6){ addr, 128 });

	if (i == lease->address_count)
		return false;
	take_out(addresses(lease), i, DHCP6_PREFIX_WITHDRAWN, actions);
	return true;
}

/* True unless it is of no use: the end of what we never had, or one more than we have room for. */
static bool
apply_given(struct list list, const struct dhcp6_given *given, uint64_t now, struct dhcp6_actions *actions)
{
	const uint32_t i = find(list, &given->prefix);
	const bool known = i < *list.count;

	if (given->valid == 0 && known)
		take_out(list, i, DHCP6_PREFIX_WITHDRAWN, actions);
	if (given->valid == 0 || i == DHCP6_MAX_PREFIXES)
		return known && given->valid == 0;
	list.at[i] = (struct dhcp6_prefix){ .prefix = given->prefix,
		.preferred_until = dhcp6_after(now, given->preferred),
		.valid_until = dhcp6_after(now, given->valid),
		.has_exclude = given->has_exclude,
		.exclude = given->exclude };
	*list.count += !known;
	note(actions, list.kind + (known ? DHCP6_PREFIX_LIFETIME : DHCP6_PREFIX_NEW), &given->prefix);
	return true;
}

/* Until the first binding is no longer preferred or, where that is over, valid: ms. */
static uint64_t
shortest(struct list list, uint64_t now)
{
	uint64_t least = DHCP6_NEVER;

	for (uint32_t i = 0; i < *list.count; i++) {
		const struct dhcp6_prefix *binding = &list.at[i];
		const uint64_t until = binding->preferred_until > now ? binding->preferred_until : binding->valid_until;

		if (until != DHCP6_NEVER && until - now < least)
			least = until - now;
	}
	return least;
}

static uint64_t
part_of(uint64_t now, uint64_t ms, uint32_t percent)
{
	return ms == DHCP6_NEVER ? DHCP6_NEVER : now + ms * percent / 100;
}

/* Section 14.2: times that the server leaves to us are in the proportions that section 21.21 recommends. */
static void
choose_times(struct list list, const struct dhcp6_ia *ia, uint64_t now, struct dhcp6_times *times)
{
	const uint64_t lifetime = shortest(list, now), t1 = dhcp6_after(0, ia->t1), t2 = dhcp6_after(0, ia->t2);

	if (ia->t2 > 0)
		times->rebind_at = dhcp6_after(now, ia->t2);
	else
		times->rebind_at = ia->t1 > 0 ? part_of(now, t1, 160) : part_of(now, lifetime, 80);
	if (ia->t1 > 0)
		times->renew_at = dhcp6_after(now, ia->t1);
	else
		times->renew_at = ia->t2 > 0 ? part_of(now, t2, 62) : part_of(now, lifetime, 50);
}

static bool
apply(struct list list, const struct dhcp6_ia *ia, uint64_t now, struct dhcp6_times *times,
    struct dhcp6_actions *actions)
{
	bool useful = false;

	if (!ia->present || ia->status != DHCP6_STATUS_SUCCESS)
		return false;
	for (uint32_t i = 0; i < ia->count; i++)
		if (apply_given(list, &ia->given[i], now, actions))
			useful = true;
	if (useful)
		choose_times(list, ia, now, times);
	return useful;
}

bool
dhcp6_lease_apply_pd(struct dhcp6_lease *lease, const struct dhcp6_ia *ia, uint64_t now, struct dhcp6_times *times,
    struct dhcp6_actions *actions)
{
	return apply(prefixes(lease), ia, now, times, actions);
}

bool
dhcp6_lease_apply_na(struct dhcp6_lease *lease, const struct dhcp6_ia *ia, uint64_t now, struct dhcp6_times *times,
    struct dhcp6_actions *actions)
{
	return apply(addresses(lease), ia, now, times, actions);
}
