/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/record.h"
#include "api/rule_json.h"
#include "api/text_json.h"

#define RULES_DEFAULT 100
#define RULES_MAX 1000

struct command {
	const char *name;
	const char *help;
	bool writes; /* changes the running system */
	const struct argument *arguments;
	json_t *(*handle)(const struct api_backend *backend, const json_t *arguments);
};

/* ---- replies ---------------------------------------------------------------------------------------------------- */

json_t *
api_reply(enum api_result result, json_t *arguments, const char *format, ...)
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
api_failed(const struct error *err)
{
	return api_reply(API_FAILED, NULL, "%s%s%s", err->text, err->hint[0] != '\0' ? "; hint: " : "", err->hint);
}

json_t *
api_too_long(void)
{
	return api_reply(API_BAD_REQUEST, NULL, "the request is longer than %d bytes", API_MAX_REQUEST);
}

/* What a type is called, and how its values ought to be. */
static const struct {
	const char *name, *text;
} types[] = {
	[ARGUMENT_BOOL] = { "bool", "true or false" },
	[ARGUMENT_COUNT] = { "int", NULL }, /* by the argument's max */
	[ARGUMENT_TEXT] = { "string", "a string" },
	[ARGUMENT_IP4] = { "ipv4", "an IPv4 address" },
	[ARGUMENT_IP6] = { "ipv6", "an IPv6 address" },
	[ARGUMENT_LIST] = { "list", "a list" },
};

/* ---- commands --------------------------------------------------------------------------------------------------- */

static json_t *handle_list_commands(const struct api_backend *backend, const json_t *arguments);

static json_t *
handle_stats_get(const struct api_backend *backend, const json_t *arguments)
{
	struct report report = { 0 };

	backend->report(backend->context, &report);
	return api_reply(API_OK, report_json(&report, json_is_true(json_object_get(arguments, "all"))), "%s", "");
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
	return api_reply(API_OK,
	    json_pack("{s:i, s:I, s:o}", "total", (int)set->count6, "start", start, "rules", rules), "%s", "");
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
		return api_reply(API_BAD_REQUEST, NULL, "lookup: \"at\" must be like 2026-11-03T08:30:00+09:00");
	if (file == NULL)
		return api_reply(API_FAILED, NULL, "there is no rule log; hint: set control.rule_log");
	if (record_find(file, ms, &record, &err) < 0) {
		failure = api_reply(API_FAILED, NULL, "%s", err.text);
		goto done;
	}
	lookup = record_lookup(&record);
	if (lookup_ask(&lookup, address, port, &answer, &err) < 0) {
		failure = api_reply(API_BAD_REQUEST, NULL, "lookup: %s", err.text);
		goto done;
	}
	object = lookup_json(&answer);
	json_object_set_new(object, "record", record_json(&record));

done:
	record_free(&record);
	return failure != NULL ? failure : api_reply(API_OK, object, "%s", "");
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

	if (at != NULL)
		return lookup_in_log(backend, at, address, port);
	if (!backend->lookup(backend->context, &lookup))
		return api_reply(API_FAILED, NULL,
		    "only a BR knows who has which address; hint: mapedgectl calc, or \"at\"");
	if (lookup_ask(&lookup, address, port, &answer, &err) < 0)
		return api_reply(API_BAD_REQUEST, NULL, "lookup: %s", err.text);
	return api_reply(API_OK, lookup_json(&answer), "%s", "");
}

static json_t *
handle_config_reload(const struct api_backend *backend, const json_t *arguments)
{
	struct error err = { 0 };
	uint64_t generation = 0;

	(void)arguments;
	if (backend->reload(backend->context, &generation, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, json_pack("{s:I}", "generation", (json_int_t)generation), "reloaded");
}

static json_t *
handle_status(const struct api_backend *backend, const json_t *arguments)
{
	const struct line_report *line;
	const struct conf *conf = backend->line(backend->context, &line);

	(void)arguments;
	return api_reply(API_OK, line_json(conf, line, backend->pulse(backend->context)), "%s", "");
}

static json_t *
no_line(void)
{
	return api_reply(API_FAILED, NULL,
	    "nobody is asked here; hint: provision = [ ... ] in the configuration of a CE");
}

static json_t *
handle_provision_refresh(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	return backend->refresh(backend->context) ? api_reply(API_OK, NULL, "asking") : no_line();
}

static json_t *
handle_provision_forget(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	return backend->forget(backend->context) ? api_reply(API_OK, NULL, "forgotten") : no_line();
}

static json_t *
handle_release(const struct api_backend *backend, const json_t *arguments)
{
	struct error err = { 0 };

	(void)arguments;
	if (backend->release(backend->context, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, NULL, "released; nothing is asked for until the next start");
}

static json_t *
handle_shutdown(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	backend->shutdown(backend->context);
	return api_reply(API_OK, NULL, "shutting down");
}

static const struct argument no_arguments[] = { { 0 } };

static const struct argument stats_arguments[] = {
	{ "all", ARGUMENT_BOOL, false, 0, "also the counters that are zero" },
	{ 0 },
};

static const struct argument lookup_arguments[] = {
	{ "address", ARGUMENT_TEXT, true, 0, "IPv4 address, IPv6 address or IPv6 prefix" },
	{ "port", ARGUMENT_COUNT, false, UINT16_MAX, "port or ICMP identifier, of a shared IPv4 address" },
	{ "at", ARGUMENT_TEXT, false, 0, "a moment in the past, of the rule log: 2026-11-03T08:30:00+09:00" },
	{ 0 },
};

static const struct argument rules_arguments[] = {
	{ "start", ARGUMENT_COUNT, false, RULESET_MAX_RULES, "index of the first rule, default 0" },
	{ "count", ARGUMENT_COUNT, false, RULES_MAX, "how many rules at most, default 100" },
	{ 0 },
};

static const struct command commands[] = {
	{ "binding-add", "add bindings, until the next config-reload", true, api_binding_add_arguments,
	    api_binding_add },
	{ "binding-get", "who has a port set, and what it has carried", false, api_binding_arguments, api_binding_get },
	{ "binding-remove", "remove a binding, until the next config-reload", true, api_binding_arguments,
	    api_binding_remove },
	{ "config-reload", "read the configuration file again; all or nothing", true, no_arguments,
	    handle_config_reload },
	{ "list-commands", "this list", false, no_arguments, handle_list_commands },
	{ "lookup", "who has an IPv4 address and port, or what is behind an IPv6 address", false, lookup_arguments,
	    handle_lookup },
	{ "provision-forget", "erase the stored answer of the HB46PP server", true, no_arguments,
	    handle_provision_forget },
	{ "provision-refresh", "ask the HB46PP server and for the names of other ends now", true, no_arguments,
	    handle_provision_refresh },
	{ "release", "give the line's DHCPv6 lease back, and ask for none until the next start", true, no_arguments,
	    handle_release },
	{ "rules-get", "the mapping rules in use for forwarding", false, rules_arguments, handle_rules_get },
	{ "shutdown", "stop the daemon", true, no_arguments, handle_shutdown },
	{ "stats-get", "counters of interfaces, workers, softwires, NAT, and drops by reason", false, stats_arguments,
	    handle_stats_get },
	{ "status", "the line and its softwire, and why they are as they are", false, no_arguments, handle_status },
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
			    json_pack("{s:s, s:s, s:b, s:s}", "name", a->name, "type", types[a->type].name, "required",
				a->required, "help", a->help));
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:o}", "name", commands[i].name, "help", commands[i].help, "access",
			commands[i].writes ? "write" : "read", "arguments", arguments));
	}
	return api_reply(API_OK, json_pack("{s:o}", "commands", list), "%s", "");
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

static bool
fits(const struct argument *argument, const json_t *value)
{
	const char *text = json_string_value(value);
	const json_int_t number = json_integer_value(value);
	uint32_t ipv4;
	u128 ipv6;

	switch (argument->type) {
	case ARGUMENT_BOOL:
		return json_is_boolean(value);
	case ARGUMENT_COUNT:
		return json_is_integer(value) && number >= 0 && number <= argument->max;
	case ARGUMENT_TEXT:
		return text != NULL;
	case ARGUMENT_IP4:
		return text != NULL && ip4_parse(text, &ipv4) == 0;
	case ARGUMENT_IP6:
		return text != NULL && ip6_parse(text, &ipv6) == 0;
	case ARGUMENT_LIST:
		return json_is_array(value);
	}
	return false;
}

static json_t *
check_argument(const char *what, const struct argument *argument, const char *name, const json_t *value)
{
	while (argument->name != NULL && strcmp(argument->name, name) != 0)
		argument++;
	if (argument->name == NULL)
		return api_reply(API_BAD_REQUEST, NULL, "%s has no argument \"%.64s\"", what, name);
	if (fits(argument, value))
		return NULL;
	if (argument->type == ARGUMENT_COUNT)
		return api_reply(API_BAD_REQUEST, NULL, "%s: \"%s\" must be an integer 0..%lld", what, name,
		    (long long)argument->max);
	return api_reply(API_BAD_REQUEST, NULL, "%s: \"%s\" must be %s", what, name, types[argument->type].text);
}

json_t *
api_check_arguments(const char *what, const struct argument *arguments, const json_t *values)
{
	const char *name;
	json_t *value, *wrong;

	json_object_foreach((json_t *)values, name, value)
	{
		wrong = check_argument(what, arguments, name, value);
		if (wrong != NULL)
			return wrong;
	}
	for (; arguments->name != NULL; arguments++) {
		if (arguments->required && json_object_get(values, arguments->name) == NULL)
			return api_reply(API_BAD_REQUEST, NULL, "%s: \"%s\" is missing", what, arguments->name);
	}
	return NULL;
}

static json_t *
check_envelope(json_t *request)
{
	const char *key;
	json_t *value;

	if (!json_is_object(request))
		return api_reply(API_BAD_REQUEST, NULL, "a request is an object: {\"command\": \"…\"}");
	json_object_foreach(request, key, value)
	{
		if (strcmp(key, "command") != 0 && strcmp(key, "arguments") != 0 && strcmp(key, "id") != 0)
			return api_reply(API_BAD_REQUEST, NULL, "unknown key \"%.64s\" beside command, arguments, id",
			    key);
	}
	if (!json_is_string(json_object_get(request, "command")))
		return api_reply(API_BAD_REQUEST, NULL, "\"command\" is missing or not a string");
	value = json_object_get(request, "arguments");
	if (value != NULL && !json_is_object(value))
		return api_reply(API_BAD_REQUEST, NULL, "\"arguments\" must be an object");
	value = json_object_get(request, "id");
	if (value != NULL && !json_is_integer(value) && !json_is_string(value))
		return api_reply(API_BAD_REQUEST, NULL, "\"id\" must be an integer or a string");
	return NULL;
}

static json_t *
handle_request(const struct api_backend *backend, json_t *request)
{
	json_t *wrong = check_envelope(request), *arguments;
	const struct command *command;
	const char *name;

	if (wrong != NULL)
		return wrong;
	name = json_string_value(json_object_get(request, "command"));
	command = find_command(name);
	if (command == NULL)
		return api_reply(API_UNKNOWN, NULL, "no command \"%.64s\"; list-commands shows all", name);
	arguments = json_object_get(request, "arguments");
	wrong = api_check_arguments(command->name, command->arguments, arguments);
	if (wrong != NULL)
		return wrong;
	return command->handle(backend, arguments);
}

json_t *
api_handle(const struct api_backend *backend, const char *line, size_t len)
{
	json_error_t error;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	json_t *answer, *id;

	if (request == NULL)
		return api_reply(API_BAD_REQUEST, NULL, "not JSON: %s (column %d)", error.text, error.column);
	answer = handle_request(backend, request);
	id = json_object_get(request, "id");
	if (json_is_integer(id) || json_is_string(id))
		json_object_set(answer, "id", id);
	json_decref(request);
	return answer;
}
