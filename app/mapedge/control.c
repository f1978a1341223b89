/* SPDX-License-Identifier: BSD-3-Clause */
#include "control.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "clock.h"
#include "compile.h"
#include "history.h"
#include "log.h"
#include "slots.h"
#include "socket.h"

/* A snapshot that is not published any more, until every worker has let go of it. */
struct retired {
	struct snapshot *snapshot;
	uint64_t token;
	struct retired *next;
};

struct control {
	struct engine *engine;
	struct conf *conf;
	struct snapshot *snapshot;
	struct retired *retired;
	struct event_base *base;
	struct event *on_term;
	struct event *on_int;
	struct event *on_hup;
	struct event *reaper;
	struct socket_server *socket;
	struct api_backend backend;
	struct history *history; /* NULL: no rule log */
	struct slots slots;
	uint64_t start_ms; /* milliseconds since 1970 */
};

/* ---- reload ----------------------------------------------------------------------------------------------------- */

/* What the running ports, workers and tables are made for cannot change without a restart. */
static const char *
unchangeable(const struct conf *now, const struct conf *next)
{
	if (now->role != next->role)
		return "role";
	if (now->workers != next->workers)
		return "dpdk.workers";
	if (now->buffers != next->buffers)
		return "dpdk.buffers";
	if (now->poll != next->poll)
		return "dpdk.poll";
	if (now->eal_count != next->eal_count || memcmp(now->eal, next->eal, sizeof(now->eal)) != 0)
		return "dpdk.eal";
	if (now->nat.sessions != next->nat.sessions)
		return "nat.sessions";
	if (memcmp(&now->fragments, &next->fragments, sizeof(now->fragments)) != 0)
		return "fragments";
	if (strcmp(now->control_socket, next->control_socket) != 0)
		return "control.socket";
	if (strcmp(now->rule_log, next->rule_log) != 0)
		return "control.rule_log";
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		const struct conf_interface *one = &now->interfaces[i], *other = &next->interfaces[i];

		if (strcmp(one->name, other->name) != 0 || strcmp(one->port, other->port) != 0)
			return "the name or port of an interface";
		if (one->has_mac != other->has_mac || memcmp(&one->mac, &other->mac, sizeof(one->mac)) != 0)
			return "the mac of an interface";
		if (one->mtu != other->mtu)
			return "the mtu of an interface";
	}
	return NULL;
}

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
on_reap(evutil_socket_t fd, short what, void *argument)
{
	static const struct timeval soon = { .tv_usec = 10000 };
	struct control *control = argument;
	struct retired **link = &control->retired;

	(void)fd;
	(void)what;
	while (*link != NULL) {
		struct retired *retired = *link;

		if (!engine_is_quiet(control->engine, retired->token)) {
			link = &retired->next;
			continue;
		}
		*link = retired->next;
		snapshot_free(retired->snapshot);
		free(retired);
	}
	if (control->retired != NULL)
		event_add(control->reaper, &soon);
}

static void
publish(struct control *control, struct conf *conf, struct snapshot *snapshot, struct retired *retired)
{
	*retired = (struct retired){ control->snapshot, engine_publish(control->engine, snapshot), control->retired };
	control->retired = retired;
	conf_free(control->conf);
	control->conf = conf;
	control->snapshot = snapshot;
	on_reap(-1, 0, control);
}

/* All or nothing: whatever fails, fails before the first change. */
static int
reload(void *context, uint64_t *generation, struct error *err)
{
	struct control *control = context;
	const struct mac macs[INTERFACE_COUNT] = { control->engine->port[0].mac, control->engine->port[1].mac };
	struct conf *conf = conf_load(control->conf->file, err);
	struct retired *retired = NULL;
	struct snapshot *snapshot;
	const char *setting;

	if (conf == NULL)
		goto fail;
	setting = unchangeable(control->conf, conf);
	if (setting != NULL) {
		error_set(err, EBUSY, "%s: %s cannot change while mapedge runs", conf->file, setting);
		error_hint(err, "restart mapedge, or undo that change");
		goto free_conf;
	}
	error_set(err, ENOMEM, "out of memory");
	retired = malloc(sizeof(*retired));
	snapshot = retired == NULL ? NULL : snapshot_compile(conf, macs, control->snapshot, err);
	if (snapshot == NULL)
		goto free_conf;
	if (assign_slots(control, conf, snapshot) < 0) {
		snapshot_free(snapshot);
		error_set(err, EBUSY, "too many domains have come and gone in the last moments; try again");
		goto free_conf;
	}
	publish(control, conf, snapshot, retired);
	history_rules(control->history, conf, snapshot->generation, NULL);
	*generation = snapshot->generation;
	log_notice("config: reloaded file=%s generation=%lu", conf->file, (unsigned long)*generation);
	return 0;

free_conf:
	free(retired);
	conf_free(conf);
fail:
	log_error("config: reload failed, the old one stays: %s%s%s", err->text, err->hint[0] != '\0' ? "; hint: " : "",
	    err->hint);
	history_refused(control->history, err->text);
	return -EINVAL;
}

/* ---- what the API needs ----------------------------------------------------------------------------------------- */

static void
make_report(void *context, struct report *report)
{
	struct control *control = context;
	struct engine *engine = control->engine;

	*report = (struct report){ .is_ce = control->snapshot->is_ce,
		.generation = control->snapshot->generation,
		.since_ms = control->start_ms,
		.worker_count = engine->workers,
		.held = engine_held(engine),
		.rule_log = history_report(control->history) };
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		report->interface[i] = control->conf->interfaces[i].name;
		report->rx_missed[i] = port_missed(&engine->port[i]);
	}
	slots_report(&control->slots, control->snapshot, report);
	for (unsigned int i = 0; i < engine->workers; i++) {
		report->counters[i] = &engine->worker[i]->counters;
		report->gauges[i] = &engine->worker[i]->gauges;
	}
}

static const struct ruleset *
rules(void *context)
{
	const struct control *control = context;

	return control->snapshot->rules;
}

static bool
lookup(void *context, struct lookup *question)
{
	const struct control *control = context;

	*question = (struct lookup){ .rules = control->snapshot->rules,
		.domains = control->conf->softwires,
		.domain_count = control->conf->softwire_count };
	return !control->snapshot->is_ce;
}

static const char *
rule_log(void *context)
{
	const struct control *control = context;

	return control->conf->rule_log[0] != '\0' ? control->conf->rule_log : NULL;
}

static void
stop(void *context)
{
	struct control *control = context;
	static const struct timeval soon = { .tv_usec = 50000 };

	/* The reply to `shutdown` goes out first. */
	event_base_loopexit(control->base, &soon);
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
	(void)reload(argument, &generation, &err);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

struct control *
control_new(struct engine *engine, struct conf *conf, struct snapshot *snapshot, struct error *err)
{
	struct control *control = calloc(1, sizeof(*control));

	if (control == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	control->engine = engine;
	control->start_ms = wall_clock_ms();
	control->backend = (struct api_backend){ control, make_report, rules, lookup, rule_log, reload, stop };
	control->base = event_base_new();
	if (control->base == NULL) {
		error_set(err, ENOMEM, "no event loop");
		goto fail;
	}
	control->on_term = evsignal_new(control->base, SIGTERM, on_stop_signal, control);
	control->on_int = evsignal_new(control->base, SIGINT, on_stop_signal, control);
	control->on_hup = evsignal_new(control->base, SIGHUP, on_reload_signal, control);
	control->reaper = evtimer_new(control->base, on_reap, control);
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
	if (control->socket == NULL)
		goto fail;
	(void)assign_slots(control, conf, snapshot); /* the first time there are enough */
	control->conf = conf;
	control->snapshot = snapshot;
	return control;

fail:
	control_free(control);
	return NULL;
}

void
control_run(struct control *control)
{
	history_rules(control->history, control->conf, control->snapshot->generation, NULL);
	(void)event_base_dispatch(control->base);
	history_stop(control->history);
}

void
control_print_stats(struct control *control)
{
	struct report report;
	json_t *document;

	make_report(control, &report);
	document = report_json(&report, false);
	if (json_dumpf(document, stdout, JSON_COMPACT) == 0)
		puts("");
	fflush(stdout);
	json_decref(document);
}

static void
free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

void
control_free(struct control *control)
{
	if (control == NULL)
		return;
	socket_free(control->socket);
	free_event(control->on_term);
	free_event(control->on_int);
	free_event(control->on_hup);
	free_event(control->reaper);
	history_free(control->history);
	if (control->base != NULL)
		event_base_free(control->base);
	while (control->retired != NULL) {
		struct retired *retired = control->retired;

		control->retired = retired->next;
		snapshot_free(retired->snapshot);
		free(retired);
	}
	snapshot_free(control->snapshot);
	conf_free(control->conf);
	free(control);
}
