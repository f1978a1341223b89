/* SPDX-License-Identifier: BSD-3-Clause */
#include "lookup.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/record.h"
#include "client.h"
#include "command.h"

struct lookup_args {
	const char *socket;
	const char *log; /* NULL: ask the daemon */
	const char *at;  /* NULL: now */
	uint64_t at_ms;  /* the same moment, or the end of the log */
	bool json;
	const char *address;
	int port; /* -1: none */
};

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl lookup [-s SOCKET | --log FILE] [--at TIME] [--json] ADDRESS[:PORT] [PORT]\n"
	      "\n"
	      "Tells which CE has an IPv4 address and port (or ICMP identifier), or what belongs to an IPv6 address "
	      "or\n"
	      "prefix.\n"
	      "\n"
	      "  -s, --socket PATH  the daemon's socket, default " CLIENT_SOCKET "\n"
	      "      --log FILE     ask a rule log (control.rule_log) instead of a daemon\n"
	      "      --at TIME      at that time, as the rule log tells: 2026-11-03T08:30:00+09:00\n"
	      "      --json         print one JSON object\n"
	      "      --help         print this\n"
	      "\n"
	      "Exit status: 0 somebody has it, 1 nobody has it or it cannot be told, 2 wrong usage, 4 no daemon.\n",
	    out);
}

/* ---- the answer ------------------------------------------------------------------------------------------------- */

static int
fail(const char *text)
{
	fprintf(stderr, "mapedgectl lookup: %s\n", text);
	return EXIT_FAILURE;
}

static int
ask_daemon(const struct lookup_args *args, json_t **answer)
{
	json_t *arguments = json_pack("{s:s}", "address", args->address);

	if (args->port >= 0)
		json_object_set_new(arguments, "port", json_integer(args->port));
	if (args->at != NULL)
		json_object_set_new(arguments, "at", json_string(args->at));
	return client_ask(args->socket, "lookup", arguments, answer);
}

static int
ask_log(const struct lookup_args *args, json_t **answer)
{
	struct lookup_answer found;
	struct record record;
	struct lookup lookup;
	struct error err;
	int rc;

	rc = record_find(args->log, args->at_ms, &record, &err);
	if (rc == 0) {
		lookup = record_lookup(&record);
		rc = lookup_ask(&lookup, args->address, args->port, &found, &err);
	}
	if (rc == 0) {
		*answer = lookup_json(&found);
		json_object_set_new(*answer, "record", record_json(&record));
	}
	record_free(&record);
	return rc == 0 ? EXIT_SUCCESS : fail(err.text);
}

static int
run(const struct lookup_args *args)
{
	json_t *answer = NULL;
	int status = args->log != NULL ? ask_log(args, &answer) : ask_daemon(args, &answer);
	const char *why = json_string_value(json_object_get(answer, "why"));

	if (status != EXIT_SUCCESS)
		return status;
	if (json_array_size(json_object_get(answer, "ces")) == 0)
		status = EXIT_FAILURE;
	if (args->json) {
		json_dumpf(answer, stdout, 0);
		putchar('\n');
	} else if (status == EXIT_SUCCESS) {
		lookup_print(answer);
	} else {
		fail(why != NULL ? why : "the daemon's answer has no reason");
	}
	if (fflush(stdout) != 0)
		status = fail(strerror(errno));
	json_decref(answer);
	return status;
}

/* ---- the command line ------------------------------------------------------------------------------------------- */

static bool
parse_operands(int argc, char **argv, struct lookup_args *args)
{
	char *end;
	long port;

	if (argc - optind < 1 || argc - optind > 2)
		return false;
	args->address = argv[optind];
	if (argc - optind == 1)
		return true;
	port = strtol(argv[optind + 1], &end, 10);
	if (argv[optind + 1][0] < '0' || argv[optind + 1][0] > '9' || *end != '\0' || port > UINT16_MAX) {
		fprintf(stderr, "mapedgectl lookup: '%s' is no port, 0 to 65535\n", argv[optind + 1]);
		return false;
	}
	args->port = (int)port;
	return true;
}

int
lookup_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "log", required_argument, NULL, 'l' },
		{ "at", required_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct lookup_args args = { .socket = CLIENT_SOCKET, .port = -1, .at_ms = TIMESTAMP_LAST };
	int option;

	while ((option = getopt_long(argc, argv, "s:h", options, NULL)) != -1) {
		switch (option) {
		case 's':
			args.socket = optarg;
			break;
		case 'l':
			args.log = optarg;
			break;
		case 'a':
			args.at = optarg;
			break;
		case 'j':
			args.json = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (!parse_operands(argc, argv, &args)) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (args.at != NULL && timestamp_parse(args.at, &args.at_ms) < 0)
		return fail("--at takes a time like 2026-11-03T08:30:00+09:00");
	return run(&args);
}
