/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "api/command.h"
#include "stats/recent.h"

struct dropped {
	enum drop_reason reason;
	uint64_t count, lately;
};

static int
compare(const void *a, const void *b)
{
	const struct dropped *one = a, *other = b;

	if (one->lately != other->lately)
		return one->lately < other->lately ? 1 : -1;
	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	return (one->reason > other->reason) - (one->reason < other->reason);
}

static json_t *
dropped_json(const struct dropped *dropped, bool explain)
{
	const struct counter_info *info = &drop_info[dropped->reason];
	json_t *object =
	    json_pack("{s:s, s:s, s:s, s:I, s:I}", "reason", info->name, "severity", severity_word[info->severity],
		"side", info->about, "count", (json_int_t)dropped->count, "last_minute", (json_int_t)dropped->lately);

	if (explain) {
		json_object_set_new(object, "text", json_string(info->text));
		json_object_set_new(object, "hint", json_string(info->hint));
	}
	return object;
}

static json_t *
drops_json(const struct report *report, bool all, bool explain)
{
	struct dropped dropped[DROP_COUNT];
	struct counters total = { 0 };
	json_t *list = json_array();
	uint64_t sum = 0;

	report_total(report, &total);
	for (int reason = 0; reason < DROP_COUNT; reason++) {
		dropped[reason] = (struct dropped){ .reason = (enum drop_reason)reason,
			.count = total.drop[reason],
			.lately = report->recent == NULL
			    ? 0
			    : recent_drops(report->recent, (enum drop_reason)reason, total.drop[reason]) };
		sum += total.drop[reason];
	}
	qsort(dropped, DROP_COUNT, sizeof(dropped[0]), compare);
	for (int i = 0; i < DROP_COUNT; i++) {
		if (all || dropped[i].count > 0)
			json_array_append_new(list, dropped_json(&dropped[i], explain));
	}
	return json_pack("{s:I, s:o}", "total", (json_int_t)sum, "drops", list);
}

const struct argument api_drops_arguments[] = {
	{ .name = "explain", .type = ARGUMENT_BOOL, .help = "with what each reason means, and what to do about it" },
	{ .name = "all", .type = ARGUMENT_BOOL, .help = "also the reasons that never were" },
	{ 0 },
};

json_t *
api_drops_get(const struct api_backend *backend, const json_t *arguments)
{
	struct report report = { 0 };

	backend->report(backend->context, &report);
	return api_reply(API_OK,
	    drops_json(&report, json_is_true(json_object_get(arguments, "all")),
		json_is_true(json_object_get(arguments, "explain"))),
	    "%s", "");
}
