/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mapedgectl [-s SOCKET] COMMAND [NAME=VALUE…]: one request to the daemon's JSON socket. Which commands there are is the
 * daemon's business: `mapedgectl list-commands` asks it.
 */
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "command.h"

#define REPLY_TIMEOUT_S 30

static void
usage(FILE *out)
{
	fputs("Usage: mapedgectl [-s SOCKET] COMMAND [NAME=VALUE…]\n\n"
	      "Sends COMMAND to a running mapedge and prints its answer as JSON; list-commands tells what it knows.\n\n"
	      "  -s, --socket PATH  the daemon's socket, default " CLIENT_SOCKET "\n"
	      "\nExit status: 0 done, 1 refused or failed, 2 wrong usage, 4 no daemon at the socket.\n",
	    out);
}

/* true, false and numbers, PSIDs as 0x34 too, are what they look like; everything else is a string. */
static json_t *
parse_value(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
	const bool hex = strncmp(text, "0x", 2) == 0;
	unsigned int number;
	int end = 0;

	if (json_is_boolean(value) || json_is_integer(value))
		return value;
	json_decref(value);
	if (hex && sscanf(text, "%8x%n", &number, &end) == 1 && text[end] == '\0')
		return json_integer(number);
	return json_string(text);
}

static json_t *
make_arguments(char **arguments, int count)
{
	json_t *values = json_object();

	for (int i = 0; i < count; i++) {
		const char *equals = strchr(arguments[i], '=');

		if (equals == NULL || equals == arguments[i]) {
			fprintf(stderr, "mapedgectl: '%s' is not NAME=VALUE\n", arguments[i]);
			json_decref(values);
			return NULL;
		}
		arguments[i][equals - arguments[i]] = '\0';
		json_object_set_new(values, arguments[i], parse_value(equals + 1));
	}
	return values;
}

/* A stream connected to the daemon, NULL with a message on stderr. */
static FILE *
connect_to(const char *path)
{
	const struct timeval timeout = { .tv_sec = REPLY_TIMEOUT_S };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = -1;

	if (strlen(path) < sizeof(addr.sun_path)) {
		memcpy(addr.sun_path, path, strlen(path) + 1);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	} else {
		errno = ENAMETOOLONG;
	}
	if (fd < 0 || connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
		fprintf(stderr, "mapedgectl: no daemon at %s: %s\n", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	return fdopen(fd, "r+");
}

/* Sends one line, reads one line. NULL with a message on stderr. */
static json_t *
exchange(FILE *stream, const json_t *request)
{
	char *line = NULL;
	size_t size = 0;
	json_error_t error;
	json_t *reply = NULL;

	if (json_dumpf(request, stream, JSON_COMPACT) < 0 || fputc('\n', stream) == EOF || fflush(stream) == EOF ||
	    getline(&line, &size, stream) < 0) {
		fprintf(stderr, "mapedgectl: the daemon does not answer\n");
	} else {
		reply = json_loads(line, 0, &error);
		if (reply == NULL)
			fprintf(stderr, "mapedgectl: the daemon's answer is not JSON: %s\n", error.text);
	}
	free(line);
	return reply;
}

int
client_ask(const char *path, const char *command, json_t *arguments, json_t **answer)
{
	json_t *request = json_pack("{s:s, s:o, s:i}", "command", command, "arguments", arguments, "id", 1);
	FILE *stream = connect_to(path);
	int status = EXIT_UNREACHABLE;
	json_t *reply = NULL;

	*answer = NULL;
	if (stream != NULL) {
		reply = exchange(stream, request);
		fclose(stream);
	}
	if (reply != NULL && json_integer_value(json_object_get(reply, "result")) == 0) {
		*answer = json_incref(json_object_get(reply, "arguments"));
		status = EXIT_SUCCESS;
	} else if (reply != NULL) {
		const char *text = json_string_value(json_object_get(reply, "text"));

		fprintf(stderr, "mapedgectl: %s\n", text != NULL ? text : "refused without a reason");
		status = EXIT_FAILURE;
	}
	json_decref(reply);
	json_decref(request);
	return status;
}

int
client_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *path = CLIENT_SOCKET;
	json_t *arguments, *answer;
	int option, status;

	while ((option = getopt_long(argc, argv, "+s:h", options, NULL)) != -1) {
		if (option == 's') {
			path = optarg;
		} else {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? EXIT_SUCCESS : EXIT_USAGE;
		}
	}
	if (optind == argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	arguments = make_arguments(argv + optind + 1, argc - optind - 1);
	if (arguments == NULL)
		return EXIT_USAGE;
	status = client_ask(path, argv[optind], arguments, &answer);
	if (status == EXIT_SUCCESS && (json_dumpf(answer, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF))
		status = EXIT_FAILURE;
	json_decref(answer);
	return status;
}
