/* SPDX-License-Identifier: BSD-3-Clause */
/* The unix socket of the JSON interface: lines in, lines out, for many clients at once, none of which can block us. */
#ifndef MAPEDGE_APP_SOCKET_H
#define MAPEDGE_APP_SOCKET_H

#include <event2/event.h>

#include "api/api.h"

struct socket_server;

/*
 * May a socket be made at `path`? A stale one there will be replaced; one that somebody answers on, and anything that is
 * no socket, is an error: -EADDRINUSE, -EEXIST with the reason.
 */
int socket_check(const char *path, struct error *err);

/* A listening socket at `path`, mode 0660, which does not block; its directory is made if need be. Or a negative errno with the reason. */
int socket_listen(const char *path, struct error *err);

/* Serves requests at `path`. NULL with the reason. */
struct socket_server *
socket_new(struct event_base *base, const char *path, const struct api_backend *backend, struct error *err);

/* Closes all connections and removes the socket file. NULL is allowed. */
void socket_free(struct socket_server *server);

#endif
