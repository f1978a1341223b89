/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/ra_state.h"

#include <string.h>

#define TWO_HOURS_MS 7200000

static uint64_t
after(uint64_t now, uint32_t seconds)
{
	return seconds == UINT32_MAX ? DHCP6_NEVER : now + seconds * UINT64_C(1000);
}

/* Where the provider's addresses are: neither link-local nor unique local (RFC 4193). */
static bool
is_of_use(const struct ra_prefix *heard)
{
	return heard->autonomous && heard->prefix.len == 64 && heard->prefix.addr >> 125 == 1;
}

/*
 * RFC 4862 section 5.5.3 e): who sends a forged advertisement must not be able to take an address away at once, so a prefix
 * stays valid for two hours, or what it has left.
 */
static uint64_t
valid_until(const struct dhcp6_prefix *known, const struct ra_prefix *heard, uint64_t now)
{
	const uint64_t said = after(now, heard->valid), least = now + TWO_HOURS_MS;

	if (said > least || said > known->valid_until)
		return said;
	return known->valid_until < least ? known->valid_until : least;
}

static bool
take_prefix(struct ra_state *state, const struct ra_prefix *heard, uint64_t now)
{
	struct dhcp6_prefix *known = state->prefixes;
	const struct dhcp6_prefix *end = known + state->prefix_count;

	while (known < end && known->prefix.addr != heard->prefix.addr)
		known++;
	if (known < end) {
		known->valid_until = valid_until(known, heard, now);
		known->preferred_until = after(now, heard->preferred);
		return false;
	}
	if (heard->valid == 0 || state->prefix_count == RA_MAX_PREFIXES)
		return false;
	state->prefixes[state->prefix_count++] = (struct dhcp6_prefix){ .prefix = heard->prefix,
		.preferred_until = after(now, heard->preferred),
		.valid_until = after(now, heard->valid) };
	return true;
}

bool
ra_state_take(struct ra_state *state, const struct ra *ra, uint64_t now)
{
	bool news = !state->heard || state->managed != ra->managed || state->other != ra->other;

	state->heard = true;
	state->managed = ra->managed;
	state->other = ra->other;
	for (uint32_t i = 0; i < ra->prefix_count; i++) {
		if (is_of_use(&ra->prefixes[i]))
			news |= take_prefix(state, &ra->prefixes[i], now);
	}
	if (ra->dns.count > 0) {
		news |= ra->dns.count != state->dns.count ||
		    memcmp(ra->dns.addr, state->dns.addr, ra->dns.count * sizeof(ra->dns.addr[0])) != 0;
		state->dns = ra->dns;
		state->dns_until = after(now, ra->dns_lifetime);
	}
	return news;
}

bool
ra_state_expire(struct ra_state *state, uint64_t now)
{
	const uint32_t before = state->prefix_count;
	const bool dns_ends = state->dns.count > 0 && state->dns_until <= now;

	state->prefix_count = 0;
	for (uint32_t i = 0; i < before; i++) {
		if (state->prefixes[i].valid_until > now)
			state->prefixes[state->prefix_count++] = state->prefixes[i];
	}
	if (dns_ends)
		state->dns.count = 0;
	return dns_ends || state->prefix_count != before;
}

uint64_t
ra_state_next(const struct ra_state *state)
{
	uint64_t next = state->dns.count > 0 ? state->dns_until : DHCP6_NEVER;

	for (uint32_t i = 0; i < state->prefix_count; i++)
		next = state->prefixes[i].valid_until < next ? state->prefixes[i].valid_until : next;
	return next;
}
