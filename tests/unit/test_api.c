/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON interface: every command, and the ids of its replies. */
#include <unistd.h>

#include "api_fake.h"

/* ---- commands --------------------------------------------------------------------------------------------------- */

START_TEST(list_commands)
{
	static const struct {
		const char *name, *access;
	} commands[] = { { "binding-add", "write" }, { "binding-get", "read" }, { "binding-remove", "write" },
		{ "config-reload", "write" }, { "list-commands", "read" }, { "lookup", "read" },
		{ "provision-forget", "write" }, { "provision-refresh", "write" }, { "release", "write" },
		{ "rules-get", "read" }, { "shutdown", "write" }, { "stats-get", "read" }, { "status", "read" } };
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

/* A value of the type. */
static json_t *
some_value(const char *type)
{
	if (strcmp(type, "bool") == 0)
		return json_true();
	if (strcmp(type, "ipv4") == 0)
		return json_string("203.0.113.1");
	if (strcmp(type, "ipv6") == 0)
		return json_string("2001:db8::1");
	return strcmp(type, "list") == 0 ? json_array() : json_integer(1);
}

/* What the list says about arguments is true: each one is accepted with its type, beside those that are required. */
START_TEST(listed_arguments_are_accepted)
{
	json_t *reply = ask("{\"command\": \"list-commands\"}"), *command, *argument, *other;
	size_t i, j, k;
	unsigned int tried = 0;

	json_array_foreach(json_object_get(arguments_of(reply), "commands"), i, command)
	{
		const char *name = json_string_value(json_object_get(command, "name"));
		json_t *list = json_object_get(command, "arguments");

		if (strcmp(name, "lookup") == 0)
			continue; /* its strings have to be addresses and times: see below */
		json_array_foreach(list, j, argument)
		{
			json_t *values = json_object(), *request;
			char *line;

			json_array_foreach(list, k, other)
			{
				if (k == j || json_is_true(json_object_get(other, "required")))
					json_object_set_new(values, json_string_value(json_object_get(other, "name")),
					    some_value(json_string_value(json_object_get(other, "type"))));
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
	ck_assert_uint_eq(tried, 12);
	json_decref(reply);
}
END_TEST

START_TEST(rules_get)
{
	json_t *reply = ask("{\"command\": \"rules-get\"}"), *rules = json_object_get(arguments_of(reply), "rules");
	json_t *want[3] = {
		json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:b, s:i}", "ipv6", "2001:db8::/40", "ipv4", "192.0.2.0/24",
		    "ea", 16, "offset", 6, "psid_len", 8, "iid", "rfc7597", "fmr", 1, "softwire", 0),
		json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:b, s:i, s:i}", "ipv6", "2001:db8:1234:5678::/64", "ipv4",
		    "198.51.100.7/32", "ea", 0, "offset", 4, "psid_len", 8, "iid", "rfc7597", "fmr", 0, "softwire", 0,
		    "psid", 0x34),
		json_pack("{s:s, s:s, s:i, s:i, s:i, s:s, s:b, s:i}", "ipv6", "2001:db8:f000::/48", "ipv4",
		    "203.0.113.0/24", "ea", 8, "offset", 0, "psid_len", 0, "iid", "draft03", "fmr", 1, "softwire", 1),
	};

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_int_eq(number(arguments_of(reply), "total"), 3);
	ck_assert_int_eq(number(arguments_of(reply), "start"), 0);
	ck_assert_uint_eq(json_array_size(rules), 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_msg(json_equal(json_array_get(rules, i), want[i]), "rule %zu", i);
		json_decref(want[i]);
	}
	json_decref(reply);
}
END_TEST

/* A page of a long list; outside of it nothing. */
START_TEST(rules_get_in_pages)
{
	static const struct {
		const char *arguments;
		json_int_t start;
		size_t count;
	} pages[] = { { "{\"start\": 1}", 1, 2 }, { "{\"start\": 1, \"count\": 1}", 1, 1 }, { "{\"count\": 0}", 0, 0 },
		{ "{\"start\": 3}", 3, 0 }, { "{\"start\": 1000000, \"count\": 1000}", 1000000, 0 }, { "{}", 0, 3 } };

	for (int i = 0; i < COUNT(pages); i++) {
		char request[128];
		json_t *reply;

		snprintf(request, sizeof(request), "{\"command\": \"rules-get\", \"arguments\": %s}",
		    pages[i].arguments);
		reply = ask(request);
		ck_assert_int_eq(result_of(reply), API_OK);
		ck_assert_int_eq(number(arguments_of(reply), "total"), 3);
		ck_assert_int_eq(number(arguments_of(reply), "start"), pages[i].start);
		ck_assert_uint_eq(json_array_size(json_object_get(arguments_of(reply), "rules")), pages[i].count);
		json_decref(reply);
	}
}
END_TEST

/* OPS-06: a question to the rules in use. */
START_TEST(lookup)
{
	json_t *reply, *ce;

	fake.is_br = true;
	reply = ask("{\"command\": \"lookup\", \"arguments\": {\"address\": \"192.0.2.18\", \"port\": 1232}}");
	ck_assert_int_eq(result_of(reply), API_OK);
	ce = json_array_get(json_object_get(arguments_of(reply), "ces"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(ce, "end_user_prefix")), "2001:db8:12:3400::/56");
	ck_assert_str_eq(json_string_value(json_object_get(ce, "domain")), "one");
	json_decref(reply);
	reply = ask("{\"command\": \"lookup\", \"arguments\": {\"address\": \"2001:db8:f000:700::/56\"}}");
	ce = json_array_get(json_object_get(arguments_of(reply), "ces"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(ce, "ipv4")), "203.0.113.7");
	ck_assert_str_eq(json_string_value(json_object_get(ce, "domain")), "two");
	json_decref(reply);
	reply = ask("{\"command\": \"lookup\", \"arguments\": {\"address\": \"192.0.2.18\", \"port\": 208}}");
	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_str_eq(json_string_value(json_object_get(arguments_of(reply), "answer")), "excluded");
	json_decref(reply);
}
END_TEST

/* What cannot be answered says why. */
START_TEST(lookup_that_fails)
{
	static const struct {
		const char *arguments;
		enum api_result result;
		const char *text;
	} cases[] = { { "{}", API_BAD_REQUEST, "\"address\" is missing" },
		{ "{\"address\": \"192.0.2\"}", API_BAD_REQUEST, "neither an IPv4 nor an IPv6 address" },
		{ "{\"address\": \"2001:db8::1\", \"port\": 1}", API_BAD_REQUEST, "IPv4 address only" },
		{ "{\"address\": 5}", API_BAD_REQUEST, "\"address\" must be a string" },
		{ "{\"address\": \"192.0.2.18\", \"port\": 65536}", API_BAD_REQUEST, "integer 0..65535" },
		{ "{\"address\": \"192.0.2.18\", \"at\": \"yesterday\"}", API_BAD_REQUEST, "\"at\" must be like" },
		{ "{\"address\": \"192.0.2.18\", \"at\": \"2026-11-03T08:30:00Z\"}", API_FAILED, "no rule log" } };

	fake.is_br = true;
	for (int i = 0; i < COUNT(cases); i++) {
		char request[256];
		json_t *reply;

		snprintf(request, sizeof(request), "{\"command\": \"lookup\", \"arguments\": %s}", cases[i].arguments);
		reply = ask(request);
		ck_assert_msg(result_of(reply) == (int)cases[i].result && strstr(text_of(reply), cases[i].text) != NULL,
		    "%s: %s", request, text_of(reply));
		json_decref(reply);
	}
}
END_TEST

START_TEST(lookup_on_a_ce)
{
	json_t *reply = ask("{\"command\": \"lookup\", \"arguments\": {\"address\": \"192.0.2.18\"}}");

	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "mapedgectl calc"));
	json_decref(reply);
}
END_TEST

static json_t *
ask_at(const char *at)
{
	char request[256];

	snprintf(request, sizeof(request),
	    "{\"command\": \"lookup\", \"arguments\": {\"address\": \"192.0.2.18\", \"port\": 1232, \"at\": \"%s\"}}",
	    at);
	return ask(request);
}

/* The rules of a moment in the past are those of the rule log: the address was somebody else's. */
START_TEST(lookup_in_the_log)
{
	char name[] = "/tmp/mapedge-api-XXXXXX";
	FILE *log = fdopen(mkstemp(name), "w");
	json_t *reply, *ce;

	fputs("{\"time\":\"2026-11-03T00:00:00.000Z\",\"event\":\"start\",\"generation\":5,\"domains\":[{\"name\":"
	      "\"then\","
	      "\"br\":\"2001:db8:ffff::1\",\"iid\":\"rfc7597\",\"rules\":[{\"ipv6\":\"2001:db8:4000::/40\","
	      "\"ipv4\":\"192.0.2.0/24\",\"ea\":16,\"offset\":6,\"psid_len\":8}]}]}\n",
	    log);
	fclose(log);
	fake.rule_log = name;
	reply = ask_at("2026-11-03T09:00:00+09:00");
	ce = json_array_get(json_object_get(arguments_of(reply), "ces"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(ce, "end_user_prefix")), "2001:db8:4012:3400::/56");
	ck_assert_str_eq(json_string_value(json_object_get(ce, "domain")), "then");
	ck_assert_int_eq(number(json_object_get(arguments_of(reply), "record"), "generation"), 5);
	json_decref(reply);
	reply = ask_at("2026-11-03T08:59:59.999+09:00");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "no record of 2026-11-02T23:59:59.999Z or before"));
	json_decref(reply);
	unlink(name);
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
	tcase_add_test(commands, rules_get);
	tcase_add_test(commands, rules_get_in_pages);
	tcase_add_test(commands, lookup);
	tcase_add_test(commands, lookup_that_fails);
	tcase_add_test(commands, lookup_on_a_ce);
	tcase_add_test(commands, lookup_in_the_log);
	tcase_add_test(commands, config_reload);
	tcase_add_loop_test(commands, config_reload_that_fails, 0, COUNT(reload_failures));
	tcase_add_test(commands, config_reload_with_a_long_error);
	tcase_add_test(commands, status);
	tcase_add_test(commands, status_of_the_sources);
	tcase_add_test(commands, refresh_and_forget);
	tcase_add_test(commands, release_by_command);
	tcase_add_test(commands, shut_down);
	suite_add_tcase(suite, commands);
	tcase_add_checked_fixture(ids, set_up, tear_down);
	tcase_add_test(ids, ids_are_echoed);
	tcase_add_test(ids, no_id);
	suite_add_tcase(suite, ids);
	return suite;
}
