/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/showing.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "timer.h"

#define LOOK_MS 1000
#define PATIENCE_MS 30000
#define GRACE_US 200000 /* a worker that takes longer hangs */
#define GRACE_STEP_US 20
#define DEVICE_NAME "linux" /* of packets of the box's own */

static void
free_old(struct showing *showing)
{
	if (showing->old == NULL || !engine_is_quiet(showing->engine, showing->old_token))
		return;
	showing->kind->free(showing->old);
	showing->old = NULL;
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct showing *showing = argument;

	(void)fd;
	(void)what;
	free_old(showing);
	if (showing->shown != NULL && clock_ms() - showing->taken_ms > PATIENCE_MS)
		showing_end(showing);
	if (showing->shown != NULL || showing->old != NULL)
		timer_start(showing->timer, LOOK_MS);
}

int
showing_init(struct showing *showing, struct event_base *base, struct engine *engine, const struct showing_kind *kind,
    struct error *err)
{
	*showing = (struct showing){ .kind = kind, .engine = engine };
	showing->timer = evtimer_new(base, on_timer, showing);
	return showing->timer != NULL ? 0 : error_set(err, ENOMEM, "no timer for a %s", kind->name);
}

void
showing_free(struct showing *showing)
{
	event_end(showing->timer);
	showing->kind->free(showing->old);
	showing->kind->free(showing->shown);
}

/* Of the one that has just ended, workers let go in their next turn. */
static void
wait_for_old(struct showing *showing)
{
	for (unsigned int us = 0; us < GRACE_US && showing->old != NULL; us += GRACE_STEP_US) {
		free_old(showing);
		if (showing->old != NULL)
			usleep(GRACE_STEP_US);
	}
}

int
showing_check_free(struct showing *showing, struct error *err)
{
	wait_for_old(showing);
	if (showing->shown == NULL && showing->old == NULL)
		return 0;
	error_set(err, EBUSY, "somebody else %s at the moment", showing->kind->does);
	error_hint(err, "a %s ends by itself %d seconds after the last packet was taken", showing->kind->name,
	    PATIENCE_MS / 1000);
	return -EBUSY;
}

int
showing_interface(const char *const *interfaces, const char *name, int *number, struct error *err)
{
	*number = -1;
	if (name == NULL)
		return 0;
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		if (strcmp(interfaces[i], name) == 0)
			*number = i;
	}
	if (*number >= 0)
		return 0;
	error_set(err, EINVAL, "there is no interface \"%.64s\"", name);
	error_hint(err, "there are %s and %s", interfaces[INTERFACE_V4], interfaces[INTERFACE_V6]);
	return -EINVAL;
}

static uint64_t
wall_ns_at_start(const struct engine *engine)
{
	const uint64_t passed_ms = (rte_rdtsc() - engine->start_tsc) / engine->tsc_per_ms;

	return (wall_clock_ms() - passed_ms) * 1000000;
}

uint64_t
showing_begin(struct showing *showing, const char *const *interfaces, void *shown)
{
	for (int i = 0; i < STATS_MAX_INTERFACES; i++)
		snprintf(showing->names[i], sizeof(showing->names[i]), "%s",
		    i < INTERFACE_COUNT ? interfaces[i] : DEVICE_NAME);
	showing->shown = shown;
	showing->taken_ms = clock_ms();
	showing->wall_ns = wall_ns_at_start(showing->engine);
	(void)showing->kind->publish(showing->engine, shown);
	timer_start(showing->timer, LOOK_MS);
	return ++showing->id;
}

void *
showing_find(struct showing *showing, uint64_t id, struct error *err)
{
	if (showing->shown == NULL || showing->id != id) {
		error_set(err, ENOENT, "there is no %s %llu, or it has ended", showing->kind->name,
		    (unsigned long long)id);
		return NULL;
	}
	showing->taken_ms = clock_ms();
	return showing->shown;
}

void
showing_end(struct showing *showing)
{
	showing->old = showing->shown;
	showing->shown = NULL;
	showing->old_token = showing->kind->publish(showing->engine, NULL);
}

uint64_t
showing_time(const struct showing *showing, uint64_t tsc)
{
	const uint64_t cycles = tsc - showing->engine->start_tsc, per_ms = showing->engine->tsc_per_ms;

	return showing->wall_ns + cycles / per_ms * 1000000 + cycles % per_ms * 1000000 / per_ms;
}
