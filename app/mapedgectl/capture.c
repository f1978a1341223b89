/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl capture: packets of a running daemon into a pcapng file; dropped ones say in a comment why. */
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/capture.h"
#include "client.h"
#include "command.h"
#include "reading.h"
#include "pcapng.h"
#include "taking.h"

#define LOOK_US 50000

struct capture {
	const char *socket;
	const char *file;
	json_t *wish;
	long long count;   /* -1: until it is interrupted */
	long long seconds; /* -1: no end */
	json_int_t id;
	long long written;
	json_int_t lost;
	struct pcapng out;
};

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl capture [-s SOCKET] [--drop REASON,…] [--rx] [--tx] [-i INTERFACE] [-c COUNT] [-t "
	      "SECONDS]\n"
	      "                          [--snap BYTES] [-w FILE] [FILTER…]\n"
	      "\n"
	      "Writes packets of a running mapedge as pcapng: without --drop, --rx or --tx all that are dropped. A "
	      "comment of\n"
	      "each dropped packet says why, and what to do. It stops after COUNT packets, SECONDS, or when "
	      "interrupted.\n"
	      "\n"
	      "  -s, --socket PATH     the daemon's socket, default " CLIENT_SOCKET "\n"
	      "      --drop REASON,…   dropped for these reasons, or all; mapedgectl show drops all lists them\n"
	      "      --rx, --tx        received, sent\n"
	      "  -i, --interface NAME  only there\n"
	      "  -c, --count COUNT     so many packets\n"
	      "  -t, --time SECONDS    so long\n"
	      "      --snap BYTES      of each packet, 1 to 2048, default 2048\n"
	      "  -w, --write FILE      there; - or nothing: standard output\n"
	      "      --help            print this\n"
	      "  FILTER                as tcpdump takes it\n"
	      "\n"
	      "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 4 no daemon at the socket.\n",
	    out);
}

/* ---- packets ---------------------------------------------------------------------------------------------------- */

static int
digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static uint32_t
read_hex(const char *hex, uint8_t data[API_CAPTURE_SNAP_MAX])
{
	uint32_t len = 0;

	for (; hex[0] != '\0' && hex[1] != '\0' && len < API_CAPTURE_SNAP_MAX; hex += 2)
		data[len++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
	return len;
}

/* "nat_no_port: every port of the set is in use (see the sessions)", as the table of reasons has it. */
static const char *
comment_of(const json_t *packet, char comment[512])
{
	const char *reason = text_of(packet, "reason");

	if (reason[0] == '\0')
		return NULL;
	snprintf(comment, 512, "dropped: %s", reason);
	for (int i = 0; i < DROP_COUNT; i++) {
		if (strcmp(drop_info[i].name, reason) == 0)
			snprintf(comment, 512, "dropped: %s: %s; hint: %s", reason, drop_info[i].text,
			    drop_info[i].hint);
	}
	return comment;
}

static void
write_packet(struct capture *capture, const json_t *object)
{
	uint8_t data[API_CAPTURE_SNAP_MAX];
	char comment[512];
	const struct pcapng_packet packet = {
		.time_ns = (uint64_t)number_of(object, "time_ns"),
		.interface = text_of(object, "interface"),
		.link = strcmp(text_of(object, "link"), "ip") == 0 ? PCAPNG_IP : PCAPNG_ETHERNET,
		.outbound = strcmp(text_of(object, "event"), "tx") == 0,
		.data = data,
		.captured = read_hex(text_of(object, "data"), data),
		.length = (uint32_t)number_of(object, "length"),
		.comment = comment_of(object, comment),
	};

	pcapng_write(&capture->out, &packet);
	capture->written++;
}

/* The number of packets, or -1 with the exit status. */
static int
take(struct capture *capture, int *status)
{
	const long long left = capture->count - capture->written;
	json_t *answer, *packet;
	size_t i;

	*status = client_ask(capture->socket, "capture-take",
	    json_pack("{s:I, s:i}", "id", capture->id, "count", capture->count < 0 || left > 64 ? 64 : (int)left),
	    &answer);
	if (*status != EXIT_SUCCESS)
		return -1;
	json_array_foreach(json_object_get(answer, "packets"), i, packet)
	{
		write_packet(capture, packet);
	}
	capture->lost = number_of(answer, "lost");
	json_decref(answer);
	fflush(capture->out.out);
	return (int)i;
}

static bool
is_over(const struct capture *capture, time_t begun)
{
	return ferror(capture->out.out) || (capture->count >= 0 && capture->written >= capture->count) ||
	    (capture->seconds >= 0 && time(NULL) - begun >= capture->seconds);
}

static int
run(struct capture *capture)
{
	const time_t begun = time(NULL);
	json_t *answer;
	int status = client_ask(capture->socket, "capture-start", json_incref(capture->wish), &answer), taken = 0;

	if (status != EXIT_SUCCESS)
		return status;
	capture->id = number_of(answer, "id");
	json_decref(answer);
	fprintf(stderr, "capturing; interrupt to stop\n");
	while (taken >= 0 && !is_over(capture, begun) && !taking_pause(taken == 0 ? LOOK_US : 0))
		taken = take(capture, &status);
	if (status == EXIT_SUCCESS &&
	    client_ask(capture->socket, "capture-stop", json_pack("{s:I}", "id", capture->id), &answer) == EXIT_SUCCESS)
		json_decref(answer);
	fprintf(stderr, "%lld packets, %lld lost because they came too fast\n", capture->written,
	    (long long)capture->lost);
	return status;
}

/* ---- the command line ------------------------------------------------------------------------------------------- */

/* False: wrong usage. */
static bool
read_option(struct capture *capture, int option, const char *value)
{
	long long number = 0;

	switch (option) {
	case 's':
		capture->socket = value;
		return true;
	case 'w':
		capture->file = value;
		return true;
	case 'd':
		return json_object_set_new(capture->wish, "drop", json_string(value)) == 0;
	case 'r':
		return json_object_set_new(capture->wish, "rx", json_true()) == 0;
	case 'x':
		return json_object_set_new(capture->wish, "tx", json_true()) == 0;
	case 'i':
		return json_object_set_new(capture->wish, "interface", json_string(value)) == 0;
	case 'c':
		return taking_number(value, &capture->count);
	case 't':
		return taking_number(value, &capture->seconds);
	case 'n':
		return taking_number(value, &number) &&
		    json_object_set_new(capture->wish, "snap", json_integer(number)) == 0;
	default:
		return false;
	}
}

static int
write_file(struct capture *capture)
{
	const bool to_stdout = strcmp(capture->file, "-") == 0;
	FILE *out = to_stdout ? stdout : fopen(capture->file, "we");
	int status;

	if (out == NULL || (to_stdout && isatty(STDOUT_FILENO))) {
		fprintf(stderr, "mapedgectl capture: %s\n",
		    out == NULL ? "the file cannot be written" : "a terminal is no place for a capture: -w FILE");
		return EXIT_FAILURE;
	}
	pcapng_begin(&capture->out, out);
	status = run(capture);
	if (fflush(out) != 0 || ferror(out)) {
		fprintf(stderr, "mapedgectl capture: the file cannot be written\n");
		status = EXIT_FAILURE;
	}
	if (!to_stdout)
		fclose(out);
	return status;
}

int
capture_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "drop", required_argument, NULL, 'd' },
		{ "rx", no_argument, NULL, 'r' },
		{ "tx", no_argument, NULL, 'x' },
		{ "interface", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ "time", required_argument, NULL, 't' },
		{ "snap", required_argument, NULL, 'n' },
		{ "write", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct capture capture = { .socket = CLIENT_SOCKET, .file = "-", .count = -1, .seconds = -1 };
	int option, status;

	capture.wish = json_object();
	while ((option = getopt_long(argc, argv, "s:i:c:t:w:h", options, NULL)) != -1) {
		if (option == 'h' || !read_option(&capture, option, optarg)) {
			usage(option == 'h' ? stdout : stderr);
			json_decref(capture.wish);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	if (!taking_filter(capture.wish, argv + optind, argc - optind)) {
		usage(stderr);
		json_decref(capture.wish);
		return EXIT_USAGE;
	}
	(void)taking_pause(0);
	signal(SIGPIPE, SIG_IGN);
	status = write_file(&capture);
	json_decref(capture.wish);
	return status;
}
