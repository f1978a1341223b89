/* SPDX-License-Identifier: BSD-3-Clause */
/* The result for programs: one object on one line. */
#include "calc.h"

#include <jansson.h>

#include "api/ranges_json.h"

/* The spec as it was written; what the rule does not say is null. */
static json_t *
rule_json(const struct calc_result *result)
{
	const struct calc_match *match = &result->match;
	const struct map_rule_spec *spec = &match->spec;
	char ipv6[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];

	return json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:s, s:s?, s:s?, s:o}", "ipv6",
	    prefix6_format(&spec->ipv6, ipv6), "ipv4", prefix4_format(&spec->ipv4, ipv4), "ea_len", spec->ea_len,
	    "psid_offset", spec->psid_offset, "psid", spec->has_psid ? json_integer(spec->psid) : json_null(),
	    "psid_len", spec->has_psid ? json_integer(spec->psid_len) : json_null(), "iid",
	    spec->iid == MAP_IID_DRAFT03 ? "draft03" : "rfc7597", "service",
	    match->service != NULL ? match->service->name : NULL, "file", result->rules->file_name, "line",
	    match->service != NULL ? json_integer(match->line) : json_null());
}

static json_t *
warnings_json(const struct calc_result *result)
{
	json_t *warnings = json_array();

	for (int i = 0; i < result->warning_count; i++)
		json_array_append_new(warnings, json_string(result->warning[i]));
	return warnings;
}

void
calc_print_json(const struct calc_result *result)
{
	static const char *const kinds[] = { [MAP_SHARED] = "shared", [MAP_FULL] = "full", [MAP_PREFIX] = "prefix" };
	const struct map_ce *ce = &result->ce;
	char eup[PREFIX_TEXT_SIZE], ipv4[IP4_TEXT_SIZE], address[IP6_TEXT_SIZE], br[IP6_TEXT_SIZE];
	json_t *object;

	object = json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:s, s:s?, s:o, s:o}", "end_user_prefix",
	    prefix6_format(&result->end_user_prefix, eup), "kind", kinds[ce->kind], "ipv4",
	    ip4_format(ce->ipv4.addr, ipv4), "ipv4_prefix_len", ce->ipv4.len, "psid", ce->ports.psid, "psid_len",
	    ce->ports.psid_len, "psid_offset", ce->ports.offset, "sharing_ratio", 1 << ce->ports.psid_len,
	    "ports_total", (int)portset_count(&ce->ports), "port_ranges", ranges_json(&ce->ports), "map_address",
	    ip6_format(ce->address, address), "br", result->has_br ? ip6_format(result->br, br) : NULL, "rule",
	    rule_json(result), "warnings", warnings_json(result));
	json_dumpf(object, stdout, 0);
	putchar('\n');
	json_decref(object);
}
