/* SPDX-License-Identifier: BSD-3-Clause */
/* What commands on the JSON socket do to the running system. */
#include <unistd.h>

#include "clock.h"
#include "control/control_parts.h"

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
		.since_ms = control->start_ms,
		.worker_count = engine->workers,
		.held = engine_held(engine),
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

static const struct pulse *
pulse(void *context)
{
	const struct control *control = context;

	return watch_pulse(control->watch);
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
		.rules = rules,
		.lookup = lookup,
		.rule_log = rule_log,
		.reload = control_reload,
		.shutdown = stop,
		.binding_add = add_binding,
		.binding_remove = remove_binding,
		.binding_get = get_binding,
		.line = line,
		.pulse = pulse,
		.refresh = refresh,
		.forget = forget,

		.release = release };
}
