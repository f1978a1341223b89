/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/alarms.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/command.h"
#include "api/number_json.h"
#include "api/report_sums.h"
#include "api/text_json.h"

static const struct {
	const char *name;
	enum severity severity;
	const char *clears;
} kinds[ALARM_KINDS] = {
	[ALARM_WORKER_STANDS_STILL] = { "worker-stands-still", SEVERITY_error,
	    "the worker goes through its loop again: see what else runs on its CPU; if nothing does, restart mapedge" },
	[ALARM_CONFIG_NOT_IN_USE] = { "config-not-in-use", SEVERITY_error,
	    "every worker has taken the newest generation up, which takes microseconds unless it stands still" },
	[ALARM_IPV4_LINK_DOWN] = { "ipv4-link-down", SEVERITY_error, "the link is up: see cable, switch and driver" },
	[ALARM_IPV6_LINK_DOWN] = { "ipv6-link-down", SEVERITY_error, "the link is up: see cable, switch and driver" },
	[ALARM_SOFTWIRE_DOWN] = { "softwire-down", SEVERITY_error,
	    "there is a softwire: diagnose provision says what is missing" },
	[ALARM_SOFTWIRE_SILENT] = { "softwire-silent", SEVERITY_error,
	    "something comes back through the softwire: diagnose softwire says what it may be" },
	[ALARM_NO_RULES] = { "no-rules", SEVERITY_error,
	    "there is a rule or a binding: see domains in the configuration" },
	[ALARM_TCP_PORTS_SHORT] = { "tcp-ports-short", SEVERITY_warning,
	    "less than seven eighths of nat.port_alarm are in use: show hosts says whose they are" },
	[ALARM_UDP_PORTS_SHORT] = { "udp-ports-short", SEVERITY_warning,
	    "less than seven eighths of nat.port_alarm are in use: show hosts says whose they are" },
	[ALARM_ICMP_IDS_SHORT] = { "icmp-ids-short", SEVERITY_warning,
	    "less than seven eighths of nat.port_alarm are in use: show hosts says whose they are" },
	[ALARM_DROPS] = { "drops", SEVERITY_error,
	    "a minute without such drops: show drops explain says what to do about each" },
	[ALARM_LAN_SERVICES] = { "lan-services", SEVERITY_error, "dnsmasq runs" },
	[ALARM_RULE_LOG] = { "rule-log", SEVERITY_error,
	    "the next start: make room or rights for the file of control.rule_log; config-reload writes a whole "
	    "record" },
	[ALARM_UNCONFIRMED] = { "config-unconfirmed", SEVERITY_warning,
	    "config-confirm, config-rollback, or the end of the time, which takes the configuration back" },
	[ALARM_DRAINED] = { "drained", SEVERITY_warning, "drain off, or the next start" },
};

const char *
alarm_name(enum alarm_kind kind)
{
	return kinds[kind].name;
}

enum severity
alarm_severity(enum alarm_kind kind)
{
	return kinds[kind].severity;
}

/* ---- looking ---------------------------------------------------------------------------------------------------- */

/* A look: what it fills in, and its moment. */
struct look {
	struct alarms *alarms;
	uint64_t wall_ms;
};

static void __attribute__((format(printf, 4, 5)))
see(const struct look *look, enum alarm_kind kind, bool holds, const char *format, ...)
{
	struct alarm_state *state = &look->alarms->state[kind];
	va_list args;

	if (holds) {
		va_start(args, format);
		vsnprintf(state->text, sizeof(state->text), format, args);
		va_end(args);
	}
	if (holds && !state->is_on) {
		state->since_ms = look->wall_ms;
		state->raised++;
	}
	state->is_on = holds;
}

static void
see_workers(const struct look *look, const struct health *health)
{
	unsigned int silent = 0, behind = 0;

	for (unsigned int i = 0; i < health->worker_count; i++) {
		silent += health->worker[i].silent_ms >= HEALTH_SILENT_MS;
		behind += health->worker[i].generation != health->generation;
	}
	see(look, ALARM_WORKER_STANDS_STILL, silent > 0, "%u of %u workers stand still", silent, health->worker_count);
	see(look, ALARM_CONFIG_NOT_IN_USE, behind > 0, "%u of %u workers do not use generation %llu", behind,
	    health->worker_count, (unsigned long long)health->generation);
}

static void
see_softwire(const struct look *look, const struct health *health)
{
	const bool is_down = health->is_ce && health->why_down != NULL;

	see(look, ALARM_SOFTWIRE_DOWN, is_down, "%s", is_down ? health->why_down->text : "");
	see(look, ALARM_SOFTWIRE_SILENT, health->is_ce && !is_down && reach_is_silence(health->reach), "%s",
	    reach_text(health->reach));
	see(look, ALARM_NO_RULES, !health->is_ce && health->rules + health->bindings == 0,
	    "there is neither rule nor binding, so everything is dropped");
}

static void
see_ports(const struct look *look, const struct report *report)
{
	static const char *const words[] = { "TCP ports", "UDP ports", "ICMP identifiers" };
	const struct gauges sum = report_gauges(report);

	for (int space = 0; space < 3; space++)
		see(look, (enum alarm_kind)(ALARM_TCP_PORTS_SHORT + space),
		    report->port_alarm != NULL && report->port_alarm[space].is_on, "%llu of %llu %s are in use",
		    (unsigned long long)sum.ports_used[space], (unsigned long long)sum.ports_total[space],
		    words[space]);
}

/* Of the reasons that are errors, the most frequent one has its name in the text. */
static void
see_drops(const struct look *look, const struct report *report)
{
	struct counters total = { 0 };
	uint64_t sum = 0, most = 0;
	enum drop_reason worst = DROP_COUNT;

	report_total(report, &total);
	for (int i = 0; i < DROP_COUNT && report->recent != NULL; i++) {
		const enum drop_reason reason = (enum drop_reason)i;
		const uint64_t lately = recent_drops(report->recent, reason, total.drop[reason]);

		if (drop_info[reason].severity != SEVERITY_error)
			continue;
		sum += lately;
		if (lately > most) {
			most = lately;
			worst = reason;
		}
	}
	see(look, ALARM_DROPS, sum > 0, "%llu packets in the last minute that should have gone through, most as %s: %s",
	    (unsigned long long)sum, sum > 0 ? drop_info[worst].name : "", sum > 0 ? drop_info[worst].text : "");
}

void
alarms_look(struct alarms *alarms, const struct alarm_signs *signs, uint64_t wall_ms)
{
	const struct look look = { alarms, wall_ms };
	const struct health *health = signs->health;
	const struct report_rule_log *log = signs->report->rule_log;

	see_workers(&look, health);
	for (int i = 0; i < 2; i++)
		see(&look, (enum alarm_kind)(ALARM_IPV4_LINK_DOWN + i), !health->link[i].is_up, "%s has no link",
		    health->link[i].name);
	see_softwire(&look, health);
	see_ports(&look, signs->report);
	see_drops(&look, signs->report);
	see(&look, ALARM_LAN_SERVICES, signs->lan_trouble != NULL && signs->lan_trouble[0] != '\0', "%s",
	    signs->lan_trouble != NULL ? signs->lan_trouble : "");
	see(&look, ALARM_RULE_LOG, log != NULL && log->failures > 0, "%llu lines of the rule log could not be written",
	    (unsigned long long)(log != NULL ? log->failures : 0));
	see(&look, ALARM_UNCONFIRMED, signs->waits_for_confirm, "nobody has confirmed the configuration yet");
	see(&look, ALARM_DRAINED, signs->is_drained, "the box is being drained");
}

/* ---- telling ---------------------------------------------------------------------------------------------------- */

static json_t *
alarm_json(enum alarm_kind kind, const struct alarm_state *state)
{
	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:s}", "alarm", kinds[kind].name, "severity",
	    severity_word[kinds[kind].severity], "raised", state->is_on, "since",
	    state->is_on ? moment_json(state->since_ms) : json_null(), "times", number_json(state->raised), "text",
	    text_json(state->is_on ? state->text : ""), "clears", kinds[kind].clears);
}

json_t *
alarms_json(const struct alarms *alarms, bool all)
{
	json_t *list = json_array();
	int raised = 0;

	for (int severity = SEVERITIES - 1; severity >= 0; severity--) {
		for (int i = 0; i < ALARM_KINDS; i++) {
			const struct alarm_state *state = &alarms->state[i];

			if ((int)kinds[i].severity != severity)
				continue;
			raised += state->is_on;
			if (all || state->is_on)
				json_array_append_new(list, alarm_json((enum alarm_kind)i, state));
		}
	}
	return json_pack("{s:i, s:o}", "raised", raised, "alarms", list);
}

const struct argument api_alarms_arguments[] = {
	{ .name = "all", .type = ARGUMENT_BOOL, .help = "also those that are over, or never were" },
	{ 0 },
};

json_t *
api_alarms_get(const struct api_backend *backend, const json_t *arguments)
{
	return api_reply(API_OK,
	    alarms_json(backend->alarms(backend->context), json_is_true(json_object_get(arguments, "all"))), "%s", "");
}
