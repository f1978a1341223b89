/* SPDX-License-Identifier: BSD-3-Clause */
/* rules-get and lookup: the rules in use, and who has an address, now or by the rule log. */
#include <unistd.h>

#include "api_fake.h"

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

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("api_lookup");
	TCase *lookups = tcase_create("lookup");

	tcase_add_checked_fixture(lookups, set_up, tear_down);
	tcase_add_test(lookups, rules_get);
	tcase_add_test(lookups, rules_get_in_pages);
	tcase_add_test(lookups, lookup);
	tcase_add_test(lookups, lookup_that_fails);
	tcase_add_test(lookups, lookup_on_a_ce);
	tcase_add_test(lookups, lookup_in_the_log);
	suite_add_tcase(suite, lookups);
	return suite;
}
