/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/control_parts.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "line/access.h"
#include "clock.h"
#include "engine/compile.h"
#include "control/history.h"
#include "home/lan.h"
#include "log.h"
#include "control/notes.h"
#include "control/slots.h"
#include "control/socket.h"
#include "control/telemetry.h"
#include "timer.h"

#define REAP_MS 10 /* between two looks at what workers may still be reading */

/* ---- snapshots ----------------------------------------------------------------------------------------------------- */

/* Counters for a snapshot's softwires; none that a worker with an older snapshot may still be counting in. */
int
control_assign_slots(struct control *control, const struct conf *conf, struct snapshot *snapshot)
{
	uint64_t oldest = control->snapshot != NULL ? control->snapshot->generation : snapshot->generation;
	struct counters total = { 0 };

	for (const struct retired *retired = control->retired; retired != NULL; retired = retired->next) {
		if (retired->snapshot->generation < oldest)
			oldest = retired->snapshot->generation;
	}
	for (unsigned int i = 0; i < control->engine->workers; i++)
		counters_sum(&total, &control->engine->worker[i]->counters);
	return slots_assign(&control->slots, conf, snapshot, oldest, wall_clock_ms(), &total);
}

static void
free_retired(struct retired *retired)
{
	snapshot_free(retired->snapshot);
	bindings_free(retired->bindings);
	free(retired);
}

void
control_reap(evutil_socket_t fd, short what, void *argument)
{
	struct control *control = argument;
	struct retired **link = &control->retired;
	bool again = bindings_tidy(control->bindings, control->engine);

	(void)fd;
	(void)what;
	while (*link != NULL) {
		struct retired *retired = *link;

		if (!engine_is_quiet(control->engine, retired->token)) {
			link = &retired->next;
			again = true;
			continue;
		}
		*link = retired->next;
		if (retired->bindings != NULL && control->bindings != NULL)
			bindings_carry_on(control->bindings, retired->bindings);
		free_retired(retired);
	}
	if (again)
		timer_start(control->reaper, REAP_MS);
}

void
control_publish(struct control *control, const struct next *next)
{
	*next->retired = (struct retired){ .snapshot = control->snapshot,
		.bindings = next->bindings != control->bindings ? control->bindings : NULL,
		.token = engine_publish(control->engine, next->snapshot),
		.next = control->retired };
	control->retired = next->retired;
	if (next->conf != control->conf) {
		conf_free(control->previous);
		control->previous = control->conf;
	}
	control->conf = next->conf;
	control->snapshot = next->snapshot;
	control->bindings = next->bindings;
	log_debug("config: published generation=%lu", (unsigned long)next->snapshot->generation);
	hosts_published(control->hosts);
	watch_follow(control->watch, control->conf, control->snapshot);
	control_reap(-1, 0, control);
}

/* The rules and bindings that are in use from now on. */
void
control_record_rules(struct control *control)
{
	uint64_t counts[CONF_MAX_DOMAINS] = { 0 };

	if (control->history == NULL)
		return;
	bindings_count_domains(control->bindings, counts);
	history_rules(control->history, control->conf, control->snapshot->generation, counts);
}

/* A new snapshot for the same configuration. False when memory is out: then all is as it was. */
static bool
renew(struct control *control, struct snapshot *snapshot, const struct snapshot *before, struct error *err)
{
	const struct next next = { .conf = control->conf,
		.snapshot = snapshot,
		.bindings = control->bindings,
		.retired = malloc(sizeof(*next.retired)) };

	if (next.snapshot != NULL && next.retired != NULL &&
	    hosts_link(control->hosts, next.snapshot, next.conf, before, err) == 0) {
		control_publish(control, &next);
		return true;
	}
	snapshot_free(next.snapshot);
	free(next.retired);
	return false;
}

/* What the hosts have follows the line: before anything is said to the server (RFC 8415 section 18.2.7). */
static void
follow_line(void *context)
{
	struct control *control = context;
	const struct link_neighbour *neighbours;
	struct lan_line line;
	size_t count;

	access_line(control->access, &line);
	line.has_router = hosts_has_default6(control->hosts);
	lan_follow(control->lan, &line);
	neighbours = hosts_neighbours(control->hosts, &count);
	lan_neighbours(control->lan, neighbours, count);
}

/* Linux's neighbours, routes or addresses are others; rules, bindings and sessions are as they were. */
static void
on_host_news(void *context)
{
	struct control *control = context;
	struct error err = { 0 };

	if (!renew(control, snapshot_follow(control->snapshot, &err), control->snapshot, &err))
		log_error("host: out of memory; neighbours and routes stay as they were");
	access_addresses(control->access);
	follow_line(control);
}

/* The configuration in use, as the line and commands have made it by now. False: all is as it was. */
static bool
recompile(struct control *control)
{
	const struct mac macs[INTERFACE_COUNT] = { control->engine->port[0].mac, control->engine->port[1].mac };
	struct error err = { 0 };
	struct snapshot *snapshot = snapshot_compile(control->conf, macs, control->snapshot, &err);

	/* Of a softwire that stays the slot does, too, so there always is one. */
	if (snapshot != NULL)
		(void)control_assign_slots(control, control->conf, snapshot);
	if (renew(control, snapshot, NULL, &err))
		return true;
	log_error("softwire: %s; it stays as it was", err.text);
	return false;
}

/* The line has other parameters: the old softwire works until the new one is complete. */
static void
on_line_news(void *context)
{
	struct control *control = context;

	control_settle(control, control->conf);
	follow_line(control); /* which of its prefixes the softwire stands on is known now */
	if (!recompile(control))
		return;
	access_use(control->access, control->conf);
	control_record_rules(control);
	if (control_softwire_news(control))
		notes_log(control->conf);
}

bool
control_softwire_news(struct control *control)
{
	const struct conf_softwire *softwire = &control->conf->softwires[0];
	struct softwire_past *past = &control->past;

	if (!notes_softwire(softwire, control->softwire_said))
		return false;
	past->since_ms = wall_clock_ms();
	if (softwire->is_down) {
		past->down_ms = past->since_ms;
		memcpy(past->why_down, softwire->why_down.text, sizeof(past->why_down));
	}
	return true;
}

/* The clock was wrong until now: what it has said is said anew. */
static void
on_clock_stepped(void *context, int64_t step_ms)
{
	struct control *control = context;

	control->start_ms += (uint64_t)step_ms;
	control->drained_ms += control->drained_ms > 0 ? (uint64_t)step_ms : 0;
	control->past.since_ms += control->past.since_ms > 0 ? (uint64_t)step_ms : 0;
	for (int i = 0; i < ALARM_KINDS; i++)
		control->alarms.state[i].since_ms += (uint64_t)step_ms;
	control->past.down_ms += control->past.down_ms > 0 ? (uint64_t)step_ms : 0;
	slots_step(&control->slots, step_ms);
	control_record_rules(control);
}

int
control_serve(void *context, bool serves, struct error *err)
{
	struct control *control = context;

	if (control->conf->role != CONF_CE)
		return error_set(err, ENOTSUP, "only a CE's softwire can be taken out of service: a BR has domains");
	if (control->is_out == !serves)
		return 0;
	control->is_out = !serves;
	on_line_news(control);
	return 0;
}

/* A BR keeps no sessions: that others no longer choose it is all, and what comes all the same is carried. */
int
control_drain(void *context, bool on, struct error *err)
{
	struct control *control = context;
	const uint64_t before_ms = control->drained_ms;

	if ((before_ms > 0) == on)
		return 0;
	control->drained_ms = on ? wall_clock_ms() : 0;
	control_settle(control, control->conf);
	if (control->conf->role == CONF_CE && !recompile(control)) {
		control->drained_ms = before_ms;
		control_settle(control, control->conf);
		return error_set(err, ENOMEM, "out of memory; nothing has changed");
	}
	hosts_give_addresses(control->hosts, control->conf);
	log_notice("control: %s", on ? "drained" : "no longer drained");
	return 0;
}

static void
on_link_up(void *context, unsigned int interface)
{
	struct control *control = context;

	if (interface == INTERFACE_V6)
		access_link_up(control->access);
}

/* ---- signals ---------------------------------------------------------------------------------------------------- */

static void
on_stop_signal(evutil_socket_t number, short what, void *argument)
{
	struct control *control = argument;

	(void)what;
	log_notice("stop: signal=%d", (int)number);
	event_base_loopbreak(control->base);
}

static void
on_reload_signal(evutil_socket_t number, short what, void *argument)
{
	struct error err = { 0 };
	uint64_t generation;

	(void)number;
	(void)what;
	(void)control_apply(argument, 0, &generation, &err);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static int
make_events(struct control *control, struct error *err)
{
	control->on_term = evsignal_new(control->base, SIGTERM, on_stop_signal, control);
	control->on_int = evsignal_new(control->base, SIGINT, on_stop_signal, control);
	control->on_hup = evsignal_new(control->base, SIGHUP, on_reload_signal, control);
	control->reaper = evtimer_new(control->base, control_reap, control);
	control->confirmer = evtimer_new(control->base, control_not_confirmed, control);
	control->quieter = evtimer_new(control->base, control_quieten, control);
	control->looker = evtimer_new(control->base, control_look, control);
	if (control->on_term == NULL || control->on_int == NULL || control->on_hup == NULL || control->reaper == NULL ||
	    control->confirmer == NULL || control->quieter == NULL || control->looker == NULL ||
	    evsignal_add(control->on_term, NULL) < 0 || evsignal_add(control->on_int, NULL) < 0 ||
	    evsignal_add(control->on_hup, NULL) < 0)
		return error_set(err, ENOMEM, "no signal handlers");
	return 0;
}

struct control *
control_new(struct engine *engine, struct conf *conf, struct snapshot *snapshot, struct bindings *bindings,
    struct hosts *hosts, struct error *err)
{
	struct control *control = calloc(1, sizeof(*control));
	const struct hosts_listener listener = { on_host_news, on_link_up, control };
	const struct lan_devices devices = { hosts_ifindex(hosts, INTERFACE_V4), hosts_ifindex(hosts, INTERFACE_V6),
		engine->port[INTERFACE_V4].mac };

	if (control == NULL) {
		error_set(err, ENOMEM, "out of memory");
		hosts_close(hosts);
		return NULL;
	}
	control->engine = engine;
	control->hosts = hosts;
	control->start_ms = wall_clock_ms();
	control->started_ms = clock_ms();
	control->applied_ms = control->started_ms;
	control->backend = control_backend(control);
	control->base = event_base_new();
	if (control->base == NULL) {
		error_set(err, ENOMEM, "no event loop");
		goto fail;
	}
	if (make_events(control, err) < 0)
		goto fail;
	if (conf->rule_log[0] != '\0') {
		control->history = history_new(control->base, conf->rule_log, HISTORY_DAY_S, err);
		if (control->history == NULL)
			goto fail;
	}
	control->socket = socket_new(control->base, conf->control_socket, &control->backend, err);
	if (control->socket == NULL || hosts_start(hosts, control->base, &listener, err) < 0)
		goto fail;
	if (telemetry_open(control->base, &control->backend, err) < 0 ||
	    http_new(control->base, &conf->http, control_pages, control, &control->http, err) < 0)
		goto fail;
	if (access_open(conf, hosts_ifindex(hosts, INTERFACE_V6), &engine->port[INTERFACE_V6].mac, &control->access,
		err) < 0)
		goto fail;
	if (lan_open(conf, &devices, control->base, &control->lan, err) < 0)
		goto fail;
	if (viewer_new(control->base, engine, &control->viewer, err) < 0 ||
	    tracing_new(control->base, engine, &control->tracing, err) < 0)
		goto fail;
	if (conf->role == CONF_CE && watch_new(control->base, engine, &control->watch, err) < 0)
		goto fail;
	(void)control_assign_slots(control, conf, snapshot); /* the first time there are enough */
	watch_follow(control->watch, conf, snapshot);
	control->conf = conf;
	control->snapshot = snapshot;
	control->bindings = bindings;
	return control;

fail:
	control_free(control);
	return NULL;
}

void
control_run(struct control *control)
{
	const struct access_listener listener = { on_line_news, follow_line, on_clock_stepped, control };
	static const struct timeval farewell = { .tv_usec = 50000 };
	struct error err = { 0 };

	control_record_rules(control);
	control_look(-1, 0, control);
	follow_line(control);
	if (access_start(control->access, control->base, &listener, &err) < 0)
		log_error("%s", err.text);
	(void)event_base_dispatch(control->base);
	if (control->lan != NULL) {
		lan_leave(control->lan);
		(void)event_base_loopexit(control->base, &farewell);
		(void)event_base_dispatch(control->base);
	}
	history_stop(control->history);
}

void
control_print_stats(struct control *control)
{
	struct report report;
	json_t *document;

	control->backend.report(control, &report);
	document = report_json(&report, false);
	if (json_dumpf(document, stdout, JSON_COMPACT) == 0)
		puts("");
	fflush(stdout);
	json_decref(document);
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	telemetry_close();
	http_free(control->http);
	socket_free(control->socket);
	event_end(control->on_term);
	event_end(control->on_int);
	event_end(control->on_hup);
	event_end(control->reaper);
	event_end(control->confirmer);
	event_end(control->quieter);
	event_end(control->looker);
	watch_free(control->watch);
	viewer_free(control->viewer);
	tracing_free(control->tracing);
	history_free(control->history);
	lan_close(control->lan);
	access_close(control->access);
	hosts_close(control->hosts);
	if (control->base != NULL)
		event_base_free(control->base);
	while (control->retired != NULL) {
		struct retired *retired = control->retired;

		control->retired = retired->next;
		free_retired(retired);
	}
	snapshot_free(control->snapshot);
	bindings_free(control->bindings);
	conf_free(control->previous);
	conf_free(control->conf);
	free(control);
}
