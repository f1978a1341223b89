/* SPDX-License-Identifier: BSD-3-Clause */
/* A look at the box every few seconds, so that whoever asks can be told what it was like: the last minute, and the last ten. */
#include "api/report_sums.h"
#include "clock.h"
#include "control/control_parts.h"
#include "home/lan.h"
#include "timer.h"

_Static_assert(TREND_EVERY_MS == RECENT_EVERY_MS && TREND_EVERY_MS == LOAD_EVERY_MS, "one look serves all");

const struct alarms *
control_alarms(void *context)
{
	struct control *control = context;
	const struct lan_report *lan = lan_report(control->lan);
	struct health health;
	struct report report;
	const struct alarm_signs signs = { .health = &health,
		.report = &report,
		.waits_for_confirm = control->confirm_by_ms > 0,
		.is_drained = control->drained_ms > 0,
		.lan_trouble = lan != NULL ? lan->trouble : NULL };

	control->backend.health(control, &health);
	control->backend.report(control, &report);
	alarms_look(&control->alarms, &signs, wall_clock_ms());
	return &control->alarms;
}

void
control_look(evutil_socket_t fd, short what, void *argument)
{
	struct control *control = argument;
	struct counters total = { 0 };
	struct softwire_counters all;
	struct trend_look look;
	struct report report;
	struct gauges now;

	(void)fd;
	(void)what;
	timer_start(control->looker, TREND_EVERY_MS);
	control->backend.report(control, &report);
	report_total(&report, &total);
	all = report_all_softwires(&total);
	now = report_gauges(&report);
	look = (struct trend_look){ .ms = clock_ms(),
		.encapsulated_packets = all.sent_ipv6.packets,
		.encapsulated_bytes = all.sent_ipv6.bytes,
		.decapsulated_packets = all.rcvd_ipv6.packets,
		.decapsulated_bytes = all.rcvd_ipv6.bytes,
		.dropped = counters_conservation(&total, 0).dropped,
		.sessions = now.sessions,
		.hosts = now.hosts,
		.ports_used = { now.ports_used[0], now.ports_used[1], now.ports_used[2] } };
	trend_take(&control->trend, &look);
	recent_look(&control->recent, total.drop);
	for (unsigned int i = 0; i < report.worker_count; i++) {
		const struct load_look now_busy = worker_look(&report, i, look.ms);

		load_take(&control->load[i], &now_busy);
	}
	(void)control_alarms(control);
}
