/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "answer.h"
#include "client.h"
#include "command.h"
#include "overview.h"
#include "words.h"

#define REPLY_TIMEOUT_S 30

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
client_try(const char *path, const char *command, json_t *arguments, json_t **answer, FILE *complaints)
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

		fprintf(complaints, "mapedgectl: %s\n", text != NULL ? text : "refused without a reason");
		status = EXIT_FAILURE;
	}
	json_decref(reply);
	json_decref(request);
	return status;
}

int
client_ask(const char *path, const char *command, json_t *arguments, json_t **answer)
{
	return client_try(path, command, arguments, answer, stderr);
}

int
client_run(const char *path, char *const *words, int count)
{
	struct request request;
	struct error err;
	json_t *answer;
	int status;

	if (count == 0)
		return overview_main(path);
	if (words_read(words, count, &request, &err) < 0) {
		fprintf(stderr, "mapedgectl: %s\n", err.text);
		if (err.hint[0] != '\0')
			fprintf(stderr, "hint: %s\n", err.hint);
		return EXIT_USAGE;
	}
	status = client_ask(path, request.command->name, request.arguments, &answer);
	if (status == EXIT_SUCCESS)
		answer_print(stdout, request.command, request.form, answer);
	if (json_is_false(json_object_get(answer, "healthy")))
		status = EXIT_FAILURE;
	json_decref(answer);
	return status == EXIT_SUCCESS && ferror(stdout) ? EXIT_FAILURE : status;
}
