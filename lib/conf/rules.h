/* SPDX-License-Identifier: BSD-3-Clause */
/* Mapping rules as a configuration or a rule file lists them. */
#ifndef MAPEDGE_CONF_RULES_H
#define MAPEDGE_CONF_RULES_H

#include <libconfig.h>

#include "conf/conf.h"
#include "conf/reader.h"
#include "map/ruleset.h"

/* The words of `iid`, by enum map_iid. */
extern const char *const rules_iid_words[];

/* A row of a reader table: what "rules" may be. */
#define RULES_KEY                                                                   \
	.name = "rules", .type = READER_GROUPS, .min = 1, .max = RULESET_MAX_RULES, \
	.example = "( { ipv6 = \"2001:db8::/40\"; ipv4 = \"192.0.2.0/24\"; ea = 16; } )"

struct rule_list {
	struct map_rule_spec *rules;
	unsigned int *lines; /* of each rule, in file */
	size_t count;
	char file[CONF_TEXT_SIZE];
};

/* Reads the setting "rules" of a group and checks each rule by itself; domain is 0. Free with rules_free(). */
int rules_read(const config_setting_t *group, enum map_iid iid, struct rule_list *list, struct error *err);
void rules_free(struct rule_list *list);

/* One rule set of all lists, in their order; NULL when they do not form one. Free with ruleset_free(). */
struct ruleset *rules_build(const struct rule_list *lists, size_t count, struct error *err);

/* Where the index-th rule of all lists is written. */
struct rule_place {
	const char *file;
	unsigned int line;
};
struct rule_place rules_place(const struct rule_list *lists, uint32_t index);

#endif
