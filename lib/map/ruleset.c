/* SPDX-License-Identifier: BSD-3-Clause */
#include "map/ruleset.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/pages.h"

/* ---- the IPv6 side ---------------------------------------------------------------------------------------------- */

static const struct map_rule *
rule_at(const struct ruleset *set, uint32_t place)
{
	return &set->rules[set->by6[place].rule];
}

static int
compare_place6(const void *one, const void *other, void *rules)
{
	const struct map_rule *a = (const struct map_rule *)rules + ((const struct ruleset_place6 *)one)->rule;
	const struct map_rule *b = (const struct map_rule *)rules + ((const struct ruleset_place6 *)other)->rule;

	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	return (int)a->v6_len - (int)b->v6_len;
}

static bool
contains6(const struct map_rule *rule, u128 addr)
{
	return ((rule->base ^ addr) & mask6(rule->v6_len)) == 0;
}

/* In sorted order an enclosing prefix stands before what it encloses, so the previous one's parents are candidates. */
static int
link_prefixes6(struct ruleset *set, uint32_t *bad, struct error *err)
{
	for (uint32_t i = 0; i < set->count; i++) {
		if (!set->rules[i].bound)
			set->by6[set->count6++] =
			    (struct ruleset_place6){ .upper = (uint64_t)(set->rules[i].base >> 64), .rule = i };
	}
	qsort_r(set->by6, set->count6, sizeof(set->by6[0]), compare_place6, set->rules);

	for (uint32_t i = 0; i < set->count6; i++) {
		const struct map_rule *rule = rule_at(set, i);
		uint32_t parent = i == 0 ? MAP_NO_RULE : i - 1;

		while (parent != MAP_NO_RULE && !contains6(rule_at(set, parent), rule->base))
			parent = set->by6[parent].parent;
		set->by6[i].parent = parent;
		if (parent == MAP_NO_RULE)
			continue;
		if (rule_at(set, parent)->v6_len == rule->v6_len) {
			const struct map_rule_spec one = map_rule_spec_of(rule_at(set, parent));
			const struct map_rule_spec other = map_rule_spec_of(rule);

			*bad = set->by6[i].rule;
			return ruleset_check_pair(&one, &other, err);
		}
		set->rules[set->by6[parent].rule].shadowed = true;
	}
	return 0;
}

static bool
starts_behind(const struct ruleset *set, uint32_t place, u128 addr)
{
	const uint64_t upper = (uint64_t)(addr >> 64);

	return set->by6[place].upper != upper ? set->by6[place].upper > upper : rule_at(set, place)->base > addr;
}

uint32_t
ruleset_find6(const struct ruleset *set, u128 addr)
{
	uint32_t low = 0, high = set->count6, at;

	while (low < high) { /* first prefix that starts behind the address */
		const uint32_t middle = low + (high - low) / 2;

		if (starts_behind(set, middle, addr))
			high = middle;
		else
			low = middle + 1;
	}
	for (at = low == 0 ? MAP_NO_RULE : low - 1; at != MAP_NO_RULE; at = set->by6[at].parent) {
		if (contains6(rule_at(set, at), addr))
			return set->by6[at].rule;
	}
	return MAP_NO_RULE;
}

/* ---- the IPv4 side ---------------------------------------------------------------------------------------------- */

struct order4 {
	struct prefix4 ipv4;
	uint16_t psid;
	uint32_t rule;
	uint32_t parent; /* index into the order, MAP_NO_RULE at the top */
	uint32_t first;  /* rule of the same prefix on which the others hang: the one that the trie finds */
};

static int
compare_order4(const void *one, const void *other)
{
	const struct order4 *a = one, *b = other;

	if (a->ipv4.addr != b->ipv4.addr)
		return a->ipv4.addr < b->ipv4.addr ? -1 : 1;
	if (a->ipv4.len != b->ipv4.len)
		return (int)a->ipv4.len - (int)b->ipv4.len;
	if (a->psid != b->psid)
		return (int)a->psid - (int)b->psid;
	return a->rule < b->rule ? -1 : 1;
}

static int
compare_length4(const void *one, const void *other)
{
	const struct order4 *a = one, *b = other;

	if (a->ipv4.len != b->ipv4.len)
		return (int)a->ipv4.len - (int)b->ipv4.len;
	return compare_order4(one, other);
}

#define RULE_NAME_SIZE (PREFIX_TEXT_SIZE + 5)

/* What people call a rule in an error: "rule 2001:db8::/40". */
static const char *
name_rule(const struct map_rule_spec *spec, char name[RULE_NAME_SIZE])
{
	char prefix[PREFIX_TEXT_SIZE];

	if (spec->bound)
		snprintf(name, RULE_NAME_SIZE, "pool %s", prefix4_format(&spec->ipv4, prefix));
	else
		snprintf(name, RULE_NAME_SIZE, "rule %s", prefix6_format(&spec->ipv6, prefix));
	return name;
}

/* May two rules stand on overlapping IPv4 space? `inner` is the same prefix as `outer` or inside it. */
static int
check_overlap4(const struct map_rule_spec *outer, const struct map_rule_spec *inner, struct error *err)
{
	const bool same = outer->ipv4.len == inner->ipv4.len;
	const uint8_t outer_k = map_rule_psid_len(outer), inner_k = map_rule_psid_len(inner);
	char text[PREFIX_TEXT_SIZE], one[RULE_NAME_SIZE], other[RULE_NAME_SIZE];

	name_rule(outer, one);
	name_rule(inner, other);
	if (outer_k > 0 && inner_k > 0 && (outer_k != inner_k || outer->psid_offset != inner->psid_offset))
		return error_set(err, EINVAL,
		    "%s and %s share IPv4 addresses of %s, but offset/PSID length are %u/%u and %u/%u", one, other,
		    prefix4_format(&inner->ipv4, text), outer->psid_offset, outer_k, inner->psid_offset, inner_k);
	if (!same)
		return 0;
	if (outer_k == 0 || inner_k == 0 || !outer->has_psid || !inner->has_psid)
		return error_set(err, EINVAL, "%s and %s have the same Rule IPv4 prefix %s", one, other,
		    prefix4_format(&inner->ipv4, text));
	if (outer->psid == inner->psid)
		return error_set(err, EINVAL, "%s and %s have the same IPv4 address %s and PSID 0x%x", one, other,
		    prefix4_format(&inner->ipv4, text), inner->psid);
	return 0;
}

int
ruleset_check_pair(const struct map_rule_spec *one, const struct map_rule_spec *other, struct error *err)
{
	const bool one_is_outer = one->ipv4.len <= other->ipv4.len;
	const struct map_rule_spec *outer = one_is_outer ? one : other, *inner = one_is_outer ? other : one;
	char text[PREFIX_TEXT_SIZE];

	if (!one->bound && !other->bound && one->ipv6.addr == other->ipv6.addr && one->ipv6.len == other->ipv6.len)
		return error_set(err, EINVAL, "two rules have the Rule IPv6 prefix %s",
		    prefix6_format(&one->ipv6, text));
	return prefix4_contains(&outer->ipv4, inner->ipv4.addr) ? check_overlap4(outer, inner, err) : 0;
}

static int
check_order4(const struct ruleset *set, struct order4 *order, uint32_t *bad, struct error *err)
{
	for (uint32_t i = 0; i < set->count; i++) {
		const struct map_rule_spec spec = map_rule_spec_of(&set->rules[order[i].rule]);
		uint32_t at = i == 0 ? MAP_NO_RULE : i - 1;

		while (at != MAP_NO_RULE && !prefix4_contains(&order[at].ipv4, spec.ipv4.addr))
			at = order[at].parent;
		order[i].parent = at;
		/* A one-to-one neighbour stands for those before it: they have been compared with each other. */
		for (; at != MAP_NO_RULE; at = order[at].parent) {
			const struct map_rule_spec outer = map_rule_spec_of(&set->rules[order[at].rule]);

			*bad = order[i].rule;
			if (check_overlap4(&outer, &spec, err) < 0)
				return -EINVAL;
			if (outer.ipv4.len == spec.ipv4.len) {
				order[i].parent = order[at].parent;
				order[i].first = order[at].first;
				set->rules[order[at].rule].next = order[i].rule;
				break;
			}
		}
		/* The PSIDs of the address that no one-to-one rule has are the enclosing rule's. */
		at = order[i].parent;
		if (spec.has_psid && at != MAP_NO_RULE && set->rules[order[at].rule].psid_mask != 0)
			set->rules[order[i].rule].next = order[at].first;
	}
	return 0;
}

static int
link_prefixes4(struct ruleset *set, uint32_t *bad, struct error *err)
{
	struct order4 *order = calloc(set->count + 1, sizeof(*order));
	int rc = 0;

	if (order == NULL)
		return error_set(err, ENOMEM, "out of memory for %u rules", set->count);
	for (uint32_t i = 0; i < set->count; i++) {
		const struct map_rule *rule = &set->rules[i];

		order[i] = (struct order4){ .ipv4 = { rule->v4_base, rule->v4_len },
			.psid = rule->psid_fixed,
			.rule = i,
			.parent = MAP_NO_RULE,
			.first = i };
	}
	qsort(order, set->count, sizeof(*order), compare_order4);
	rc = check_order4(set, order, bad, err);

	qsort(order, set->count, sizeof(*order), compare_length4);
	for (uint32_t i = 0; i < set->count && rc == 0; i++) {
		/* Of one-to-one rules on one address only the first is in the trie: the others hang on it. */
		if (i > 0 && order[i].ipv4.len == order[i - 1].ipv4.len && order[i].ipv4.addr == order[i - 1].ipv4.addr)
			continue;
		if (trie4_add(&set->by4, &order[i].ipv4, order[i].rule + 1) < 0)
			rc = error_set(err, ENOMEM, "out of memory for %u rules", set->count);
	}
	free(order);
	return rc;
}

/* ---- the set ---------------------------------------------------------------------------------------------------- */

struct ruleset *
ruleset_build(const struct map_rule_spec *specs, uint32_t count, uint32_t *bad, struct error *err)
{
	struct ruleset *set = calloc(1, sizeof(*set));

	*bad = 0;
	if (set == NULL)
		goto no_memory;
	set->users = 1;
	if (count > RULESET_MAX_RULES) {
		error_set(err, EINVAL, "%u rules are more than %u", count, RULESET_MAX_RULES);
		goto fail;
	}
	set->count = count;
	set->rules = pages_alloc((size_t)(count + 1) * sizeof(*set->rules));
	set->by6 = calloc(count + 1, sizeof(*set->by6));
	if (set->rules == NULL || set->by6 == NULL)
		goto no_memory;
	for (uint32_t i = 0; i < count; i++) {
		*bad = i;
		if (map_rule_compile(&specs[i], &set->rules[i], err) < 0)
			goto fail;
	}
	if (link_prefixes6(set, bad, err) < 0 || link_prefixes4(set, bad, err) < 0)
		goto fail;
	return set;

no_memory:
	error_set(err, ENOMEM, "out of memory for %u rules", count);
fail:
	ruleset_free(set);
	return NULL;
}

void
ruleset_free(struct ruleset *set)
{
	if (set == NULL || --set->users > 0)
		return;
	free(set->rules);
	free(set->by6);
	trie4_clear(&set->by4);
	free(set);
}
