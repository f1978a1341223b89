/* SPDX-License-Identifier: BSD-3-Clause */
#include "map/explain.h"

#include <stdio.h>

static uint8_t
common_bits(u128 a, u128 b, uint8_t most)
{
	const u128 other = a ^ b;
	uint8_t same = 0;

	while (same < most && (other >> (127 - same) & 1) == 0)
		same++;
	return same;
}

struct rule_reason
rule_explain(const struct map_rule_spec *rule, const struct prefix6 *prefix)
{
	const uint8_t shorter = rule->ipv6.len < prefix->len ? rule->ipv6.len : prefix->len;
	struct rule_reason reason = { .needs = (uint8_t)(rule->ipv6.len + rule->ea_len) };

	if (rule->bound) {
		reason.fit = RULE_BOUND;
		return reason;
	}
	reason.same = common_bits(rule->ipv6.addr, prefix->addr, shorter);
	if (reason.same < shorter)
		reason.fit = RULE_DIFFERS;
	else if (prefix->len < rule->ipv6.len)
		reason.fit = RULE_LONGER;
	else if (prefix->len < reason.needs)
		reason.fit = RULE_EA_BEYOND;
	return reason;
}

const char *
rule_reason_text(const struct map_rule_spec *rule, const struct prefix6 *prefix, char text[160])
{
	const struct rule_reason reason = rule_explain(rule, prefix);
	const int bit = reason.same < 128 ? (int)(prefix->addr >> (127 - reason.same) & 1) : 0;

	switch (reason.fit) {
	case RULE_FITS:
		snprintf(text, 160, "all %u bits are the same", rule->ipv6.len);
		break;
	case RULE_DIFFERS:
		snprintf(text, 160, "bit %u is %d, the rule has %d; %u bits before it are the same", reason.same + 1u,
		    bit, !bit, reason.same);
		break;
	case RULE_LONGER:
		snprintf(text, 160, "all %u bits of the prefix are the same, but the rule has %u", prefix->len,
		    rule->ipv6.len);
		break;
	case RULE_EA_BEYOND:
		snprintf(text, 160, "the rule's %u bits are the same, but with %u EA bits it needs a prefix of %u",
		    rule->ipv6.len, rule->ea_len, reason.needs);
		break;
	case RULE_BOUND:
		snprintf(text, 160, "a pool: who has which port set is in the bindings");
		break;
	}
	return text;
}
