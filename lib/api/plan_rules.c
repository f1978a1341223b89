/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of a softwire or domain, before and after: whose meaning changes is what CEs notice. */
#include <stdio.h>
#include <stdlib.h>

#include "api/plan_parts.h"

/* By prefix, which no two rules of a domain share. */
static int
compare(const void *a, const void *b)
{
	const struct map_rule_spec *const *one = a, *const *other = b;

	if ((*one)->ipv6.addr != (*other)->ipv6.addr)
		return (*one)->ipv6.addr < (*other)->ipv6.addr ? -1 : 1;
	return (*one)->ipv6.len - (*other)->ipv6.len;
}

/* NULL: out of memory. */
static const struct map_rule_spec **
sorted(const struct conf_softwire *softwire)
{
	const struct map_rule_spec **list = malloc((softwire->rule_count + 1) * sizeof(*list));

	for (size_t i = 0; list != NULL && i < softwire->rule_count; i++)
		list[i] = &softwire->rules[i];
	if (list != NULL)
		qsort(list, softwire->rule_count, sizeof(*list), compare);
	return list;
}

static bool
means_the_same(const struct map_rule_spec *one, const struct map_rule_spec *other)
{
	return one->ipv4.addr == other->ipv4.addr && one->ipv4.len == other->ipv4.len && one->ea_len == other->ea_len &&
	    one->psid_offset == other->psid_offset && one->has_psid == other->has_psid &&
	    one->psid_len == other->psid_len && one->psid == other->psid && one->fmr == other->fmr &&
	    one->iid == other->iid;
}

static void
tell(struct plan *plan, const char *name, const struct map_rule_spec *rule, const char *change, const char *effect)
{
	char what[PREFIX_TEXT_SIZE + CONF_NAME_SIZE + 16], prefix[PREFIX_TEXT_SIZE], ces[96];

	if (plan->rules_told++ >= PLAN_RULES_TOLD)
		return;
	snprintf(what, sizeof(what), "rule %s of %s", prefix6_format(&rule->ipv6, prefix), name);
	snprintf(ces, sizeof(ces), "up to %llu CEs %s", 1ull << rule->ea_len, effect);
	plan_add(plan, what, change, plan->is_br ? ces : "");
}

static void
add_rule(struct plan *plan, const char *name, const struct map_rule_spec *rule)
{
	plan->rules_added++;
	tell(plan, name, rule, "added", "more");
}

static void
remove_rule(struct plan *plan, const char *name, const struct map_rule_spec *rule)
{
	plan->rules_removed++;
	tell(plan, name, rule, "removed", "lose their IPv4");
}

static void
modify_rule(struct plan *plan, const char *name, const struct map_rule_spec *rule)
{
	plan->rules_modified++;
	tell(plan, name, rule, "modified", "have other addresses or ports, and need the new rule, too");
}

void
plan_rules(struct plan *plan, const struct conf_softwire *now, const struct conf_softwire *next)
{
	const struct map_rule_spec **before = sorted(now), **after = sorted(next);
	size_t i = 0, j = 0;

	while (before != NULL && after != NULL && (i < now->rule_count || j < next->rule_count)) {
		const int order = i == now->rule_count ? 1
		    : j == next->rule_count            ? -1
						       : compare(&before[i], &after[j]);

		if (order < 0)
			remove_rule(plan, next->name, before[i]);
		else if (order > 0)
			add_rule(plan, next->name, after[j]);
		else if (!means_the_same(before[i], after[j]))
			modify_rule(plan, next->name, after[j]);
		i += order <= 0;
		j += order >= 0;
	}
	free(before);
	free(after);
}
