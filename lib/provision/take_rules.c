/* SPDX-License-Identifier: BSD-3-Clause */
#include "map/ruleset.h"
#include "provision/take.h"

int
take_rule(const struct take *take, struct map_rule_spec *rule)
{
	unsigned int ea_len, offset;
	const char *ipv4;

	if (take_prefix6(take, "ipv6", &rule->ipv6) < 0 || take_text(take, "ipv4", &ipv4) < 0 ||
	    take_number(take, "ea_length", MAP_MAX_EA_LEN, &ea_len) < 0 ||
	    take_number(take, "psid_offset", 15, &offset) < 0)
		return -EINVAL;
	if (prefix4_parse(ipv4, &rule->ipv4) < 0)
		return take_refuse(take, "ipv4", "is not an IPv4 prefix");
	rule->ea_len = (uint8_t)ea_len;
	rule->psid_offset = (uint8_t)offset;
	return 0;
}

/* The same question will be asked of the configuration that is made of them. */
static int
check_together(const struct take *take, const char *key, const struct offer *offer)
{
	const char *dot = take->path[0] == '\0' ? "" : ".";
	struct ruleset *set;
	struct error why;
	uint32_t bad = 0;

	set = ruleset_build(offer->rules, offer->rule_count, &bad, &why);
	if (set == NULL)
		return error_set(take->err, EINVAL, "%s%s%s[%u]: %.150s", take->path, dot, key, bad, why.text);
	ruleset_free(set);
	return 0;
}

int
take_rules(const struct take *take, const char *key, take_rule_fn *read, enum map_iid iid, struct offer *offer)
{
	const char *dot = take->path[0] == '\0' ? "" : ".";
	const json_t *rules;
	struct take rule;

	if (take_objects(take, key, &rules) < 0)
		return -EINVAL;
	if (json_array_size(rules) > OFFER_MAX_RULES)
		return error_set(take->err, EINVAL, "%s%s%s: %zu rules, more than %d", take->path, dot, key,
		    json_array_size(rules), OFFER_MAX_RULES);
	offer->rule_count = (uint32_t)json_array_size(rules);
	for (uint32_t i = 0; i < offer->rule_count; i++) {
		offer->rules[i] = (struct map_rule_spec){ .iid = iid, .fmr = true };
		if (take_object(take, key, (int)i, &rule) < 0 || read(&rule, &offer->rules[i]) < 0)
			return -EINVAL;
	}
	return check_together(take, key, offer);
}
