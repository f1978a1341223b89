/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/http.h"

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http_request.h"
#include "control/socket.h"
#include "log.h"
#include "timer.h"

#define MAX_CLIENTS 32
#define CLIENT_MS 15000 /* from its first byte to our last one */

enum client_state {
	CLIENT_ASKS,
	CLIENT_GETS, /* the answer is on its way */
	CLIENT_LEAVES, /* it has the answer: what it still says is read, or a reset might overtake our last bytes (RFC 9112 section 9.6) */
};

struct http_client {
	struct http_server *server;
	struct bufferevent *stream;
	struct event *deadline;
	enum client_state state;
	bool has_closed; /* its side */
	struct http_client *next;
	struct http_client **link; /* what points to this client */
};

struct http_server {
	char path[CONF_PATH_SIZE]; /* of a unix socket */
	const struct http_page *pages;
	void *context;
	struct evconnlistener *listener;
	struct http_client *clients;
	unsigned int client_count;
};

static void
client_free(struct http_client *client)
{
	*client->link = client->next;
	if (client->next != NULL)
		client->next->link = client->link;
	client->server->client_count--;
	event_end(client->deadline);
	bufferevent_free(client->stream);
	free(client);
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static void
forget_input(struct http_client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);

	evbuffer_drain(input, evbuffer_get_length(input));
}

/* Pages show what is, load nothing from elsewhere, and are shown in no frame. */
static const char fields[] = "Cache-Control: no-store\r\n"
			     "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
			     "script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; "
			     "form-action 'none'; frame-ancestors 'none'\r\n"
			     "X-Content-Type-Options: nosniff\r\n"
			     "Referrer-Policy: no-referrer\r\n"
			     "Connection: close\r\n";

static void
answer(struct http_client *client, enum http_status status, bool is_head, const struct http_page *page)
{
	struct evbuffer *output = bufferevent_get_output(client->stream), *body = evbuffer_new();

	if (body == NULL) {
		client_free(client);
		return;
	}
	if (page != NULL)
		page->write(client->server->context, body);
	else
		evbuffer_add_printf(body, "%d %s\n", status, http_phrase(status));
	evbuffer_add_printf(output, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s%s\r\n", status,
	    http_phrase(status), page != NULL ? page->type : "text/plain; charset=utf-8", evbuffer_get_length(body),
	    fields, status == HTTP_METHOD_NOT_ALLOWED ? "Allow: GET, HEAD\r\n" : "");
	log_debug("http: answered status=%d bytes=%zu", status, evbuffer_get_length(body));
	if (!is_head)
		evbuffer_add_buffer(output, body);
	evbuffer_free(body);
	forget_input(client);
	client->state = CLIENT_GETS;
}

static const struct http_page *
find_page(const struct http_server *server, const char *path)
{
	for (const struct http_page *page = server->pages; page->path != NULL; page++) {
		if (strcmp(page->path, path) == 0)
			return page;
	}
	return NULL;
}

static void
handle(struct http_client *client, const char *head, size_t len)
{
	struct http_request request;
	enum http_status status = http_parse(head, len, &request);
	const struct http_page *page = status == HTTP_OK ? find_page(client->server, request.path) : NULL;

	if (status == HTTP_OK && page == NULL)
		status = HTTP_NOT_FOUND;
	answer(client, status, request.is_head, page);
}

/* ---- connections ------------------------------------------------------------------------------------------------ */

/* The length of the head, or 0 while its empty line has not come. */
static size_t
head_length(struct evbuffer *input)
{
	static const char *const ends[] = { "\r\n\r\n", "\n\n" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct evbuffer_ptr end = evbuffer_search(input, ends[i], strlen(ends[i]), NULL);

		if (end.pos >= 0)
			return (size_t)end.pos + strlen(ends[i]);
	}
	return 0;
}

static void
on_readable(struct bufferevent *stream, void *argument)
{
	struct http_client *client = argument;
	struct evbuffer *input = bufferevent_get_input(stream);
	const size_t len = client->state == CLIENT_ASKS ? head_length(input) : 0;

	if (len > 0 && len <= HTTP_MAX_HEAD)
		handle(client, (const char *)evbuffer_pullup(input, (ev_ssize_t)len), len);
	else if (client->state != CLIENT_ASKS)
		forget_input(client);
	else if (evbuffer_get_length(input) >= HTTP_MAX_HEAD)
		answer(client, HTTP_HEAD_TOO_LARGE, false, NULL);
}

static void
on_written(struct bufferevent *stream, void *argument)
{
	struct http_client *client = argument;

	if (client->state != CLIENT_GETS)
		return;
	if (client->has_closed) {
		client_free(client);
		return;
	}
	client->state = CLIENT_LEAVES;
	(void)shutdown(bufferevent_getfd(stream), SHUT_WR);
}

/* A client may close its side before it gets the answer. */
static void
on_end(struct bufferevent *stream, short what, void *argument)
{
	struct http_client *client = argument;

	(void)stream;
	client->has_closed = true;
	if (!(what & BEV_EVENT_EOF) || client->state != CLIENT_GETS)
		client_free(client);
}

static void
on_deadline(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	client_free(argument);
}

/* Takes the connection in any case. */
static struct http_client *
client_new(struct event_base *base, evutil_socket_t fd)
{
	struct http_client *client = calloc(1, sizeof(*client));
	struct bufferevent *stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);

	if (client != NULL)
		client->deadline = evtimer_new(base, on_deadline, client);
	if (client != NULL && stream != NULL && client->deadline != NULL) {
		client->stream = stream;
		return client;
	}
	if (client != NULL)
		event_end(client->deadline);
	free(client);
	if (stream != NULL)
		bufferevent_free(stream);
	else
		close(fd);
	return NULL;
}

static void
on_connection(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *addr, int len, void *argument)
{
	struct http_server *server = argument;
	struct http_client *client;

	(void)addr;
	(void)len;
	if (server->client_count == MAX_CLIENTS) {
		close(fd);
		return;
	}
	client = client_new(evconnlistener_get_base(listener), fd);
	if (client == NULL)
		return;
	client->server = server;
	client->next = server->clients;
	client->link = &server->clients;
	if (client->next != NULL)
		client->next->link = &client->next;
	server->clients = client;
	server->client_count++;
	timer_start(client->deadline, CLIENT_MS);
	bufferevent_setcb(client->stream, on_readable, on_written, on_end, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, HTTP_MAX_HEAD);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

/* A listening socket at a numeric address; or a negative errno with the reason. */
static int
listen_at(const struct conf_http *conf, struct error *err)
{
	struct sockaddr_in addr4 = { .sin_family = AF_INET,
		.sin_port = htons(conf->port),
		.sin_addr.s_addr = htonl(conf->address.v4) };
	struct sockaddr_in6 addr6 = { .sin6_family = AF_INET6, .sin6_port = htons(conf->port) };
	const struct sockaddr *addr = conf->address.ipv4 ? (const void *)&addr4 : (const void *)&addr6;
	const socklen_t len = conf->address.ipv4 ? sizeof(addr4) : sizeof(addr6);
	const int fd = socket(addr->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
	int rc;

	ip6_store(&addr6.sin6_addr, conf->address.v6);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 && bind(fd, addr, len) == 0 &&
	    listen(fd, 16) == 0)
		return fd;
	rc = error_set(err, errno, "http: port %u: %s", conf->port, strerror(errno));
	error_hint(err, "control.http must be an address of this box, and a port that nobody has");
	if (fd >= 0)
		close(fd);
	return rc;
}

int
http_new(struct event_base *base, const struct conf_http *conf, const struct http_page *pages, void *context,
    struct http_server **server, struct error *err)
{
	struct http_server *new;
	int fd;

	*server = NULL;
	if (conf->kind == CONF_HTTP_OFF)
		return 0;
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return error_set(err, ENOMEM, "http: out of memory");
	fd = conf->kind == CONF_HTTP_UNIX ? socket_listen(conf->path, err) : listen_at(conf, err);
	if (fd < 0) {
		free(new);
		return fd;
	}
	memcpy(new->path, conf->path, sizeof(new->path));
	new->pages = pages;
	new->context = context;
	new->listener =
	    evconnlistener_new(base, on_connection, new, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (new->listener == NULL) {
		close(fd);
		free(new);
		return error_set(err, ENOMEM, "http: out of memory");
	}
	*server = new;
	return 0;
}

void
http_free(struct http_server *server)
{
	if (server == NULL)
		return;
	while (server->clients != NULL)
		client_free(server->clients);
	evconnlistener_free(server->listener);
	if (server->path[0] != '\0')
		(void)unlink(server->path);
	free(server);
}
