/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "control/prober.h"
#include "log.h"
#include "timer.h"

#define TICK_MS 1000
#define TICKS_PER_LOOK (PULSE_EVERY_MS / TICK_MS)

/* Packets into the softwire and out of it, and of these the probe's. */
struct watch_totals {
	uint64_t sent, received;
	uint64_t echoes, answers;
};

struct watch {
	const struct engine *engine;
	struct event *timer;
	char name[CONF_NAME_SIZE];
	bool is_up;
	u128 local, remote;
	uint16_t slot; /* of the softwire's counters */
	bool silent;   /* that was said */
	struct pulse pulse;
	unsigned int ticks;
	uint32_t port_percent; /* from which on there is an alarm */
	struct alarm port_alarm[L4_SPACES];
	struct prober *prober;
	struct watch_totals seen; /* at the last look */
	uint64_t sent, received;  /* of others, since there is this softwire */
};

/* What is the probe's own is no sign of life of anybody else. */
static uint64_t
of_others(uint64_t all, uint64_t own)
{
	return all > own ? all - own : 0;
}

static struct watch_totals
look(const struct watch *watch)
{
	const struct probe none = { 0 }, *probe = prober_probe(watch->prober);
	struct counters total = { 0 };
	const struct softwire_counters *softwire = &total.softwire[watch->slot];

	if (probe == NULL)
		probe = &none;
	for (unsigned int i = 0; i < watch->engine->workers; i++)
		counters_sum(&total, &watch->engine->worker[i]->counters);
	return (struct watch_totals){ softwire->sent_ipv6.packets, softwire->rcvd_ipv6.packets, probe->sent,
		probe->answered };
}

/* Between two echoes, so that one is either in both figures or in none. */
static void
take_pulse(struct watch *watch)
{
	const struct watch_totals before = watch->seen;

	watch->seen = look(watch);
	watch->sent += of_others(watch->seen.sent - before.sent, watch->seen.echoes - before.echoes);
	watch->received += of_others(watch->seen.received - before.received, watch->seen.answers - before.answers);
	pulse_take(&watch->pulse, clock_ms(), watch->sent, watch->received);
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
look_at_ports(struct watch *watch, unsigned int space)
{
	static const char *const names[L4_SPACES] = { [L4_TCP] = "tcp", [L4_UDP] = "udp", [L4_ICMP_QUERY] = "icmp" };
	static const char *const words[] = { [ALARM_RAISED] = "nearly all in use", [ALARM_OVER] = "enough again" };
	uint64_t used = 0, total = 0;
	enum alarm_news news;

	for (unsigned int i = 0; i < watch->engine->workers; i++) {
		used += gauge_get(&watch->engine->worker[i]->gauges.ports_used[space]);
		total += gauge_get(&watch->engine->worker[i]->gauges.ports_total[space]);
	}
	news = alarm_look(&watch->port_alarm[space], used, total, watch->port_percent);
	if (news != ALARM_NO_NEWS)
		log_notice("nat: ports %s protocol=%s used=%lu total=%lu alarm_percent=%u", words[news], names[space],
		    (unsigned long)used, (unsigned long)total, watch->port_percent);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct watch *watch = argument;

	(void)fd;
	(void)what;
	timer_start(watch->timer, TICK_MS);
	for (unsigned int space = 0; space < L4_SPACES; space++)
		look_at_ports(watch, space);
	if (!watch->is_up)
		return;
	prober_read(watch->prober);
	if (++watch->ticks % TICKS_PER_LOOK == 0) {
		take_pulse(watch);
		say_news(watch);
	}
	prober_tick(watch->prober);
}

/* What was seen of another softwire says nothing about this one. */
static void
begin(struct watch *watch)
{
	watch->silent = false;
	watch->seen = look(watch);
	watch->sent = watch->received = 0;
	memset(&watch->pulse, 0, sizeof(watch->pulse));
	pulse_take(&watch->pulse, clock_ms(), 0, 0);
}

void
watch_follow(struct watch *watch, const struct conf *conf, const struct snapshot *snapshot)
{
	const struct softwire *softwire = &snapshot->softwire[0];
	const bool is_up = snapshot->work == WORK_CE || snapshot->work == WORK_CE_PLAIN;
	bool is_new;

	if (watch == NULL)
		return;
	is_new = is_up != watch->is_up || softwire->local != watch->local || softwire->br != watch->remote ||
	    softwire->index != watch->slot;
	snprintf(watch->name, sizeof(watch->name), "%s", conf->softwires[0].name);
	watch->slot = softwire->index;
	watch->port_percent = conf->nat.port_alarm;
	watch->is_up = is_up;
	watch->local = softwire->local;
	watch->remote = softwire->br;
	prober_follow(watch->prober, conf, snapshot, is_new);
	if (is_new)
		begin(watch);
}

struct liveness
watch_liveness(const struct watch *watch)
{
	if (watch == NULL || !watch->is_up)
		return (struct liveness){ 0 };
	return (struct liveness){ .pulse = &watch->pulse, .probe = prober_probe(watch->prober), .now_us = clock_us() };
}

const struct alarm *
watch_port_alarm(const struct watch *watch)
{
	return watch != NULL ? watch->port_alarm : NULL;
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
	if (prober_new(base, &new->prober, err) < 0)
		return -ENOMEM;
	timer_start(new->timer, TICK_MS);
	return 0;
}

void
watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	event_end(watch->timer);
	prober_free(watch->prober);
	free(watch);
}
