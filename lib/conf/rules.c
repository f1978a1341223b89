/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/rules.h"

#include <stdlib.h>
#include <string.h>

#include "conf/place.h"
#include "conf/text.h"

const char *const rules_iid_words[] = {
	[MAP_IID_RFC7597] = "rfc7597",
	[MAP_IID_DRAFT03] = "draft03",
	NULL,
};

/* The lengths that depend on each other are left to map_rule_compile(), which knows why. */
static const struct reader_key rule_keys[] = {
	{ .name = "ipv6", .type = READER_PREFIX6, .required = true },
	{ .name = "ipv4", .type = READER_PREFIX4, .required = true },
	{ .name = "ea", .type = READER_INT, .required = true, .max = MAP_MAX_EA_LEN, .example = "16" },
	{ .name = "offset", .type = READER_INT, .max = 15, .example = "6" },
	{ .name = "psid", .type = READER_INT, .max = UINT16_MAX, .example = "0x34" },
	{ .name = "psid_len", .type = READER_INT, .max = 16, .example = "8" },
	{ .name = "fmr", .type = READER_BOOL },
};

/* ---- one rule --------------------------------------------------------------------------------------------------- */

/* What the arithmetic allows, but nobody's customers have. */
static int
check_range(const config_setting_t *group, const struct map_rule_spec *spec, struct error *err)
{
	char text[PREFIX_TEXT_SIZE];
	const char *problem = text_node4(spec->ipv4.addr);

	if (spec->ipv4.len >= 8 && problem != NULL)
		place_error(err, reader_place(group, "ipv4"), "Rule IPv4 prefix %s %s",
		    prefix4_format(&spec->ipv4, text), problem);
	else if (spec->ipv6.len >= 10 && text_is_link_local(spec->ipv6.addr))
		place_error(err, reader_place(group, "ipv6"), "Rule IPv6 prefix %s is link-local",
		    prefix6_format(&spec->ipv6, text));
	else
		return 0;
	error_hint(err, "rules map addresses of customers, global and unicast");
	return -EINVAL;
}

static int
check_psid_pair(const config_setting_t *group, struct error *err)
{
	const config_setting_t *psid = config_setting_get_member(group, "psid");
	const config_setting_t *psid_len = config_setting_get_member(group, "psid_len");

	if ((psid == NULL) == (psid_len == NULL))
		return 0;
	if (psid != NULL)
		place_error(err, psid, "psid without psid_len");
	else
		place_error(err, psid_len, "psid_len without psid");
	error_hint(err, "give both, or neither when the EA bits carry the PSID");
	return -EINVAL;
}

static int
read_rule(const config_setting_t *group, enum map_iid iid, struct map_rule_spec *spec, struct error *err)
{
	char file[CONF_TEXT_SIZE];
	struct map_rule rule;

	if (reader_check(group, rule_keys, READER_COUNT(rule_keys), err) < 0 || check_psid_pair(group, err) < 0)
		return -EINVAL;
	*spec = (struct map_rule_spec){
		.ea_len = (uint8_t)reader_get_int(group, "ea", 0),
		.psid_offset = (uint8_t)reader_get_int(group, "offset", PORTSET_DEFAULT_OFFSET),
		.has_psid = config_setting_get_member(group, "psid") != NULL,
		.psid = (uint16_t)reader_get_int(group, "psid", 0),
		.psid_len = (uint8_t)reader_get_int(group, "psid_len", 0),
		.fmr = reader_get_bool(group, "fmr", true),
		.iid = iid,
	};
	reader_get_prefix6(group, "ipv6", &spec->ipv6);
	reader_get_prefix4(group, "ipv4", &spec->ipv4);

	if (map_rule_compile(spec, &rule, err) < 0) {
		if (err->hint[0] == '\0')
			error_hint(err,
			    "a rule needs: ipv4 length + ea <= 48, ipv6 length + ea <= 128, "
			    "offset + PSID length <= 16");
		return place_add(err, place_file(group, file), place_line(group));
	}
	return check_range(group, spec, err);
}

/* ---- a list ----------------------------------------------------------------------------------------------------- */

int
rules_read(const config_setting_t *group, enum map_iid iid, struct rule_list *list, struct error *err)
{
	char file[CONF_TEXT_SIZE];

	*list = (struct rule_list){ .count = reader_length(group, "rules") };
	list->rules = calloc(list->count, sizeof(*list->rules));
	list->lines = calloc(list->count, sizeof(*list->lines));
	if (list->rules == NULL || list->lines == NULL) {
		error_set(err, ENOMEM, "out of memory for %zu rules", list->count);
		goto fail;
	}
	for (size_t i = 0; i < list->count; i++) {
		const config_setting_t *rule = reader_element(group, "rules", i);

		place_file(rule, i == 0 ? list->file : file);
		if (i > 0 && strcmp(file, list->file) != 0) {
			place_error(err, rule, "rules of one list stand in two files");
			error_hint(err, "the first is in %s; keep all of them in one", list->file);
			goto fail;
		}
		list->lines[i] = place_line(rule);
		if (read_rule(rule, iid, &list->rules[i], err) < 0)
			goto fail;
	}
	return 0;

fail:
	rules_free(list);
	return -EINVAL;
}

void
rules_free(struct rule_list *list)
{
	free(list->rules);
	free(list->lines);
	*list = (struct rule_list){ 0 };
}

/* ---- a set ------------------------------------------------------------------------------------------------------ */

struct rule_place
rules_place(const struct rule_list *lists, uint32_t index)
{
	while (index >= lists->count)
		index -= (uint32_t)lists++->count;
	return (struct rule_place){ lists->file, lists->lines[index] };
}

static void
place_clash(const struct rule_list *lists, const struct map_rule_spec *all, uint32_t total, uint32_t bad,
    struct error *err)
{
	const struct rule_place place = rules_place(lists, bad);
	struct error why;

	place_add(err, place.file, place.line);
	for (uint32_t other = 0; other < total; other++) {
		if (other == bad || ruleset_check_pair(&all[other], &all[bad], &why) == 0)
			continue;
		error_hint(err, "the other one is at %s:%u", rules_place(lists, other).file,
		    rules_place(lists, other).line);
		return;
	}
}

struct ruleset *
rules_build(const struct rule_list *lists, size_t count, struct error *err)
{
	struct ruleset *set = NULL;
	struct map_rule_spec *all;
	size_t total = 0, done = 0;
	uint32_t bad = 0;

	for (size_t i = 0; i < count; i++)
		total += lists[i].count;
	if (total > RULESET_MAX_RULES) {
		place_error_line(err, lists[0].file, 0, "%zu rules in all are more than %u", total, RULESET_MAX_RULES);
		return NULL;
	}
	all = calloc(total, sizeof(*all));
	if (all == NULL) {
		error_set(err, ENOMEM, "out of memory for %zu rules", total);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < lists[i].count; j++)
			all[done++] = lists[i].rules[j];
	}
	set = ruleset_build(all, (uint32_t)total, &bad, err);
	if (set == NULL)
		place_clash(lists, all, (uint32_t)total, bad, err);
	free(all);
	return set;
}
