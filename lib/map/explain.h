/* SPDX-License-Identifier: BSD-3-Clause */
/* Why a rule is, or is not, the one for a prefix: RFC 7597 section 5, told bit by bit. */
#ifndef MAPEDGE_MAP_EXPLAIN_H
#define MAPEDGE_MAP_EXPLAIN_H

#include "map/rule.h"

enum rule_fit {
	RULE_FITS,
	RULE_DIFFERS,   /* a bit of the Rule IPv6 prefix is another */
	RULE_LONGER,    /* than the prefix, all of whose bits are the same */
	RULE_EA_BEYOND, /* the prefix ends before the EA bits do: it must have n + o bits at least */
	RULE_BOUND,     /* no arithmetic tells who has which address of a pool */
};

struct rule_reason {
	enum rule_fit fit;
	uint8_t
	    same; /* leading bits that prefix and Rule IPv6 prefix have in common; differing, the next one is the first that does */
	uint8_t needs; /* bits of prefix that the rule asks for: n + o */
};

/* An End-user IPv6 prefix against a rule. */
struct rule_reason rule_explain(const struct map_rule_spec *rule, const struct prefix6 *prefix);

/* For people, in one line. */
const char *rule_reason_text(const struct map_rule_spec *rule, const struct prefix6 *prefix, char text[160]);

#endif
