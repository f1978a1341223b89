/* SPDX-License-Identifier: BSD-3-Clause */
/* What the HTTP server shows: the documents of the JSON socket, the metrics, and a page for people. */
#include <rte_version.h>
#include <stdlib.h>
#include <string.h>

#include "api/metrics.h"
#include "api/trend_json.h"
#include "clock.h"
#include "control/control_parts.h"
#include "status_page.h"

/* ---- the pages -------------------------------------------------------------------------------------------------- */

/* Takes the reference. */
static void
write_json(json_t *document, struct evbuffer *body)
{
	char *text = json_dumps(document, JSON_COMPACT);

	if (text != NULL)
		evbuffer_add_printf(body, "%s\n", text);
	free(text);
	json_decref(document);
}

static void
write_status_page(void *context, struct evbuffer *body)
{
	(void)context;
	evbuffer_add_reference(body, status_page, sizeof(status_page), NULL, NULL);
}

static void
write_metrics(void *context, struct evbuffer *body)
{
	struct control *control = context;
	struct metrics_source source = { .dpdk = rte_version() };
	struct report report;
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL)
		return;
	control->backend.report(control, &report);
	source.report = &report;
	source.conf = control->backend.line(control, &source.line);
	source.alarms = control->backend.alarms(control);
	source.liveness = control->backend.liveness(control);
	metrics_write(to, &source);
	fclose(to);
	evbuffer_add(body, text, len);
	free(text);
}

/* What the command would answer on the socket; nothing where it fails. */
static void
write_answer(void *context, const char *request, struct evbuffer *body)
{
	struct control *control = context;
	json_t *reply = api_handle(&control->backend, request, strlen(request));

	write_json(json_incref(json_object_get(reply, "arguments")), body);
	json_decref(reply);
}

static void
write_stats(void *context, struct evbuffer *body)
{
	write_answer(context, "{\"command\": \"stats-get\"}", body);
}

static void
write_status(void *context, struct evbuffer *body)
{
	write_answer(context, "{\"command\": \"status\"}", body);
}

static void
write_drops(void *context, struct evbuffer *body)
{
	write_answer(context, "{\"command\": \"drops-get\", \"arguments\": {\"explain\": true}}", body);
}

static void
write_hosts(void *context, struct evbuffer *body)
{
	write_answer(context, "{\"command\": \"hosts-get\"}", body);
}

static void
write_ports(void *context, struct evbuffer *body)
{
	write_answer(context, "{\"command\": \"ports-get\", \"arguments\": {\"count\": 4096}}", body);
}

static void
write_history(void *context, struct evbuffer *body)
{
	const struct control *control = context;

	write_json(trend_json(&control->trend, clock_ms()), body);
}

#define JSON "application/json"

const struct http_page control_pages[] = {
	{ "/", "text/html; charset=utf-8", write_status_page },
	{ "/metrics", METRICS_CONTENT_TYPE, write_metrics },
	{ "/status.json", JSON, write_status },
	{ "/stats.json", JSON, write_stats },
	{ "/drops.json", JSON, write_drops },
	{ "/hosts.json", JSON, write_hosts },
	{ "/ports.json", JSON, write_ports },
	{ "/history.json", JSON, write_history },
	{ 0 },
};
