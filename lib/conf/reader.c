/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/reader.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "conf/place.h"
#include "conf/spell.h"
#include "conf/text.h"

#define READER_SHOWN_SIZE 64
#define READER_LIST_SIZE 200

/* ---- hints ------------------------------------------------------------------------------------------------------ */

static void
append(char *list, size_t size, const char *before, const char *text, const char *after)
{
	const size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s%s%s", len == 0 ? "" : ", ", before, text, after);
}

static const char *
example(const struct reader_key *key)
{
	static const char *const of_type[] = {
		[READER_BOOL] = "true",
		[READER_NAME] = "\"map0\"",
		[READER_MAC] = "\"02:00:00:00:0c:01\"",
		[READER_ADDRESS] = "\"192.168.1.10\"",
		[READER_IP6] = "\"2001:db8:ffff::1\"",
		[READER_PREFIX4] = "\"192.0.2.0/24\"",
		[READER_PREFIX6] = "\"2001:db8::/40\"",
		[READER_PORTS] = "\"40000-40015\"",
		[READER_VALUES] = NULL,
	};

	return key->example != NULL ? key->example : of_type[key->type];
}

static int
with_example(const struct reader_key *key, struct error *err)
{
	if (example(key) != NULL)
		error_hint(err, "for example: %s = %s;", key->name, example(key));
	return -EINVAL;
}

static int
unknown_key(const config_setting_t *setting, const struct reader_key *keys, size_t count, struct error *err)
{
	struct spell spell = { .word = config_setting_name(setting) };
	char known[READER_LIST_SIZE] = "";

	for (size_t i = 0; i < count; i++) {
		spell_try(&spell, keys[i].name);
		append(known, sizeof(known), "", keys[i].name, "");
	}
	place_error(err, setting, "unknown setting \"%.40s\"", spell.word);
	if (spell.best != NULL)
		error_hint(err, "did you mean %s?", spell.best);
	else
		error_hint(err, "settings known here: %s", known);
	return -EINVAL;
}

static int
unknown_word(const config_setting_t *setting, const struct reader_key *key, struct error *err)
{
	struct spell spell = { .word = config_setting_get_string(setting) };
	const char *or_else = key->element == READER_PREFIX4 ? ", or an IPv4 prefix"
	    : key->element == READER_PREFIX6                 ? ", or an IPv6 prefix"
							     : "";
	char known[READER_LIST_SIZE] = "";

	for (int i = 0; key->words[i] != NULL; i++) {
		spell_try(&spell, key->words[i]);
		append(known, sizeof(known), "\"", key->words[i], "\"");
	}
	place_error(err, setting, "%s: \"%.40s\" is unknown", key->name, spell.word);
	if (spell.best != NULL)
		error_hint(err, "did you mean \"%s\"? Known: %s%s", spell.best, known, or_else);
	else
		error_hint(err, "known: %s%s", known, or_else);
	return -EINVAL;
}

/* ---- one value -------------------------------------------------------------------------------------------------- */

static const char *
expected(enum reader_type type)
{
	static const char *const of_type[] = {
		[READER_BOOL] = "true or false",
		[READER_INT] = "an integer",
		[READER_TEXT] = "a string",
		[READER_NAME] = "a string",
		[READER_WORD] = "a string",
		[READER_MAC] = "a string with a MAC address",
		[READER_ADDRESS] = "a string with an address",
		[READER_SUBNET] = "a string with address/length",
		[READER_IP6] = "a string with an IPv6 address",
		[READER_PREFIX4] = "a string with an IPv4 prefix",
		[READER_PREFIX6] = "a string with an IPv6 prefix",
		[READER_PORTS] = "a string with ports",
		[READER_GROUP] = "a group { ... }",
		[READER_GROUPS] = "a list of groups ( { ... }, ... )",
		[READER_VALUES] = "a list of values [ ..., ... ]",
	};

	return of_type[type];
}

static const char *
given(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(setting) ? "true" : "false";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "an integer";
	case CONFIG_TYPE_FLOAT:
		return "a fraction";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_GROUP:
		return "a group { }";
	case CONFIG_TYPE_ARRAY:
		return "an array [ ]";
	default:
		return "a list ( )";
	}
}

static int
wrong_type(const config_setting_t *setting, const struct reader_key *key, enum reader_type type, struct error *err)
{
	place_error(err, setting, "%s: expected %s, found %s", key->name, expected(type), given(setting));
	return with_example(key, err);
}

static const char *
clean_text(const char *text, int max)
{
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return "has a control character";
	}
	return strlen(text) > (size_t)max ? "is too long" : NULL;
}

static const char *
text_problem(const char *text, enum reader_type type, int max)
{
	struct conf_address address;
	struct prefix4 prefix4;
	struct prefix6 prefix6;
	struct port_range ports;
	struct mac mac;
	u128 ip6;

	switch (type) {
	case READER_NAME:
		return text_name(text);
	case READER_MAC:
		return text_mac(text, &mac);
	case READER_ADDRESS:
		return text_address(text, &address);
	case READER_SUBNET:
		return text_subnet(text, &address);
	case READER_IP6:
		return ip6_parse(text, &ip6) < 0 ? "is not an IPv6 address" : NULL;
	case READER_PREFIX4:
		return text_prefix4(text, &prefix4);
	case READER_PREFIX6:
		return text_prefix6(text, &prefix6);
	case READER_PORTS:
		return text_ports(text, &ports);
	default:
		return clean_text(text, max);
	}
}

/* Where a prefix or a word may stand, it is known by its first digit, or by its colon. */
static bool
is_prefix(const char *text, enum reader_type type)
{
	if (type == READER_PREFIX4)
		return isdigit((unsigned char)*text);
	return type == READER_PREFIX6 && strchr(text, ':') != NULL;
}

static int
check_text(const config_setting_t *setting, const struct reader_key *key, enum reader_type type, struct error *err)
{
	const char *text = config_setting_get_string(setting);
	const char *problem;
	char shown[READER_SHOWN_SIZE];

	if (text == NULL)
		return wrong_type(setting, key, type, err);
	if (*text == '\0') {
		place_error(err, setting, "%s is empty", key->name);
		return with_example(key, err);
	}
	if (key->words != NULL && !is_prefix(text, type))
		return text_word(text, key->words) < 0 ? unknown_word(setting, key, err) : 0;
	problem = text_problem(text, type, key->type == READER_TEXT ? key->max : CONF_TEXT_SIZE - 1);
	if (problem == NULL)
		return 0;
	snprintf(shown, sizeof(shown), "%s", text);
	for (char *c = shown; *c != '\0'; c++)
		*c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
	place_error(err, setting, "%s: \"%s\" %s", key->name, shown, problem);
	return with_example(key, err);
}

static int
check_int(const config_setting_t *setting, const struct reader_key *key, struct error *err)
{
	const int type = config_setting_type(setting);
	const long long value = config_setting_get_int64(setting);

	if (type == CONFIG_TYPE_STRING && key->words != NULL)
		return check_text(setting, key, READER_WORD, err);
	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return wrong_type(setting, key, READER_INT, err);
	if (value >= key->min && value <= key->max)
		return 0;
	place_error(err, setting, "%s: %lld is out of range", key->name, value);
	error_hint(err, "%s takes %d to %d", key->name, key->min, key->max);
	return -EINVAL;
}

static int
check_length(const config_setting_t *setting, const struct reader_key *key, struct error *err)
{
	const int length = config_setting_length(setting);

	if (length >= key->min && length <= key->max)
		return 0;
	if (length == 0) {
		place_error(err, setting, "%s is an empty list", key->name);
		return with_example(key, err);
	}
	place_error(err, setting, "%s: %d entries are too many", key->name, length);
	error_hint(err, "at most %d", key->max);
	return -EINVAL;
}

static int
check_list(const config_setting_t *setting, const struct reader_key *key, struct error *err)
{
	const int type = config_setting_type(setting);
	const bool of_groups = key->type == READER_GROUPS;

	/* libconfig takes [ ] for an array without elements, whatever they would have been. */
	if (type != CONFIG_TYPE_LIST &&
	    (type != CONFIG_TYPE_ARRAY || (of_groups && config_setting_length(setting) > 0)))
		return wrong_type(setting, key, key->type, err);
	if (check_length(setting, key, err) < 0)
		return -EINVAL;
	for (int i = 0; i < config_setting_length(setting); i++) {
		const config_setting_t *element = config_setting_get_elem(setting, (unsigned int)i);

		if (of_groups && !config_setting_is_group(element))
			return wrong_type(element, key, READER_GROUP, err);
		if (!of_groups && check_text(element, key, key->element, err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int
check_value(const config_setting_t *setting, const struct reader_key *key, struct error *err)
{
	switch (key->type) {
	case READER_BOOL:
		return config_setting_type(setting) == CONFIG_TYPE_BOOL ? 0 : wrong_type(setting, key, key->type, err);
	case READER_INT:
		return check_int(setting, key, err);
	case READER_GROUP:
		return config_setting_is_group(setting) ? 0 : wrong_type(setting, key, key->type, err);
	case READER_GROUPS:
	case READER_VALUES:
		return check_list(setting, key, err);
	default:
		return check_text(setting, key, key->type, err);
	}
}

/* ---- one group -------------------------------------------------------------------------------------------------- */

static const struct reader_key *
find_key(const char *name, const struct reader_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

static config_setting_t *
member(const config_setting_t *group, const char *name)
{
	return group != NULL ? config_setting_get_member(group, name) : NULL;
}

int
reader_check(const config_setting_t *group, const struct reader_key *keys, size_t count, struct error *err)
{
	if (group == NULL)
		return 0;
	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int)i);
		const struct reader_key *key = find_key(config_setting_name(setting), keys, count);

		if (key == NULL)
			return unknown_key(setting, keys, count, err);
		if (check_value(setting, key, err) < 0)
			return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		if (!keys[i].required || config_setting_get_member(group, keys[i].name) != NULL)
			continue;
		place_error(err, group, "%s is missing", keys[i].name);
		return with_example(&keys[i], err);
	}
	return 0;
}

const config_setting_t *
reader_place(const config_setting_t *group, const char *name)
{
	const config_setting_t *setting = member(group, name);

	return setting != NULL ? setting : group;
}

/* ---- getting ---------------------------------------------------------------------------------------------------- */

bool
reader_get_bool(const config_setting_t *group, const char *name, bool fallback)
{
	const config_setting_t *setting = member(group, name);

	return setting != NULL ? config_setting_get_bool(setting) == CONFIG_TRUE : fallback;
}

int
reader_get_int(const config_setting_t *group, const char *name, int fallback)
{
	const config_setting_t *setting = member(group, name);

	/* With L it is a long long in the file, and reader_check() has seen that it fits. */
	return setting != NULL ? (int)config_setting_get_int64(setting) : fallback;
}

const char *
reader_get_text(const config_setting_t *group, const char *name)
{
	const config_setting_t *setting = member(group, name);

	return setting != NULL ? config_setting_get_string(setting) : NULL;
}

int
reader_get_word(const config_setting_t *group, const char *name, const char *const *words, int fallback)
{
	const char *text = reader_get_text(group, name);

	return text != NULL ? text_word(text, words) : fallback;
}

bool
reader_get_mac(const config_setting_t *group, const char *name, struct mac *value)
{
	const char *text = reader_get_text(group, name);

	return text != NULL && text_mac(text, value) == NULL;
}

bool
reader_get_ip6(const config_setting_t *group, const char *name, u128 *value)
{
	const char *text = reader_get_text(group, name);

	return text != NULL && ip6_parse(text, value) == 0;
}

bool
reader_get_prefix4(const config_setting_t *group, const char *name, struct prefix4 *value)
{
	const char *text = reader_get_text(group, name);

	return text != NULL && text_prefix4(text, value) == NULL;
}

bool
reader_get_prefix6(const config_setting_t *group, const char *name, struct prefix6 *value)
{
	const char *text = reader_get_text(group, name);

	return text != NULL && text_prefix6(text, value) == NULL;
}

bool
reader_get_ports(const config_setting_t *group, const char *name, struct port_range *value)
{
	const char *text = reader_get_text(group, name);

	return text != NULL && text_ports(text, value) == NULL;
}

bool
reader_get_address(const config_setting_t *group, const char *name, struct conf_address *value)
{
	const char *text = reader_get_text(group, name);

	return text != NULL && text_address(text, value) == NULL;
}

size_t
reader_length(const config_setting_t *group, const char *name)
{
	const config_setting_t *list = member(group, name);

	return list != NULL ? (size_t)config_setting_length(list) : 0;
}

const config_setting_t *
reader_element(const config_setting_t *group, const char *name, size_t index)
{
	return config_setting_get_elem(member(group, name), (unsigned int)index);
}

const char *
reader_value(const config_setting_t *group, const char *name, size_t index)
{
	return config_setting_get_string(reader_element(group, name, index));
}
