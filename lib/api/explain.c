/* SPDX-License-Identifier: BSD-3-Clause */
/* explain-prefix: which rule is the one for a prefix, and of every other one why it is not. */
#include "map/explain.h"

#include <stdlib.h>

#include "api/command.h"
#include "api/rule_json.h"
#include "api/text_json.h"

#define SHOWN 64 /* rules, the nearest ones */

const struct argument api_explain_prefix_arguments[] = {
	{ .name = "prefix", .type = ARGUMENT_TEXT, .help = "End-user IPv6 prefix; default: this CE's" },
	{ 0 },
};

struct candidate {
	const struct conf_softwire *softwire;
	const struct map_rule_spec *rule;
	struct rule_reason reason;
};

/* The rules that fit first, the longest of them in front: that is the one; then those with most bits in common. */
static int
nearer(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;
	const bool fits = one->reason.fit == RULE_FITS, other_fits = other->reason.fit == RULE_FITS;

	if (fits != other_fits)
		return fits ? -1 : 1;
	if (one->reason.same != other->reason.same)
		return one->reason.same > other->reason.same ? -1 : 1;
	return (one->rule > other->rule) - (one->rule < other->rule);
}

static json_t *
candidate_json(const struct candidate *candidate, const struct prefix6 *prefix)
{
	char text[160];
	json_t *object = json_pack("{s:s, s:b, s:o}", "softwire", candidate->softwire->name, "fits",
	    candidate->reason.fit == RULE_FITS, "why", text_json(rule_reason_text(candidate->rule, prefix, text)));

	json_object_update_missing_new(object, rule_json(candidate->rule));
	return object;
}

static json_t *
ce_json(const struct map_ce *ce, const struct candidate *best)
{
	char ipv4[PREFIX_TEXT_SIZE], address[IP6_TEXT_SIZE], br[IP6_TEXT_SIZE];
	json_t *object = json_pack("{s:s, s:s, s:s, s:I}", "ipv4", prefix4_format(&ce->ipv4, ipv4), "map_address",
	    ip6_format(ce->address, address), "br", ip6_format(best->softwire->br, br), "ports",
	    (json_int_t)portset_count(&ce->ports));

	if (ce->kind == MAP_SHARED)
		json_object_set_new(object, "psid", json_integer(ce->ports.psid));
	return object;
}

static json_t *
answer(struct candidate *candidates, size_t count, const struct prefix6 *prefix)
{
	char text[PREFIX_TEXT_SIZE];
	json_t *object = json_pack("{s:s}", "prefix", prefix6_format(prefix, text)), *list = json_array();
	struct error err = { 0 };
	struct map_ce ce;

	qsort(candidates, count, sizeof(candidates[0]), nearer);
	for (size_t i = 0; i < count && i < SHOWN; i++)
		json_array_append_new(list, candidate_json(&candidates[i], prefix));
	if (count > 0 && candidates[0].reason.fit == RULE_FITS &&
	    map_ce_derive(candidates[0].rule, prefix, &ce, &err) == 0)
		json_object_set_new(object, "ce", ce_json(&ce, &candidates[0]));
	else
		json_object_set_new(object, "ce", json_null());
	json_object_set_new(object, "verdict",
	    json_string(count == 0                          ? "there are no rules"
		    : candidates[0].reason.fit == RULE_FITS ? "the first rule is the one: the longest that fits"
							    : "no rule fits; the first one is the nearest"));
	json_object_set_new(object, "total", json_integer((json_int_t)count));
	json_object_set_new(object, "rules", list);
	return object;
}

static json_t *
explain(const struct conf *conf, const struct prefix6 *prefix)
{
	struct candidate *candidates;
	size_t room = 0, count = 0;
	json_t *object;

	for (size_t i = 0; i < conf->softwire_count; i++)
		room += conf->softwires[i].rule_count;
	candidates = calloc(room + 1, sizeof(*candidates));
	if (candidates == NULL)
		return api_reply(API_FAILED, NULL, "out of memory");
	for (size_t i = 0; i < conf->softwire_count; i++) {
		const struct conf_softwire *softwire = &conf->softwires[i];

		for (size_t j = 0; j < softwire->rule_count; j++)
			candidates[count++] = (struct candidate){ softwire, &softwire->rules[j],
				rule_explain(&softwire->rules[j], prefix) };
	}
	object = answer(candidates, count, prefix);
	free(candidates);
	return api_reply(API_OK, object, "%s", "");
}

json_t *
api_explain_prefix(const struct api_backend *backend, const json_t *arguments)
{
	const char *text = json_string_value(json_object_get(arguments, "prefix"));
	const struct line_report *line;
	const struct conf *conf = backend->line(backend->context, &line);
	struct prefix6 prefix;

	if (text != NULL && prefix6_parse(text, &prefix) < 0)
		return api_reply(API_BAD_REQUEST, NULL,
		    "explain-prefix: \"prefix\" must be like 2001:db8:12:3400::/56");
	if (text == NULL && (conf->role != CONF_CE || conf->softwires[0].end_user_prefix.len == 0))
		return api_reply(API_FAILED, NULL, "there is no prefix of this box's own; hint: explain prefix PREFIX");
	if (text == NULL)
		prefix = conf->softwires[0].end_user_prefix;
	return explain(conf, &prefix);
}
