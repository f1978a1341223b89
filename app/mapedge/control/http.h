/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A small HTTP server: GET of a few pages, one request a connection. Nothing that a client sends is kept beyond its head, and
 * how many clients there are, how much they send and how long they take has its limits (docs/adr/0017).
 */
#ifndef MAPEDGE_APP_HTTP_H
#define MAPEDGE_APP_HTTP_H

#include <event2/buffer.h>
#include <event2/event.h>

#include "conf/conf.h"

struct http_page {
	const char *path; /* "/metrics"; NULL ends a list */
	const char *type; /* of its content */
	void (*write)(void *context, struct evbuffer *body);
};

struct http_server;

/*
 * Serves pages where the configuration says; `pages` and `context` must outlive the server. 0 and NULL where nothing is to be
 * served, or a negative errno with the reason.
 */
int http_new(struct event_base *base, const struct conf_http *conf, const struct http_page *pages, void *context,
    struct http_server **server, struct error *err);

/* Closes all connections and removes the socket file. NULL is allowed. */
void http_free(struct http_server *server);

#endif
