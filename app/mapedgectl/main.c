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
	{ "bindings", bindings_main, "check and compile a file of bindings", false },
	{ "calc", calc_main, "calculate addresses and port sets from mapping rules", false },
	{ "capture", capture_main, "write packets that the daemon drops, receives or sends to a file, with the reasons",
	    false },
	{ "export", export_main, "print a domain's rules for an HB46PP, DHCPv6 or RADIUS server", false },
	{ "monitor", monitor_main, "print what happens, line by line, until interrupted", false },
	{ "lookup", lookup_main, "tell who had an address and port, from a rule log or from the daemon", true },
	{ "top", top_main, "show what goes through the box, second by second", false },
	{ "techinfo", techinfo_main, "write all that somebody who helps would ask for", false },
	{ "trace", trace_main, "print each step that the next packets take through the daemon", false },
	{ 0 },
};

/* The socket, if one was given in front of the command (else NULL), is the command's. */
static int
run(const struct command *command, char *socket, char **words, int count)
{
	char name[64], option[] = "-s"; /* the name stands before what getopt_long() says */
	char **argv = calloc((size_t)count + 3, sizeof(*argv));
	int argc = 0, status;

	if (argv == NULL) {
		fputs("mapedgectl: out of memory\n", stderr);
		return EXIT_FAILURE;
	}
	snprintf(name, sizeof(name), "mapedgectl %s", command->name);
	argv[argc++] = name;
	if (socket != NULL) {
		argv[argc++] = option;
		argv[argc++] = socket;
	}
	memcpy(argv + argc, words + 1, ((size_t)count - 1) * sizeof(*words));
	optind = 0; /* from the beginning: getopt(3) */
	status = command->run(argc + count - 1, argv);
	free(argv);
	return status;
}

/* Words behind the options; `given`: the socket among these. */
static int
dispatch(char *given, char **words, int count)
{
	const char *first = count > 0 ? words[0] : "", *socket = given != NULL ? given : CLIENT_SOCKET;

	for (const struct command *command = local_commands; command->name != NULL; command++) {
		if (strcmp(first, command->name) == 0 && !(command->is_daemons && given != NULL))
			return run(command, given, words, count);
	}
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
	char *socket = NULL;
	int option;

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
