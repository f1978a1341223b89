/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changes of the configuration: looked at, made as a whole or not at all, and taken back when they were not confirmed. All
 * but the first step, control_publish(), is done beside what carries traffic.
 */
#include <stdlib.h>

#include "api/text_json.h"
#include "clock.h"
#include "control/control_parts.h"
#include "control/notes.h"
#include "control/unchangeable.h"
#include "engine/compile.h"
#include "home/lan.h"
#include "line/access.h"
#include "log.h"
#include "timer.h"

/* What the line says, and what was said by command since the start. */
void
control_settle(struct control *control, struct conf *conf)
{
	struct conf_softwire *softwire = &conf->softwires[0];

	conf->is_drained = control->drained_ms > 0;
	if (!softwire->provisioned)
		softwire->is_down = false;
	access_apply(control->access, conf);
	if (!control->is_out)
		return;
	softwire->is_down = true;
	error_set(&softwire->why_down, ESHUTDOWN, "it was taken out of service by command");
	error_hint(&softwire->why_down, "mapedgectl softwire-enable");
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

/* All that can fail, but for a free set of counters. next->conf is there; what else there is is the caller's to discard. */
static int
prepare(struct control *control, struct next *next, struct error *err)
{
	const struct mac macs[INTERFACE_COUNT] = { control->engine->port[0].mac, control->engine->port[1].mac };
	const char *setting;

	setting = unchangeable(control->conf, next->conf);
	if (setting != NULL) {
		error_set(err, EBUSY, "%s: %s cannot change while mapedge runs", next->conf->file, setting);
		error_hint(err, "restart mapedge, or undo that change");
		return -EBUSY;
	}
	control_settle(control, next->conf);
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
	return 0;
}

static void
discard(struct next *next)
{
	free(next->retired);
	snapshot_free(next->snapshot);
	bindings_free(next->bindings);
}

static int
take_counters(struct control *control, const struct next *next, struct error *err)
{
	if (control_assign_slots(control, next->conf, next->snapshot) < 0)
		return error_set(err, EBUSY, "too many domains have come and gone in the last moments; try again");
	bindings_attach(next->bindings, next->snapshot);
	return 0;
}

/* All or nothing: whatever fails, fails before the first change. Takes the configuration over when it succeeds. */
static int
change(struct control *control, struct conf *conf, const char *how, struct error *err)
{
	struct next next = { .conf = conf };

	access_hold(control->access);
	if (prepare(control, &next, err) < 0 || take_counters(control, &next, err) < 0) {
		access_revert(control->access);
		discard(&next);
		return -EINVAL;
	}
	control_publish(control, &next);
	control->applied_ms = clock_ms();
	control_record_rules(control);
	log_notice("config: %s file=%s generation=%lu bindings=%u", how, conf->file,
	    (unsigned long)next.snapshot->generation, bindings_count(next.bindings));
	hosts_give_addresses(control->hosts, conf);
	access_use(control->access, conf);
	if (conf->softwires[0].provisioned)
		(void)control_softwire_news(control);
	notes_log(conf);
	return 0;
}

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

static void
collect_note(void *context, const char *note)
{
	json_array_append_new(context, text_json(note));
}

/* What `mapedge -t` looks at: the file alone. What the line makes of it is the plan's. */
int
control_check(void *context, const char *file, struct api_checked *checked, struct error *err)
{
	struct control *control = context;
	struct next next = { .conf = conf_load(file != NULL ? file : control->conf->file, err) };
	const struct mac macs[INTERFACE_COUNT] = { { { 0 } } };

	if (next.conf != NULL && bindings_load(next.conf, 1, &next.bindings, err) == 0)
		next.snapshot = snapshot_compile(next.conf, macs, NULL, err);
	if (next.snapshot != NULL) {
		*checked = (struct api_checked){ .file = file != NULL ? file : control->conf->file,
			.rules = next.snapshot->rules->count6,
			.bindings = bindings_count(next.bindings),
			.notes = json_array(),
			.needs_restart = unchangeable(control->conf, next.conf) };
		notes_each(next.conf, collect_note, checked->notes);
	}
	snapshot_free(next.snapshot);
	bindings_free(next.bindings);
	conf_free(next.conf);
	return checked->notes != NULL ? 0 : -EINVAL;
}

int
control_plan(void *context, struct conf **planned, struct error *err)
{
	struct control *control = context;
	struct next next = { .conf = conf_load(control->conf->file, err) };
	int rc = next.conf != NULL ? 0 : -EINVAL;

	access_hold(control->access);
	if (rc == 0)
		rc = prepare(control, &next, err);
	access_revert(control->access);
	discard(&next);
	if (rc < 0)
		conf_free(next.conf);
	else
		*planned = next.conf;
	return rc;
}

int
control_apply(void *context, uint32_t confirm_s, uint64_t *generation, struct error *err)
{
	struct control *control = context;
	struct conf *conf = conf_load(control->conf->file, err);

	if (conf == NULL || change(control, conf, "reloaded", err) < 0) {
		conf_free(conf);
		log_error("config: reload failed, the old one stays: %s%s%s", err->text,
		    err->hint[0] != '\0' ? "; hint: " : "", err->hint);
		history_refused(control->history, err->text);
		return -EINVAL;
	}
	*generation = control->snapshot->generation;
	(void)event_del(control->confirmer);
	control->confirm_by_ms = 0;
	if (confirm_s > 0) {
		control->confirm_by_ms = clock_ms() + confirm_s * UINT64_C(1000);
		timer_start(control->confirmer, confirm_s * UINT64_C(1000));
		log_notice("config: waits to be confirmed seconds=%u", confirm_s);
	}
	return 0;
}

int
control_confirm(void *context, struct error *err)
{
	struct control *control = context;

	if (control->confirm_by_ms == 0)
		return error_set(err, ENOENT, "nothing waits to be confirmed");
	(void)event_del(control->confirmer);
	control->confirm_by_ms = 0;
	log_notice("config: confirmed");
	return 0;
}

/* What is in use then is another configuration than that of the file, whose next reload puts it into use again. */
int
control_rollback(void *context, uint64_t *generation, struct error *err)
{
	struct control *control = context;
	struct conf *conf = control->previous;

	if (conf == NULL)
		return error_set(err, ENOENT, "there is no configuration before this one");
	control->previous = NULL;
	if (change(control, conf, "rolled back", err) < 0) {
		control->previous = conf;
		log_error("config: the one before cannot come back: %s", err->text);
		return -EINVAL;
	}
	(void)event_del(control->confirmer);
	control->confirm_by_ms = 0;
	*generation = control->snapshot->generation;
	return 0;
}

void
control_not_confirmed(evutil_socket_t fd, short what, void *argument)
{
	struct error err = { 0 };
	uint64_t generation;

	(void)fd;
	(void)what;
	log_error("config: nobody has confirmed it in time");
	(void)control_rollback(argument, &generation, &err);
}
