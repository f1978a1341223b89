/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/record.h"
#include "api/rule_json.h"
#include "api/text_json.h"

#define RULES_DEFAULT 100
#define RULES_MAX 1000

enum argument_type { ARGUMENT_BOOL, ARGUMENT_COUNT, ARGUMENT_TEXT };

static const char *const argument_type_name[] = { "bool", "int", "string" };

/* An argument that a command takes. */
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

/* A rule of a rule set, which knows no names but those of its domain's place in the configuration. */
static json_t *
ruleset_rule_json(const struct map_rule_spec *rule)
{
	json_t *object = rule_json(rule);

	json_object_set_new(object, "iid", json_string(iid_name(rule->iid)));
	json_object_set_new(object, "fmr", json_boolean(rule->fmr));
	json_object_set_new(object, "softwire", json_integer(rule->domain));
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
		json_array_append_new(rules, ruleset_rule_json(&set->specs[i]));
	return reply(API_OK, json_pack("{s:i, s:I, s:o}", "total", (int)set->count6, "start", start, "rules", rules),
	    "%s", "");
}

/* The question to the rules of a moment in the past. */
static json_t *
lookup_in_log(const struct api_backend *backend, const char *at, const char *address, int port)
{
	const char *file = backend->rule_log(backend->context);
	struct lookup_answer answer;
	struct record record = { 0 };
	struct error err;
	struct lookup lookup;
	json_t *object = NULL, *failure = NULL;
	uint64_t ms;

	if (timestamp_parse(at, &ms) < 0)
		return reply(API_BAD_REQUEST, NULL, "lookup: \"at\" must be like 2026-11-03T08:30:00+09:00");
	if (file == NULL)
		return reply(API_FAILED, NULL, "there is no rule log; hint: set control.rule_log");
	if (record_find(file, ms, &record, &err) < 0) {
		failure = reply(API_FAILED, NULL, "%s", err.text);
		goto done;
	}
	lookup = record_lookup(&record);
	if (lookup_ask(&lookup, address, port, &answer, &err) < 0) {
		failure = reply(API_BAD_REQUEST, NULL, "lookup: %s", err.text);
		goto done;
	}
	object = lookup_json(&answer);
	json_object_set_new(object, "record", record_json(&record));

done:
	record_free(&record);
	return failure != NULL ? failure : reply(API_OK, object, "%s", "");
}

static json_t *
handle_lookup(const struct api_backend *backend, const json_t *arguments)
{
	const char *address = json_string_value(json_object_get(arguments, "address"));
	const char *at = json_string_value(json_object_get(arguments, "at"));
	const json_t *number = json_object_get(arguments, "port");
	const int port = number != NULL ? (int)json_integer_value(number) : -1;
	struct lookup_answer answer;
	struct lookup lookup;
	struct error err;

	if (address == NULL)
		return reply(API_BAD_REQUEST, NULL, "lookup: \"address\" is missing");
	if (at != NULL)
		return lookup_in_log(backend, at, address, port);
	if (!backend->lookup(backend->context, &lookup))
		return reply(API_FAILED, NULL,
		    "only a BR knows who has which address; hint: mapedgectl calc, or \"at\"");
	if (lookup_ask(&lookup, address, port, &answer, &err) < 0)
		return reply(API_BAD_REQUEST, NULL, "lookup: %s", err.text);
	return reply(API_OK, lookup_json(&answer), "%s", "");
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

static const struct argument lookup_arguments[] = {
	{ "address", ARGUMENT_TEXT, 0, "IPv4 address, IPv6 address or IPv6 prefix; required" },
	{ "port", ARGUMENT_COUNT, UINT16_MAX, "port or ICMP identifier, of a shared IPv4 address" },
	{ "at", ARGUMENT_TEXT, 0, "a moment in the past, of the rule log: 2026-11-03T08:30:00+09:00" },
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
	{ "lookup", "who has an IPv4 address and port, or what is behind an IPv6 address", false, lookup_arguments,
	    handle_lookup },
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
			    json_pack("{s:s, s:s, s:s}", "name", a->name, "type", argument_type_name[a->type], "help",
				a->help));
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
	if (a->type == ARGUMENT_TEXT && !json_is_string(value))
		return reply(API_BAD_REQUEST, NULL, "%s: \"%s\" must be a string", command->name, name);
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
