/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/dhcp6_message.h"

#include <stdio.h>
#include <string.h>

#define OPTION_HEADER 4
#define MAX_LABEL 63 /* RFC 1035 section 2.3.4; what is above begins a compressed name */

static const char *const error_words[DHCP6_ERRORS] = {
	[DHCP6_OK] = "ok",
	[DHCP6_TRUNCATED] = "truncated",
	[DHCP6_BAD_OPTION] = "bad-option",
	[DHCP6_UNWANTED_TYPE] = "unwanted-type",
	[DHCP6_UNEXPECTED] = "unexpected",
	[DHCP6_OTHER_XID] = "other-xid",
	[DHCP6_NO_SERVER_ID] = "no-server-id",
	[DHCP6_OTHER_CLIENT_ID] = "other-client-id",
	[DHCP6_OTHER_SERVER] = "other-server",
	[DHCP6_NO_RAPID_COMMIT] = "no-rapid-commit",
	[DHCP6_NOTHING_OFFERED] = "nothing-offered",
	[DHCP6_FAILED_STATUS] = "failed-status",
	[DHCP6_MULTICAST] = "multicast",
	[DHCP6_NOT_AUTHENTIC] = "not-authentic",
	[DHCP6_REPLAYED] = "replayed",
	[DHCP6_RATE] = "rate",
};

static const char *const type_words[DHCP6_TYPES] = {
	[DHCP6_SOLICIT] = "Solicit",
	[DHCP6_ADVERTISE] = "Advertise",
	[DHCP6_REQUEST] = "Request",
	[DHCP6_CONFIRM] = "Confirm",
	[DHCP6_RENEW] = "Renew",
	[DHCP6_REBIND] = "Rebind",
	[DHCP6_REPLY] = "Reply",
	[DHCP6_RELEASE] = "Release",
	[DHCP6_DECLINE] = "Decline",
	[DHCP6_RECONFIGURE] = "Reconfigure",
	[DHCP6_INFORMATION_REQUEST] = "Information-request",
};

const char *
dhcp6_error_word(enum dhcp6_error error)
{
	return error_words[error];
}

const char *
dhcp6_type_word(unsigned int type)
{
	return type < DHCP6_TYPES && type_words[type] != NULL ? type_words[type] : "?";
}

bool
dhcp6_next(struct dhcp6_reader *reader, struct dhcp6_option *option)
{
	uint16_t len;

	if (reader->left < OPTION_HEADER)
		return false;
	len = dhcp6_get16(reader->at + 2);
	if (reader->left - OPTION_HEADER < len)
		return false;
	*option = (struct dhcp6_option){ dhcp6_get16(reader->at), len, reader->at + OPTION_HEADER };
	reader->at += OPTION_HEADER + len;
	reader->left -= OPTION_HEADER + (size_t)len;
	return true;
}

bool
dhcp6_well_formed(struct dhcp6_reader reader)
{
	struct dhcp6_option option;

	while (dhcp6_next(&reader, &option))
		;
	return reader.left == 0;
}

bool
dhcp6_find(struct dhcp6_reader reader, uint16_t code, struct dhcp6_option *option)
{
	while (dhcp6_next(&reader, option))
		if (option->code == code)
			return true;
	return false;
}

bool
dhcp6_is_repeated(uint16_t code, u128 *seen)
{
	const u128 bit = code < 128 ? (u128)1 << code : 0;
	const bool before = (*seen & bit) != 0;

	*seen |= bit;
	return before;
}

struct dhcp6_reader
dhcp6_inside(const struct dhcp6_option *option, size_t skip)
{
	if (option->len <= skip)
		return (struct dhcp6_reader){ option->data, 0 };
	return (struct dhcp6_reader){ option->data + skip, option->len - skip };
}

static bool
is_host_character(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool
is_label(const uint8_t *label, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_host_character(label[i]))
			return false;
	return true;
}

bool
dhcp6_get_name(struct dhcp6_reader *reader, char text[DHCP6_NAME_TEXT_SIZE])
{
	char name[DHCP6_NAME_TEXT_SIZE];
	size_t at = 0, len = 0;

	for (;;) {
		uint8_t label;

		if (at >= reader->left)
			return false;
		label = reader->at[at++];
		if (label == 0)
			break;
		/* The dot before the label and the zero at the end must find room as well. */
		if (label > MAX_LABEL || label > reader->left - at || len + label + 2 > sizeof(name) ||
		    !is_label(reader->at + at, label))
			return false;
		if (len > 0)
			name[len++] = '.';
		memcpy(name + len, reader->at + at, label);
		len += label;
		at += label;
	}
	if (len == 0)
		return false;
	name[len] = '\0';
	memcpy(text, name, len + 1);
	reader->at += at;
	reader->left -= at;
	return true;
}

void
dhcp6_escape(const uint8_t *data, size_t len, char *text, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		const bool plain =
		    data[i] >= ' ' && data[i] <= '~' && data[i] != '"' && data[i] != '\'' && data[i] != '\\';
		const size_t need = plain ? 1 : 4;

		if (at + need >= size)
			break;
		if (plain)
			text[at] = (char)data[i];
		else
			snprintf(text + at, size - at, "\\x%02x", data[i]);
		at += need;
	}
	text[at] = '\0';
}

void
dhcp6_put(struct dhcp6_writer *writer, const void *data, size_t len)
{
	if (writer->full || len > writer->size - writer->len) {
		writer->full = true;
		return;
	}
	if (len > 0)
		memcpy(writer->data + writer->len, data, len);
	writer->len += len;
}

void
dhcp6_put8(struct dhcp6_writer *writer, uint8_t value)
{
	dhcp6_put(writer, &value, 1);
}

void
dhcp6_put16(struct dhcp6_writer *writer, uint16_t value)
{
	const uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	dhcp6_put(writer, bytes, sizeof(bytes));
}

void
dhcp6_put32(struct dhcp6_writer *writer, uint32_t value)
{
	dhcp6_put16(writer, (uint16_t)(value >> 16));
	dhcp6_put16(writer, (uint16_t)value);
}

void
dhcp6_put_address(struct dhcp6_writer *writer, u128 addr)
{
	uint8_t bytes[16];

	ip6_store(bytes, addr);
	dhcp6_put(writer, bytes, sizeof(bytes));
}

void
dhcp6_put_option(struct dhcp6_writer *writer, uint16_t code, const void *data, size_t len)
{
	dhcp6_put16(writer, code);
	dhcp6_put16(writer, (uint16_t)len);
	dhcp6_put(writer, data, len);
}

size_t
dhcp6_open(struct dhcp6_writer *writer, uint16_t code)
{
	dhcp6_put16(writer, code);
	dhcp6_put16(writer, 0);
	return writer->len;
}

void
dhcp6_close(struct dhcp6_writer *writer, size_t opened)
{
	const size_t len = writer->len - opened;

	if (writer->full)
		return;
	writer->data[opened - 2] = (uint8_t)(len >> 8);
	writer->data[opened - 1] = (uint8_t)len;
}
