/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl: the command line of mapedge. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "command.h"
#include "manual.h"
#include "shell.h"

const struct command local_commands[] = {
	{ "bindings", bindings_main, "check and compile a file of bindings" },
	{ "calc", calc_main, "calculate addresses and port sets from mapping rules" },
	{ "capture", capture_main,
	    "write packets that the daemon drops, receives or sends to a file, with the reasons" },
	{ "export", export_main, "print a domain's rules for an HB46PP, DHCPv6 or RADIUS server" },
	{ "monitor", monitor_main, "print what happens, line by line, until interrupted" },
	{ "lookup", lookup_main, "tell who had an address and port, from a rule log or from the daemon" },
	{ "top", top_main, "show what goes through the box, second by second" },
	{ "techinfo", techinfo_main, "write all that somebody who helps would ask for" },
	{ "trace", trace_main, "print each step that the next packets take through the daemon" },
	{ 0 },
};

static int
run(const struct command *command, int argc, char **argv)
{
	char name[64]; /* stands before what getopt_long() says */

	snprintf(name, sizeof(name), "mapedgectl %s", command->name);
	argv[0] = name;
	return command->run(argc, argv);
}

/* Words behind the options. */
static int
dispatch(const char *socket, char **words, int count)
{
	const char *first = count > 0 ? words[0] : "";

	if (strcmp(first, "help") == 0)
		return manual_help(words + 1, count - 1);
	if (strcmp(first, "manual") == 0)
		return manual_main(words + 1, count - 1);
	if (strcmp(first, "complete") == 0)
		return manual_complete(words + 1, count - 1);
	if (strcmp(first, "shell") == 0 && count == 1)
		return shell_main(socket);
	return client_run(socket, words, count);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 },
	};
	const char *name = argc > 1 ? argv[1] : "", *socket = CLIENT_SOCKET;
	int option;

	for (const struct command *command = local_commands; command->name != NULL; command++) {
		if (strcmp(name, command->name) == 0)
			return run(command, argc - 1, argv + 1);
	}
	/* '+': what comes behind the command is the command's. */
	while ((option = getopt_long(argc, argv, "+s:h", options, NULL)) != -1) {
		if (option == 's') {
			socket = optarg;
		} else if (option == 'v') {
			puts("mapedgectl " MAPEDGE_VERSION);
			return EXIT_SUCCESS;
		} else {
			manual_usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	return dispatch(socket, argv + optind, argc - optind);
}
