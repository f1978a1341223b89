/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/events.h"

#include "api/command.h"
#include "api/text_json.h"
#include "base/timestamp.h"

#define COUNT_DEFAULT 50
#define COUNT_MAX 512

const struct argument api_events_arguments[] = {
	{ .name = "since",
	    .type = ARGUMENT_COUNT,
	    .max = INT64_MAX,
	    .help = "`next` of the answer before; default: the last ones" },
	{ .name = "count", .type = ARGUMENT_COUNT, .max = COUNT_MAX, .help = "how many at most, default 50" },
	{ .name = "errors", .type = ARGUMENT_BOOL, .help = "errors only" },
	{ 0 },
};

static json_t *
event_json(const struct api_event *event)
{
	char time[TIMESTAMP_TEXT_SIZE];

	return json_pack("{s:I, s:s, s:s, s:o}", "number", (json_int_t)event->number, "time",
	    timestamp_format(event->ms, time), "level", event->is_error ? "error" : "notice", "text",
	    text_json(event->text));
}

json_t *
api_events_get(const struct api_backend *backend, const json_t *arguments)
{
	const json_t *since = json_object_get(arguments, "since"), *number = json_object_get(arguments, "count");
	const bool errors = json_is_true(json_object_get(arguments, "errors"));
	const size_t count = number != NULL ? (size_t)json_integer_value(number) : COUNT_DEFAULT;
	uint64_t next = since != NULL ? (uint64_t)json_integer_value(since) : 0;
	json_t *list = json_array();
	struct api_event event;

	while ((since == NULL || json_array_size(list) < count) && backend->event(backend->context, next, &event)) {
		next = event.number + 1;
		if (errors && !event.is_error)
			continue;
		json_array_append_new(list, event_json(&event));
		if (json_array_size(list) > count)
			json_array_remove(list, 0);
	}
	return api_reply(API_OK, json_pack("{s:o, s:I}", "events", list, "next", (json_int_t)(next > 0 ? next : 1)),
	    "%s", "");
}
