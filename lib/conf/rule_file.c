/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/place.h"
#include "conf/reader.h"
#include "conf/rules.h"
#include "conf/source.h"
#include "conf/text.h"

#define RULE_FILE_MAX_SERVICES 1000

static const struct reader_key file_keys[] = {
	{ .name = "source", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 1, .example = "\"where it comes from\"" },
	{ .name = "date", .type = READER_TEXT, .max = CONF_NAME_SIZE - 1, .example = "\"2026-11\"" },
	{ .name = "services",
	    .type = READER_GROUPS,
	    .required = true,
	    .min = 1,
	    .max = RULE_FILE_MAX_SERVICES,
	    .example = "( { name = \"v6plus\"; rules = ( ... ); } )" },
};

static const struct reader_key service_keys[] = {
	{ .name = "name", .type = READER_NAME, .required = true, .example = "\"v6plus\"" },
	{ .name = "br", .type = READER_IP6 },
	{ .name = "iid", .type = READER_WORD, .words = rules_iid_words, .example = "\"rfc7597\"" },
	{ RULES_KEY, .required = true },
};

static int
check_name(const struct conf_rule_file *file, const config_setting_t *group, struct error *err)
{
	const char *name = reader_get_text(group, "name");

	/* services[0..service_count) have been read before this one. */
	if (conf_rule_file_service(file, name) == NULL)
		return 0;
	place_error(err, reader_place(group, "name"), "a second service has the name \"%s\"", name);
	error_hint(err, "put the rules of both into one, or rename it");
	return -EINVAL;
}

static int
read_service(struct conf_rule_file *file, const config_setting_t *group, struct error *err)
{
	struct conf_service *service = &file->services[file->service_count];
	struct rule_list list;
	struct ruleset *set;
	const char *problem;

	if (reader_check(group, service_keys, READER_COUNT(service_keys), err) < 0 || check_name(file, group, err) < 0)
		return -EINVAL;
	service->has_br = reader_get_ip6(group, "br", &service->br);
	problem = service->has_br ? text_global6(service->br) : NULL;
	if (problem != NULL) {
		place_error(err, reader_place(group, "br"), "br: %s %s", reader_get_text(group, "br"), problem);
		error_hint(err, "the border relay has a global IPv6 address");
		return -EINVAL;
	}

	service->iid = (enum map_iid)reader_get_word(group, "iid", rules_iid_words, MAP_IID_RFC7597);
	if (rules_read(group, service->iid, &list, err) < 0)
		return -EINVAL;
	set = rules_build(&list, 1, err);
	if (set == NULL) {
		rules_free(&list);
		return -EINVAL;
	}
	ruleset_free(set);

	snprintf(service->name, sizeof(service->name), "%s", reader_get_text(group, "name"));
	service->rules = list.rules;
	service->rule_lines = list.lines;
	service->rule_count = list.count;
	file->service_count++;
	return 0;
}

static int
read_file(struct conf_rule_file *file, const config_setting_t *root, struct error *err)
{
	const char *source = reader_get_text(root, "source"), *date = reader_get_text(root, "date");
	const size_t count = reader_length(root, "services");

	snprintf(file->source, sizeof(file->source), "%s", source != NULL ? source : "");
	snprintf(file->date, sizeof(file->date), "%s", date != NULL ? date : "");
	file->services = calloc(count, sizeof(*file->services));
	if (file->services == NULL)
		return error_set(err, ENOMEM, "out of memory for %zu services", count);
	for (size_t i = 0; i < count; i++) {
		if (read_service(file, reader_element(root, "services", i), err) < 0)
			return -EINVAL;
	}
	return 0;
}

struct conf_rule_file *
conf_rule_file_load(const char *file, struct error *err)
{
	struct conf_rule_file *rules = NULL;
	config_setting_t *root;
	config_t source;

	if (source_open(&source, file, err) < 0)
		return NULL;
	root = config_root_setting(&source);
	if (reader_check(root, file_keys, READER_COUNT(file_keys), err) < 0)
		goto close_source;
	rules = calloc(1, sizeof(*rules));
	if (rules == NULL) {
		error_set(err, ENOMEM, "out of memory for the rules of %s", file);
		goto close_source;
	}
	if (read_file(rules, root, err) < 0) {
		conf_rule_file_free(rules);
		rules = NULL;
	}

close_source:
	source_close(&source);
	return rules;
}

const struct conf_service *
conf_rule_file_service(const struct conf_rule_file *rules, const char *name)
{
	for (size_t i = 0; i < rules->service_count; i++) {
		if (strcmp(rules->services[i].name, name) == 0)
			return &rules->services[i];
	}
	return NULL;
}

void
conf_rule_file_free(struct conf_rule_file *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->service_count; i++) {
		free(rules->services[i].rules);
		free(rules->services[i].rule_lines);
	}
	free(rules->services);
	free(rules);
}
