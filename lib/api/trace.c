/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/trace.h"

#include <string.h>

#include "api/command.h"
#include "api/text_json.h"

#define COUNT_DEFAULT 10
#define COUNT_MAX 1000
#define TAKE_DEFAULT 16
#define TAKE_MAX 64

const struct argument api_trace_start_arguments[] = {
	{ .name = "interface", .type = ARGUMENT_TEXT, .help = "only what comes in on this interface" },
	{ .name = "count", .type = ARGUMENT_COUNT, .max = COUNT_MAX, .help = "how many packets, default 10" },
	{ .name = "filter", .type = ARGUMENT_TEXT, .help = "only what fits when it comes, as tcpdump takes it" },
	{ 0 },
};

const struct argument api_trace_take_arguments[] = {
	{ .name = "id",
	    .type = ARGUMENT_COUNT,
	    .max = INT64_MAX,
	    .required = true,
	    .help = "that trace-start has told" },
	{ .name = "count", .type = ARGUMENT_COUNT, .max = TAKE_MAX, .help = "how many packets at most, default 16" },
	{ 0 },
};

const struct argument api_trace_stop_arguments[] = {
	{ .name = "id",
	    .type = ARGUMENT_COUNT,
	    .max = INT64_MAX,
	    .required = true,
	    .help = "that trace-start has told" },
	{ 0 },
};

static json_int_t
number_or(const json_t *arguments, const char *name, json_int_t otherwise)
{
	const json_t *value = json_object_get(arguments, name);

	return value != NULL ? json_integer_value(value) : otherwise;
}

json_t *
api_trace_start(const struct api_backend *backend, const json_t *arguments)
{
	const char *filter = json_string_value(json_object_get(arguments, "filter"));
	const struct api_trace_wish wish = {
		.interface = json_string_value(json_object_get(arguments, "interface")),
		.filter = filter != NULL ? filter : "",
		.count = (uint32_t)number_or(arguments, "count", COUNT_DEFAULT),
	};
	struct error err = { 0 };
	uint64_t id;

	if (wish.count == 0)
		return api_reply(API_BAD_REQUEST, NULL, "trace-start: \"count\" must be 1 at least");
	if (backend->trace_start(backend->context, &wish, &id, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, json_pack("{s:I}", "id", (json_int_t)id), "%s", "");
}

/* "lan_in(w, p)" is told as lan_in. */
static json_t *
steps_json(const struct trail *trail)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < trail->count && i < TRAIL_STEPS; i++) {
		const struct trail_step *step = &trail->step[i];

		json_array_append_new(list,
		    json_pack("{s:s%, s:i, s:s}", "step", step->step, strcspn(step->step, "("), "depth",
			(int)step->depth, "verdict", verdict_name(step->verdict)));
	}
	return list;
}

static json_t *
traced_json(const struct api_traced *packet)
{
	json_t *object = json_pack("{s:I, s:s, s:I, s:o, s:o, s:i, s:s}", "time_ns", (json_int_t)packet->time_ns,
	    "interface", packet->interface, "worker", (json_int_t)packet->worker, "came", text_json(packet->came),
	    "steps", steps_json(packet->trail), "missing_steps",
	    packet->trail->count > TRAIL_STEPS ? (int)(packet->trail->count - TRAIL_STEPS) : 0, "verdict",
	    verdict_name(packet->verdict));

	if (packet->went != NULL)
		json_object_set_new(object, "went", text_json(packet->went));
	if (packet->reason < DROP_COUNT) {
		json_object_set_new(object, "reason", json_string(drop_info[packet->reason].name));
		json_object_set_new(object, "text", json_string(drop_info[packet->reason].text));
		json_object_set_new(object, "hint", json_string(drop_info[packet->reason].hint));
	}
	return object;
}

json_t *
api_trace_take(const struct api_backend *backend, const json_t *arguments)
{
	const uint64_t id = (uint64_t)number_or(arguments, "id", 0);
	const json_int_t count = number_or(arguments, "count", TAKE_DEFAULT);
	json_t *list = json_array();
	struct api_trace_state state;
	struct api_traced packet;
	struct error err = { 0 };
	int rc = 1;

	for (json_int_t i = 0; i < count && rc > 0; i++) {
		rc = backend->trace_take(backend->context, id, &packet, &err);
		if (rc > 0)
			json_array_append_new(list, traced_json(&packet));
	}
	if (rc >= 0)
		rc = backend->trace_state(backend->context, id, &state, &err);
	if (rc < 0) {
		json_decref(list);
		return api_failed(&err);
	}
	return api_reply(API_OK,
	    json_pack("{s:o, s:I, s:I}", "packets", list, "left", (json_int_t)state.left, "lost",
		(json_int_t)state.lost),
	    "%s", "");
}

json_t *
api_trace_stop(const struct api_backend *backend, const json_t *arguments)
{
	struct error err = { 0 };

	if (backend->trace_stop(backend->context, (uint64_t)number_or(arguments, "id", 0), &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, NULL, "stopped");
}
