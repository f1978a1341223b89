/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands do that have no file of their own. */
#include <stdio.h>
#include <string.h>

#include "api/command.h"
#include "api/number_json.h"
#include "api/record.h"
#include "api/report_sums.h"
#include "api/rule_json.h"

#define RULES_DEFAULT 100
#define RULES_MAX 1000

const struct argument api_stats_arguments[] = {
	{ .name = "all", .type = ARGUMENT_BOOL, .help = "also the counters that are zero" },
	{ 0 },
};

json_t *
api_stats_get(const struct api_backend *backend, const json_t *arguments)
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

const struct argument api_rules_arguments[] = {
	{ .name = "start",
	    .type = ARGUMENT_COUNT,
	    .max = RULESET_MAX_RULES,
	    .help = "index of the first rule, default 0" },
	{ .name = "count", .type = ARGUMENT_COUNT, .max = RULES_MAX, .help = "how many rules at most, default 100" },
	{ 0 },
};

json_t *
api_rules_get(const struct api_backend *backend, const json_t *arguments)
{
	const struct ruleset *set = backend->rules(backend->context);
	const json_t *start_json = json_object_get(arguments, "start"),
		     *count_json = json_object_get(arguments, "count");
	const json_int_t start = json_integer_value(start_json);
	const json_int_t count = count_json != NULL ? json_integer_value(count_json) : RULES_DEFAULT;
	json_t *rules = json_array();

	/* The pools come behind the rules. */
	for (json_int_t i = start; i < (json_int_t)set->count6 && i < start + count; i++) {
		const struct map_rule_spec spec = map_rule_spec_of(&set->rules[i]);

		json_array_append_new(rules, ruleset_rule_json(&spec));
	}
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

const struct argument api_lookup_arguments[] = {
	{ .name = "address",
	    .type = ARGUMENT_TEXT,
	    .required = true,
	    .help = "IPv4 address, also ADDRESS:PORT, IPv6 address or IPv6 prefix" },
	{ .name = "port",
	    .type = ARGUMENT_COUNT,
	    .max = UINT16_MAX,
	    .help = "port or ICMP identifier, of a shared IPv4 address" },
	{ .name = "at",
	    .type = ARGUMENT_TEXT,
	    .help = "a moment in the past, of the rule log: 2026-11-03T08:30:00+09:00" },
	{ 0 },
};

json_t *
api_lookup(const struct api_backend *backend, const json_t *arguments)
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

/* Since when, and what is still to end. */
static json_t *
drain_json(const struct report *report)
{
	json_t *object = json_pack("{s:o}", "since", moment_json(report->drained_ms));

	if (report->is_ce)
		json_object_set_new(object, "sessions", number_json(report_gauges(report).sessions));
	json_object_set_new(object, "hint", json_string("mapedgectl drain off"));
	return object;
}

json_t *
api_status(const struct api_backend *backend, const json_t *arguments)
{
	const struct line_report *line;
	const struct conf *conf = backend->line(backend->context, &line);
	const struct liveness liveness = backend->liveness(backend->context);
	struct report report = { 0 };
	json_t *document;

	(void)arguments;
	backend->report(backend->context, &report);
	document = line_json(conf, line, &liveness);
	json_object_set_new(document, "box",
	    json_pack("{s:s, s:I, s:I, s:I}", "version", MAPEDGE_VERSION, "uptime_s",
		(json_int_t)(report.uptime_ms / 1000), "generation", (json_int_t)report.generation, "config_age_s",
		(json_int_t)(report.config_age_ms / 1000)));
	if (report.drained_ms > 0)
		json_object_set_new(document, "drain", drain_json(&report));
	return api_reply(API_OK, document, "%s", "");
}

static json_t *
no_line(void)
{
	return api_reply(API_FAILED, NULL,
	    "nobody is asked here; hint: provision = [ ... ] in the configuration of a CE");
}

json_t *
api_provision_refresh(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	return backend->refresh(backend->context) ? api_reply(API_OK, NULL, "asking") : no_line();
}

json_t *
api_provision_forget(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	return backend->forget(backend->context) ? api_reply(API_OK, NULL, "forgotten") : no_line();
}

json_t *
api_release(const struct api_backend *backend, const json_t *arguments)
{
	struct error err = { 0 };

	(void)arguments;
	if (backend->release(backend->context, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, NULL, "released; nothing is asked for until the next start");
}

static json_t *
serve(const struct api_backend *backend, bool serves)
{
	struct error err = { 0 };

	if (backend->serve(backend->context, serves, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, NULL,
	    serves ? "in service" : "out of service until softwire-enable, or the next start");
}

json_t *
api_softwire_disable(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	return serve(backend, false);
}

json_t *
api_softwire_enable(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	return serve(backend, true);
}

const struct argument api_drain_arguments[] = {
	{ .name = "state", .type = ARGUMENT_WORD, .words = "on|off", .help = "default on" },
	{ 0 },
};

json_t *
api_drain(const struct api_backend *backend, const json_t *arguments)
{
	const char *state = json_string_value(json_object_get(arguments, "state"));
	const bool on = state == NULL || strcmp(state, "on") == 0;
	struct error err = { 0 };

	if (backend->drain(backend->context, on, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, NULL, on ? "drained until drain off, or the next start" : "not drained");
}

json_t *
api_shutdown(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	backend->shutdown(backend->context);
	return api_reply(API_OK, NULL, "shutting down");
}
