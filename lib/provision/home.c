/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/home.h"

#include <inttypes.h>
#include <stdio.h>

#define SUBNET_LEN 64

/* ---- what is given out ------------------------------------------------------------------------------------------ */

static struct prefix6
number(const struct prefix6 *delegated, uint64_t subnet)
{
	return (struct prefix6){ delegated->addr | (u128)subnet << (128 - SUBNET_LEN), SUBNET_LEN };
}

static bool
is_excluded(const struct dhcp6_prefix *delegated, const struct prefix6 *subnet)
{
	const struct prefix6 *exclude = &delegated->exclude;
	const struct prefix6 *shorter = exclude->len < subnet->len ? exclude : subnet;

	return delegated->has_exclude && ((exclude->addr ^ subnet->addr) & mask6(shorter->len)) == 0;
}

int
home_subnet(const struct dhcp6_prefix *delegated, int wanted, struct prefix6 *subnet, struct error *err)
{
	const struct prefix6 *prefix = &delegated->prefix;
	char text[PREFIX_TEXT_SIZE];
	uint64_t last, candidate;

	prefix6_format(prefix, text);
	if (prefix->len > SUBNET_LEN) {
		error_set(err, EINVAL, "the prefix %s has no /64 for the LAN", text);
		error_hint(err, "ask the provider for a /64 at least; or access.prefix_hint");
		return -EINVAL;
	}
	last = prefix->len == 0 ? UINT64_MAX : (UINT64_C(1) << (SUBNET_LEN - prefix->len)) - 1;
	candidate = wanted != HOME_SUBNET_AUTO ? (uint64_t)wanted : last > 0;
	if (candidate > last) {
		error_set(err, EINVAL, "the prefix %s has no /64 of number %d", text, wanted);
		error_hint(err, "subnet: at most %" PRIu64 ", or leave it out", last);
		return -EINVAL;
	}
	*subnet = number(prefix, candidate);
	if (!is_excluded(delegated, subnet))
		return 0;
	if (wanted != HOME_SUBNET_AUTO || candidate == last) {
		error_set(err, EINVAL, "subnet %" PRIu64 " of the prefix %s is the provider's (RFC 6603)", candidate,
		    text);
		error_hint(err, "subnet: another number, or leave it out");
		return -EINVAL;
	}
	/* An excluded part is aligned, so the next one lies behind the whole of it, or there is none. */
	*subnet = number(prefix, candidate + 1);
	if (is_excluded(delegated, subnet))
		*subnet = number(prefix, 0);
	return is_excluded(delegated, subnet) ? error_set(err, EINVAL, "the whole prefix %s is the provider's", text)
					      : 0;
}

uint32_t
home_discard(const struct dhcp6_prefix *delegated, struct prefix6 parts[HOME_MAX_DISCARD])
{
	const struct prefix6 *exclude = &delegated->exclude;
	uint32_t count = 0;

	if (!delegated->has_exclude) {
		parts[0] = delegated->prefix;
		return 1;
	}
	/* At each length the half that the excluded part is not in. */
	for (uint8_t len = (uint8_t)(delegated->prefix.len + 1); len <= exclude->len && count < HOME_MAX_DISCARD; len++)
		parts[count++] = (struct prefix6){ (exclude->addr ^ (u128)1 << (128 - len)) & mask6(len), len };
	return count;
}

/* ---- unique local addresses ------------------------------------------------------------------------------------- */

#define ULA_LEN 48

static const struct prefix6 locally_assigned = { (u128)0xfd << 120, 8 };

struct prefix6
home_ula(uint64_t random)
{
	return (struct prefix6){ locally_assigned.addr | (u128)(random >> 24) << (128 - ULA_LEN), ULA_LEN };
}

bool
home_is_ula(const struct prefix6 *prefix)
{
	return prefix->len == ULA_LEN && prefix6_is_aligned(prefix) &&
	    prefix6_contains(&locally_assigned, prefix->addr);
}

struct prefix6
home_ula_subnet(const struct prefix6 *ula, int number_wanted)
{
	return number(ula, number_wanted == HOME_SUBNET_AUTO ? 1 : (uint64_t)number_wanted);
}

/* ---- what is over ----------------------------------------------------------------------------------------------- */

static bool
is_same(const struct prefix6 *one, const struct prefix6 *other)
{
	return one->addr == other->addr && one->len == other->len;
}

void
home_stale_remove(struct home_stale *stale, const struct prefix6 *prefix)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < stale->count; i++) {
		if (!is_same(&stale->at[i].prefix, prefix))
			stale->at[kept++] = stale->at[i];
	}
	stale->count = kept;
}

void
home_stale_add(struct home_stale *stale, const struct prefix6 *prefix, uint64_t until)
{
	uint32_t at = 0;

	home_stale_remove(stale, prefix);
	if (stale->count < HOME_MAX_STALE)
		at = stale->count++;
	else
		for (uint32_t i = 1; i < HOME_MAX_STALE; i++)
			at = stale->at[i].valid_until < stale->at[at].valid_until ? i : at;
	stale->at[at] = (struct dhcp6_prefix){ .prefix = *prefix, .valid_until = until };
}

bool
home_stale_expire(struct home_stale *stale, uint64_t now)
{
	const uint32_t before = stale->count;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < before; i++) {
		if (stale->at[i].valid_until > now)
			stale->at[kept++] = stale->at[i];
	}
	stale->count = kept;
	return kept != before;
}

size_t
home_stale_write(const struct home_stale *stale, const struct prefix6 *current, char text[HOME_FILE_SIZE])
{
	char prefix[PREFIX_TEXT_SIZE];
	size_t len = 0;

	text[0] = '\0';
	if (current != NULL)
		len += (size_t)snprintf(text, HOME_FILE_SIZE, "%s\n", prefix6_format(current, prefix));
	for (uint32_t i = 0; i < stale->count; i++)
		len += (size_t)snprintf(text + len, HOME_FILE_SIZE - len, "%s\n",
		    prefix6_format(&stale->at[i].prefix, prefix));
	return len;
}

void
home_stale_read(const char *text, uint64_t until, struct home_stale *stale)
{
	char word[PREFIX_TEXT_SIZE];
	struct prefix6 prefix;
	int len;

	stale->count = 0;
	while (sscanf(text, "%49s %n", word, &len) == 1) { /* one less than PREFIX_TEXT_SIZE */
		if (prefix6_parse(word, &prefix) == 0 && prefix.len == SUBNET_LEN && prefix6_is_aligned(&prefix))
			home_stale_add(stale, &prefix, until);
		text += len;
	}
}
