/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mapedgectl calc: from a line's prefix to its address, ports and MAP address, and from an address and port back.
 *
 *   calc_args.c   the command line                       -> struct calc_args
 *   calc_rules.c  the rules and the one that matches     -> struct calc_match
 *   calc.c        the calculation (lib/map) and warnings -> struct calc_result
 *   calc_text.c, calc_json.c                             the result, for people and for programs
 */
#ifndef MAPEDGECTL_CALC_H
#define MAPEDGECTL_CALC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"
#include "base/error.h"
#include "conf/conf.h"
#include "map/ruleset.h"

#define CALC_MAX_RULES 64 /* of --rule */
#define CALC_MAX_WARNINGS 2
#define CALC_TEXT_SIZE 320

struct calc_args {
	bool json;
	bool reverse;
	struct prefix6 end_user_prefix; /* unless reverse */
	uint32_t ipv4;                  /* reverse: address and, if given, port or ICMP identifier */
	bool has_port;
	uint16_t port;
	struct map_rule_spec rules[CALC_MAX_RULES]; /* of --rule */
	uint32_t rule_count;
	const char *rules_file;
	const char *service;
	bool has_iid; /* else the rule file's, else RFC 7597 */
	enum map_iid iid;
	bool has_br;
	u128 br;
};

enum calc_parsed {
	CALC_RUN,
	CALC_HELP,    /* usage asked for */
	CALC_INVALID, /* a value is wrong: err says how */
	CALC_USAGE,   /* the command line is wrong; err->text is empty when getopt_long() has said how */
};

enum calc_parsed calc_args_parse(int argc, char **argv, struct calc_args *args, struct error *err);
void calc_usage(FILE *out);

/* Rules to search: those of --rule as one set, or a set for each service of a rule file that --service names. */
struct calc_source {
	struct ruleset *set;
	const struct conf_service *service; /* NULL: --rule */
};

struct calc_rules {
	struct calc_source *sources;
	size_t count;
	const char *file_name;
	struct conf_rule_file *file;
};

/* The rule that matches, and where it comes from. */
struct calc_match {
	struct map_rule_spec spec;
	const struct conf_service *service; /* NULL: --rule */
	unsigned int line;                  /* in the rule file */
};

/* 0, or a negative errno with the reason; close what was opened. */
int calc_rules_open(const struct calc_args *args, struct calc_rules *rules, struct error *err);
void calc_rules_close(struct calc_rules *rules);

/* The longest match (RFC 7597 section 5). 0, or -ENOENT or -EINVAL with the reason. */
int calc_rules_find6(const struct calc_rules *rules, const struct prefix6 *end_user_prefix, struct calc_match *match,
    struct error *err);
int calc_rules_find4(const struct calc_rules *rules, uint32_t ipv4, uint16_t port, struct calc_match *match,
    struct error *err);

struct calc_result {
	const struct calc_args *args;
	const struct calc_rules *rules;
	struct calc_match match;
	struct prefix6 end_user_prefix; /* as given, or found by --reverse: Rule IPv6 prefix + EA bits */
	struct map_ce ce;
	bool has_br;
	u128 br;
	char warning[CALC_MAX_WARNINGS][CALC_TEXT_SIZE];
	int warning_count;
};

void calc_print_text(const struct calc_result *result);
void calc_print_json(const struct calc_result *result);

#endif
