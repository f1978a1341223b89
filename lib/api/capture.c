/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/capture.h"

#include <stdlib.h>
#include <string.h>

#include "api/command.h"

#define TAKE_DEFAULT 64
#define TAKE_MAX 256
#define NAME_SIZE 32

const struct argument api_capture_start_arguments[] = {
	{ .name = "drop", .type = ARGUMENT_TEXT, .help = "reasons with commas between, or all" },
	{ .name = "rx", .type = ARGUMENT_BOOL, .help = "what is received" },
	{ .name = "tx", .type = ARGUMENT_BOOL, .help = "what is sent" },
	{ .name = "interface", .type = ARGUMENT_TEXT, .help = "only of this interface" },
	{ .name = "filter", .type = ARGUMENT_TEXT, .help = "only what fits, as tcpdump takes it" },
	{ .name = "snap",
	    .type = ARGUMENT_COUNT,
	    .max = API_CAPTURE_SNAP_MAX,
	    .help = "bytes of each packet, default 2048" },
	{ 0 },
};

const struct argument api_capture_take_arguments[] = {
	{ .name = "id",
	    .type = ARGUMENT_COUNT,
	    .max = INT64_MAX,
	    .required = true,
	    .help = "that capture-start has told" },
	{ .name = "count", .type = ARGUMENT_COUNT, .max = TAKE_MAX, .help = "how many packets at most, default 64" },
	{ 0 },
};

const struct argument api_capture_stop_arguments[] = {
	{ .name = "id",
	    .type = ARGUMENT_COUNT,
	    .max = INT64_MAX,
	    .required = true,
	    .help = "that capture-start has told" },
	{ 0 },
};

/* ---- capture-start ---------------------------------------------------------------------------------------------- */

static bool
find_reason(const char *name, size_t len, enum drop_reason *reason)
{
	for (int i = 0; i < DROP_COUNT; i++) {
		if (strlen(drop_info[i].name) == len && memcmp(drop_info[i].name, name, len) == 0) {
			*reason = (enum drop_reason)i;
			return true;
		}
	}
	return false;
}

/* "spoof_v4,nat_no_port" or "all". 0, or -EINVAL with the reason. */
static int
read_reasons(const char *text, bool reasons[DROP_COUNT], struct error *err)
{
	enum drop_reason reason;

	if (strcmp(text, "all") == 0) {
		memset(reasons, true, DROP_COUNT * sizeof(reasons[0]));
		return 0;
	}
	for (;; text++) {
		const size_t len = strcspn(text, ",");

		if (!find_reason(text, len, &reason)) {
			error_set(err, EINVAL, "\"%.*s\" is no reason for a drop", len < 64 ? (int)len : 64, text);
			error_hint(err, "show drops all lists them");
			return -EINVAL;
		}
		reasons[reason] = true;
		text += len;
		if (*text == '\0')
			return 0;
	}
}

/* NULL: the argument is not there. */
static const char *
text_argument(const json_t *arguments, const char *name)
{
	return json_string_value(json_object_get(arguments, name));
}

static int
read_wish(const json_t *arguments, struct api_capture_wish *wish, struct error *err)
{
	const json_t *snap = json_object_get(arguments, "snap");
	const char *reasons = text_argument(arguments, "drop"), *filter = text_argument(arguments, "filter");

	*wish = (struct api_capture_wish){ .rx = json_is_true(json_object_get(arguments, "rx")),
		.tx = json_is_true(json_object_get(arguments, "tx")),
		.interface = text_argument(arguments, "interface"),
		.filter = filter != NULL ? filter : "",
		.snap = snap != NULL ? (uint32_t)json_integer_value(snap) : API_CAPTURE_SNAP_MAX };
	if (reasons == NULL && !wish->rx && !wish->tx)
		reasons = "all";
	if (wish->snap == 0)
		return error_set(err, EINVAL, "\"snap\" must be 1 at least");
	return reasons != NULL ? read_reasons(reasons, wish->reasons, err) : 0;
}

json_t *
api_capture_start(const struct api_backend *backend, const json_t *arguments)
{
	struct api_capture_wish wish;
	struct error err = { 0 };
	uint64_t id;

	if (read_wish(arguments, &wish, &err) < 0)
		return api_reply(API_BAD_REQUEST, NULL, "capture-start: %s%s%s", err.text,
		    err.hint[0] != '\0' ? "; hint: " : "", err.hint);
	if (backend->capture_start(backend->context, &wish, &id, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, json_pack("{s:I}", "id", (json_int_t)id), "%s", "");
}

/* ---- capture-take ----------------------------------------------------------------------------------------------- */

static json_t *
hex_json(const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * API_CAPTURE_SNAP_MAX];

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	return json_stringn_nocheck(text, 2 * len);
}

static json_t *
captured_json(const struct api_captured *packet)
{
	json_t *object = json_pack("{s:I, s:s, s:s, s:I, s:s, s:I, s:o}", "time_ns", (json_int_t)packet->time_ns,
	    "event", packet->event, "interface", packet->interface, "worker", (json_int_t)packet->worker, "link",
	    packet->is_ip ? "ip" : "ethernet", "length", (json_int_t)packet->length, "data",
	    hex_json(packet->data, packet->captured));

	if (packet->reason < DROP_COUNT)
		json_object_set_new(object, "reason", json_string(drop_info[packet->reason].name));
	return object;
}

json_t *
api_capture_take(const struct api_backend *backend, const json_t *arguments)
{
	const uint64_t id = (uint64_t)json_integer_value(json_object_get(arguments, "id"));
	const json_t *number = json_object_get(arguments, "count");
	const json_int_t count = number != NULL ? json_integer_value(number) : TAKE_DEFAULT;
	json_t *list = json_array();
	struct api_captured packet;
	struct error err = { 0 };
	uint64_t lost = 0;
	int rc = 1;

	for (json_int_t i = 0; i < count; i++) {
		rc = backend->capture_take(backend->context, id, &packet, &err);
		if (rc <= 0)
			break;
		json_array_append_new(list, captured_json(&packet));
	}
	if (rc >= 0)
		rc = backend->capture_lost(backend->context, id, &lost, &err);
	if (rc < 0) {
		json_decref(list);
		return api_failed(&err);
	}
	return api_reply(API_OK, json_pack("{s:o, s:I}", "packets", list, "lost", (json_int_t)lost), "%s", "");
}

json_t *
api_capture_stop(const struct api_backend *backend, const json_t *arguments)
{
	const uint64_t id = (uint64_t)json_integer_value(json_object_get(arguments, "id"));
	struct error err = { 0 };

	if (backend->capture_stop(backend->context, id, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, NULL, "stopped");
}
