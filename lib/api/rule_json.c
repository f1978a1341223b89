/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/rule_json.h"

const char *
iid_name(enum map_iid iid)
{
	return iid == MAP_IID_DRAFT03 ? "draft03" : "rfc7597";
}

json_t *
rule_json(const struct map_rule_spec *rule)
{
	char ipv6[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];
	json_t *object = json_pack("{s:s, s:s, s:i, s:i, s:i}", "ipv6", prefix6_format(&rule->ipv6, ipv6), "ipv4",
	    prefix4_format(&rule->ipv4, ipv4), "ea", rule->ea_len, "offset", rule->psid_offset, "psid_len",
	    map_rule_psid_len(rule));

	if (rule->has_psid)
		json_object_set_new(object, "psid", json_integer(rule->psid));
	return object;
}

static bool
take_number(const json_t *object, const char *key, json_int_t max, json_int_t *value)
{
	const json_t *number = json_object_get(object, key);

	*value = json_integer_value(number);
	return json_is_integer(number) && *value >= 0 && *value <= max;
}

int
rule_from_json(const json_t *object, struct map_rule_spec *rule, struct error *err)
{
	const char *ipv6 = json_string_value(json_object_get(object, "ipv6"));
	const char *ipv4 = json_string_value(json_object_get(object, "ipv4"));
	json_int_t ea, offset, psid_len, psid = 0;

	*rule = (struct map_rule_spec){ .fmr = true, .has_psid = json_object_get(object, "psid") != NULL };
	if (ipv6 == NULL || prefix6_parse(ipv6, &rule->ipv6) < 0)
		return error_set(err, EINVAL, "a rule without an IPv6 prefix");
	if (ipv4 == NULL || prefix4_parse(ipv4, &rule->ipv4) < 0)
		return error_set(err, EINVAL, "rule %s has no IPv4 prefix", ipv6);
	if (!take_number(object, "ea", MAP_MAX_EA_LEN, &ea) || !take_number(object, "offset", 15, &offset) ||
	    !take_number(object, "psid_len", 16, &psid_len) ||
	    (rule->has_psid && !take_number(object, "psid", UINT16_MAX, &psid)))
		return error_set(err, EINVAL, "rule %s has no valid ea, offset, psid_len or psid", ipv6);
	rule->ea_len = (uint8_t)ea;
	rule->psid_offset = (uint8_t)offset;
	if (rule->has_psid) {
		rule->psid_len = (uint8_t)psid_len;
		rule->psid = (uint16_t)psid;
	}
	return 0;
}
