/* SPDX-License-Identifier: BSD-3-Clause */
/* Every command there is, and what is asked of its arguments. */
#include "api/command.h"

#include <stdio.h>
#include <string.h>

static const struct argument no_arguments[] = { { 0 } };

const struct api_command api_commands[] = {
	{ "alarms-get", "what somebody should look at, since when, and what ends it", false, api_alarms_arguments,
	    api_alarms_get },
	{ "binding-add", "add bindings, until the next config-reload", true, api_binding_add_arguments,
	    api_binding_add },
	{ "binding-get", "who has a port set, and what it has carried", false, api_binding_arguments, api_binding_get },
	{ "binding-remove", "remove a binding, until the next config-reload", true, api_binding_arguments,
	    api_binding_remove },
	{ "capture-start", "copy packets that are dropped, received or sent; mapedgectl capture does it all", true,
	    api_capture_start_arguments, api_capture_start },
	{ "capture-stop", "end a capture", true, api_capture_stop_arguments, api_capture_stop },
	{ "capture-take", "packets of a capture, each once", true, api_capture_take_arguments, api_capture_take },
	{ "config-apply", "read the configuration file again; all or nothing", true, api_config_apply_arguments,
	    api_config_apply },
	{ "config-check", "is a configuration file good? as mapedge -t, which needs no daemon, asks", false,
	    api_config_check_arguments, api_config_check },
	{ "config-confirm", "keep what config-apply has put into use", true, no_arguments, api_config_confirm },
	{ "config-plan", "what reading the configuration file again would change", false, no_arguments,
	    api_config_plan },
	{ "config-reload", "read the configuration file again; all or nothing", true, no_arguments, api_config_reload },
	{ "config-rollback", "put the configuration into use that was before the last change", true, no_arguments,
	    api_config_rollback },
	{ "diagnose", "what is known about something that does not work", false, api_diagnose_arguments, api_diagnose },
	{ "drain", "take no new sessions, and be nobody's way: before maintenance", true, api_drain_arguments,
	    api_drain },
	{ "drops-get", "what was dropped and why, most of the last minute first", false, api_drops_arguments,
	    api_drops_get },
	{ "events-get", "the last lines of the log", false, api_events_arguments, api_events_get },
	{ "explain-packet", "what would become of a packet: its steps, rule and PSID, session, MTU, reason", false,
	    api_explain_packet_arguments, api_explain_packet },
	{ "explain-prefix", "which mapping rule is the one for a prefix, and why no other one is", false,
	    api_explain_prefix_arguments, api_explain_prefix },
	{ "health", "does the box do its work? if not, why", false, no_arguments, api_health },
	{ "hosts-get", "hosts of the LAN with sessions, those with most ports first", false, api_hosts_arguments,
	    api_hosts_get },
	{ "list-commands", "this list", false, no_arguments, api_list_commands },
	{ "log-get", "how much each part of the daemon writes to its log", false, no_arguments, api_log_get },
	{ "log-set", "write less or more to the log, until the next start", true, api_log_arguments, api_log_set },
	{ "lookup", "who has an IPv4 address and port, or what is behind an IPv6 address", false, api_lookup_arguments,
	    api_lookup },
	{ "neighbours-get", "who is on the links: address, MAC, state, and whether packets go there", false,
	    api_neighbours_arguments, api_neighbours_get },
	{ "ports-get", "the ranges of the port set, and how many ports of each are in use", false, api_ports_arguments,
	    api_ports_get },
	{ "provision-forget", "erase the stored answer of the HB46PP server", true, no_arguments,
	    api_provision_forget },
	{ "provision-get", "who says what the softwire is, what was said, since when and until when", false,
	    no_arguments, api_provision_get },
	{ "provision-refresh", "ask the HB46PP server and for the names of other ends now", true, no_arguments,
	    api_provision_refresh },
	{ "release", "give the line's DHCPv6 lease back, and ask for none until the next start", true, no_arguments,
	    api_release },
	{ "routes-get", "where packets go: the routes of each table, or the one for an address", false,
	    api_routes_arguments, api_routes_get },
	{ "rules-get", "the mapping rules in use for forwarding", false, api_rules_arguments, api_rules_get },
	{ "sessions-get", "sessions of the NAT, page by page", false, api_sessions_arguments, api_sessions_get },
	{ "shutdown", "stop the daemon", true, no_arguments, api_shutdown },
	{ "softwire-disable", "take a CE's softwire out of service: hosts hear that there is no way", true,
	    no_arguments, api_softwire_disable },
	{ "softwire-enable", "put it into service again", true, no_arguments, api_softwire_enable },
	{ "softwire-get", "a CE's softwire or a BR's domains: ends, state, traffic", false, api_softwire_arguments,
	    api_softwire_get },
	{ "stats-get", "counters of interfaces, workers, softwires, NAT, and drops by reason", false,
	    api_stats_arguments, api_stats_get },
	{ "status", "the line and its softwire, and why they are as they are", false, no_arguments, api_status },
	{ "trace-start", "note each step of the next packets; mapedgectl trace does it all", true,
	    api_trace_start_arguments, api_trace_start },
	{ "trace-stop", "end a trace", true, api_trace_stop_arguments, api_trace_stop },
	{ "trace-take", "packets of a trace, each once, with their steps and what became of them", true,
	    api_trace_take_arguments, api_trace_take },
	{ "workers-get", "what each worker does: share of its time with packets, packets, rings, sessions, ports",
	    false, no_arguments, api_workers_get },
	{ 0 },
};

const struct api_command *
api_command_find(const char *name)
{
	for (const struct api_command *command = api_commands; command->name != NULL; command++) {
		if (strcmp(command->name, name) == 0)
			return command;
	}
	return NULL;
}

/* ---- arguments ----------------------------------------------------------------------------------------------- */

/* What a type is called, and how its values ought to be. */
static const struct {
	const char *name, *text;
} types[] = {
	[ARGUMENT_BOOL] = { "bool", "true or false" },
	[ARGUMENT_COUNT] = { "int", NULL }, /* by the argument's max */
	[ARGUMENT_TEXT] = { "string", "a string" },
	[ARGUMENT_WORD] = { "word", NULL }, /* by the argument's words */
	[ARGUMENT_IP4] = { "ipv4", "an IPv4 address" },
	[ARGUMENT_IP6] = { "ipv6", "an IPv6 address" },
	[ARGUMENT_LIST] = { "list", "a list" },
};

const char *
api_argument_text(const struct argument *argument, char text[128])
{
	if (argument->type == ARGUMENT_COUNT)
		snprintf(text, 128, "an integer 0..%lld", (long long)argument->max);
	else if (argument->type == ARGUMENT_WORD)
		snprintf(text, 128, "one of %s", argument->words);
	else
		snprintf(text, 128, "%s", types[argument->type].text);
	return text;
}

json_t *
api_list_commands(const struct api_backend *backend, const json_t *unused)
{
	json_t *list = json_array();

	(void)backend;
	(void)unused;
	for (const struct api_command *command = api_commands; command->name != NULL; command++) {
		json_t *arguments = json_array();

		for (const struct argument *a = command->arguments; a->name != NULL; a++) {
			json_t *argument = json_pack("{s:s, s:s, s:b, s:s}", "name", a->name, "type",
			    types[a->type].name, "required", a->required, "help", a->help);

			if (a->type == ARGUMENT_WORD)
				json_object_set_new(argument, "words", json_string(a->words));
			json_array_append_new(arguments, argument);
		}
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:o}", "name", command->name, "help", command->help, "access",
			command->writes ? "write" : "read", "arguments", arguments));
	}
	return api_reply(API_OK, json_pack("{s:o}", "commands", list), "%s", "");
}

/* Of words between bars. */
static bool
is_one_of(const char *words, const char *text)
{
	const size_t len = strlen(text);

	for (; len > 0 && *words != '\0'; words += strcspn(words, "|"), words += *words == '|') {
		if (strcspn(words, "|") == len && strncmp(words, text, len) == 0)
			return true;
	}
	return false;
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
	case ARGUMENT_WORD:
		return text != NULL && is_one_of(argument->words, text);
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
	char expected[128];

	while (argument->name != NULL && strcmp(argument->name, name) != 0)
		argument++;
	if (argument->name == NULL)
		return api_reply(API_BAD_REQUEST, NULL, "%s has no argument \"%.64s\"", what, name);
	if (fits(argument, value))
		return NULL;
	return api_reply(API_BAD_REQUEST, NULL, "%s: \"%s\" must be %s", what, name,
	    api_argument_text(argument, expected));
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
