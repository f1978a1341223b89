/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl bindings compile: checks a file of bindings and makes the one that loads faster (docs/bindings.md). */
#include "conf/bindings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"

struct arguments {
	const char *in, *out;
	const char *config;
	const char *domain;
	struct conf_pool pools[CONF_MAX_POOLS]; /* of --pool */
	size_t pool_count;
};

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl bindings compile IN OUT -c CONF [-d DOMAIN]\n"
	      "       mapedgectl bindings compile IN OUT --pool PREFIX,OFFSET,PSID_LEN…\n\n"
	      "Checks the file of bindings IN and writes the compiled file OUT, which mapedge loads faster.\n\n"
	      "  -c, --config CONF   the configuration of the border relay that will use the file\n"
	      "  -d, --domain NAME   its domain, where more than one has pools\n"
	      "  -p, --pool POOL     or the pools themselves, for example 203.0.113.0/24,6,8\n"
	      "\nExit status: 0 done, 1 refused or failed, 2 wrong usage.\n",
	    out);
}

static int
fail(const struct error *err)
{
	fprintf(stderr, "%s\n", err->text);
	if (err->hint[0] != '\0')
		fprintf(stderr, "hint: %s\n", err->hint);
	return EXIT_FAILURE;
}

/* ---- pools ------------------------------------------------------------------------------------------------------ */

static bool
parse_pool_text(const char *text, struct conf_pool *pool)
{
	char prefix[PREFIX_TEXT_SIZE];
	unsigned int offset, psid_len;
	int end = 0;

	if (sscanf(text, "%49[0-9./],%2u,%2u%n", prefix, &offset, &psid_len, &end) != 3 || text[end] != '\0' ||
	    prefix4_parse(prefix, &pool->ipv4) < 0 || !prefix4_is_aligned(&pool->ipv4))
		return false;
	pool->psid_offset = (uint8_t)offset;
	pool->psid_len = (uint8_t)psid_len;
	return offset <= 15 && psid_len <= 16 && (psid_len == 0 || offset + psid_len <= 16);
}

static int
parse_pool(const char *text, struct arguments *arguments, struct error *err)
{
	struct conf_pool *pool = &arguments->pools[arguments->pool_count];

	if (arguments->pool_count == CONF_MAX_POOLS)
		return error_set(err, EINVAL, "more than %d pools", CONF_MAX_POOLS);
	if (!parse_pool_text(text, pool)) {
		error_set(err, EINVAL, "--pool: \"%.80s\" is not PREFIX,OFFSET,PSID_LEN", text);
		error_hint(err, "for example 203.0.113.0/24,6,8; offset + psid_len is at most 16");
		return -EINVAL;
	}
	for (size_t i = 0; i < arguments->pool_count; i++) {
		const struct conf_pool *other = &arguments->pools[i];

		if (prefix4_contains(&other->ipv4, pool->ipv4.addr) || prefix4_contains(&pool->ipv4, other->ipv4.addr))
			return error_set(err, EINVAL, "--pool: \"%.80s\" overlaps another pool", text);
	}
	arguments->pool_count++;
	return 0;
}

/* The domain that was named, or the only one with pools; its number, or -EINVAL with the reason. */
static int
find_domain(const struct conf *conf, const char *name, struct error *err)
{
	int found = -1;

	for (size_t i = 0; i < conf->softwire_count; i++) {
		if (conf->softwires[i].pool_count == 0 || (name != NULL && strcmp(conf->softwires[i].name, name) != 0))
			continue;
		if (found >= 0) {
			error_set(err, EINVAL, "%s: more than one domain has pools", conf->file);
			error_hint(err, "choose one: -d %s or -d %s", conf->softwires[found].name,
			    conf->softwires[i].name);
			return -EINVAL;
		}
		found = (int)i;
	}
	if (found < 0 && name != NULL)
		return error_set(err, EINVAL, "%s: no domain \"%.40s\" with pools", conf->file, name);
	if (found < 0)
		return error_set(err, EINVAL, "%s: no domain has pools", conf->file);
	return found;
}

/* ---- the command ------------------------------------------------------------------------------------------------ */

/* The text would be gone, with its comments. */
static bool
same_file(const char *one, const char *other)
{
	struct stat a, b;

	return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int
compile(const struct arguments *arguments, const struct conf_bindings_scope *scope, struct error *err)
{
	struct conf_bindings list = { 0 };
	int rc = conf_bindings_load(arguments->in, scope, &list, err);

	if (rc == 0)
		rc = conf_bindings_compile(arguments->out, scope, &list, err);
	if (rc == 0)
		printf("%s: %u bindings, %zu pools\n", arguments->out, list.count, scope->pool_count);
	conf_bindings_free(&list);
	return rc;
}

static int
compile_with_config(const struct arguments *arguments, struct error *err)
{
	struct conf *conf = conf_load(arguments->config, err);
	struct conf_bindings_scope scope;
	int rc;

	if (conf == NULL)
		return -EINVAL;
	rc = find_domain(conf, arguments->domain, err);
	if (rc >= 0) {
		conf_bindings_scope(conf, (uint16_t)rc, &scope);
		rc = compile(arguments, &scope, err);
	}
	conf_free(conf);
	return rc;
}

static int
run(const struct arguments *arguments)
{
	const struct conf_bindings_scope scope = { .pools = arguments->pools, .pool_count = arguments->pool_count };
	struct error err = { 0 };
	int rc;

	if (same_file(arguments->in, arguments->out)) {
		error_set(&err, EINVAL, "%s would take the place of the file it is made from", arguments->out);
		return fail(&err);
	}
	rc = arguments->config != NULL ? compile_with_config(arguments, &err) : compile(arguments, &scope, &err);
	return rc < 0 ? fail(&err) : EXIT_SUCCESS;
}

int
bindings_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "domain", required_argument, NULL, 'd' },
		{ "pool", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct arguments arguments = { 0 };
	struct error err = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "c:d:p:h", options, NULL)) != -1) {
		if (option == 'c')
			arguments.config = optarg;
		else if (option == 'd')
			arguments.domain = optarg;
		else if (option == 'p' && parse_pool(optarg, &arguments, &err) < 0)
			return fail(&err);
		else if (option != 'p') {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	if (argc - optind != 3 || strcmp(argv[optind], "compile") != 0 ||
	    (arguments.config != NULL) == (arguments.pool_count > 0) ||
	    (arguments.domain != NULL && arguments.config == NULL)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	arguments.in = argv[optind + 1];
	arguments.out = argv[optind + 2];
	return run(&arguments);
}
