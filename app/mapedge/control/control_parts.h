/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the control lcore: control.c lives and reloads, commands.c does what is asked for on the socket. */
#ifndef MAPEDGE_APP_CONTROL_PARTS_H
#define MAPEDGE_APP_CONTROL_PARTS_H

#include "line/access.h"
#include "control/control.h"
#include "control/history.h"
#include "control/http.h"
#include "control/notes.h"
#include "control/slots.h"
#include "control/socket.h"
#include "control/tracing.h"
#include "control/viewer.h"
#include "control/watch.h"
#include "engine/link.h"
#include "stats/load.h"
#include "stats/recent.h"
#include "stats/trend.h"

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
	struct conf *previous; /* in use before the last change; NULL: there was none */
	struct event *confirmer;
	struct event *quieter;  /* the log's levels are as at the start again */
	uint64_t quiet_at_ms;   /* when; 0: they stay */
	uint64_t confirm_by_ms; /* else it is rolled back; 0: nothing waits for that */
	struct snapshot *snapshot;
	struct bindings *bindings; /* the snapshot's; NULL without pools */
	struct hosts *hosts;       /* NULL without host interfaces */
	struct access *access;     /* NULL when the configuration says it all */
	struct lan *lan;           /* NULL when it is left alone */
	struct lookup_bindings resolver;
	struct retired *retired;
	uint64_t drained_ms; /* since when it is being drained, milliseconds since 1970; 0: it is not */
	bool is_out;         /* a CE's softwire was taken out of service by command */
	struct event_base *base;
	struct event *on_term;
	struct event *on_int;
	struct event *on_hup;
	struct event *reaper;
	struct viewer *viewer;
	struct tracing *tracing;
	struct watch *watch; /* NULL on a BR */
	struct socket_server *socket;
	struct http_server *http; /* NULL: nothing is served */
	struct event *looker;     /* every few seconds, at what is remembered of the box: */
	struct recent recent;
	struct trend trend;
	struct load load[WORKER_MAX];
	struct softwire_past past;
	struct alarms alarms;
	struct route own_routes[LINK_TABLES][LINK_MAX_OWN]; /* for who has asked last */
	struct api_backend backend;
	struct history *history; /* NULL: no rule log */
	struct slots slots;
	char softwire_said[NOTES_SOFTWIRE_SIZE]; /* in the log, the last time */
	uint64_t start_ms;                       /* milliseconds since 1970 */
	uint64_t applied_ms;                     /* the configuration was put into use, of the same clock */
	uint64_t started_ms;                     /* of the clock that never goes back */
};

/* Lets go of what no worker uses any more; an event's callback. */
void control_reap(evutil_socket_t fd, short what, void *argument);

/* What a reload, or Linux's news, has made; all of it is in use, or nothing is. What stays is what is in use already. */
struct next {
	struct conf *conf;
	struct snapshot *snapshot;
	struct bindings *bindings;
	struct retired *retired; /* room to remember what was in use before */
};

/* What was in use becomes retired, its configuration `previous`. */
void control_publish(struct control *control, const struct next *next);

/* Counters for a snapshot's softwires. 0, or below when workers may still be counting in all of them. */
int control_assign_slots(struct control *control, const struct conf *conf, struct snapshot *snapshot);

/* Says in the log what the line's softwire has become, and remembers it. False: it is what it was. */
bool control_softwire_news(struct control *control);

/* The rules and bindings in use go into the rule log. */
void control_record_rules(struct control *control);

/* change.c. A configuration becomes what the line, and commands, make of it. */
void control_settle(struct control *control, struct conf *conf);

/* Commands; `context` is a struct control. Is a file good? As api_backend describes it. */
int control_check(void *context, const char *file, struct api_checked *checked, struct error *err);

/* The configuration that the file would be, which the caller frees. 0, or -errno with the reason. */
int control_plan(void *context, struct conf **planned, struct error *err);

/*
 * The configuration file once more. With `confirm_s` it is rolled back after so many seconds without control_confirm(). 0
 * with the generation, or -EINVAL with the reason: then the old one stays.
 */
int control_apply(void *context, uint32_t confirm_s, uint64_t *generation, struct error *err);
int control_confirm(void *context, struct error *err);
int control_rollback(void *context, uint64_t *generation, struct error *err);

/* An event's callback. */
void control_not_confirmed(evutil_socket_t fd, short what, void *argument);

/* A CE's softwire is in service or out of it; sessions end. 0, or a negative errno with the reason. */
int control_serve(void *context, bool serves, struct error *err);

/* The log's levels are as at the start; an event's callback. */
void control_quieten(evutil_socket_t fd, short what, void *argument);

/* look.c: what holds at the moment, for commands. */
const struct alarms *control_alarms(void *context);

/* links.c: commands, as api_backend describes them. */
int control_neighbours(void *context, struct api_neighbour **found, size_t *count, struct error *err);
size_t control_routes(void *context, struct api_routes lists[API_ROUTE_LISTS]);
void control_worker(void *context, unsigned int worker, struct api_worker *known);

/* The box is being drained, or is not. 0, or a negative errno with the reason. */
int control_drain(void *context, bool on, struct error *err);

struct api_backend control_backend(struct control *control);

/* What the HTTP server has to show; the context of each page is a struct control. */
extern const struct http_page control_pages[];

/* Looks at the box for its trend, and again after TREND_EVERY_MS; an event's callback. */
void control_look(evutil_socket_t fd, short what, void *argument);

#endif
