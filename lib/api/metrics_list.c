/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/metrics_parts.h"

#include <string.h>

#include "api/metrics.h"

const struct metric metrics[METRIC_COUNT] = {
#define METRIC(name, type, labels, help) { "mapedge_" #name, #type, labels, help },
#include "api/metrics.def"
#undef METRIC
};

/* "sessions_created" says its unit by itself. */
struct metric
metrics_event(enum event_kind kind, char name[METRIC_NAME_SIZE])
{
	const struct counter_info *event = &event_info[kind];
	const bool says_unit = strstr(event->name, event->about) != NULL;

	snprintf(name, METRIC_NAME_SIZE, "mapedge_%s%s%s_total", event->name, says_unit ? "" : "_",
	    says_unit ? "" : event->about);
	return (struct metric){ name, "counter", "", event->text };
}

/* ---- documentation ---------------------------------------------------------------------------------------------- */

static void
list_one(FILE *to, const struct metric *metric)
{
	fprintf(to, "| `%s` | %s | ", metric->name, metric->type);
	for (const char *c = metric->labels; *c != '\0'; c++) {
		if (*c == ',')
			fputs(", ", to);
		else
			fputc(*c, to);
	}
	fprintf(to, " | %s |\n", metric->help);
}

void
metrics_list(FILE *to)
{
	char name[METRIC_NAME_SIZE];

	fputs("| metric | type | labels | meaning |\n|---|---|---|---|\n", to);
	for (int i = 0; i < METRIC_COUNT; i++)
		list_one(to, &metrics[i]);
	for (int i = 0; i < EVENT_COUNT; i++) {
		const struct metric metric = metrics_event(i, name);

		list_one(to, &metric);
	}
	fputs("\n| `reason` of `mapedge_drops_total` | side | severity | what happened | what to do "
	      "|\n|---|---|---|---|---|\n",
	    to);
	for (int i = 0; i < DROP_COUNT; i++)
		fprintf(to, "| `%s` | %s | %s | %s | %s |\n", drop_info[i].name, drop_info[i].about,
		    severity_word[drop_info[i].severity], drop_info[i].text, drop_info[i].hint);
}
