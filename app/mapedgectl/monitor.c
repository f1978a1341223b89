/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl monitor: the daemon's events as they come. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client.h"
#include "command.h"

#define LOOK_US 250000

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl monitor [-s SOCKET] [-n COUNT] [--errors] [--json]\n"
	      "\n"
	      "Prints the last events of a running mapedge, and each new one as it comes, until interrupted.\n"
	      "\n"
	      "  -s, --socket PATH  the daemon's socket, default " CLIENT_SOCKET "\n"
	      "  -n, --lines COUNT  so many of the last ones first, default 10\n"
	      "      --errors       errors only\n"
	      "      --json         one JSON object a line\n"
	      "      --help         print this\n"
	      "\n"
	      "Exit status: 1 failed, 2 wrong usage, 4 no daemon at the socket, or no longer.\n",
	    out);
}

static void
print_event(const json_t *event, bool json)
{
	if (json) {
		json_dumpf(event, stdout, JSON_COMPACT);
		putchar('\n');
		return;
	}
	printf("%s %-6s %s\n", json_string_value(json_object_get(event, "time")),
	    json_string_value(json_object_get(event, "level")), json_string_value(json_object_get(event, "text")));
}

/* `since` below 0: the last ones. Where to go on, or below 0 with the exit status. */
static json_int_t
print_events(const char *path, json_int_t since, int lines, bool errors, bool json, int *status)
{
	json_t *arguments = json_pack("{s:b, s:i}", "errors", errors, "count", since < 0 ? lines : 512), *answer,
	       *event;
	json_int_t next;
	size_t i;

	if (since >= 0)
		json_object_set_new(arguments, "since", json_integer(since));
	*status = client_ask(path, "events-get", arguments, &answer);
	if (*status != EXIT_SUCCESS)
		return -1;
	json_array_foreach(json_object_get(answer, "events"), i, event)
	{
		print_event(event, json);
	}
	fflush(stdout);
	next = json_integer_value(json_object_get(answer, "next"));
	json_decref(answer);
	return next;
}

int
monitor_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "lines", required_argument, NULL, 'n' },
		{ "errors", no_argument, NULL, 'e' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *path = CLIENT_SOCKET;
	bool errors = false, json = false;
	json_int_t next = -1;
	int option, lines = 10, status;

	while ((option = getopt_long(argc, argv, "s:n:h", options, NULL)) != -1) {
		if (option == 's') {
			path = optarg;
		} else if (option == 'n' && (lines = atoi(optarg)) >= 0 && lines <= 512) {
			continue;
		} else if (option == 'e') {
			errors = true;
		} else if (option == 'j') {
			json = true;
		} else {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	while ((next = print_events(path, next, lines, errors, json, &status)) >= 0 && !ferror(stdout))
		usleep(LOOK_US);
	return status;
}
