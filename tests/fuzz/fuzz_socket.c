/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client of the JSON socket, who sends bytes in pieces: whatever they are, each line is answered once and in order, with
 * what the command table says of it; what is no line yet is not; and when the client has ended, the server lets go of it.
 * A byte 1 is not sent: the server reads at that place, and the next piece begins.
 */
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/socket.h"
#include "fake_backend.h"
#include "fuzz.h"

#define PIECE_ENDS 1
#define TURNS_MAX 10000     /* of the loop, until the last word is there: far more than it takes */
#define ANSWERS_MAX 1000000 /* bytes: a client who reads no more than that at once is not cut off */

struct bytes {
	char *data;
	size_t len;
};

static struct event_base *base;
static struct socket_server *server;
static char directory[64];
static struct sockaddr_un addr = { .sun_family = AF_UNIX };

static void
tidy_up(void)
{
	socket_free(server);
	event_base_free(base);
	rmdir(directory);
}

/* One server for all inputs: what one client leaves behind, the next ones would meet. */
static void
set_up(void)
{
	struct error err;

	strcpy(directory, "/tmp/mapedge-fuzz-socket-XXXXXX");
	require(mkdtemp(directory) != NULL, "a directory for the socket");
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/s", directory);
	base = event_base_new();
	require(base != NULL, "memory");
	server = socket_new(base, addr.sun_path, fake_backend(NULL, 0), &err);
	require(server != NULL, "the socket");
	atexit(tidy_up);
}

static void
append(struct bytes *bytes, const char *data, size_t len)
{
	bytes->data = realloc(bytes->data, bytes->len + len + 1);
	require(bytes->data != NULL, "memory");
	memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
	bytes->data[bytes->len] = '\0';
}

/* What the lines are to be answered. False: one is so long that the client is cut off at it. */
static bool
expect(const struct api_backend *backend, const char *data, size_t len, struct bytes *answers)
{
	const char *end;

	for (; (end = memchr(data, '\n', len)) != NULL; len -= (size_t)(end + 1 - data), data = end + 1) {
		json_t *reply;
		char *line;

		if (end - data > API_MAX_REQUEST)
			return false;
		reply = api_handle(backend, data, (size_t)(end - data));
		line = json_dumps(reply, JSON_COMPACT);
		append(answers, line, strlen(line));
		append(answers, "\n", 1);
		free(line);
		json_decref(reply);
	}
	return len <= API_MAX_REQUEST;
}

/* Takes what is there. False: the server has hung up. */
static bool
hear(int fd, struct bytes *heard)
{
	char piece[65536];
	ssize_t got;

	event_base_loop(base, EVLOOP_NONBLOCK);
	while ((got = recv(fd, piece, sizeof(piece), MSG_DONTWAIT)) > 0)
		append(heard, piece, (size_t)got);
	return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

static bool
say(int fd, const uint8_t *piece, size_t len, struct bytes *heard)
{
	while (len > 0) {
		const ssize_t sent = send(fd, piece, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent > 0) {
			piece += sent;
			len -= (size_t)sent;
		}
		if (!hear(fd, heard))
			return false;
	}
	return hear(fd, heard);
}

static void
talk(const uint8_t *data, size_t size, struct bytes *heard)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool goes_on = true;
	int turns = 0;

	require(fd >= 0 && connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0, "a connection");
	for (size_t at = 0; at < size && goes_on;) {
		const uint8_t *end = memchr(data + at, PIECE_ENDS, size - at);
		const size_t len = end != NULL ? (size_t)(end - data) - at : size - at;

		goes_on = say(fd, data + at, len, heard);
		at += len + 1;
	}
	shutdown(fd, SHUT_WR);
	while (goes_on && turns++ < TURNS_MAX)
		goes_on = hear(fd, heard);
	require(!goes_on, "the server keeps a client who has ended");
	close(fd);
}

/* All pieces in one. */
static struct bytes
join(const uint8_t *data, size_t size)
{
	struct bytes whole = { 0 };

	append(&whole, "", 0);
	for (size_t i = 0; i < size; i++) {
		if (data[i] != PIECE_ENDS)
			append(&whole, (const char *)data + i, 1);
	}
	return whole;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct api_backend *backend = fake_backend(data, size);
	struct bytes whole = join(data, size), answers = { 0 }, heard = { 0 };
	bool all;

	if (base == NULL)
		set_up();
	append(&answers, "", 0);
	append(&heard, "", 0);
	all = expect(backend, whole.data, whole.len, &answers);
	if (answers.len < ANSWERS_MAX) {
		talk(data, size, &heard);
		require(heard.len >= answers.len && memcmp(heard.data, answers.data, answers.len) == 0,
		    "another answer");
		require(!all || heard.len == answers.len, "an answer to nothing");
		require(all || strncmp(heard.data + answers.len, "{\"result\":2,", 12) == 0,
		    "a long line is not refused");
	}
	free(whole.data);
	free(answers.data);
	free(heard.data);
	return 0;
}
