/* SPDX-License-Identifier: BSD-3-Clause */
/* What commands on the JSON socket do to the running system. */
#include <malloc.h>
#include <unistd.h>

#include "clock.h"
#include "control/control_parts.h"
#include "explain.h"
#include "log.h"
#include "timer.h"

#define ROOM_TRIES 100 /* for an entry that the workers have let go of */
#define ROOM_WAIT_US 100

/* ---- reports ----------------------------------------------------------------------------------------- */

static void
make_report(void *context, struct report *report)
{
	struct control *control = context;
	struct engine *engine = control->engine;

	*report = (struct report){ .is_ce = control->snapshot->work != WORK_BR,
		.generation = control->snapshot->generation,
		.uptime_ms = clock_ms() - control->started_ms,
		.since_ms = control->start_ms,
		.started_ms = control->started_ms,
		.config_age_ms = clock_ms() - control->applied_ms,
		.high = &control->trend.high,
		.worker_count = engine->workers,
		.recent = &control->recent,
		.held = engine_held(engine),
		.drained_ms = control->drained_ms,
		.port_alarm = watch_port_alarm(control->watch),
		.port_reuse = conf_port_reuse_word(&control->conf->nat),
		.df = conf_df_word(&control->conf->nat),
		.rule_log = history_report(control->history) };
	if (control->conf->softwires[0].device_addr != 0)
		report->interface[INTERFACE_DEVICE] = control->conf->softwires[0].name;
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		report->interface[i] = control->conf->interfaces[i].name;
		report->rx_missed[i] = port_missed(&engine->port[i]);
	}
	slots_report(&control->slots, control->snapshot, report);
	for (unsigned int i = 0; i < engine->workers; i++) {
		report->counters[i] = &engine->worker[i]->counters;
		report->gauges[i] = &engine->worker[i]->gauges;
	}
	report->control = hosts_counters(control->hosts);
	bindings_report(control->bindings, report);
}

static void
health(void *context, struct health *health)
{
	const struct control *control = context;
	const struct engine *engine = control->engine;
	const struct conf_softwire *softwire = &control->conf->softwires[0];
	const struct liveness liveness = watch_liveness(control->watch);

	*health = (struct health){ .generation = control->snapshot->generation,
		.worker_count = engine->workers,
		.is_drained = control->drained_ms > 0,
		.is_ce = control->snapshot->work != WORK_BR,
		.why_down = softwire->is_down ? &softwire->why_down : NULL,
		.reach = liveness.pulse != NULL ? liveness_reach(&liveness) : REACH_UNKNOWN,
		.rules = control->snapshot->rules->count6,
		.bindings = bindings_count(control->bindings) };
	for (unsigned int i = 0; i < engine->workers; i++) {
		health->worker[i].generation = gauge_get(&engine->worker[i]->gauges.generation);
		health->worker[i].silent_ms = engine_silent_ms(engine, i);
	}
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		health->link[i].name = control->conf->interfaces[i].name;
		health->link[i].is_up = port_has_link(&engine->port[i]);
	}
}

static const struct conf *
line(void *context, const struct line_report **report)
{
	struct control *control = context;
	struct line_report *known = access_report(control->access, control->conf, hosts_dhcp6_replies(control->hosts));

	if (known != NULL)
		known->lan = lan_report(control->lan);
	*report = known;
	return control->conf;
}

static struct liveness
liveness(void *context)
{
	const struct control *control = context;

	return watch_liveness(control->watch);
}

static const struct softwire_past *
past(void *context)
{
	const struct control *control = context;

	return &control->past;
}

static bool
refresh(void *context)
{
	struct control *control = context;

	if (control->access != NULL)
		access_refresh(control->access);
	return control->access != NULL;
}

static bool
forget(void *context)
{
	struct control *control = context;

	if (control->access != NULL)
		access_forget(control->access);
	return control->access != NULL;
}

static int
release(void *context, struct error *err)
{
	struct control *control = context;

	return access_release(control->access, err);
}

static int
list(void *context, unsigned int worker, struct nat_listing *listing, struct error *err)
{
	struct control *control = context;

	if (worker >= control->engine->workers)
		return -ENOENT;
	if (!inquiry_ask(&control->engine->desk[worker], listing)) {
		error_set(err, ETIMEDOUT, "worker %u does not answer", worker);
		error_hint(err, "it may be starved of its CPU, or hang");
		return -ETIMEDOUT;
	}
	return 0;
}

static bool
list_for_explain(void *context, unsigned int worker, struct nat_listing *listing)
{
	struct error err;

	return list(context, worker, listing, &err) == 0;
}

_Static_assert(API_EXPLAIN_MAX == EXPLAIN_PACKETS_MAX, "what is accepted is explained");

static int
explain(void *context, char *const *packets, unsigned int count, FILE *out, struct error *err)
{
	struct control *control = context;
	const struct explain_box box = { .list = list_for_explain,
		.context = control,
		.workers = control->engine->workers };
	const int rc = explain_packets(control->conf, packets, count, &box, out, err);

	(void)malloc_trim(0); /* its tables were as large as a worker's: whoever asks shall not make the daemon grow */
	return rc;
}

static void
interface_names(const struct control *control, const char *names[INTERFACE_COUNT])
{
	for (int i = 0; i < INTERFACE_COUNT; i++)
		names[i] = control->conf->interfaces[i].name;
}

static int
capture_start(void *context, const struct api_capture_wish *wish, uint64_t *id, struct error *err)
{
	struct control *control = context;
	const char *names[INTERFACE_COUNT];

	interface_names(control, names);
	return viewer_start(control->viewer, names, wish, id, err);
}

static int
capture_take(void *context, uint64_t id, struct api_captured *packet, struct error *err)
{
	struct control *control = context;

	return viewer_take(control->viewer, id, packet, err);
}

static int
capture_lost(void *context, uint64_t id, uint64_t *lost, struct error *err)
{
	struct control *control = context;

	return viewer_lost(control->viewer, id, lost, err);
}

static int
capture_stop(void *context, uint64_t id, struct error *err)
{
	struct control *control = context;

	return viewer_stop(control->viewer, id, err);
}

static int
trace_start(void *context, const struct api_trace_wish *wish, uint64_t *id, struct error *err)
{
	struct control *control = context;
	const char *names[INTERFACE_COUNT];

	interface_names(control, names);
	return tracing_start(control->tracing, names, wish, id, err);
}

static int
trace_take(void *context, uint64_t id, struct api_traced *packet, struct error *err)
{
	struct control *control = context;

	return tracing_take(control->tracing, id, packet, err);
}

static int
trace_state(void *context, uint64_t id, struct api_trace_state *state, struct error *err)
{
	struct control *control = context;

	return tracing_state(control->tracing, id, state, err);
}

static int
trace_stop(void *context, uint64_t id, struct error *err)
{
	struct control *control = context;

	return tracing_stop(control->tracing, id, err);
}

static bool
find_event(void *context, uint64_t number, struct api_event *event)
{
	const struct log_event *found = log_find(number);

	(void)context;
	if (found == NULL)
		return false;
	*event = (struct api_event){ .number = found->number,
		.ms = found->ms,
		.is_error = found->priority <= LOG_ERROR,
		.text = found->text };
	return true;
}

/* ---- the log ----------------------------------------------------------------------------------------------------- */

static struct log_levels
log_get(void *context)
{
	const struct control *control = context;
	const uint64_t now_ms = clock_ms();
	struct log_levels levels = { 0 };

	log_get_levels(levels.of);
	if (control->quiet_at_ms > now_ms)
		levels.left_s = (control->quiet_at_ms - now_ms + 999) / 1000;
	return levels;
}

static void
log_set(void *context, const struct log_levels *levels)
{
	struct control *control = context;

	log_set_levels(levels->of);
	(void)event_del(control->quieter);
	control->quiet_at_ms = 0;
	if (levels->left_s > 0) {
		control->quiet_at_ms = clock_ms() + levels->left_s * 1000;
		timer_start(control->quieter, levels->left_s * 1000);
	}
}

void
control_quieten(evutil_socket_t fd, short what, void *argument)
{
	static const struct log_levels start;

	(void)fd;
	(void)what;
	log_set(argument, &start);
	log_notice("control: the log's levels are as at the start");
}

static const struct bank *
bank(void *context)
{
	const struct control *control = context;

	return control->snapshot->work == WORK_CE ? control->snapshot->bank : NULL;
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
	struct control *control = context;

	bindings_resolve(control->bindings, &control->resolver);
	*question = (struct lookup){ .rules = control->snapshot->rules,
		.domains = control->conf->softwires,
		.domain_count = control->conf->softwire_count,
		.bindings = control->bindings != NULL ? &control->resolver : NULL };
	return control->snapshot->work == WORK_BR;
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

/* ---- bindings by command ---------------------------------------------------------------------------------------- */

static bool
find_binding(const struct control *control, const struct api_binding *wanted, struct binding *found)
{
	const uint16_t psid = wanted->psid < 0 ? 0 : (uint16_t)wanted->psid;

	return control->bindings != NULL && bindings_of_port_set(control->bindings, wanted->ipv4, psid, found) > 0;
}

static void
record_change(struct control *control, bool added, const struct binding *binding)
{
	history_binding(control->history, added, control->conf->softwires[binding->domain].name, binding);
}

/* In a full table, an entry that was taken out can be used as soon as the workers let go of it: that never takes long. */
static int
add_binding(void *context, const struct api_binding *binding, bool replace, struct error *err)
{
	struct control *control = context;
	struct binding added;
	int rc = -ENOSPC;

	for (int i = 0; i < ROOM_TRIES; i++) {
		const bool waits = bindings_tidy(control->bindings, control->engine);

		rc = bindings_add(control->bindings, control->conf, binding, replace, err);
		if (rc != -ENOSPC || !waits)
			break;
		usleep(ROOM_WAIT_US);
	}
	if (rc >= 0 && find_binding(control, binding, &added))
		record_change(control, true, &added);
	control_reap(-1, 0, control);
	return rc;
}

static int
remove_binding(void *context, const struct api_binding *binding, struct error *err)
{
	struct control *control = context;
	struct binding removed;
	const bool is_there = find_binding(control, binding, &removed);
	const int rc = bindings_remove(control->bindings, control->conf, binding, err);

	if (rc == 0 && is_there)
		record_change(control, false, &removed);
	control_reap(-1, 0, control);
	return rc;
}

/* What was counted under snapshots that are not quiet yet belongs to it, too. */
static int
get_binding(void *context, struct api_binding *wanted, struct error *err)
{
	struct control *control = context;
	const int rc = bindings_get(control->bindings, control->conf, wanted, err);
	const struct binding binding = { .softwire = wanted->softwire,
		.ipv4 = wanted->ipv4,
		.psid = wanted->psid < 0 ? 0 : (uint16_t)wanted->psid };

	for (const struct retired *old = control->retired; rc == 0 && old != NULL; old = old->next) {
		if (old->bindings != NULL)
			bindings_add_counters(old->bindings, &binding, &wanted->counters);
	}
	return rc;
}

struct api_backend
control_backend(struct control *control)
{
	return (struct api_backend){ .context = control,
		.report = make_report,
		.health = health,
		.rules = rules,
		.lookup = lookup,
		.rule_log = rule_log,
		.check = control_check,
		.plan = control_plan,
		.apply = control_apply,
		.confirm = control_confirm,
		.rollback = control_rollback,
		.shutdown = stop,
		.binding_add = add_binding,
		.binding_remove = remove_binding,
		.binding_get = get_binding,
		.line = line,
		.liveness = liveness,
		.serve = control_serve,
		.drain = control_drain,
		.refresh = refresh,
		.forget = forget,
		.explain = explain,
		.list = list,
		.event = find_event,
		.capture_start = capture_start,
		.capture_take = capture_take,
		.capture_lost = capture_lost,
		.capture_stop = capture_stop,
		.trace_start = trace_start,
		.trace_take = trace_take,
		.trace_state = trace_state,
		.trace_stop = trace_stop,
		.bank = bank,
		.log_get = log_get,
		.log_set = log_set,
		.past = past,
		.alarms = control_alarms,
		.neighbours = control_neighbours,
		.routes = control_routes,
		.worker = control_worker,
		.release = release };
}
