/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl: the command line of mapedge. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

static const struct command commands[] = {
	{ "bindings", bindings_main, "check and compile a file of bindings, without a daemon" },
	{ "calc", calc_main, "calculate addresses and port sets from mapping rules, without a daemon" },
	{ "export", export_main, "print a domain's rules for an HB46PP, DHCPv6 or RADIUS server, without a daemon" },
	{ "lookup", lookup_main, "tell who had an address and port, from the daemon or from a rule log" },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl COMMAND [ARGUMENTS]\n"
	      "       mapedgectl [-s SOCKET] COMMAND [NAME=VALUE…]   ask the daemon, e.g. list-commands\n"
	      "\nCommands of its own:\n",
	    out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
	fputs("\n"
	      "mapedgectl COMMAND --help tells more about one, mapedgectl --version the version.\n",
	    out);
}

static int
run(const struct command *command, int argc, char **argv)
{
	char name[64]; /* stands before what getopt_long() says */

	snprintf(name, sizeof(name), "mapedgectl %s", command->name);
	argv[0] = name;
	return command->run(argc, argv);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(name, commands[i].name) == 0)
			return run(&commands[i], argc - 1, argv + 1);
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	if (strcmp(name, "--version") == 0) {
		puts("mapedgectl " MAPEDGE_VERSION);
		return EXIT_SUCCESS;
	}
	if (argc > 1)
		return client_main(argc, argv);
	usage(stderr);
	return EXIT_USAGE;
}
