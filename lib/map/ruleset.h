/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rule sets: many rules, found by longest match from either side (RFC 7597 section 5).
 *
 * From the IPv4 side, which every packet asks, a trie answers with at most three loads (map/trie4.h). From the IPv6 side,
 * which only set-up and rejected packets ask, it is a binary search over the sorted prefixes. Bound rules (pools) are on the
 * IPv4 side only.
 *
 * A rule set is built once and then const; a new one replaces it as a whole.
 */
#ifndef MAPEDGE_MAP_RULESET_H
#define MAPEDGE_MAP_RULESET_H

#include <stddef.h>

#include "map/rule.h"
#include "map/trie4.h"

#define RULESET_MAX_RULES 1000000u

/* A Rule IPv6 prefix in the sorted order, with the nearest one that encloses it. */
struct ruleset_place6 {
	uint64_t upper; /* half of the address, so that a search need not look at every rule */
	uint32_t rule;
	uint32_t parent; /* index into by6, MAP_NO_RULE at the top */
};

struct ruleset {
	unsigned int users; /* who holds it: ruleset_free() */
	uint32_t count;
	uint32_t count6;            /* of them not bound: each has its place in by6 */
	struct map_rule *rules;     /* in the order of the specs */
	struct ruleset_place6 *by6; /* sorted by address, then length */
	struct trie4 by4;           /* value: rule index + 1 */
};

/*
 * Checks every rule by itself and against the others and builds the set. NULL with the reason in err, and the index of
 * the rule it is about in *bad, when a rule is invalid or two contradict each other. Free with ruleset_free().
 */
struct ruleset *ruleset_build(const struct map_rule_spec *specs, uint32_t count, uint32_t *bad, struct error *err);

/*
 * May two rules, each valid by itself, stand in one set? 0, or -EINVAL with the reason when they have the same IPv6
 * prefix; or the same IPv4 prefix without being one-to-one rules with different PSIDs; or overlapping IPv4 prefixes with
 * different offset or PSID length (RFC 7597 section 5.1: a and k are equal for all CEs that share an address).
 */
int ruleset_check_pair(const struct map_rule_spec *one, const struct map_rule_spec *other, struct error *err);

/* One user less; the last one frees. The first is who has built it, who else wants it counts itself in. NULL is allowed. */
void ruleset_free(struct ruleset *set);

/* Index of the rule that is the longest match of the address on Rule IPv6 prefixes, or MAP_NO_RULE. */
uint32_t ruleset_find6(const struct ruleset *set, u128 addr);

/*
 * The rule that is the longest match of the address on Rule IPv4 prefixes, or NULL. Of one-to-one rules of one address it
 * is the first; ruleset_choose() next. The rule itself is not read, so it may be prefetched meanwhile.
 */
static INLINED const struct map_rule *
ruleset_match4(const struct ruleset *set, uint32_t addr)
{
	const uint32_t entry = trie4_find(&set->by4, addr);

	return entry == 0 ? NULL : &set->rules[entry - 1];
}

/*
 * Among one-to-one rules of one address, the one whose PSID the port has, or else the last; ask map_rule_owns() next.
 * Any other rule is the answer itself.
 */
static inline const struct map_rule *
ruleset_choose(const struct ruleset *set, const struct map_rule *rule, uint16_t port)
{
	while (unlikely(rule->next != MAP_NO_RULE) && map_rule_psid(rule, port) != rule->psid_fixed)
		rule = &set->rules[rule->next];
	return rule;
}

/* Both at once; NULL when no rule has the address. */
static inline const struct map_rule *
ruleset_find4(const struct ruleset *set, uint32_t addr, uint16_t port)
{
	const struct map_rule *rule = ruleset_match4(set, addr);

	return rule == NULL ? NULL : ruleset_choose(set, rule, port);
}

#endif
