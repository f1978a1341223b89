/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Router advertisements, one after the other: length (16 bits), bytes, with some time between. What is read of each is possible and can be
 * written; what holds afterwards is of use, has not ended, and never lasts for ever less than two hours once it was valid for longer.
 */
#include "fuzz.h"
#include "provision/ra_state.h"

#define STEP_MS 600000

static void
check_read(const struct ra *ra)
{
	uint8_t data[RA_MAX_LEN];
	struct ra again;

	require(ra->prefix_count <= RA_MAX_PREFIXES && ra->dns.count <= DHCP6_MAX_SERVERS,
	    "more than there is room for");
	require(ra->dns.count == 0 || ra->dns_lifetime > 0, "servers that have ended");
	for (uint32_t i = 0; i < ra->prefix_count; i++) {
		require(ra->prefixes[i].preferred <= ra->prefixes[i].valid, "preferred longer than valid");
		require(prefix6_is_aligned(&ra->prefixes[i].prefix), "bits behind the prefix");
	}
	require(ra_read(data, ra_write(ra, data), &again) == 0, "what was written cannot be read");
	require(again.prefix_count == ra->prefix_count && again.router_lifetime == ra->router_lifetime,
	    "written wrongly");
}

static void
check_state(const struct ra_state *state, uint64_t now)
{
	for (uint32_t i = 0; i < state->prefix_count; i++) {
		const struct dhcp6_prefix *prefix = &state->prefixes[i];

		require(prefix->prefix.len == 64 && prefix->prefix.addr >> 125 == 1, "a prefix that is of no use");
		require(prefix->valid_until > now, "a prefix that has ended");
		for (uint32_t j = 0; j < i; j++)
			require(state->prefixes[j].prefix.addr != prefix->prefix.addr, "a prefix twice");
	}
	require(ra_state_next(state) > now, "the next moment is over");
}

/* RFC 4862 section 5.5.3 e). */
static void
check_two_hours(const struct ra_state *before, const struct ra_state *after, uint64_t now)
{
	for (uint32_t i = 0; i < before->prefix_count; i++) {
		const uint64_t had = before->prefixes[i].valid_until, least = now + 7200000;

		require(after->prefixes[i].valid_until >= (had < least ? had : least), "valid for less than two hours");
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ra_state state = { 0 }, before;
	uint64_t now = 1;

	while (size >= 2) {
		const size_t wanted = (size_t)data[0] << 8 | data[1], len = wanted < size - 2 ? wanted : size - 2;
		struct ra ra;

		if (ra_read(data + 2, len, &ra) == 0) {
			check_read(&ra);
			before = state;
			ra_state_take(&state, &ra, now);
			check_two_hours(&before, &state, now);
		}
		ra_state_expire(&state, now);
		check_state(&state, now);
		now += STEP_MS;
		data += 2 + len;
		size -= 2 + len;
	}
	return 0;
}
