/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/log.h"

#include <stdio.h>
#include <string.h>

#include "api/command.h"

#define FOR_MAX_S 604800

static const char *const parts[LOG_PARTS] = {
	[LOG_ACCESS] = "access",
	[LOG_CONFIG] = "config",
	[LOG_CONTROL] = "control",
	[LOG_DHCPV6] = "dhcpv6",
	[LOG_HB46PP] = "hb46pp",
	[LOG_HOST] = "host",
	[LOG_HTTP] = "http",
	[LOG_LAN] = "lan",
	[LOG_NAT] = "nat",
	[LOG_PORT] = "port",
	[LOG_REGISTRATION] = "registration",
	[LOG_SOFTWIRE] = "softwire",
	[LOG_TIME] = "time",
	[LOG_OTHER] = "other",
};

static const char *const levels[LOG_LEVELS] = {
	[LOG_LEVEL_NOTICE] = "notice",
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_DEBUG] = "debug",
};

enum log_part
log_part_of(const char *line)
{
	const size_t len = strcspn(line, ":");
	unsigned int part = 0;

	while (part < LOG_OTHER && (strlen(parts[part]) != len || strncmp(line, parts[part], len) != 0))
		part++;
	return (enum log_part)part;
}

static unsigned int
find_word(const char *const *words, unsigned int count, const char *word)
{
	unsigned int i = 0;

	while (i < count && strcmp(words[i], word) != 0)
		i++;
	return i;
}

static json_t *
levels_json(const struct log_levels *now)
{
	json_t *list = json_array();

	for (int part = 0; part < LOG_PARTS; part++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s}", "part", parts[part], "level", levels[now->of[part]]));
	return json_pack("{s:o, s:o}", "levels", list, "left_s",
	    now->left_s > 0 ? json_integer((json_int_t)now->left_s) : json_null());
}

const struct argument api_log_arguments[] = {
	{ .name = "level",
	    .type = ARGUMENT_WORD,
	    .required = true,
	    .words = LOG_LEVEL_WORDS,
	    .help = "what is written: errors only, also what has changed, or each step" },
	{ .name = "part",
	    .type = ARGUMENT_WORD,
	    .words = LOG_PART_WORDS,
	    .help = "only of this part; default: of all" },
	{ .name = "for_s",
	    .type = ARGUMENT_COUNT,
	    .max = FOR_MAX_S,
	    .help = "all is as at the start again after so many seconds; default: never" },
	{ 0 },
};

json_t *
api_log_set(const struct api_backend *backend, const json_t *arguments)
{
	const char *part = json_string_value(json_object_get(arguments, "part"));
	const unsigned int only = part != NULL ? find_word(parts, LOG_PARTS, part) : LOG_PARTS;
	const enum log_level level =
	    (enum log_level)find_word(levels, LOG_LEVELS, json_string_value(json_object_get(arguments, "level")));
	struct log_levels wish = backend->log_get(backend->context);

	for (unsigned int i = 0; i < LOG_PARTS; i++) {
		if (only == LOG_PARTS || only == i)
			wish.of[i] = level;
	}
	wish.left_s = (uint64_t)json_integer_value(json_object_get(arguments, "for_s"));
	backend->log_set(backend->context, &wish);
	return api_reply(API_OK, levels_json(&wish), "%s", "");
}

json_t *
api_log_get(const struct api_backend *backend, const json_t *arguments)
{
	const struct log_levels now = backend->log_get(backend->context);

	(void)arguments;
	return api_reply(API_OK, levels_json(&now), "%s", "");
}
