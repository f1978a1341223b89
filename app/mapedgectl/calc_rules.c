/* SPDX-License-Identifier: BSD-3-Clause */
#include "calc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- where rules come from -------------------------------------------------------------------------------------- */

/* The rule file that comes with mapedge: installed, or else the source tree's. */
static const char *
bundled_rules(void)
{
	const char *named = getenv("MAPEDGE_RULES");

	if (named != NULL && *named != '\0')
		return named;
	return access(MAPEDGE_INSTALLED_RULES, R_OK) == 0 ? MAPEDGE_INSTALLED_RULES : MAPEDGE_SOURCE_RULES;
}

/* "biglobe" means biglobe itself and everything that goes on with a dash: biglobe-east, biglobe-west. */
static bool
service_matches(const char *service, const char *asked)
{
	const size_t len = strlen(asked);

	return strncmp(service, asked, len) == 0 && (service[len] == '\0' || service[len] == '-');
}

static int
unknown_service(const struct calc_rules *rules, const char *asked, struct error *err)
{
	char names[160] = "";
	size_t used = 0;

	for (size_t i = 0; i < rules->file->service_count && used < sizeof(names); i++) {
		const int more = snprintf(names + used, sizeof(names) - used, "%s%s", i > 0 ? ", " : "",
		    rules->file->services[i].name);

		used += (size_t)more;
	}
	return error_set(err, ENOENT, "there is no service '%.40s' in %s, but %s%s", asked, rules->file_name, names,
	    used < sizeof(names) ? "" : " ...");
}

static int
open_file(const struct calc_args *args, struct calc_rules *rules, struct error *err)
{
	rules->file_name = args->rules_file != NULL ? args->rules_file : bundled_rules();
	rules->file = conf_rule_file_load(rules->file_name, err);
	if (rules->file == NULL)
		return -EINVAL;
	rules->sources = calloc(rules->file->service_count, sizeof(*rules->sources));
	if (rules->sources == NULL)
		return error_set(err, ENOMEM, "out of memory");

	for (size_t i = 0; i < rules->file->service_count; i++) {
		const struct conf_service *service = &rules->file->services[i];
		struct calc_source *source;
		uint32_t bad;

		if (args->service != NULL && !service_matches(service->name, args->service))
			continue;
		source = &rules->sources[rules->count];
		source->service = service;
		source->set = ruleset_build(service->rules, (uint32_t)service->rule_count, &bad, err);
		if (source->set == NULL)
			return -EINVAL;
		rules->count++;
	}
	return rules->count > 0 ? 0 : unknown_service(rules, args->service, err);
}

static int
open_arguments(const struct calc_args *args, struct calc_rules *rules, struct error *err)
{
	uint32_t bad;

	rules->sources = calloc(1, sizeof(*rules->sources));
	if (rules->sources == NULL)
		return error_set(err, ENOMEM, "out of memory");
	rules->sources[0].set = ruleset_build(args->rules, args->rule_count, &bad, err);
	if (rules->sources[0].set == NULL)
		return -EINVAL;
	rules->count = 1;
	return 0;
}

int
calc_rules_open(const struct calc_args *args, struct calc_rules *rules, struct error *err)
{
	*rules = (struct calc_rules){ 0 };
	return args->rule_count > 0 ? open_arguments(args, rules, err) : open_file(args, rules, err);
}

void
calc_rules_close(struct calc_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		ruleset_free(rules->sources[i].set);
	free(rules->sources);
	conf_rule_file_free(rules->file);
}

/* ---- the rule that matches -------------------------------------------------------------------------------------- */

static void
set_match(struct calc_match *match, const struct calc_source *source, uint32_t rule)
{
	match->spec = map_rule_spec_of(&source->set->rules[rule]);
	match->service = source->service;
	match->line = source->service != NULL ? source->service->rule_lines[rule] : 0;
}

/* Nothing says which of two services a line belongs to when both have the same prefix. */
static int
ambiguous(const struct calc_match *match, const struct calc_source *other, const char *what, struct error *err)
{
	return error_set(err, EINVAL, "%s matches a rule of %s and one of %s: choose with --service", what,
	    match->service->name, other->service->name);
}

static uint32_t
count_rules(const struct calc_rules *rules)
{
	uint32_t count = 0;

	for (size_t i = 0; i < rules->count; i++)
		count += rules->sources[i].set->count;
	return count;
}

/*
 * The longest Rule IPv6 prefix that holds the whole End-user prefix, MAP_NO_RULE when none does. Not ruleset_find6():
 * that answers for an address, where a rule longer than the End-user prefix may match as well.
 */
static uint32_t
longest_match6(const struct ruleset *set, const struct prefix6 *end_user_prefix)
{
	uint32_t best = MAP_NO_RULE;

	for (uint32_t i = 0; i < set->count; i++) {
		const struct prefix6 ipv6 = { set->rules[i].base, set->rules[i].v6_len };

		if (ipv6.len <= end_user_prefix->len && prefix6_contains(&ipv6, end_user_prefix->addr) &&
		    (best == MAP_NO_RULE || ipv6.len > set->rules[best].v6_len))
			best = i;
	}
	return best;
}

int
calc_rules_find6(const struct calc_rules *rules, const struct prefix6 *end_user_prefix, struct calc_match *match,
    struct error *err)
{
	const uint32_t count = count_rules(rules);
	char text[PREFIX_TEXT_SIZE];
	int longest = -1;

	prefix6_format(end_user_prefix, text);
	if (count == 1) { /* map_ce_derive() says best why it does not match */
		set_match(match, &rules->sources[0], 0);
		return 0;
	}
	for (size_t i = 0; i < rules->count; i++) {
		const struct calc_source *source = &rules->sources[i];
		const uint32_t found = longest_match6(source->set, end_user_prefix);
		const int len = found == MAP_NO_RULE ? -1 : source->set->rules[found].v6_len;

		if (len >= 0 && len == longest)
			return ambiguous(match, source, text, err);
		if (len > longest) {
			longest = len;
			set_match(match, source, found);
		}
	}
	if (longest < 0)
		return error_set(err, ENOENT, "end-user prefix %s is outside the Rule IPv6 prefixes of all %u rules",
		    text, count);
	return 0;
}

int
calc_rules_find4(const struct calc_rules *rules, uint32_t ipv4, uint16_t port, struct calc_match *match,
    struct error *err)
{
	const uint32_t count = count_rules(rules);
	char text[IP4_TEXT_SIZE], rule_text[PREFIX_TEXT_SIZE];
	int longest = -1;

	ip4_format(ipv4, text);
	for (size_t i = 0; i < rules->count; i++) {
		const struct calc_source *source = &rules->sources[i];
		const struct map_rule *rule = ruleset_find4(source->set, ipv4, port);
		const int len = rule == NULL ? -1 : rule->v4_len;

		if (len >= 0 && len == longest)
			return ambiguous(match, source, text, err);
		if (len > longest) {
			longest = len;
			set_match(match, source, (uint32_t)(rule - source->set->rules));
		}
	}
	if (longest >= 0)
		return 0;
	if (count == 1) {
		const struct map_rule_spec only = map_rule_spec_of(&rules->sources[0].set->rules[0]);

		return error_set(err, ENOENT, "%s is outside the Rule IPv4 prefix %s", text,
		    prefix4_format(&only.ipv4, rule_text));
	}
	return error_set(err, ENOENT, "%s is outside the Rule IPv4 prefixes of all %u rules", text, count);
}
