/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/control_parts.h"

#include <event2/event.h>
#include <signal.h>
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
#include "timer.h"
#include "control/unchangeable.h"

#define REAP_MS 10 /* between two looks at what workers may still be reading */

/* ---- reload ----------------------------------------------------------------------------------------------------- */

/* Counters for a snapshot's softwires; none that a worker with an older snapshot may still be counting in. */
static int
assign_slots(struct control *control, const struct conf *conf, struct snapshot *snapshot)
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

/* What a reload, or Linux's news, has made; all of it is in use, or nothing is. What stays is what is in use already. */
struct next {
	struct conf *conf;
	struct snapshot *snapshot;
	struct bindings *bindings;
	struct retired *retired; /* room to remember what was in use before */
};

static void
publish(struct control *control, const struct next *next)
{
	*next->retired = (struct retired){ .snapshot = control->snapshot,
		.bindings = next->bindings != control->bindings ? control->bindings : NULL,
		.token = engine_publish(control->engine, next->snapshot),
		.next = control->retired };
	control->retired = next->retired;
	if (next->conf != control->conf)
		conf_free(control->conf);
	control->conf = next->conf;
	control->snapshot = next->snapshot;
	control->bindings = next->bindings;
	hosts_published(control->hosts);
	watch_follow(control->watch, control->snapshot, control->conf->softwires[0].name);
	control_reap(-1, 0, control);
}

/* A softwire that works does not fall because a file was edited: what the line says does not fit the new configuration. */
static bool
takes_softwire_down(const struct conf *now, const struct conf *next, struct error *err)
{
	const struct conf_softwire *softwire = &next->softwires[0];

	if (now->softwires[0].is_down || !softwire->is_down)
		return false;
	error_set(err, EINVAL, "%s: error: softwire %s: %s", next->file, softwire->name, softwire->why_down.text);
	error_hint(err, "%s", softwire->why_down.hint);
	return true;
}

static int
prepare(struct control *control, struct next *next, struct error *err)
{
	const struct mac macs[INTERFACE_COUNT] = { control->engine->port[0].mac, control->engine->port[1].mac };
	const char *setting;

	next->conf = conf_load(control->conf->file, err);
	if (next->conf == NULL)
		return -EINVAL;
	setting = unchangeable(control->conf, next->conf);
	if (setting != NULL) {
		error_set(err, EBUSY, "%s: %s cannot change while mapedge runs", next->conf->file, setting);
		error_hint(err, "restart mapedge, or undo that change");
		return -EBUSY;
	}
	access_apply(control->access, next->conf);
	if (takes_softwire_down(control->conf, next->conf, err))
		return -EINVAL;
	if (bindings_load(next->conf, control->engine->workers, &next->bindings, err) < 0)
		return -EINVAL;
	next->retired = malloc(sizeof(*next->retired));
	if (next->retired == NULL)
		return error_set(err, ENOMEM, "out of memory");
	next->snapshot = snapshot_compile(next->conf, macs, control->snapshot, err);
	if (next->snapshot == NULL || hosts_link(control->hosts, next->snapshot, next->conf, NULL, err) < 0)
		return -EINVAL;
	if (assign_slots(control, next->conf, next->snapshot) < 0)
		return error_set(err, EBUSY, "too many domains have come and gone in the last moments; try again");
	bindings_attach(next->bindings, next->snapshot);
	return 0;
}

/* The rules and bindings that are in use from now on. */
static void
record_rules(struct control *control)
{
	uint64_t counts[CONF_MAX_DOMAINS] = { 0 };

	if (control->history == NULL)
		return;
	bindings_count_domains(control->bindings, counts);
	history_rules(control->history, control->conf, control->snapshot->generation, counts);
}

/* All or nothing: whatever fails, fails before the first change. */
int
control_reload(void *context, uint64_t *generation, struct error *err)
{
	struct control *control = context;
	struct next next = { 0 };

	if (prepare(control, &next, err) < 0) {
		free(next.retired);
		snapshot_free(next.snapshot);
		bindings_free(next.bindings);
		conf_free(next.conf);
		log_error("config: reload failed, the old one stays: %s%s%s", err->text,
		    err->hint[0] != '\0' ? "; hint: " : "", err->hint);
		history_refused(control->history, err->text);
		return -EINVAL;
	}
	publish(control, &next);
	record_rules(control);
	*generation = next.snapshot->generation;
	log_notice("config: reloaded file=%s generation=%lu bindings=%u", next.conf->file, (unsigned long)*generation,
	    bindings_count(next.bindings));
	hosts_give_addresses(control->hosts, next.conf);
	access_use(control->access, next.conf);
	notes_log(next.conf);
	return 0;
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
		publish(control, &next);
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
	follow_line(control);
}

/* The line has other parameters: the old softwire works until the new one is complete. */
static void
on_line_news(void *context)
{
	struct control *control = context;
	const struct mac macs[INTERFACE_COUNT] = { control->engine->port[0].mac, control->engine->port[1].mac };
	struct error err = { 0 };
	struct snapshot *snapshot;

	follow_line(control);
	access_apply(control->access, control->conf);
	snapshot = snapshot_compile(control->conf, macs, control->snapshot, &err);
	/* A CE has one softwire, so there always is a slot. */
	if (snapshot != NULL)
		(void)assign_slots(control, control->conf, snapshot);
	if (!renew(control, snapshot, NULL, &err)) {
		log_error("softwire: %s; it stays as it was", err.text);
		return;
	}
	access_use(control->access, control->conf);
	record_rules(control);
	notes_softwire(&control->conf->softwires[0]);
	notes_log(control->conf);
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
	(void)control_reload(argument, &generation, &err);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

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
	control->backend = control_backend(control);
	control->base = event_base_new();
	if (control->base == NULL) {
		error_set(err, ENOMEM, "no event loop");
		goto fail;
	}
	control->on_term = evsignal_new(control->base, SIGTERM, on_stop_signal, control);
	control->on_int = evsignal_new(control->base, SIGINT, on_stop_signal, control);
	control->on_hup = evsignal_new(control->base, SIGHUP, on_reload_signal, control);
	control->reaper = evtimer_new(control->base, control_reap, control);
	if (control->on_term == NULL || control->on_int == NULL || control->on_hup == NULL || control->reaper == NULL ||
	    evsignal_add(control->on_term, NULL) < 0 || evsignal_add(control->on_int, NULL) < 0 ||
	    evsignal_add(control->on_hup, NULL) < 0) {
		error_set(err, ENOMEM, "no signal handlers");
		goto fail;
	}
	if (conf->rule_log[0] != '\0') {
		control->history = history_new(control->base, conf->rule_log, HISTORY_DAY_S, err);
		if (control->history == NULL)
			goto fail;
	}
	control->socket = socket_new(control->base, conf->control_socket, &control->backend, err);
	if (control->socket == NULL || hosts_start(hosts, control->base, &listener, err) < 0)
		goto fail;
	if (access_open(conf, hosts_ifindex(hosts, INTERFACE_V6), &engine->port[INTERFACE_V6].mac, &control->access,
		err) < 0)
		goto fail;
	if (lan_open(conf, &devices, control->base, &control->lan, err) < 0)
		goto fail;
	if (conf->role == CONF_CE && watch_new(control->base, engine, &control->watch, err) < 0)
		goto fail;
	(void)assign_slots(control, conf, snapshot); /* the first time there are enough */
	watch_follow(control->watch, snapshot, conf->softwires[0].name);
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
	const struct access_listener listener = { on_line_news, follow_line, control };
	static const struct timeval farewell = { .tv_usec = 50000 };
	struct error err = { 0 };

	record_rules(control);
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
	socket_free(control->socket);
	event_end(control->on_term);
	event_end(control->on_int);
	event_end(control->on_hup);
	event_end(control->reaper);
	watch_free(control->watch);
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
	conf_free(control->conf);
	free(control);
}
