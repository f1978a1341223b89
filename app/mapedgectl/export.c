/* SPDX-License-Identifier: BSD-3-Clause */
#include "export.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "provision/offer.h"

static const struct {
	const char *word;
	export_fn *print;
} formats[] = {
	{ "hb46pp", export_hb46pp },
	{ "kea", export_kea },
	{ "radius", export_radius },
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl export hb46pp|kea|radius -c CONF [-d DOMAIN] [--mesh] [--interface NAME]\n\n"
	      "Prints the rules of a domain of a border relay in the words of a server that gives them to CEs: the "
	      "answer\n"
	      "of an HB46PP server, a configuration of the DHCPv6 server Kea, an attribute for FreeRADIUS.\n\n"
	      "  -c, --config CONF     the configuration of the border relay\n"
	      "  -d, --domain NAME     its domain, where more than one has rules\n"
	      "  -m, --mesh            CEs send to each other, not only to the border relay\n"
	      "  -i, --interface NAME  kea: the interface where the CEs are\n"
	      "\nExit status: 0 done, 1 refused or failed, 2 wrong usage.\n",
	    out);
}

static int
fail(const struct error *err)
{
	fprintf(stderr, "mapedgectl export: %s\n", err->text);
	if (err->hint[0] != '\0')
		fprintf(stderr, "hint: %s\n", err->hint);
	return EXIT_FAILURE;
}

int
export_needs_rfc7597(const struct conf_softwire *domain, const char *what, struct error *err)
{
	if (domain->iid == MAP_IID_RFC7597)
		return 0;
	error_set(err, EINVAL, "domain \"%s\" has interface identifiers of draft-03, which %s cannot say", domain->name,
	    what);
	error_hint(err, "HB46PP can: mapedgectl export hb46pp");
	return -EINVAL;
}

/* ---- the domain ------------------------------------------------------------------------------------------------- */

static const struct conf_softwire *
find_domain(const struct conf *conf, const char *name, struct error *err)
{
	const struct conf_softwire *found = NULL;

	for (size_t i = 0; i < conf->softwire_count; i++) {
		const struct conf_softwire *domain = &conf->softwires[i];

		if (domain->rule_count == 0 || (name != NULL && strcmp(domain->name, name) != 0))
			continue;
		if (found != NULL) {
			error_set(err, EINVAL, "%s: more than one domain has rules", conf->file);
			error_hint(err, "choose one: -d %s or -d %s", found->name, domain->name);
			return NULL;
		}
		found = domain;
	}
	if (found == NULL && name != NULL)
		error_set(err, EINVAL, "%s: no domain \"%.40s\" with rules", conf->file, name);
	else if (found == NULL)
		error_set(err, EINVAL, "%s: no domain has rules", conf->file);
	return found;
}

static int
print_domain(const struct conf *conf, const struct export_args *args, export_fn *print, struct error *err)
{
	const struct conf_softwire *domain;

	if (conf->role != CONF_BR)
		return error_set(err, EINVAL, "%s: a CE has no rules to give away", conf->file);
	domain = find_domain(conf, args->domain, err);
	if (domain == NULL)
		return -EINVAL;
	if (domain->rule_count > OFFER_MAX_RULES) {
		error_set(err, EINVAL, "domain \"%s\" has %zu rules, more than the %d that a CE must take",
		    domain->name, domain->rule_count, OFFER_MAX_RULES);
		error_hint(err, "no CE needs them all: give each region a domain of its own");
		return -EINVAL;
	}
	return print(domain, args, err);
}

/* ---- the command ------------------------------------------------------------------------------------------------ */

static int
run(const struct export_args *args, export_fn *print)
{
	struct error err = { .text = "" };
	struct conf *conf = conf_load(args->config, &err);
	int rc;

	if (conf == NULL)
		return fail(&err);
	rc = print_domain(conf, args, print, &err);
	conf_free(conf);
	if (rc < 0)
		return fail(&err);
	if (fflush(stdout) != 0) {
		perror("mapedgectl export");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

int
export_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "domain", required_argument, NULL, 'd' },
		{ "mesh", no_argument, NULL, 'm' },
		{ "interface", required_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct export_args args = { .mesh = false };
	int option;

	while ((option = getopt_long(argc, argv, "c:d:mi:h", options, NULL)) != -1) {
		if (option == 'c')
			args.config = optarg;
		else if (option == 'd')
			args.domain = optarg;
		else if (option == 'm')
			args.mesh = true;
		else if (option == 'i')
			args.interface = optarg;
		else {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	for (size_t i = 0; i < FORMAT_COUNT && args.config != NULL && argc - optind == 1; i++) {
		if (strcmp(argv[optind], formats[i].word) == 0)
			return run(&args, formats[i].print);
	}
	usage(stderr);
	return EXIT_USAGE;
}
