/* SPDX-License-Identifier: BSD-3-Clause */
#include "calc.h"

#include <stdarg.h>
#include <stdlib.h>

#include "api/lookup.h"
#include "command.h"

#define SYSTEM_PORTS 1024u /* RFC 6335 section 6: 0-1023 */

/* ---- warnings --------------------------------------------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 3))) warn(struct calc_result *result, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(result->warning[result->warning_count++], CALC_TEXT_SIZE, format, args);
	va_end(args);
}

/* MAPE-60: the BR cannot know the bits between the EA bits and the end of the End-user prefix: it takes them as 0. */
static void
warn_outside_prefix(struct calc_result *result)
{
	const struct prefix6 *known = &result->ce.prefix;
	char eup[PREFIX_TEXT_SIZE], text[PREFIX_TEXT_SIZE];

	if (!result->ce.outside_prefix)
		return;
	warn(result,
	    "the MAP address is outside the given prefix %s: it always lies in %s%s. A CE that got only a later part "
	    "of it, for example behind a home gateway that delegates parts of its prefix, cannot use it (RFC 7597 "
	    "section 5.2).",
	    prefix6_format(&result->end_user_prefix, eup), known->len < 64 ? "the first /64 of " : "",
	    prefix6_format(known, text));
}

/* MAPE-19: with offset 0 nothing excludes the system ports but not to use low PSIDs; with 7 and more too few are. */
static void
warn_system_ports(struct calc_result *result)
{
	const struct portset *set = &result->ce.ports;
	uint32_t count = 0;

	if (result->ce.kind != MAP_SHARED)
		return;
	while (count < portset_count(set) && portset_port(set, count) < SYSTEM_PORTS)
		count++;
	if (count > 0)
		warn(result,
		    "the port set includes %u of the system ports 0-1023, from %u on: PSID 0x%x with PSID offset %u "
		    "(RFC 7597 section 5.1).",
		    count, portset_port(set, 0), set->psid, set->offset);
}

/* ---- the command ------------------------------------------------------------------------------------------------ */

static int
solve(const struct calc_args *args, const struct calc_rules *rules, struct calc_result *result, struct error *err)
{
	struct calc_match *match = &result->match;
	int rc;

	result->args = args;
	result->rules = rules;
	result->end_user_prefix = args->end_user_prefix;
	rc = args->reverse ? calc_rules_find4(rules, args->ipv4, args->port, match, err)
			   : calc_rules_find6(rules, &args->end_user_prefix, match, err);
	if (rc < 0)
		return rc;
	if (args->has_iid)
		match->spec.iid = args->iid;
	/* Everything else follows from the CE's prefix as in the other direction. */
	if (args->reverse &&
	    (rc = lookup_prefix(&match->spec, args->ipv4, args->has_port ? &args->port : NULL, &result->end_user_prefix,
		 err)) < 0)
		return rc;
	if ((rc = map_ce_derive(&match->spec, &result->end_user_prefix, &result->ce, err)) < 0)
		return rc;

	result->has_br = args->has_br || (match->service != NULL && match->service->has_br);
	if (result->has_br)
		result->br = args->has_br ? args->br : match->service->br;
	warn_outside_prefix(result);
	warn_system_ports(result);
	return 0;
}

/* One line: the hint, when there is one, in brackets. */
static int
fail(const char *name, const struct error *err)
{
	fprintf(stderr, "%s: %s", name, err->text);
	if (err->hint[0] != '\0')
		fprintf(stderr, " (%s)", err->hint);
	fputc('\n', stderr);
	return EXIT_FAILURE;
}

static int
run(const char *name, const struct calc_args *args)
{
	struct calc_result result = { .warning_count = 0 };
	struct calc_rules rules;
	struct error err;
	int status = EXIT_SUCCESS;

	if (calc_rules_open(args, &rules, &err) < 0 || solve(args, &rules, &result, &err) < 0) {
		status = fail(name, &err);
	} else {
		if (args->json)
			calc_print_json(&result);
		else
			calc_print_text(&result);
		if (fflush(stdout) != 0) {
			perror(name);
			status = EXIT_FAILURE;
		}
	}
	calc_rules_close(&rules);
	return status;
}

int
calc_main(int argc, char **argv)
{
	struct calc_args args;
	struct error err;

	switch (calc_args_parse(argc, argv, &args, &err)) {
	case CALC_RUN:
		return run(argv[0], &args);
	case CALC_INVALID:
		err.hint[0] = '\0';
		return fail(argv[0], &err);
	case CALC_HELP:
		calc_usage(stdout);
		return EXIT_SUCCESS;
	case CALC_USAGE:
		if (err.text[0] != '\0')
			fprintf(stderr, "%s: %s\n", argv[0], err.text);
		calc_usage(stderr);
		break;
	}
	return EXIT_USAGE;
}
