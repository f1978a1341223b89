/* SPDX-License-Identifier: BSD-3-Clause */
/* What is no request, no command or no argument is refused with a reason, and does nothing. */
#include "api_fake.h"

static const struct {
	const char *request;
	enum api_result result;
	const char *text; /* part of the reply's text */
} refused[] = {
	/* not JSON; SEC-08: duplicate names, wrong UTF-8, NaN */
	{ "", API_BAD_REQUEST, "not JSON" },
	{ " ", API_BAD_REQUEST, "not JSON" },
	{ "stats-get", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"stats-get\"", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"stats-get\"} x", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"stats-get\"}{\"command\": \"stats-get\"}", API_BAD_REQUEST, "not JSON" },
	{ "{'command': 'stats-get'}", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"stats-get\", \"id\": 1e999}", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"stats-get\", \"id\": 99999999999999999999}", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"stats\\u0000get\"}", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"stats-get\", \"id\": NaN}", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"\xff\"}", API_BAD_REQUEST, "not JSON" },
	{ "{\"command\": \"stats-get\", \"command\": \"shutdown\"}", API_BAD_REQUEST, "not JSON: duplicate" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"start\": 1, \"start\": 2}}", API_BAD_REQUEST,
	    "not JSON: duplicate" },
	/* not a request */
	{ "[]", API_BAD_REQUEST, "a request is an object" },
	{ "[{\"command\": \"stats-get\"}]", API_BAD_REQUEST, "a request is an object" },
	{ "{}", API_BAD_REQUEST, "\"command\" is missing" },
	{ "{\"arguments\": {}}", API_BAD_REQUEST, "\"command\" is missing" },
	{ "{\"command\": 5}", API_BAD_REQUEST, "\"command\" is missing or not a string" },
	{ "{\"command\": null}", API_BAD_REQUEST, "\"command\" is missing or not a string" },
	{ "{\"command\": \"stats-get\", \"argument\": {}}", API_BAD_REQUEST, "unknown key \"argument\"" },
	{ "{\"command\": \"stats-get\", \"Id\": 1}", API_BAD_REQUEST, "unknown key \"Id\"" },
	{ "{\"command\": \"stats-get\", \"arguments\": []}", API_BAD_REQUEST, "\"arguments\" must be an object" },
	{ "{\"command\": \"stats-get\", \"arguments\": null}", API_BAD_REQUEST, "\"arguments\" must be an object" },
	{ "{\"command\": \"stats-get\", \"id\": 1.5}", API_BAD_REQUEST, "\"id\" must be" },
	{ "{\"command\": \"stats-get\", \"id\": {}}", API_BAD_REQUEST, "\"id\" must be" },
	{ "{\"command\": \"stats-get\", \"id\": null}", API_BAD_REQUEST, "\"id\" must be" },
	{ "{\"command\": \"stats-get\", \"id\": true}", API_BAD_REQUEST, "\"id\" must be" },
	/* not a command */
	{ "{\"command\": \"\"}", API_UNKNOWN, "no command \"\"" },
	{ "{\"command\": \"stats-ge\"}", API_UNKNOWN, "no command \"stats-ge\"" },
	{ "{\"command\": \"stats-get \"}", API_UNKNOWN, "no command \"stats-get \"" },
	{ "{\"command\": \"STATS-GET\"}", API_UNKNOWN, "no command \"STATS-GET\"" },
	/* not an argument */
	{ "{\"command\": \"stats-get\", \"arguments\": {\"al\": true}}", API_BAD_REQUEST,
	    "stats-get has no argument \"al\"" },
	{ "{\"command\": \"shutdown\", \"arguments\": {\"all\": true}}", API_BAD_REQUEST,
	    "shutdown has no argument \"all\"" },
	{ "{\"command\": \"config-reload\", \"arguments\": {\"file\": \"x\"}}", API_BAD_REQUEST,
	    "has no argument \"file\"" },
	{ "{\"command\": \"stats-get\", \"arguments\": {\"\": 1}}", API_BAD_REQUEST, "has no argument \"\"" },
	{ "{\"command\": \"stats-get\", \"arguments\": {\"all\": 1}}", API_BAD_REQUEST,
	    "\"all\" must be true or false" },
	{ "{\"command\": \"stats-get\", \"arguments\": {\"all\": \"true\"}}", API_BAD_REQUEST,
	    "\"all\" must be true or false" },
	{ "{\"command\": \"stats-get\", \"arguments\": {\"all\": null}}", API_BAD_REQUEST,
	    "\"all\" must be true or false" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"start\": -1}}", API_BAD_REQUEST,
	    "\"start\" must be an integer 0..1000000" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"start\": 1000001}}", API_BAD_REQUEST, "\"start\" must be" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"start\": 9223372036854775807}}", API_BAD_REQUEST,
	    "\"start\" must be" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"start\": -9223372036854775808}}", API_BAD_REQUEST,
	    "\"start\" must be" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"start\": 1.0}}", API_BAD_REQUEST, "\"start\" must be" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"start\": \"1\"}}", API_BAD_REQUEST, "\"start\" must be" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"count\": 1001}}", API_BAD_REQUEST,
	    "\"count\" must be an integer 0..1000" },
	{ "{\"command\": \"rules-get\", \"arguments\": {\"start\": 0, \"count\": true}}", API_BAD_REQUEST,
	    "\"count\" must be" },
	/* bindings */
	{ "{\"command\": \"binding-get\"}", API_BAD_REQUEST, "binding-get: \"ipv4\" is missing" },
	{ "{\"command\": \"binding-get\", \"arguments\": {\"psid\": 1}}", API_BAD_REQUEST, "\"ipv4\" is missing" },
	{ "{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113\"}}", API_BAD_REQUEST,
	    "binding-get: \"ipv4\" must be an IPv4 address" },
	{ "{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": 3405803777}}", API_BAD_REQUEST,
	    "must be an IPv4 address" },
	{ "{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"psid\": 65536}}",
	    API_BAD_REQUEST, "\"psid\" must be an integer 0..65535" },
	{ "{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"psid\": -1}}", API_BAD_REQUEST,
	    "\"psid\" must be an integer" },
	{ "{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"psid\": null}}", API_BAD_REQUEST,
	    "\"psid\" must be an integer" },
	{ "{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"psid\": \"0x34\"}}",
	    API_BAD_REQUEST, "\"psid\" must be an integer" },
	{ "{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"softwire\": \"::2\"}}",
	    API_BAD_REQUEST, "has no argument \"softwire\"" },
	{ "{\"command\": \"binding-remove\", \"arguments\": {}}", API_BAD_REQUEST,
	    "binding-remove: \"ipv4\" is missing" },
	{ "{\"command\": \"binding-add\"}", API_BAD_REQUEST, "binding-add needs" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"psid\": 1}}", API_BAD_REQUEST,
	    "binding-add needs \"ipv4\" and \"softwire\", or \"bindings\"" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"softwire\": \"203.0.113.1\"}}",
	    API_BAD_REQUEST, "\"softwire\" must be an IPv6 address" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"softwire\": \"2001:db8::1\", "
	  "\"replace\": 1}}",
	    API_BAD_REQUEST, "\"replace\" must be true or false" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"bindings\": {}}}", API_BAD_REQUEST,
	    "\"bindings\" must be a list" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"bindings\": [], \"psid\": 1}}", API_BAD_REQUEST,
	    "beside \"bindings\" there can only be \"replace\"" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"bindings\": [], \"replace\": true, \"ipv4\": \"1.2.3.4\"}}",
	    API_BAD_REQUEST, "beside \"bindings\"" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"bindings\": [{\"ipv4\": \"203.0.113.1\", \"softwire\": "
	  "\"2001:db8::1\"}, 5]}}",
	    API_BAD_REQUEST, "bindings[1] must be {\"ipv4\"" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"bindings\": [{\"ipv4\": \"203.0.113.1\", \"softwire\": "
	  "\"2001:db8::1\"}, {\"ipv4\": \"203.0.113.1\"}]}}",
	    API_BAD_REQUEST, "binding-add: bindings[1]: \"softwire\" is missing" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"bindings\": [{\"ipv4\": \"203.0.113.1\", \"softwire\": "
	  "\"2001:db8::1\", \"psid\": 99999}]}}",
	    API_BAD_REQUEST, "bindings[0]: \"psid\" must be an integer 0..65535" },
	{ "{\"command\": \"binding-add\", \"arguments\": {\"bindings\": [{\"ipv4\": \"203.0.113.1\", \"softwire\": "
	  "\"2001:db8::1\", \"replace\": true}]}}",
	    API_BAD_REQUEST, "bindings[0] has no argument \"replace\"" },
};

/* A refused request does nothing. */
START_TEST(refused_request)
{
	json_t *reply = ask(refused[_i].request);

	ck_assert_msg(result_of(reply) == (int)refused[_i].result, "%s: %d", refused[_i].request, result_of(reply));
	ck_assert_msg(strstr(text_of(reply), refused[_i].text) != NULL, "%s: %s", refused[_i].request, text_of(reply));
	ck_assert_uint_eq(json_object_size(arguments_of(reply)), 0);
	ck_assert_uint_eq(fake.reports + fake.reloads + fake.shutdowns + fake.binding_calls, 0);
	json_decref(reply);
}
END_TEST

/* Names that come back in a text are cut to 64 bytes, wherever that is in a character. */
START_TEST(long_names)
{
	static const struct {
		const char *before, *behind;
	} requests[] = { { "{\"command\": \"", "\", \"id\": 1}" },
		{ "{\"command\": \"stats-get\", \"", "\": 0, \"id\": 1}" },
		{ "{\"command\": \"stats-get\", \"arguments\": {\"", "\": 0}, \"id\": 1}" } };

	for (int i = 0; i < COUNT(requests); i++) {
		for (size_t ascii = 55; ascii < 70; ascii++) {
			char name[128], request[256];
			json_t *reply;

			memset(name, 'a', ascii);
			strcpy(name + ascii, "誤誤誤𝄞é");
			snprintf(request, sizeof(request), "%s%s%s", requests[i].before, name, requests[i].behind);
			reply = ask(request);
			ck_assert_int_eq(result_of(reply), i == 0 ? API_UNKNOWN : API_BAD_REQUEST);
			ck_assert_ptr_nonnull(strstr(text_of(reply), "aaaaaaaaaaaaaaaaaaaaaaaa"));
			ck_assert_int_eq(number(reply, "id"), 1);
			json_decref(reply);
		}
	}
}
END_TEST

/* SEC-07: what JSON would take is more than any command needs; at the limit it is the command that refuses. */
START_TEST(limits)
{
	static char request[API_MAX_REQUEST], text[8192];
	static const struct {
		int nested;
		size_t string;
		bool fits;
	} tries[] = { { 14, 1, true }, { 15, 1, false }, { 100, 1, false }, { 1, 4096, true }, { 1, 4097, false } };

	for (int i = 0; i < COUNT(tries); i++) {
		json_t *reply;

		memset(text, 'a', tries[i].string);
		text[tries[i].string] = '\0';
		snprintf(request, sizeof(request),
		    "{\"command\": \"binding-add\", \"arguments\": {\"bindings\": %.*s\"%s\"%.*s}}", tries[i].nested,
		    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		    "[[",
		    text, tries[i].nested,
		    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
		    "]]");
		reply = ask(request);
		ck_assert_int_eq(result_of(reply), API_BAD_REQUEST);
		ck_assert_msg((strstr(text_of(reply), "at most 16 deep") == NULL) == tries[i].fits, "%d: %s", i,
		    text_of(reply));
		json_decref(reply);
	}
}
END_TEST

/* SEC-07: nesting is no way to use up the stack. */
START_TEST(depth)
{
	static char request[API_MAX_REQUEST];
	static const size_t depths[] = { 1, 100, 2000, 2048, 2049, 30000 };

	for (int i = 0; i < COUNT(depths); i++) {
		json_t *reply;

		memset(request, '[', depths[i]);
		memset(request + depths[i], ']', depths[i]);
		reply = ask_bytes(request, 2 * depths[i]);
		ck_assert_int_eq(result_of(reply), API_BAD_REQUEST);
		json_decref(reply);
	}
}
END_TEST

/* The line need not be terminated, and what is behind its length is not read. */
START_TEST(length_of_the_line)
{
	const char *request = "{\"command\": \"stats-get\"}garbage";
	const size_t whole = strlen("{\"command\": \"stats-get\"}");

	for (size_t len = 0; len <= whole; len++) {
		char *line = malloc(len + 1);
		json_t *reply;

		ck_assert_ptr_nonnull(line);
		memcpy(line + 1, request, len); /* an exact allocation, at an odd place */
		reply = ask_bytes(line + 1, len);
		ck_assert_int_eq(result_of(reply), len == whole ? API_OK : API_BAD_REQUEST);
		json_decref(reply);
		free(line);
	}
}
END_TEST

START_TEST(too_long)
{
	json_t *reply = api_too_long();

	ck_assert_int_eq(result_of(reply), API_BAD_REQUEST);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "65536"));
	json_decref(reply);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("api_refused");
	TCase *tcase = tcase_create("requests");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, refused_request, 0, COUNT(refused));
	tcase_add_test(tcase, long_names);
	tcase_add_test(tcase, limits);
	tcase_add_test(tcase, depth);
	tcase_add_test(tcase, length_of_the_line);
	tcase_add_test(tcase, too_long);
	suite_add_tcase(suite, tcase);
	return suite;
}
