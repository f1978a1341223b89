/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl trace: the steps of the next packets through a running daemon, and what became of each. */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "command.h"
#include "reading.h"
#include "taking.h"

#define LOOK_US 50000

struct trace {
	const char *socket;
	json_t *wish;
	long long seconds; /* -1: no end */
	json_int_t id;
	long long shown;
	long long left;
	long long lost;
};

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl trace [-s SOCKET] [-t SECONDS] [--json] add INTERFACE COUNT [FILTER…]\n"
	      "\n"
	      "Prints each step that the next COUNT packets of a running mapedge take, and what becomes of them. It "
	      "stops\n"
	      "after COUNT packets, SECONDS, or when interrupted. What is forwarded is the same with and without.\n"
	      "\n"
	      "  -s, --socket PATH   the daemon's socket, default " CLIENT_SOCKET "\n"
	      "  -t, --time SECONDS  so long\n"
	      "      --json          one object a line, as trace-take has it\n"
	      "      --help          print this\n"
	      "  INTERFACE           they come in on, or any\n"
	      "  COUNT               1 to 1000\n"
	      "  FILTER              what they are when they come, as tcpdump takes it\n"
	      "\n"
	      "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 4 no daemon at the socket.\n",
	    out);
}

/* ---- packets ---------------------------------------------------------------------------------------------------- */

/* "12:34:56.123456", as the clock on the wall has it. */
static void
print_time(uint64_t time_ns)
{
	const time_t seconds = (time_t)(time_ns / 1000000000);
	struct tm parts;
	char text[16];

	localtime_r(&seconds, &parts);
	strftime(text, sizeof(text), "%H:%M:%S", &parts);
	printf("%s.%06llu", text, (unsigned long long)(time_ns / 1000 % 1000000));
}

static void
print_steps(const json_t *packet)
{
	const long long missing = number_of(packet, "missing_steps");
	const json_t *step;
	size_t i;

	json_array_foreach(json_object_get(packet, "steps"), i, step)
	{
		const char *verdict = text_of(step, "verdict");

		printf("    %*s%s", 2 * (int)number_of(step, "depth"), "", text_of(step, "step"));
		if (strcmp(verdict, "next") == 0)
			puts("");
		else
			printf(": %s\n", verdict);
	}
	if (missing > 0)
		printf("    and %lld more\n", missing);
}

static void
print_packet(const json_t *packet)
{
	const char *reason = text_of(packet, "reason"), *went = text_of(packet, "went");

	print_time((uint64_t)number_of(packet, "time_ns"));
	printf(", from %s, worker %lld: %s\n", text_of(packet, "interface"), number_of(packet, "worker"),
	    text_of(packet, "came"));
	print_steps(packet);
	printf("  %s", text_of(packet, "verdict"));
	if (reason[0] != '\0')
		printf(" as %s: %s\n  hint: %s\n\n", reason, text_of(packet, "text"), text_of(packet, "hint"));
	else
		printf("%s%s\n\n", went[0] != '\0' ? ": " : "", went);
}

/* The number of packets, or -1 with the exit status. */
static int
take(struct trace *trace, bool as_json, int *status)
{
	json_t *answer, *packet;
	size_t i;

	*status = client_ask(trace->socket, "trace-take", json_pack("{s:I}", "id", trace->id), &answer);
	if (*status != EXIT_SUCCESS)
		return -1;
	json_array_foreach(json_object_get(answer, "packets"), i, packet)
	{
		if (!as_json)
			print_packet(packet);
		else if (json_dumpf(packet, stdout, JSON_COMPACT) == 0)
			puts("");
	}
	fflush(stdout);
	trace->shown += (long long)i;
	trace->left = number_of(answer, "left");
	trace->lost = number_of(answer, "lost");
	json_decref(answer);
	return (int)i;
}

static bool
is_over(const struct trace *trace, time_t begun)
{
	return trace->left == 0 || ferror(stdout) || (trace->seconds >= 0 && time(NULL) - begun >= trace->seconds);
}

static int
run(struct trace *trace, bool as_json)
{
	const time_t begun = time(NULL);
	json_t *answer;
	int status = client_ask(trace->socket, "trace-start", json_incref(trace->wish), &answer), taken;

	if (status != EXIT_SUCCESS)
		return status;
	trace->id = number_of(answer, "id");
	json_decref(answer);
	fprintf(stderr, "tracing; interrupt to stop\n");
	do
		taken = take(trace, as_json, &status);
	while (taken >= 0 && !is_over(trace, begun) && !taking_pause(taken == 0 ? LOOK_US : 0));
	if (status == EXIT_SUCCESS &&
	    client_ask(trace->socket, "trace-stop", json_pack("{s:I}", "id", trace->id), &answer) == EXIT_SUCCESS)
		json_decref(answer);
	fprintf(stderr, "%lld packets, %lld lost because they came too fast\n", trace->shown, trace->lost);
	return status;
}

/* ---- the command line ------------------------------------------------------------------------------------------- */

/* "add INTERFACE COUNT [FILTER…]". False: wrong usage. */
static bool
read_words(struct trace *trace, char *const *words, int count)
{
	long long number;

	if (count < 3 || strcmp(words[0], "add") != 0 || !taking_number(words[2], &number))
		return false;
	if (strcmp(words[1], "any") != 0)
		json_object_set_new(trace->wish, "interface", json_string(words[1]));
	json_object_set_new(trace->wish, "count", json_integer(number));
	return taking_filter(trace->wish, words + 3, count - 3);
}

int
trace_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "time", required_argument, NULL, 't' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct trace trace = { .socket = CLIENT_SOCKET, .wish = json_object(), .seconds = -1 };
	bool as_json = false, is_right = true, wants_help = false;
	int option, status = EXIT_USAGE;

	/* '+': a filter may have words that begin with a hyphen. */
	while ((option = getopt_long(argc, argv, "+s:t:h", options, NULL)) != -1) {
		if (option == 's')
			trace.socket = optarg;
		else if (option == 'j')
			as_json = true;
		else if (option == 't')
			is_right = is_right && taking_number(optarg, &trace.seconds);
		else
			is_right = wants_help = option == 'h';
		if (!is_right || wants_help)
			break;
	}
	if (wants_help || !is_right || !read_words(&trace, argv + optind, argc - optind)) {
		usage(wants_help ? stdout : stderr);
		json_decref(trace.wish);
		return wants_help ? EXIT_SUCCESS : EXIT_USAGE;
	}
	(void)taking_pause(0);
	signal(SIGPIPE, SIG_IGN);
	status = run(&trace, as_json);
	json_decref(trace.wish);
	return status;
}
