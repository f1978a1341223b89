/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/health.h"

#include <stdarg.h>
#include <stdio.h>

#include "api/command.h"
#include "api/text_json.h"

static void __attribute__((format(printf, 4, 5)))
check(json_t *document, const char *name, bool ok, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_array_append_new(json_object_get(document, "checks"),
	    json_pack("{s:s, s:b, s:o}", "check", name, "ok", ok, "text", text_json(text)));
	if (ok)
		return;
	json_object_set_new(document, "healthy", json_false());
	json_array_append_new(json_object_get(document, "reasons"), text_json(text));
}

static void
check_workers(json_t *document, const struct health *health)
{
	uint64_t behind = 0, silent = 0, silent_ms = 0;

	for (unsigned int i = 0; i < health->worker_count; i++) {
		behind += health->worker[i].generation != health->generation;
		silent += health->worker[i].silent_ms >= HEALTH_SILENT_MS;
		if (health->worker[i].silent_ms > silent_ms)
			silent_ms = health->worker[i].silent_ms;
	}
	check(document, "config", behind == 0, "generation %lu is in use by %lu of %u workers",
	    (unsigned long)health->generation, (unsigned long)(health->worker_count - behind), health->worker_count);
	if (silent == 0)
		check(document, "workers", true, "none of %u workers stands still", health->worker_count);
	else
		check(document, "workers", false, "%lu of %u workers stand still; the longest silence is %lu ms",
		    (unsigned long)silent, health->worker_count, (unsigned long)silent_ms);
}

static void
check_softwire(json_t *document, const struct health *health)
{
	if (health->why_down != NULL) {
		check(document, "softwire", false, "there is no softwire: %s", health->why_down->text);
		return;
	}
	check(document, "softwire", true, "there is a softwire");
	/* Without a probe silence is a guess: a host may ping somebody who is switched off. */
	check(document, "probe", health->reach != REACH_PROBE_DOWN, "%s",
	    health->reach == REACH_PROBE_DOWN ? "the probe's target is silent, and nothing else comes back"
					      : "no probe is down, or packets come back all the same");
}

json_t *
health_json(const struct health *health)
{
	json_t *document = json_pack("{s:b, s:[], s:[]}", "healthy", true, "reasons", "checks");

	check_workers(document, health);
	for (int i = 0; i < 2; i++)
		check(document, "link", health->link[i].is_up, "the link of %s is %s", health->link[i].name,
		    health->link[i].is_up ? "up" : "down");
	check(document, "drain", !health->is_drained, "%s",
	    health->is_drained ? "the box is being drained: mapedgectl drain off" : "the box is not being drained");
	if (health->is_ce)
		check_softwire(document, health);
	else
		check(document, "rules", health->rules + health->bindings > 0, "there are %lu rules and %lu bindings",
		    (unsigned long)health->rules, (unsigned long)health->bindings);
	return document;
}

json_t *
api_health(const struct api_backend *backend, const json_t *arguments)
{
	struct health health = { 0 };

	(void)arguments;
	backend->health(backend->context, &health);
	return api_reply(API_OK, health_json(&health), "%s", "");
}
