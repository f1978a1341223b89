/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON interface: every command, and the ids of its replies. */
#include "api_fake.h"

/* ---- commands --------------------------------------------------------------------------------------------------- */

START_TEST(list_commands)
{
	static const struct {
		const char *name, *access;
	} commands[] = {
		{ "alarms-get", "read" },
		{ "binding-add", "write" },
		{ "binding-get", "read" },
		{ "binding-remove", "write" },
		{ "capture-start", "write" },
		{ "capture-stop", "write" },
		{ "capture-take", "write" },
		{ "config-apply", "write" },
		{ "config-check", "read" },
		{ "config-confirm", "write" },
		{ "config-plan", "read" },
		{ "config-reload", "write" },
		{ "config-rollback", "write" },
		{ "diagnose", "read" },
		{ "drain", "write" },
		{ "drops-get", "read" },
		{ "events-get", "read" },
		{ "explain-packet", "read" },
		{ "explain-prefix", "read" },
		{ "health", "read" },
		{ "hosts-get", "read" },
		{ "list-commands", "read" },
		{ "log-get", "read" },
		{ "log-set", "write" },
		{ "lookup", "read" },
		{ "neighbours-get", "read" },
		{ "ports-get", "read" },
		{ "provision-forget", "write" },
		{ "provision-get", "read" },
		{ "provision-refresh", "write" },
		{ "release", "write" },
		{ "routes-get", "read" },
		{ "rules-get", "read" },
		{ "sessions-get", "read" },
		{ "shutdown", "write" },
		{ "softwire-disable", "write" },
		{ "softwire-enable", "write" },
		{ "softwire-get", "read" },
		{ "stats-get", "read" },
		{ "status", "read" },
		{ "trace-start", "write" },
		{ "trace-stop", "write" },
		{ "trace-take", "write" },
		{ "workers-get", "read" },
	};
	json_t *reply = ask("{\"command\": \"list-commands\"}");
	json_t *list = json_object_get(arguments_of(reply), "commands");

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_uint_eq(json_array_size(list), COUNT(commands));
	for (int i = 0; i < COUNT(commands); i++) {
		json_t *command = json_array_get(list, (size_t)i);

		ck_assert_str_eq(json_string_value(json_object_get(command, "name")), commands[i].name);
		ck_assert_str_eq(json_string_value(json_object_get(command, "access")), commands[i].access);
		ck_assert_uint_gt(strlen(json_string_value(json_object_get(command, "help"))), 5);
		ck_assert(json_is_array(json_object_get(command, "arguments")));
	}
	json_decref(reply);
}
END_TEST

/* A value that the argument takes. */
static json_t *
some_value(json_t *argument)
{
	const char *type = json_string_value(json_object_get(argument, "type"));
	const char *words = json_string_value(json_object_get(argument, "words"));

	if (words != NULL)
		return json_stringn(words, strcspn(words, "|"));
	if (strcmp(type, "bool") == 0)
		return json_true();
	if (strcmp(type, "ipv4") == 0)
		return json_string("203.0.113.1");
	if (strcmp(type, "ipv6") == 0 || strcmp(json_string_value(json_object_get(argument, "name")), "address") == 0)
		return json_string("2001:db8::1");
	if (strcmp(type, "string") == 0)
		return json_string("line");
	return strcmp(type, "list") == 0 ? json_array() : json_integer(1);
}

/* What the list says about arguments is true: each one is accepted with its type, beside those that are required. */
START_TEST(listed_arguments_are_accepted)
{
	static const struct portset set = { .psid = 1, .psid_len = 8, .offset = 6 };
	json_t *reply = ask("{\"command\": \"list-commands\"}"), *command, *argument, *other;
	struct bank *bank = bank_new(&set, 1);
	size_t i, j, k;
	unsigned int tried = 0;

	fake.bank = bank;

	json_array_foreach(json_object_get(arguments_of(reply), "commands"), i, command)
	{
		const char *name = json_string_value(json_object_get(command, "name"));
		json_t *list = json_object_get(command, "arguments");

		if (strcmp(name, "lookup") == 0 || strncmp(name, "capture-", 8) == 0 ||
		    strncmp(name, "trace-", 6) == 0 || strcmp(name, "explain-prefix") == 0 ||
		    strcmp(name, "config-check") == 0 || strcmp(name, "diagnose") == 0)
			continue; /* its strings have to be addresses and times: see below; so those of captures and traces */
		json_array_foreach(list, j, argument)
		{
			json_t *values = json_object(), *request;
			char *line;

			json_array_foreach(list, k, other)
			{
				if (k == j || json_is_true(json_object_get(other, "required")))
					json_object_set_new(values, json_string_value(json_object_get(other, "name")),
					    some_value(other));
			}
			request = json_pack("{s:s, s:o}", "command", name, "arguments", values);
			line = json_dumps(request, JSON_COMPACT);
			other = ask(line);
			/* binding-add takes one binding or a list; either alone is no question of types. */
			ck_assert_msg(result_of(other) == API_OK || strstr(text_of(other), "binding-add needs") != NULL,
			    "%s: %s", line, text_of(other));
			json_decref(other);
			json_decref(request);
			free(line);
			tried++;
		}
	}
	ck_assert_uint_eq(tried, 42);
	bank_free(bank);
	json_decref(reply);
}
END_TEST

/* OPS-01: most of the last minute first, then most of all; each explained when that is wanted. */
START_TEST(drops_get)
{
	json_t *reply, *list, *first;

	fake.counters[0].drop[DROP_ttl] = 40;
	fake.counters[1].drop[DROP_ttl] = 2;
	fake.counters[0].drop[DROP_loop] = 100;
	fake.counters[1].drop[DROP_spoof_v4] = 7;
	for (unsigned int i = 0; i < RECENT_LOOKS; i++)
		recent_look(&fake.recent, fake.counters[0].drop);
	reply = ask("{\"command\": \"drops-get\", \"arguments\": {\"explain\": true}}");
	list = json_object_get(arguments_of(reply), "drops");
	ck_assert_int_eq(number(arguments_of(reply), "total"), 149);
	ck_assert_uint_eq(json_array_size(list), 3);
	first = json_array_get(list, 0);
	ck_assert_str_eq(json_string_value(json_object_get(first, "reason")), "spoof_v4");
	ck_assert_str_eq(json_string_value(json_object_get(first, "side")), "map");
	ck_assert_str_eq(json_string_value(json_object_get(first, "severity")), "warning");
	ck_assert_int_eq(number(first, "count"), 7);
	ck_assert_int_eq(number(first, "last_minute"), 7);
	ck_assert_str_eq(json_string_value(json_object_get(first, "hint")), drop_info[DROP_spoof_v4].hint);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 1), "reason")), "ttl");
	ck_assert_int_eq(number(json_array_get(list, 1), "last_minute"), 2);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 1), "severity")), "normal");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 2), "reason")), "loop");
	json_decref(reply);
	reply = ask("{\"command\": \"drops-get\", \"arguments\": {\"all\": true}}");
	list = json_object_get(arguments_of(reply), "drops");
	ck_assert_uint_eq(json_array_size(list), DROP_COUNT);
	ck_assert_ptr_null(json_object_get(json_array_get(list, 0), "text"));
	json_decref(reply);
}
END_TEST

static const struct {
	const char *arguments;
	enum api_result result;
	const char *text;
	bool rx, tx;
	int reasons; /* that are wanted */
} captures[] = {
	{ "{}", API_OK, "", false, false, DROP_COUNT },
	{ "{\"drop\": \"all\", \"rx\": true}", API_OK, "", true, false, DROP_COUNT },
	{ "{\"rx\": true, \"tx\": true, \"drop\": \"ttl,spoof_v4\"}", API_OK, "", true, true, 2 },
	{ "{\"tx\": true}", API_OK, "", false, true, 0 },
	{ "{\"drop\": \"spoof_v\"}", API_BAD_REQUEST, "\"spoof_v\" is no reason", false, false, 0 },
	{ "{\"drop\": \"ttl,\"}", API_BAD_REQUEST, "\"\" is no reason", false, false, 0 },
	{ "{\"drop\": \"\"}", API_BAD_REQUEST, "show drops all", false, false, 0 },
	{ "{\"snap\": 0}", API_BAD_REQUEST, "\"snap\" must be 1 at least", false, false, 0 },
	{ "{\"snap\": 2049}", API_BAD_REQUEST, "0..2048", false, false, 0 },
	{ "{\"filter\": \"nonsense\"}", API_FAILED, "the filter is none", false, false, 0 },
};

START_TEST(capture_start)
{
	char request[256];
	json_t *reply;
	int reasons = 0;

	snprintf(request, sizeof(request), "{\"command\": \"capture-start\", \"arguments\": %s}",
	    captures[_i].arguments);
	reply = ask(request);
	ck_assert_int_eq(result_of(reply), captures[_i].result);
	ck_assert_ptr_nonnull(strstr(text_of(reply), captures[_i].text));
	for (int i = 0; i < DROP_COUNT; i++)
		reasons += fake.wish.reasons[i];
	ck_assert_int_eq(reasons, captures[_i].reasons);
	ck_assert(fake.wish.rx == captures[_i].rx && fake.wish.tx == captures[_i].tx);
	json_decref(reply);
}
END_TEST

START_TEST(capture_take)
{
	json_t *reply = ask("{\"command\": \"capture-take\", \"arguments\": {\"id\": 7}}");
	json_t *packets = json_object_get(arguments_of(reply), "packets"), *first = json_array_get(packets, 0);

	ck_assert_uint_eq(json_array_size(packets), 2);
	ck_assert_int_eq(number(arguments_of(reply), "lost"), 3);
	ck_assert_int_eq(number(first, "time_ns"), INT64_C(1700000000123456789));
	ck_assert_str_eq(json_string_value(json_object_get(first, "reason")), "spoof_v4");
	ck_assert_str_eq(json_string_value(json_object_get(first, "link")), "ip");
	ck_assert_str_eq(json_string_value(json_object_get(first, "data")), "4500fe");
	ck_assert_int_eq(number(first, "length"), 1500);
	ck_assert_ptr_null(json_object_get(json_array_get(packets, 1), "reason"));
	json_decref(reply);
	reply = ask("{\"command\": \"capture-take\", \"arguments\": {\"id\": 8}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
	reply = ask("{\"command\": \"capture-stop\", \"arguments\": {\"id\": 7}}");
	ck_assert_int_eq(result_of(reply), API_OK);
	json_decref(reply);
}
END_TEST

static const struct {
	const char *arguments;
	int count, first, next;
} events[] = {
	{ "{}", 50, 111, 161 },
	{ "{\"count\": 3}", 3, 158, 161 },
	{ "{\"since\": 0, \"count\": 3}", 3, 101, 104 },
	{ "{\"since\": 104, \"count\": 100}", 57, 104, 161 },
	{ "{\"since\": 161}", 0, 0, 161 },
	{ "{\"errors\": true}", 6, 110, 161 },
	{ "{\"since\": 111, \"errors\": true, \"count\": 2}", 2, 120, 131 },
};

START_TEST(events_get)
{
	char request[128];
	json_t *reply, *list;

	snprintf(request, sizeof(request), "{\"command\": \"events-get\", \"arguments\": %s}", events[_i].arguments);
	reply = ask(request);
	list = json_object_get(arguments_of(reply), "events");
	ck_assert_uint_eq(json_array_size(list), (size_t)events[_i].count);
	ck_assert_int_eq(number(arguments_of(reply), "next"), events[_i].next);
	if (events[_i].count > 0)
		ck_assert_int_eq(number(json_array_get(list, 0), "number"), events[_i].first);
	json_decref(reply);
}
END_TEST

static json_t *
findings(const char *topic)
{
	char request[96];

	snprintf(request, sizeof(request), "{\"command\": \"diagnose\", \"arguments\": {\"topic\": \"%s\"}}", topic);
	return ask(request);
}

static bool
finds(json_t *reply, const char *level, const char *text)
{
	json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(arguments_of(reply), "findings"), i, finding)
	{
		if (strcmp(json_string_value(json_object_get(finding, "level")), level) == 0 &&
		    strstr(json_string_value(json_object_get(finding, "text")), text) != NULL)
			return true;
	}
	return false;
}

/* A CE that waits for its line, with packets that were dropped. */
START_TEST(diagnose)
{
	json_t *reply;

	fake.counters[0].drop[DROP_proto_unsupported] = 12;
	fake.counters[1].drop[DROP_nat_no_port] = 3;
	fake.gauges[0].ports_total[0] = 240;
	fake.gauges[0].ports_used[0] = 239;
	fake.gauges[0].ports_total[1] = 240;
	reply = findings("provision");
	ck_assert(finds(reply, "problem", "the line has no prefix"));
	ck_assert(finds(reply, "problem", "no server answers"));
	ck_assert(finds(reply, "problem", "hb46pp is retry: the server answers 500"));
	json_decref(reply);
	reply = findings("ports");
	ck_assert(finds(reply, "problem", "239 of 240 TCP ports"));
	ck_assert(finds(reply, "ok", "0 of 240 UDP ports"));
	ck_assert(finds(reply, "problem", "3 packets were dropped as nat_no_port"));
	ck_assert_int_eq(number(arguments_of(reply), "problems"), 2);
	json_decref(reply);
	reply = findings("vpn");
	ck_assert(finds(reply, "problem", "not configured"));
	json_decref(reply);
	reply = findings("mtu");
	ck_assert(finds(reply, "problem", "mss_clamp is off"));
	json_decref(reply);
	reply = findings("softwire");
	ck_assert(finds(reply, "problem", "not configured"));
	json_decref(reply);
	/* An address says nothing about the box: it is not left out without a word. */
	reply = ask("{\"command\": \"diagnose\", \"arguments\": {\"topic\": \"mtu\", \"address\": \"192.168.1.20\"}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "hint: mapedgectl diagnose host 192.168.1.20"));
	json_decref(reply);
}
END_TEST

/* Of one part, of all; with the time until they are as before. */
START_TEST(log_set)
{
	json_t *reply, *list;

	for (int part = 0; part < LOG_PARTS; part++)
		fake.levels.of[part] = LOG_LEVEL_NOTICE;
	reply =
	    ask("{\"command\": \"log-set\", \"arguments\": {\"level\": \"debug\", \"part\": \"host\", \"for_s\": 60}}");
	ck_assert_int_eq(result_of(reply), API_OK);
	json_decref(reply);
	for (int part = 0; part < LOG_PARTS; part++)
		ck_assert_int_eq(fake.levels.of[part], part == LOG_HOST ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE);
	ck_assert_uint_eq(fake.levels.left_s, 60);
	reply = ask("{\"command\": \"log-get\"}");
	list = json_object_get(arguments_of(reply), "levels");
	ck_assert_int_eq(number(arguments_of(reply), "left_s"), 60);
	ck_assert_uint_eq(json_array_size(list), LOG_PARTS);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, LOG_HOST), "part")), "host");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, LOG_HOST), "level")), "debug");
	json_decref(reply);
	reply = ask("{\"command\": \"log-set\", \"arguments\": {\"level\": \"error\"}}");
	ck_assert(json_is_null(json_object_get(arguments_of(reply), "left_s")));
	json_decref(reply);
	for (int part = 0; part < LOG_PARTS; part++)
		ck_assert_int_eq(fake.levels.of[part], LOG_LEVEL_ERROR);
	reply = ask("{\"command\": \"log-set\", \"arguments\": {\"part\": \"host\"}}");
	ck_assert_int_eq(result_of(reply), API_BAD_REQUEST);
	json_decref(reply);
}
END_TEST

/* On when nothing else is said; and what `status` says then. */
START_TEST(drain)
{
	static const struct {
		const char *arguments;
		int on, off;
	} cases[] = { { "{}", 1, 0 }, { "{\"state\": \"on\"}", 1, 0 }, { "{\"state\": \"off\"}", 0, 1 } };
	char request[96];
	json_t *reply, *status;

	for (int i = 0; i < COUNT(cases); i++) {
		fake.drains[0] = fake.drains[1] = 0;
		snprintf(request, sizeof(request), "{\"command\": \"drain\", \"arguments\": %s}", cases[i].arguments);
		reply = ask(request);
		ck_assert_int_eq(result_of(reply), API_OK);
		ck_assert_uint_eq(fake.drains[1], cases[i].on);
		ck_assert_uint_eq(fake.drains[0], cases[i].off);
		json_decref(reply);
	}
	fake.reload_text = "out of memory";
	reply = ask("{\"command\": \"drain\"}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
	reply = ask("{\"command\": \"status\"}");
	ck_assert_ptr_null(json_object_get(arguments_of(reply), "drain"));
	json_decref(reply);
	fake.drained_ms = 5000;
	fake.gauges[0].sessions = 3;
	fake.gauges[1].sessions = 4;
	reply = ask("{\"command\": \"status\"}");
	status = json_object_get(arguments_of(reply), "drain");
	ck_assert_str_eq(json_string_value(json_object_get(status, "since")), "1970-01-01T00:00:05.000Z");
	ck_assert_int_eq(number(status, "sessions"), 7);
	json_decref(reply);
}
END_TEST

/* A line is of the part that it begins with, and of none but those that there are. */
START_TEST(parts_of_lines)
{
	static const struct {
		const char *line;
		enum log_part part;
	} lines[] = { { "host: up name=lan", LOG_HOST }, { "softwire: down", LOG_SOFTWIRE }, { "hos: t", LOG_OTHER },
		{ "hosts: t", LOG_OTHER }, { "host", LOG_HOST }, { "", LOG_OTHER }, { "ready: role=ce", LOG_OTHER } };

	for (int i = 0; i < COUNT(lines); i++)
		ck_assert_int_eq(log_part_of(lines[i].line), lines[i].part);
}
END_TEST

static const struct {
	const char *request, *text;
	uint32_t confirm_s;
	unsigned int reloads;
} config_commands[] = {
	{ "{\"command\": \"config-plan\"}", "", 0, 0 },
	{ "{\"command\": \"config-apply\"}", "applied", 0, 1 },
	{ "{\"command\": \"config-apply\", \"arguments\": {\"confirm_within_s\": 60}}", "applied", 60, 1 },
	{ "{\"command\": \"config-confirm\"}", "confirmed", 0, 0 },
	{ "{\"command\": \"config-rollback\"}", "rolled back", 0, 0 },
};

START_TEST(config_by_command)
{
	json_t *reply = ask(config_commands[_i].request);

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_str_eq(text_of(reply), config_commands[_i].text);
	ck_assert_uint_eq(fake.confirm_s, config_commands[_i].confirm_s);
	ck_assert_uint_eq(fake.reloads, config_commands[_i].reloads);
	json_decref(reply);
	fake.reload_text = "no";
	reply = ask(config_commands[_i].request);
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_str_eq(text_of(reply), "no");
	json_decref(reply);
}
END_TEST

/* The file in use, or another by its whole path. */
START_TEST(config_check)
{
	json_t *reply = ask("{\"command\": \"config-check\"}");

	ck_assert_str_eq(json_string_value(json_object_get(arguments_of(reply), "file")), "/etc/mapedge/mapedge.conf");
	ck_assert_int_eq(number(arguments_of(reply), "rules"), 7);
	ck_assert_int_eq(number(arguments_of(reply), "bindings"), 8);
	ck_assert(json_is_null(json_object_get(arguments_of(reply), "needs_restart")));
	json_decref(reply);
	reply = ask("{\"command\": \"config-check\", \"arguments\": {\"file\": \"/a\"}}");
	ck_assert_str_eq(json_string_value(json_object_get(arguments_of(reply), "file")), "/a");
	ck_assert_str_eq(json_string_value(json_object_get(arguments_of(reply), "needs_restart")), "dpdk.workers");
	json_decref(reply);
	reply = ask("{\"command\": \"config-check\", \"arguments\": {\"file\": \"a\"}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "no whole path"));
	json_decref(reply);
	fake.reload_text = "no";
	reply = ask("{\"command\": \"config-check\"}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
}
END_TEST

static const struct {
	const char *packet;
	int packets; /* 0: refused */
} explained[] = {
	{ "a", 1 },
	{ "a;b", 2 },
	{ " ; a;;b; ", 2 },
	{ "1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16", 16 },
	{ "1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17", 0 },
	{ "", 0 },
	{ " ; ", 0 },
};

START_TEST(explain_packet)
{
	json_t *request =
	    json_pack("{s:s, s:{s:s}}", "command", "explain-packet", "arguments", "packet", explained[_i].packet);
	char *line = json_dumps(request, 0);
	json_t *reply = ask(line), *packets = json_object_get(arguments_of(reply), "packets");

	ck_assert_int_eq(result_of(reply), explained[_i].packets > 0 ? API_OK : API_FAILED);
	ck_assert_int_eq((int)json_array_size(packets), explained[_i].packets);
	for (int i = 0; i < explained[_i].packets; i++) {
		ck_assert_uint_eq(json_array_size(json_array_get(packets, (size_t)i)), 2);
		ck_assert_str_eq(json_string_value(json_array_get(json_array_get(packets, (size_t)i), 1)),
		    "  and goes");
	}
	json_decref(reply);
	fake.reload_text = "no";
	reply = ask(line);
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
	json_decref(request);
	free(line);
}
END_TEST

START_TEST(config_reload)
{
	json_t *reply = ask("{\"command\": \"config-reload\"}");

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_int_eq(number(arguments_of(reply), "generation"), 4);
	ck_assert_uint_eq(fake.reloads, 1);
	json_decref(reply);
}
END_TEST

/* A reload that fails says why, with the hint if there is one. Even if the text is no UTF-8, which JSON has to be. */
static const struct {
	const char *text, *hint, *want; /* want NULL: any text that begins as the text does */
} reload_failures[] = {
	{ "a.conf:3: error: syntax error", NULL, "a.conf:3: error: syntax error" },
	{ "a.conf:3: error: mtu 12 is too small", "1280 or more",
	    "a.conf:3: error: mtu 12 is too small; hint: 1280 or more" },
	{ "設定.conf:1: 誤り", NULL, "設定.conf:1: 誤り" },
	{ "a\xff\xfe.conf:1: error", NULL, NULL },
	{ "a\xe8\xa8.conf:1: error", "cut in the middle: \xe8\xa8", NULL },
	{ "quote \" and backslash \\", "tab\t", "quote \" and backslash \\; hint: tab\t" },
};

START_TEST(config_reload_that_fails)
{
	json_t *reply;

	fake.reload_text = reload_failures[_i].text;
	fake.reload_hint = reload_failures[_i].hint;
	reply = ask("{\"command\": \"config-reload\", \"id\": 9}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	if (reload_failures[_i].want != NULL)
		ck_assert_str_eq(text_of(reply), reload_failures[_i].want);
	else
		ck_assert_int_eq(text_of(reply)[0], reload_failures[_i].text[0]);
	ck_assert_int_eq(number(reply, "id"), 9);
	json_decref(reply);
}
END_TEST

/* An error that is too long for its place, all in characters of three bytes: it is cut, but the reply is one. */
START_TEST(config_reload_with_a_long_error)
{
	for (size_t shift = 0; shift < 3; shift++) {
		char text[301] = "aa";
		json_t *reply;

		for (size_t i = shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xe8\xaa\xa4", 3);
		fake.reload_text = fake.reload_hint = text;
		reply = ask("{\"command\": \"config-reload\"}");
		ck_assert_int_eq(result_of(reply), API_FAILED);
		ck_assert_uint_gt(strlen(text_of(reply)), 300);
		json_decref(reply);
	}
}
END_TEST

/* What a CE says that is waiting for its line: which state, why, and until when. */
START_TEST(status)
{
	json_t *reply = ask("{\"command\": \"status\"}"), *dhcpv6, *softwire;

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_str_eq(json_string_value(json_object_get(arguments_of(reply), "role")), "ce");
	dhcpv6 = json_object_get(arguments_of(reply), "dhcpv6");
	ck_assert_str_eq(json_string_value(json_object_get(dhcpv6, "state")), "soliciting");
	ck_assert_str_eq(json_string_value(json_object_get(dhcpv6, "reason")), "no server answers");
	ck_assert_int_eq(json_integer_value(json_object_get(dhcpv6, "next_action_s")), 3);
	ck_assert_uint_eq(json_array_size(json_object_get(dhcpv6, "prefixes")), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(dhcpv6, "sent"), "Solicit")), 3);
	softwire = json_object_get(arguments_of(reply), "softwire");
	ck_assert(json_is_false(json_object_get(softwire, "configured")));
	ck_assert_str_eq(json_string_value(json_object_get(softwire, "provision")), "none");
	ck_assert_str_eq(json_string_value(json_object_get(softwire, "reason")), "the line has no prefix");
	json_decref(reply);
}
END_TEST

/* S46-29: each source says its state and reason; a file has an age; names have what is known of them. */
START_TEST(status_of_the_sources)
{
	json_t *reply = ask("{\"command\": \"status\"}"), *sources, *source, *names;

	sources = json_object_get(arguments_of(reply), "sources");
	ck_assert_uint_eq(json_array_size(sources), 2);
	source = json_array_get(sources, 0);
	ck_assert_str_eq(json_string_value(json_object_get(source, "source")), "hb46pp");
	ck_assert(json_is_false(json_object_get(source, "used")));
	ck_assert_str_eq(json_string_value(json_object_get(source, "state")), "retry");
	ck_assert_str_eq(json_string_value(json_object_get(source, "reason")), "the server answers 500");
	ck_assert_int_eq(json_integer_value(json_object_get(source, "next_action_s")), 60);
	ck_assert_ptr_null(json_object_get(source, "age_s"));
	source = json_array_get(sources, 1);
	ck_assert_int_eq(json_integer_value(json_object_get(source, "age_s")), 8);
	ck_assert(json_is_null(json_object_get(source, "next_action_s")));
	source = json_object_get(arguments_of(reply), "resolvers");
	ck_assert_str_eq(json_string_value(json_object_get(source, "from")), "/etc/resolv.conf");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(source, "servers"), 0)), "2001:db8::53");
	names = json_object_get(arguments_of(reply), "names");
	ck_assert_uint_eq(json_array_size(names), 1);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(names, 0), "name")), "aftr.example.net");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(names, 0), "reason")), "does not exist");
	json_decref(reply);
}
END_TEST

START_TEST(refresh_and_forget)
{
	json_t *reply = ask("{\"command\": \"provision-refresh\"}");

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert(fake.refreshes == 1 && fake.forgets == 0);
	json_decref(reply);
	reply = ask("{\"command\": \"provision-forget\"}");
	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert(fake.refreshes == 1 && fake.forgets == 1);
	json_decref(reply);
	fake.is_br = true;
	reply = ask("{\"command\": \"provision-forget\"}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
	reply = ask("{\"command\": \"provision-refresh\"}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
}
END_TEST

/* DHC-33: only when a person says so. */
START_TEST(release_by_command)
{
	json_t *reply = ask("{\"command\": \"release\"}");

	ck_assert_int_eq(result_of(reply), API_OK);
	json_decref(reply);
	reply = ask("{\"command\": \"release\"}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_str_eq(json_string_value(json_object_get(reply, "text")), "there is no lease to give back");
	json_decref(reply);
}
END_TEST

/* S46-28 OPS-10: the softwire is taken out of service and put back. */
START_TEST(service_by_command)
{
	static const char *const commands[] = { "softwire-disable", "softwire-enable" };

	for (int on = 0; on < 2; on++) {
		json_t *request = json_pack("{s:s}", "command", commands[on]), *reply;
		char *line = json_dumps(request, 0);

		reply = ask(line);
		ck_assert_int_eq(result_of(reply), API_OK);
		ck_assert_uint_eq(fake.serves[on], 1);
		ck_assert_uint_eq(fake.serves[!on], (unsigned int)on);
		json_decref(reply);
		fake.is_br = true;
		reply = ask(line);
		ck_assert_int_eq(result_of(reply), API_FAILED);
		json_decref(reply);
		fake.is_br = false;
		free(line);
		json_decref(request);
	}
}
END_TEST

START_TEST(shut_down)
{
	json_t *reply = ask("{\"command\": \"shutdown\"}");

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_uint_eq(fake.shutdowns, 1);
	json_decref(reply);
}
END_TEST

/* ---- ids -------------------------------------------------------------------------------------------------------- */

/* An id comes back as it was, whether the request was good or not; without one there is none. */
START_TEST(ids_are_echoed)
{
	static const char *const ids[] = { "0", "1", "-7", "9223372036854775807", "-9223372036854775808", "\"\"",
		"\"abc\"", "\"設定 \\\" \\\\ \\n\"" };
	static const char *const rest[] = { ", \"command\": \"stats-get\"}", "}", ", \"command\": \"nonsense\"}",
		", \"command\": \"stats-get\", \"x\": 1}", ", \"command\": \"stats-get\", \"arguments\": {\"x\": 1}}" };

	for (int i = 0; i < COUNT(ids); i++) {
		json_t *want = json_loads(ids[i], JSON_DECODE_ANY, NULL);

		ck_assert_ptr_nonnull(want);
		for (int j = 0; j < COUNT(rest); j++) {
			char request[256];
			json_t *reply;

			snprintf(request, sizeof(request), "{\"id\": %s%s", ids[i], rest[j]);
			reply = ask(request);
			ck_assert_msg(json_equal(json_object_get(reply, "id"), want), "%s", request);
			ck_assert_uint_eq(json_object_size(reply), 4);
			json_decref(reply);
		}
		json_decref(want);
	}
}
END_TEST

START_TEST(no_id)
{
	static const char *const requests[] = { "{\"command\": \"stats-get\"}",
		"{\"command\": \"stats-get\", \"id\": []}", "x" };

	for (int i = 0; i < COUNT(requests); i++) {
		json_t *reply = ask(requests[i]);

		ck_assert_ptr_null(json_object_get(reply, "id"));
		ck_assert_uint_eq(json_object_size(reply), 3);
		json_decref(reply);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("api");
	TCase *commands = tcase_create("commands"), *ids = tcase_create("ids");

	tcase_add_checked_fixture(commands, set_up, tear_down);
	tcase_add_test(commands, list_commands);
	tcase_add_test(commands, listed_arguments_are_accepted);
	tcase_add_test(commands, drops_get);
	tcase_add_loop_test(commands, capture_start, 0, COUNT(captures));
	tcase_add_test(commands, capture_take);
	tcase_add_loop_test(commands, events_get, 0, COUNT(events));
	tcase_add_test(commands, diagnose);
	tcase_add_test(commands, log_set);
	tcase_add_test(commands, drain);
	tcase_add_test(commands, parts_of_lines);
	tcase_add_loop_test(commands, config_by_command, 0, COUNT(config_commands));
	tcase_add_test(commands, config_check);
	tcase_add_loop_test(commands, explain_packet, 0, COUNT(explained));
	tcase_add_test(commands, config_reload);
	tcase_add_loop_test(commands, config_reload_that_fails, 0, COUNT(reload_failures));
	tcase_add_test(commands, config_reload_with_a_long_error);
	tcase_add_test(commands, status);
	tcase_add_test(commands, status_of_the_sources);
	tcase_add_test(commands, refresh_and_forget);
	tcase_add_test(commands, release_by_command);
	tcase_add_test(commands, service_by_command);
	tcase_add_test(commands, shut_down);
	suite_add_tcase(suite, commands);
	tcase_add_checked_fixture(ids, set_up, tear_down);
	tcase_add_test(ids, ids_are_echoed);
	tcase_add_test(ids, no_id);
	suite_add_tcase(suite, ids);
	return suite;
}
