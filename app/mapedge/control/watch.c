/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "conf/conf.h"
#include "log.h"
#include "timer.h"

struct watch {
	const struct engine *engine;
	struct event *timer;
	char name[CONF_NAME_SIZE];
	bool is_up;
	u128 local, remote;
	uint16_t slot; /* of the softwire's counters */
	bool silent;   /* that was said */
	struct pulse pulse;
};

static void
take_pulse(struct watch *watch)
{
	struct counters total = { 0 };

	for (unsigned int i = 0; i < watch->engine->workers; i++)
		counters_sum(&total, &watch->engine->worker[i]->counters);
	pulse_take(&watch->pulse, clock_ms(), total.softwire[watch->slot].sent_ipv6.packets,
	    total.softwire[watch->slot].rcvd_ipv6.packets);
}

static void
say_news(struct watch *watch)
{
	const enum pulse_verdict verdict = pulse_verdict(&watch->pulse);
	char remote[IP6_TEXT_SIZE];

	if (verdict == PULSE_SILENT && !watch->silent)
		log_notice("softwire: silent name=%s remote=%s unanswered_packets=%lu", watch->name,
		    ip6_format(watch->remote, remote), (unsigned long)pulse_unanswered(&watch->pulse));
	if (verdict == PULSE_ANSWERS && watch->silent)
		log_notice("softwire: answers again name=%s remote=%s", watch->name, ip6_format(watch->remote, remote));
	if (verdict != PULSE_UNKNOWN)
		watch->silent = verdict == PULSE_SILENT;
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct watch *watch = argument;

	(void)fd;
	(void)what;
	timer_start(watch->timer, PULSE_EVERY_MS);
	if (!watch->is_up)
		return;
	take_pulse(watch);
	say_news(watch);
}

void
watch_follow(struct watch *watch, const struct snapshot *snapshot, const char *name)
{
	const struct softwire *softwire = &snapshot->softwire[0];
	const bool is_up = snapshot->work == WORK_CE || snapshot->work == WORK_CE_PLAIN;

	if (watch == NULL)
		return;
	snprintf(watch->name, sizeof(watch->name), "%s", name);
	watch->slot = softwire->index;
	if (is_up == watch->is_up && softwire->local == watch->local && softwire->br == watch->remote)
		return;
	watch->is_up = is_up;
	watch->local = softwire->local;
	watch->remote = softwire->br;
	watch->silent = false;
	memset(&watch->pulse, 0, sizeof(watch->pulse));
	take_pulse(watch);
}

const struct pulse *
watch_pulse(const struct watch *watch)
{
	return watch != NULL && watch->is_up ? &watch->pulse : NULL;
}

int
watch_new(struct event_base *base, const struct engine *engine, struct watch **watch, struct error *err)
{
	struct watch *new = calloc(1, sizeof(*new));

	*watch = new;
	if (new == NULL)
		return error_set(err, ENOMEM, "out of memory");
	new->engine = engine;
	new->timer = evtimer_new(base, on_timer, new);
	if (new->timer == NULL)
		return error_set(err, ENOMEM, "no timer for the softwire");
	timer_start(new->timer, PULSE_EVERY_MS);
	return 0;
}

void
watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	event_end(watch->timer);
	free(watch);
}
