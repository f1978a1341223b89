/* SPDX-License-Identifier: BSD-3-Clause */
/* A lookup's answer as JSON; the names are those of mapedgectl calc --json. */
#include "api/lookup.h"
#include "api/ranges_json.h"
#include "api/rule_json.h"

static json_t *
ce_json(const struct lookup_ce *found)
{
	static const char *const kinds[] = { [MAP_SHARED] = "shared", [MAP_FULL] = "full", [MAP_PREFIX] = "prefix" };
	const struct map_ce *ce = &found->ce;
	char prefix[PREFIX_TEXT_SIZE], ipv4[IP4_TEXT_SIZE], address[IP6_TEXT_SIZE], br[IP6_TEXT_SIZE];
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:o}", "domain",
	    found->domain->name, "br", ip6_format(found->domain->br, br), "by",
	    found->rule != NULL ? "rule" : "binding", "map_address", ip6_format(ce->address, address), "kind",
	    kinds[ce->kind], "ipv4", ip4_format(ce->ipv4.addr, ipv4), "ipv4_prefix_len", ce->ipv4.len, "psid",
	    ce->ports.psid, "psid_len", ce->ports.psid_len, "psid_offset", ce->ports.offset, "ports_total",
	    (int)portset_count(&ce->ports), "port_ranges", ranges_json(&ce->ports));
	struct map_rule_spec rule;

	if (found->rule == NULL)
		return object;
	rule = map_rule_spec_of(found->rule);
	json_object_set_new(object, "end_user_prefix", json_string(prefix6_format(&ce->prefix, prefix)));
	json_object_set_new(object, "iid", json_string(iid_name(rule.iid)));
	json_object_set_new(object, "rule", rule_json(&rule));
	return object;
}

json_t *
lookup_json(const struct lookup_answer *answer)
{
	static const char *const results[] = {
		[LOOKUP_CE] = "ce",
		[LOOKUP_EXCLUDED] = "excluded",
		[LOOKUP_NO_RULE] = "no_rule",
		[LOOKUP_NOBODY] = "nobody",
		[LOOKUP_SEVERAL] = "several",
		[LOOKUP_UNKNOWN] = "unknown",
	};
	json_t *ces = json_array();

	for (size_t i = 0; i < answer->count; i++)
		json_array_append_new(ces, ce_json(&answer->ces[i]));
	return json_pack("{s:s, s:s, s:I, s:o}", "answer", results[answer->result], "why",
	    answer->result == LOOKUP_CE ? "" : answer->why.text, "total", (json_int_t)answer->total, "ces", ces);
}
