/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the control lcore: control.c lives and reloads, commands.c does what is asked for on the socket. */
#ifndef MAPEDGE_APP_CONTROL_PARTS_H
#define MAPEDGE_APP_CONTROL_PARTS_H

#include "line/access.h"
#include "control/control.h"
#include "control/history.h"
#include "control/slots.h"
#include "control/socket.h"
#include "control/watch.h"

/* A snapshot that is not published any more, until every worker has let go of it. */
struct retired {
	struct snapshot *snapshot;
	struct bindings *bindings;
	uint64_t token;
	struct retired *next;
};

struct control {
	struct engine *engine;
	struct conf *conf;
	struct snapshot *snapshot;
	struct bindings *bindings; /* the snapshot's; NULL without pools */
	struct hosts *hosts;       /* NULL without host interfaces */
	struct access *access;     /* NULL when the configuration says it all */
	struct lan *lan;           /* NULL when it is left alone */
	struct lookup_bindings resolver;
	struct retired *retired;
	struct event_base *base;
	struct event *on_term;
	struct event *on_int;
	struct event *on_hup;
	struct event *reaper;
	struct watch *watch; /* NULL on a BR */
	struct socket_server *socket;
	struct api_backend backend;
	struct history *history; /* NULL: no rule log */
	struct slots slots;
	uint64_t start_ms; /* milliseconds since 1970 */
};

/* Lets go of what no worker uses any more; an event's callback. */
void control_reap(evutil_socket_t fd, short what, void *argument);

/* The configuration file once more; `context` is a struct control. 0 with the generation, or -EINVAL with the reason. */
int control_reload(void *context, uint64_t *generation, struct error *err);

struct api_backend control_backend(struct control *control);

#endif
