/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/socket.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#define MAX_CLIENTS 64
#define MAX_GROUPS 64
#define CLIENT_TIMEOUT_S 300  /* a connection that says nothing */
#define MAX_UNREAD (4u << 20) /* bytes of replies a client may leave unread */

struct client {
	struct socket_server *server;
	struct bufferevent *stream;
	struct client *next;
	struct client **link; /* what points to this client */
	bool closing;         /* the last reply is on its way */
};

struct socket_server {
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	const struct api_backend *backend;
	struct evconnlistener *listener;
	struct client *clients; /* who has asked last comes first */
	unsigned int client_count;
};

static void
client_unlink(struct client *client)
{
	*client->link = client->next;
	if (client->next != NULL)
		client->next->link = client->link;
}

static void
client_link(struct client *client)
{
	struct socket_server *server = client->server;

	client->next = server->clients;
	client->link = &server->clients;
	if (client->next != NULL)
		client->next->link = &client->next;
	server->clients = client;
}

static void
client_free(struct client *client)
{
	client_unlink(client);
	client->server->client_count--;
	bufferevent_free(client->stream);
	free(client);
}

static void
send_reply(struct client *client, json_t *reply)
{
	struct evbuffer *output = bufferevent_get_output(client->stream);
	char *text = json_dumps(reply, JSON_COMPACT);

	if (text != NULL)
		evbuffer_add_printf(output, "%s\n", text);
	free(text);
	json_decref(reply);
}

static void
on_readable(struct bufferevent *stream, void *argument)
{
	struct client *client = argument;
	struct evbuffer *input = bufferevent_get_input(stream);
	size_t len;
	char *line;

	while (!client->closing && (line = evbuffer_readln(input, &len, EVBUFFER_EOL_LF)) != NULL) {
		const uint64_t start_us = clock_us();
		json_t *reply = len > API_MAX_REQUEST ? api_too_long() : api_handle(client->server->backend, line, len);

		log_debug("control: answered bytes=%zu result=%d us=%lu", len,
		    (int)json_integer_value(json_object_get(reply, "result")), (unsigned long)(clock_us() - start_us));
		send_reply(client, reply);
		free(line);
		client_unlink(client);
		client_link(client);
	}
	if (!client->closing && evbuffer_get_length(input) > API_MAX_REQUEST) {
		send_reply(client, api_too_long());
		client->closing = true;
		bufferevent_disable(stream, EV_READ);
	}
	if (evbuffer_get_length(bufferevent_get_output(stream)) > MAX_UNREAD)
		client_free(client);
}

static void
on_written(struct bufferevent *stream, void *argument)
{
	struct client *client = argument;

	(void)stream;
	if (client->closing)
		client_free(client);
}

static void
on_end(struct bufferevent *stream, short what, void *argument)
{
	struct client *client = argument;

	/* A client that has sent its requests and closed its side still gets the replies. */
	if ((what & BEV_EVENT_EOF) && evbuffer_get_length(bufferevent_get_output(stream)) > 0) {
		client->closing = true;
		return;
	}
	client_free(client);
}

/* The mode of the socket says who may connect; should somebody loosen it, still only root, we and the socket's group may ask. */
static bool
may_ask(evutil_socket_t fd, const char *path)
{
	gid_t groups[MAX_GROUPS];
	socklen_t len = sizeof(groups), peer_len = sizeof(struct ucred);
	struct ucred peer;
	struct stat status;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len) < 0 || stat(path, &status) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid() || peer.gid == status.st_gid)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++) {
		if (groups[i] == status.st_gid)
			return true;
	}
	return false;
}

/* Whoever connects and says nothing, or a byte now and then, must not keep others out. */
static void
make_room(struct socket_server *server)
{
	struct client *last = server->clients;

	if (server->client_count < MAX_CLIENTS)
		return;
	while (last->next != NULL)
		last = last->next;
	client_free(last);
}

static void
on_connection(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *addr, int len, void *argument)
{
	static const struct timeval timeout = { .tv_sec = CLIENT_TIMEOUT_S };
	struct socket_server *server = argument;
	struct client *client = may_ask(fd, server->path) ? calloc(1, sizeof(*client)) : NULL;

	(void)addr;
	(void)len;
	if (client != NULL)
		client->stream = bufferevent_socket_new(evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
	if (client == NULL || client->stream == NULL) {
		free(client);
		close(fd);
		return;
	}
	make_room(server);
	client->server = server;
	client_link(client);
	server->client_count++;
	bufferevent_setcb(client->stream, on_readable, on_written, on_end, client);
	bufferevent_set_timeouts(client->stream, &timeout, &timeout);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* A socket file that nobody answers on is left over from a crash. */
static bool
is_live(const struct sockaddr_un *addr)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const bool live = fd >= 0 && connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0;

	if (fd >= 0)
		close(fd);
	return live;
}

int
socket_check(const char *path, struct error *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct stat status;

	if (strlen(path) >= sizeof(addr.sun_path))
		return error_set(err, ENAMETOOLONG, "%s: too long for a socket", path);
	memcpy(addr.sun_path, path, strlen(path) + 1);
	if (is_live(&addr))
		return error_set(err, EADDRINUSE, "%s: another mapedge listens here", path);
	if (lstat(path, &status) == 0 && !S_ISSOCK(status.st_mode)) {
		error_set(err, EEXIST, "%s: there is something here that is not a socket", path);
		error_hint(err, "choose another path for the socket, or remove that file yourself");
		return -EEXIST;
	}
	return 0;
}

int
socket_listen(const char *path, struct error *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char directory[sizeof(addr.sun_path)];
	char *slash;
	int fd = socket_check(path, err);

	if (fd < 0)
		return fd;
	memcpy(addr.sun_path, path, strlen(path) + 1);
	memcpy(directory, path, strlen(path) + 1);
	slash = strrchr(directory, '/');
	if (slash != NULL && slash != directory) {
		*slash = '\0';
		(void)mkdir(directory, 0750); /* its parent must be there; bind() tells if it is not */
	}
	(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_set(err, errno, "%s: %s", path, strerror(errno));
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 || chmod(path, 0660) < 0 || listen(fd, 16) < 0) {
		const int rc = error_set(err, errno, "%s: %s", path, strerror(errno));

		error_hint(err, "a socket must be in a directory that exists and is writable");
		close(fd);
		return rc;
	}
	return fd;
}

struct socket_server *
socket_new(struct event_base *base, const char *path, const struct api_backend *backend, struct error *err)
{
	struct socket_server *server = calloc(1, sizeof(*server));
	int fd;

	if (server == NULL) {
		error_set(err, ENOMEM, "%s: out of memory", path);
		return NULL;
	}
	fd = socket_listen(path, err);
	if (fd < 0) {
		free(server);
		return NULL;
	}
	memcpy(server->path, path, strlen(path) + 1);
	server->backend = backend;
	server->listener = evconnlistener_new(base, on_connection, server, LEV_OPT_CLOSE_ON_FREE, 0, fd);
	if (server->listener == NULL) {
		error_set(err, ENOMEM, "%s: out of memory", path);
		close(fd);
		free(server);
		return NULL;
	}
	return server;
}

void
socket_free(struct socket_server *server)
{
	if (server == NULL)
		return;
	while (server->clients != NULL)
		client_free(server->clients);
	evconnlistener_free(server->listener);
	(void)unlink(server->path);
	free(server);
}
