/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/take.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A server's value may be long; the reason wants its beginning. */
#define SHOWN_SIZE 64

/* As JSON in ASCII: control characters and everything beyond ASCII are escaped; but the library leaves DEL as it is. */
static void
show(const json_t *value, char shown[SHOWN_SIZE])
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT);
	const size_t len = text == NULL ? 0 : strlen(text);

	take_printable(text, len, shown, SHOWN_SIZE);
	if (len >= SHOWN_SIZE)
		memcpy(shown + SHOWN_SIZE - 4, "...", 4);
	free(text);
}

static int
refuse(const struct take *take, const char *key, const json_t *value, const char *what)
{
	const char *dot = take->path[0] == '\0' ? "" : ".";
	char shown[SHOWN_SIZE];

	if (value == NULL) {
		error_set(take->err, EINVAL, "%s%s%s: missing", take->path, dot, key);
	} else {
		show(value, shown);
		error_set(take->err, EINVAL, "%s%s%s: %s %s", take->path, dot, key, shown, what);
	}
	return -EINVAL;
}

int
take_refuse(const struct take *take, const char *key, const char *what)
{
	return refuse(take, key, json_object_get(take->object, key), what);
}

bool
take_has(const struct take *take, const char *key)
{
	const json_t *value = json_object_get(take->object, key);

	return value != NULL && !json_is_null(value);
}

int
take_text(const struct take *take, const char *key, const char **text)
{
	const json_t *value = json_object_get(take->object, key);

	if (!json_is_string(value)) {
		(void)refuse(take, key, value, "is not a string");
		return -EINVAL;
	}
	*text = json_string_value(value);
	return 0;
}

/* Decimal digits only. */
static json_int_t
number_of_text(const char *text)
{
	const size_t digits = strspn(text, "0123456789");

	return digits == 0 || digits > 9 || text[digits] != '\0' ? -1 : strtoll(text, NULL, 10);
}

int
take_number(const struct take *take, const char *key, unsigned int max, unsigned int *value)
{
	const json_t *number = json_object_get(take->object, key);
	json_int_t found = -1;
	char what[64];

	if (json_is_integer(number))
		found = json_integer_value(number);
	else if (take->loose && json_is_string(number))
		found = number_of_text(json_string_value(number));
	if (found < 0 || found > (json_int_t)max) {
		snprintf(what, sizeof(what), "is not a whole number from 0 to %u", max);
		return refuse(take, key, number, what);
	}
	*value = (unsigned int)found;
	return 0;
}

int
take_flag(const struct take *take, const char *key, bool *flag)
{
	const json_t *value = json_object_get(take->object, key);
	const json_int_t number = json_integer_value(value);

	if (!json_is_boolean(value) && !(json_is_integer(value) && (number == 0 || number == 1)))
		return refuse(take, key, value, "is neither true or 1 nor false or 0");
	*flag = json_is_true(value) || number == 1;
	return 0;
}

int
take_prefix6(const struct take *take, const char *key, struct prefix6 *prefix)
{
	const char *text;

	if (take_text(take, key, &text) < 0)
		return -EINVAL;
	return prefix6_parse(text, prefix) < 0 ? take_refuse(take, key, "is not an IPv6 prefix") : 0;
}

const char *
take_node_problem(u128 address)
{
	if (address <= 1)
		return "is unspecified or loopback";
	if (address >> 120 == 0xff)
		return "is multicast";
	if (address >> 118 == 0xfe80 >> 6)
		return "is link-local";
	return address >> 32 == 0xffff ? "is an IPv4-mapped address" : NULL;
}

int
take_node6(const struct take *take, const char *key, u128 *address)
{
	const char *text, *problem;

	if (take_text(take, key, &text) < 0)
		return -EINVAL;
	if (ip6_parse(text, address) < 0)
		return take_refuse(take, key, "is not an IPv6 address");
	problem = take_node_problem(*address);
	return problem == NULL ? 0 : take_refuse(take, key, problem);
}

/* RFC 1123 section 2.1, RFC 1035 section 2.3.4; an IPv4 address is not a name. */
bool
take_is_name(const char *text)
{
	const char *label = text;
	size_t len = 0;

	if (strlen(text) >= OFFER_NAME_SIZE)
		return false;
	while (*label != '\0') {
		len = strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
		if (len == 0 || len > 63 || label[0] == '-' || label[len - 1] == '-')
			return false;
		if (label[len] == '\0')
			return strspn(label, "0123456789") < len;
		if (label[len] != '.')
			return false;
		label += len + 1;
	}
	return len > 0; /* a dot at the end */
}

int
take_far_end(const struct take *take, const char *key, struct offer *offer)
{
	const char *text;
	u128 address;

	if (take_text(take, key, &text) < 0)
		return -EINVAL;
	if (ip6_parse(text, &address) < 0 && take_is_name(text)) {
		snprintf(offer->br_name, sizeof(offer->br_name), "%s", text);
		return 0;
	}
	if (strchr(text, ':') == NULL)
		return take_refuse(take, key, "is neither an IPv6 address nor the name of a host");
	if (take_node6(take, key, &offer->br[0]) < 0)
		return -EINVAL;
	offer->br_count = 1;
	return 0;
}

int
take_objects(const struct take *take, const char *key, const json_t **objects)
{
	*objects = json_object_get(take->object, key);
	if (!json_is_array(*objects))
		return refuse(take, key, *objects, "is not an array");
	return json_array_size(*objects) == 0 ? refuse(take, key, *objects, "is empty") : 0;
}

int
take_object(const struct take *take, const char *key, int index, struct take *inner)
{
	const json_t *value = json_object_get(take->object, key);
	const char *dot = take->path[0] == '\0' ? "" : ".";

	*inner = (struct take){ .loose = take->loose, .err = take->err };
	if (index < 0) {
		snprintf(inner->path, sizeof(inner->path), "%.30s%s%.20s", take->path, dot, key);
	} else {
		value = json_array_get(value, (size_t)index);
		snprintf(inner->path, sizeof(inner->path), "%.30s%s%.20s[%d]", take->path, dot, key, index);
	}
	inner->object = value;
	if (json_is_object(value))
		return 0;
	if (value == NULL)
		return error_set(take->err, EINVAL, "%s: missing", inner->path);
	return error_set(take->err, EINVAL, "%s: is not an object", inner->path);
}

/* A byte that begins a character and those that continue it. */
static size_t
character_len(const char *text)
{
	size_t len = 1;

	while (((unsigned char)text[len] & 0xc0) == 0x80)
		len++;
	return len;
}

bool
take_copy(const char *text, char *copy, size_t size)
{
	size_t used = 0;

	while (*text != '\0') {
		const unsigned char first = (unsigned char)text[0];
		const size_t len = character_len(text);
		/* C0, DEL, and C1 (U+0080 to U+009F), which terminals take as commands. */
		const bool control = first < 0x20 || first == 0x7f || (first == 0xc2 && (unsigned char)text[1] < 0xa0);

		if (used + len >= size)
			break;
		if (control) {
			copy[used++] = '?';
		} else {
			memcpy(copy + used, text, len);
			used += len;
		}
		text += len;
	}
	copy[used] = '\0';
	return *text == '\0';
}

void
take_printable(const char *bytes, size_t len, char *copy, size_t size)
{
	size_t used = 0;

	for (; used < len && used + 1 < size; used++)
		copy[used] = (char)(bytes[used] >= ' ' && bytes[used] <= '~' ? bytes[used] : '?');
	copy[used] = '\0';
}
