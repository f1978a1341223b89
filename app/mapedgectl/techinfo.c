/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl techinfo: all that somebody who helps would ask for, in one text. */
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "client.h"
#include "command.h"
#include "mask.h"
#include "overview.h"

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl techinfo [-s SOCKET] [--mask] [-w FILE]\n"
	      "\n"
	      "Writes what the daemon knows: how it is, the line, counters, drops with their reasons, ports, hosts, "
	      "rules, events.\n"
	      "\n"
	      "  -s, --socket PATH  the daemon's socket, default " CLIENT_SOCKET "\n"
	      "      --mask         with names in place of addresses, the same name for the same address\n"
	      "  -w, --write FILE   there, default: standard output\n"
	      "      --help         print this\n"
	      "\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage, 4 no daemon at the socket.\n",
	    out);
}

static const struct {
	const char *command;
	const char *arguments; /* JSON */
	bool may_fail;         /* a BR has no ports, a CE no lookup */
} parts[] = {
	{ "status", "{}", false },
	{ "alarms-get", "{\"all\": true}", false },
	{ "softwire-get", "{}", false },
	{ "provision-get", "{}", true },
	{ "workers-get", "{}", false },
	{ "neighbours-get", "{}", true },
	{ "routes-get", "{}", false },
	{ "log-get", "{}", false },
	{ "stats-get", "{\"all\": true}", false },
	{ "drops-get", "{\"explain\": true}", false },
	{ "rules-get", "{}", false },
	{ "ports-get", "{}", true },
	{ "hosts-get", "{}", true },
	{ "explain-prefix", "{}", true },
	{ "diagnose", "{\"topic\": \"provision\"}", true },
	{ "diagnose", "{\"topic\": \"softwire\"}", true },
	{ "diagnose", "{\"topic\": \"ports\"}", true },
	{ "diagnose", "{\"topic\": \"mtu\"}", true },
	{ "events-get", "{\"count\": 200}", false },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static int
write_parts(const char *path, FILE *out)
{
	const time_t now = time(NULL);
	char moment[64];

	strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	fprintf(out, "mapedge techinfo, %s, mapedgectl " MAPEDGE_VERSION "\n", moment);
	for (size_t i = 0; i < PARTS; i++) {
		json_t *answer = NULL;
		int status;

		fprintf(out, "\n==== %s %s\n\n", parts[i].command, parts[i].arguments);
		status = client_try(path, parts[i].command, json_loads(parts[i].arguments, 0, NULL), &answer, out);
		if (status == EXIT_SUCCESS)
			answer_text(out, answer);
		json_decref(answer);
		if (status != EXIT_SUCCESS && !(parts[i].may_fail && status == EXIT_FAILURE))
			return status;
	}
	return EXIT_SUCCESS;
}

/* Collected first: a mask needs whole lines, and a file is written only when there is something to write. */
static int
collect(const char *path, bool masked, const char *file)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size), *out;
	int status = memory != NULL ? write_parts(path, memory) : EXIT_FAILURE;
	static struct mask mask;

	if (memory == NULL || fclose(memory) != 0)
		status = EXIT_FAILURE;
	out = status != EXIT_SUCCESS ? NULL : file == NULL ? stdout : fopen(file, "we");
	if (status == EXIT_SUCCESS && out == NULL) {
		fprintf(stderr, "mapedgectl techinfo: %s cannot be written\n", file);
		status = EXIT_FAILURE;
	}
	if (out != NULL && masked)
		mask_write(&mask, text, out);
	else if (out != NULL)
		fputs(text, out);
	if (out != NULL && (file == NULL ? fflush(out) : fclose(out)) != 0)
		status = EXIT_FAILURE;
	free(text);
	return status;
}

int
techinfo_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "mask", no_argument, NULL, 'm' },
		{ "write", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *path = CLIENT_SOCKET, *file = NULL;
	bool masked = false;
	int option;

	while ((option = getopt_long(argc, argv, "s:w:h", options, NULL)) != -1) {
		if (option == 's') {
			path = optarg;
		} else if (option == 'w') {
			file = optarg;
		} else if (option == 'm') {
			masked = true;
		} else {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	return collect(path, masked, file);
}
