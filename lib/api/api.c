/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RULES_DEFAULT 100
#define RULES_MAX 1000

enum argument_type { ARGUMENT_BOOL, ARGUMENT_COUNT };

/* An argument that a command takes; all are optional. */
struct argument {
	const char *name; /* NULL ends the list */
	enum argument_type type;
	json_int_t max; /* counts are 0..max */
	const char *help;
};

struct command {
	const char *name;
	const char *help;
	bool writes; /* changes the running system */
	const struct argument *arguments;
	json_t *(*handle)(const struct api_backend *backend, const json_t *arguments);
};

/* ---- replies ---------------------------------------------------------------------------------------------------- */

static json_t *
reply(enum api_result result, json_t *arguments, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What a request or a file name brings into a text may be no UTF-8, or be cut inside a character; JSON has to be UTF-8. */
static json_t *
text_json(char *text)
{
	json_t *string = json_string(text);

	if (string != NULL)
		return string;
	for (char *c = text; *c != '\0'; c++)
		*c = (*c & 0x80) != 0 ? '?' : *c;
	return json_string(text);
}

static json_t *
reply(enum api_result result, json_t *arguments, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return json_pack("{s:i, s:o, s:o}", "result", (int)result, "text", text_json(text), "arguments",
	    arguments != NULL ? arguments : json_object());
}

json_t *
api_too_long(void)
{
	return reply(API_BAD_REQUEST, NULL, "the request is longer than %d bytes", API_MAX_REQUEST);
}

/* ---- commands --------------------------------------------------------------------------------------------------- */

static json_t *handle_list_commands(const struct api_backend *backend, const json_t *arguments);

static json_t *
handle_stats_get(const struct api_backend *backend, const json_t *arguments)
{
	struct report report = { 0 };

	backend->report(backend->context, &report);
	return reply(API_OK, report_json(&report, json_is_true(json_object_get(arguments, "all"))), "%s", "");
}

static json_t *
rule_json(const struct map_rule_spec *rule)
{
	char ipv6[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];
	json_t *object = json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:b, s:i}", "ipv6",
	    prefix6_format(&rule->ipv6, ipv6), "ipv4", prefix4_format(&rule->ipv4, ipv4), "ea", rule->ea_len, "offset",
	    rule->psid_offset, "psid_len", map_rule_psid_len(rule), "iid",
	    rule->iid == MAP_IID_DRAFT03 ? "draft03" : "rfc7597", "fmr", rule->fmr, "softwire", rule->domain);

	if (rule->has_psid)
		json_object_set_new(object, "psid", json_integer(rule->psid));
	return object;
}

static json_t *
handle_rules_get(const struct api_backend *backend, const json_t *arguments)
{
	const struct ruleset *set = backend->rules(backend->context);
	const json_t *start_json = json_object_get(arguments, "start"),
		     *count_json = json_object_get(arguments, "count");
	const json_int_t start = json_integer_value(start_json);
	const json_int_t count = count_json != NULL ? json_integer_value(count_json) : RULES_DEFAULT;
	json_t *rules = json_array();

	/* The pools come behind the rules. */
	for (json_int_t i = start; i < (json_int_t)set->count6 && i < start + count; i++)
		json_array_append_new(rules, rule_json(&set->specs[i]));
	return reply(API_OK, json_pack("{s:i, s:I, s:o}", "total", (int)set->count6, "start", start, "rules", rules),
	    "%s", "");
}

static json_t *
handle_config_reload(const struct api_backend *backend, const json_t *arguments)
{
	struct error err = { 0 };
	uint64_t generation = 0;

	(void)arguments;
	if (backend->reload(backend->context, &generation, &err) < 0)
		return reply(API_FAILED, NULL, "%s%s%s", err.text, err.hint[0] != '\0' ? "; hint: " : "", err.hint);
	return reply(API_OK, json_pack("{s:I}", "generation", (json_int_t)generation), "reloaded");
}

static json_t *
handle_shutdown(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	backend->shutdown(backend->context);
	return reply(API_OK, NULL, "shutting down");
}

static const struct argument no_arguments[] = { { 0 } };

static const struct argument stats_arguments[] = {
	{ "all", ARGUMENT_BOOL, 0, "also the counters that are zero" },
	{ 0 },
};

static const struct argument rules_arguments[] = {
	{ "start", ARGUMENT_COUNT, RULESET_MAX_RULES, "index of the first rule, default 0" },
	{ "count", ARGUMENT_COUNT, RULES_MAX, "how many rules at most, default 100" },
	{ 0 },
};

static const struct command commands[] = {
	{ "config-reload", "read the configuration file again; all or nothing", true, no_arguments,
	    handle_config_reload },
	{ "list-commands", "this list", false, no_arguments, handle_list_commands },
	{ "rules-get", "the mapping rules in use for forwarding", false, rules_arguments, handle_rules_get },
	{ "shutdown", "stop the daemon", true, no_arguments, handle_shutdown },
	{ "stats-get", "counters of interfaces, workers, softwires, NAT, and drops by reason", false, stats_arguments,
	    handle_stats_get },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static json_t *
handle_list_commands(const struct api_backend *backend, const json_t *unused)
{
	json_t *list = json_array();

	(void)backend;
	(void)unused;
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		json_t *arguments = json_array();

		for (const struct argument *a = commands[i].arguments; a->name != NULL; a++)
			json_array_append_new(arguments,
			    json_pack("{s:s, s:s, s:s}", "name", a->name, "type",
				a->type == ARGUMENT_BOOL ? "bool" : "int", "help", a->help));
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:o}", "name", commands[i].name, "help", commands[i].help, "access",
			commands[i].writes ? "write" : "read", "arguments", arguments));
	}
	return reply(API_OK, json_pack("{s:o}", "commands", list), "%s", "");
}

/* ---- requests --------------------------------------------------------------------------------------------------- */

static const struct command *
find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/* NULL when the value is right, else a reply that says what is wrong. */
static json_t *
check_argument(const struct command *command, const char *name, const json_t *value)
{
	const struct argument *a = command->arguments;

	while (a->name != NULL && strcmp(a->name, name) != 0)
		a++;
	if (a->name == NULL)
		return reply(API_BAD_REQUEST, NULL, "%s has no argument \"%.64s\"", command->name, name);
	if (a->type == ARGUMENT_BOOL && !json_is_boolean(value))
		return reply(API_BAD_REQUEST, NULL, "%s: \"%s\" must be true or false", command->name, name);
	if (a->type == ARGUMENT_COUNT &&
	    (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > a->max))
		return reply(API_BAD_REQUEST, NULL, "%s: \"%s\" must be an integer 0..%lld", command->name, name,
		    (long long)a->max);
	return NULL;
}

static json_t *
check_envelope(json_t *request)
{
	const char *key;
	json_t *value;

	if (!json_is_object(request))
		return reply(API_BAD_REQUEST, NULL, "a request is an object: {\"command\": \"…\"}");
	json_object_foreach(request, key, value)
	{
		if (strcmp(key, "command") != 0 && strcmp(key, "arguments") != 0 && strcmp(key, "id") != 0)
			return reply(API_BAD_REQUEST, NULL, "unknown key \"%.64s\" beside command, arguments, id", key);
	}
	if (!json_is_string(json_object_get(request, "command")))
		return reply(API_BAD_REQUEST, NULL, "\"command\" is missing or not a string");
	value = json_object_get(request, "arguments");
	if (value != NULL && !json_is_object(value))
		return reply(API_BAD_REQUEST, NULL, "\"arguments\" must be an object");
	value = json_object_get(request, "id");
	if (value != NULL && !json_is_integer(value) && !json_is_string(value))
		return reply(API_BAD_REQUEST, NULL, "\"id\" must be an integer or a string");
	return NULL;
}

static json_t *
handle_request(const struct api_backend *backend, json_t *request)
{
	json_t *wrong = check_envelope(request), *arguments, *value;
	const struct command *command;
	const char *name, *key;

	if (wrong != NULL)
		return wrong;
	name = json_string_value(json_object_get(request, "command"));
	command = find_command(name);
	if (command == NULL)
		return reply(API_UNKNOWN, NULL, "no command \"%.64s\"; list-commands shows all", name);
	arguments = json_object_get(request, "arguments");
	json_object_foreach(arguments, key, value)
	{
		wrong = check_argument(command, key, value);
		if (wrong != NULL)
			return wrong;
	}
	return command->handle(backend, arguments);
}

json_t *
api_handle(const struct api_backend *backend, const char *line, size_t len)
{
	json_error_t error;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	json_t *answer, *id;

	if (request == NULL)
		return reply(API_BAD_REQUEST, NULL, "not JSON: %s (column %d)", error.text, error.column);
	answer = handle_request(backend, request);
	id = json_object_get(request, "id");
	if (json_is_integer(id) || json_is_string(id))
		json_object_set(answer, "id", id);
	json_decref(request);
	return answer;
}
