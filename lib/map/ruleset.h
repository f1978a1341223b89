/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rule sets: many rules, found by longest match from either side (RFC 7597 section 5).
 *
 * From the IPv4 side, which every packet asks, a trie answers with at most three loads (map/trie4.h). From the IPv6 side, which only set-up and rejected packets ask, it is a binary search over the sorted prefixes.
 *
 * A rule set is built once and then const; a new one replaces it as a whole.
 */
#ifndef MAPEDGE_MAP_RULESET_H
#define MAPEDGE_MAP_RULESET_H

#include <stddef.h>

#include "map/rule.h"
#include "map/trie4.h"

#define RULESET_MAX_RULES 1000000u

/* An IPv6 prefix in the sorted order, with the nearest one that encloses it. */
struct ruleset_prefix6 {
	u128 addr;
	uint32_t rule;
	uint32_t parent; /* index into by6, MAP_NO_RULE at the top */
	uint8_t len;
};

struct ruleset {
	unsigned int users; /* who holds it: ruleset_free() */
	uint32_t count;
	struct map_rule *rules;      /* in the order of the specs */
	struct map_rule_spec *specs; /* the same rules, for people */
	struct ruleset_prefix6 *by6; /* sorted by address, then length */
	struct trie4 by4;            /* value: rule index + 1 */
};

/*
 * Checks every rule by itself and against the others and builds the set. NULL with the reason in err, and the index of
 * the rule it is about in *bad, when: a rule is invalid; two have the same IPv6 prefix; two have the same IPv4 prefix
 * without being one-to-one rules with different PSIDs; overlapping IPv4 prefixes have different offset or PSID length
 * (RFC 7597 section 5.1: a and k are equal for all CEs that share an address). Free with ruleset_free().
 */
struct ruleset *ruleset_build(const struct map_rule_spec *specs, uint32_t count, uint32_t *bad, struct error *err);

/* One user less; the last one frees. The first is who has built it, who else wants it counts itself in. NULL is allowed. */
void ruleset_free(struct ruleset *set);

/* Index of the rule that is the longest match of the address on Rule IPv6 prefixes, or MAP_NO_RULE. */
uint32_t ruleset_find6(const struct ruleset *set, u128 addr);

/*
 * The rule that is the longest match of the address on Rule IPv4 prefixes, or NULL. Among one-to-one rules of one
 * address it is the one whose PSID the port has, or else the last; ask map_rule_owns() next.
 */
static inline const struct map_rule *
ruleset_find4(const struct ruleset *set, uint32_t addr, uint16_t port)
{
	const uint32_t entry = trie4_find(&set->by4, addr);
	const struct map_rule *rule;

	if (entry == 0)
		return NULL;

	rule = &set->rules[entry - 1];
	while (unlikely(rule->next != MAP_NO_RULE) && map_rule_psid(rule, port) != rule->psid_fixed)
		rule = &set->rules[rule->next];
	return rule;
}

#endif
