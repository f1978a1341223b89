/* SPDX-License-Identifier: BSD-3-Clause */
#include <jansson.h>
#include <stdlib.h>

#include "export.h"

#define TTL 86400 /* seconds: a day */

static int
add_rules(const struct conf_softwire *domain, json_t *rules, struct error *err)
{
	char ipv6[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < domain->rule_count; i++) {
		const struct map_rule_spec *rule = &domain->rules[i];

		if (rule->has_psid)
			return error_set(err, EINVAL, "rule %s gives a PSID, which HB46PP cannot say",
			    prefix6_format(&rule->ipv6, ipv6));
		json_array_append_new(rules,
		    json_pack("{s:s, s:s, s:i, s:i}", "ipv6", prefix6_format(&rule->ipv6, ipv6), "ipv4",
			prefix4_format(&rule->ipv4, ipv4), "ea_length", rule->ea_len, "psid_offset",
			rule->psid_offset));
	}
	return 0;
}

/* HB46PP section 3.4: 0 is draft-03, 1 RFC 7597. */
int
export_hb46pp(const struct conf_softwire *domain, const struct export_args *args, struct error *err)
{
	json_t *rules = json_array(), *answer;
	char br[IP6_TEXT_SIZE];

	if (add_rules(domain, rules, err) < 0) {
		json_decref(rules);
		return -EINVAL;
	}
	answer = json_pack("{s:s, s:s, s:i, s:[s], s:{s:i, s:i, s:s, s:o}}", "enabler_name", domain->name,
	    "service_name", domain->name, "ttl", TTL, "order", "map_e", "map_e", "version",
	    domain->iid == MAP_IID_RFC7597, "mesh", args->mesh, "br", ip6_format(domain->br, br), "rules", rules);
	json_dumpf(answer, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(answer);
	return 0;
}
