/* SPDX-License-Identifier: BSD-3-Clause */
/* PPTP control messages: RFC 2637 section 2. Each side names a call by its own id, so ours are translated. docs/napt.md. */
#include "nat/parts.h"

#define MIN_MESSAGE_LEN 16
#define CONTROL_MESSAGE 1
#define MAGIC_COOKIE UINT32_C(0x1a2b3c4d)
#define RESULT_CONNECTED 1

enum message_type {
	OUTGOING_CALL_REQUEST = 7,
	OUTGOING_CALL_REPLY,
	INCOMING_CALL_REQUEST,
	INCOMING_CALL_REPLY,
	INCOMING_CALL_CONNECTED,
	CALL_CLEAR_REQUEST,
	CALL_DISCONNECT_NOTIFY,
	WAN_ERROR_NOTIFY,
	SET_LINK_INFO,
	MESSAGE_TYPES
};

/* Bytes from the beginning of the message; 0: there is none. */
struct layout {
	uint8_t len;
	uint8_t own;  /* the sender's call id */
	uint8_t peer; /* the receiver's */
	uint8_t result;
};

static const struct layout layouts[MESSAGE_TYPES] = {
	[OUTGOING_CALL_REQUEST] = { .len = 168, .own = 12 },
	[OUTGOING_CALL_REPLY] = { .len = 32, .own = 12, .peer = 14, .result = 16 },
	[INCOMING_CALL_REQUEST] = { .len = 220, .own = 12 },
	[INCOMING_CALL_REPLY] = { .len = 24, .own = 12, .peer = 14, .result = 16 },
	[INCOMING_CALL_CONNECTED] = { .len = 28, .peer = 12 },
	[CALL_CLEAR_REQUEST] = { .len = 16, .own = 12 },
	[CALL_DISCONNECT_NOTIFY] = { .len = 148, .own = 12 },
	[WAN_ERROR_NOTIFY] = { .len = 40, .peer = 12 },
	[SET_LINK_INFO] = { .len = 24, .peer = 12 },
};

struct message {
	uint8_t *at;
	uint16_t type;
	struct layout layout; /* all 0 when the message has no call ids */
};

/* The message's length, or 0 when it is not whole, or none that we know how to step over. */
static uint32_t
read_message(uint8_t *at, uint32_t left, struct message *message)
{
	uint16_t len;

	if (left < MIN_MESSAGE_LEN)
		return 0;
	len = load16(at);
	if (len < MIN_MESSAGE_LEN || len > left || len % 2 != 0 || load16(at + 2) != CONTROL_MESSAGE ||
	    load32(at + 4) != MAGIC_COOKIE)
		return 0;
	*message = (struct message){ .at = at, .type = load16(at + 8) };
	if (message->type < MESSAGE_TYPES)
		message->layout = layouts[message->type];
	return len >= message->layout.len ? len : 0;
}

static uint16_t
own_id(const struct message *message)
{
	return load16(message->at + message->layout.own);
}

static bool
is_reply(const struct message *message)
{
	return message->layout.result != 0;
}

static bool
is_connected(const struct message *message)
{
	return message->at[message->layout.result] == RESULT_CONNECTED;
}

/* All lie at even bytes of the segment, as the words of its checksum do: RFC 1624. */
static void
set_id(const struct nat_control *control, uint8_t *field, uint16_t id)
{
	uint16_t before, after;

	memcpy(&before, field, sizeof(before));
	store16(field, id);
	memcpy(&after, field, sizeof(after));
	checksum_patch(control->tcp + 16, checksum_difference16(before, after));
}

/* From here on the call is there, or the inside host has just accepted it. */
static bool
begins_call(const struct message *message)
{
	if (is_reply(message))
		return is_connected(message);
	return message->type == OUTGOING_CALL_REQUEST || message->type == INCOMING_CALL_REQUEST;
}

/* False with the reason when its call cannot begin. */
static bool
said_inside(struct nat *nat, struct session *s, const struct nat_control *control, const struct message *message,
    enum drop_reason *why)
{
	struct session *call;

	if (message->layout.own == 0)
		return true;
	if (begins_call(message)) {
		call = calls_open(nat, s, own_id(message), control, why);
		if (call == NULL)
			return false;
	} else {
		call = calls_find(nat, s, own_id(message));
		if (call == NULL)
			return true;
	}
	set_id(control, message->at + message->layout.own, call->external_port);
	if (message->type == CALL_DISCONNECT_NOTIFY)
		calls_end_one(nat, call, control->now);
	else if (is_reply(message) && is_connected(message))
		calls_answer(nat, call, load16(message->at + message->layout.peer), control->now);
	return true;
}

static void
said_outside(struct nat *nat, struct session *s, const struct nat_control *control, const struct message *message)
{
	struct session *call = NULL;

	if (message->layout.peer != 0)
		call = calls_find_external(nat, s, load16(message->at + message->layout.peer));
	else if (message->type == CALL_DISCONNECT_NOTIFY)
		call = calls_find_remote(nat, s, own_id(message));
	if (call == NULL)
		return;
	if (message->layout.peer != 0)
		set_id(control, message->at + message->layout.peer, call->call.inside_id);
	if (message->type == CALL_DISCONNECT_NOTIFY || (is_reply(message) && !is_connected(message)))
		calls_end_one(nat, call, control->now);
	else if (is_reply(message))
		calls_answer(nat, call, own_id(message), control->now);
}

bool
nat_pptp(struct nat *nat, struct session *s, const struct nat_control *control, enum drop_reason *why)
{
	const uint32_t header_len = (uint32_t)(control->tcp[12] >> 4) * 4;
	uint8_t *at = control->tcp + header_len;
	uint32_t left = control->len - header_len, len;
	struct message message;

	while ((len = read_message(at, left, &message)) != 0) {
		if (!control->out)
			said_outside(nat, s, control, &message);
		else if (!said_inside(nat, s, control, &message, why))
			return false;
		at += len;
		left -= len;
	}
	return true;
}
