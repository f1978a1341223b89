/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON interface: traces. */
#include "api_fake.h"

static const struct {
	const char *arguments;
	enum api_result result;
	const char *text;
	const char *wish;
} starts[] = {
	{ "{}", API_OK, "", "10 of any, " },
	{ "{\"interface\": \"wan\", \"count\": 1000, \"filter\": \"udp\"}", API_OK, "", "1000 of wan, udp" },
	{ "{\"count\": 0}", API_BAD_REQUEST, "\"count\" must be 1 at least", "" },
	{ "{\"count\": 1001}", API_BAD_REQUEST, "0..1000", "" },
	{ "{\"filter\": \"nonsense\"}", API_FAILED, "the filter is none", "" },
};

START_TEST(trace_start)
{
	char request[256];
	json_t *reply;

	snprintf(request, sizeof(request), "{\"command\": \"trace-start\", \"arguments\": %s}", starts[_i].arguments);
	reply = ask(request);
	ck_assert_int_eq(result_of(reply), starts[_i].result);
	ck_assert_ptr_nonnull(strstr(text_of(reply), starts[_i].text));
	ck_assert_str_eq(fake.trace, starts[_i].wish);
	if (starts[_i].result == API_OK)
		ck_assert_int_eq(number(arguments_of(reply), "id"), 7);
	json_decref(reply);
}
END_TEST

static const char *
text_in(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

START_TEST(trace_take)
{
	json_t *reply = ask("{\"command\": \"trace-take\", \"arguments\": {\"id\": 7}}");
	json_t *packets = json_object_get(arguments_of(reply), "packets"), *sent = json_array_get(packets, 0),
	       *dropped = json_array_get(packets, 1), *steps = json_object_get(sent, "steps");

	ck_assert_uint_eq(json_array_size(packets), 2);
	ck_assert_int_eq(number(arguments_of(reply), "left"), 8);
	ck_assert_int_eq(number(arguments_of(reply), "lost"), 3);
	ck_assert_int_eq(number(sent, "time_ns"), INT64_C(1700000000123456789));
	ck_assert_str_eq(text_in(sent, "came"), "a packet");
	ck_assert_str_eq(text_in(sent, "went"), "another packet");
	ck_assert_str_eq(text_in(sent, "verdict"), "sent");
	ck_assert_ptr_null(json_object_get(sent, "reason"));
	ck_assert_uint_eq(json_array_size(steps), 2);
	ck_assert_str_eq(text_in(json_array_get(steps, 0), "step"), "lan_in");
	ck_assert_str_eq(text_in(json_array_get(steps, 0), "verdict"), "next");
	ck_assert_str_eq(text_in(json_array_get(steps, 1), "step"), "send_packet");
	ck_assert_int_eq(number(json_array_get(steps, 1), "depth"), 1);
	ck_assert_int_eq(number(sent, "missing_steps"), 0);

	ck_assert_uint_eq(json_array_size(json_object_get(dropped, "steps")), TRAIL_STEPS);
	ck_assert_int_eq(number(dropped, "missing_steps"), 3);
	ck_assert_str_eq(text_in(dropped, "reason"), "spoof_v4");
	ck_assert_str_eq(text_in(dropped, "hint"), drop_info[DROP_spoof_v4].hint);
	ck_assert_ptr_null(json_object_get(dropped, "went"));
	json_decref(reply);
}
END_TEST

START_TEST(trace_take_few)
{
	json_t *reply = ask("{\"command\": \"trace-take\", \"arguments\": {\"id\": 7, \"count\": 1}}");

	ck_assert_uint_eq(json_array_size(json_object_get(arguments_of(reply), "packets")), 1);
	json_decref(reply);
	reply = ask("{\"command\": \"trace-take\", \"arguments\": {\"id\": 7, \"count\": 0}}");
	ck_assert_uint_eq(json_array_size(json_object_get(arguments_of(reply), "packets")), 0);
	json_decref(reply);
}
END_TEST

START_TEST(trace_of_nobody)
{
	json_t *reply = ask("{\"command\": \"trace-take\", \"arguments\": {\"id\": 8, \"count\": 0}}");

	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
	reply = ask("{\"command\": \"trace-stop\", \"arguments\": {\"id\": 8}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
	reply = ask("{\"command\": \"trace-stop\", \"arguments\": {\"id\": 7}}");
	ck_assert_int_eq(result_of(reply), API_OK);
	json_decref(reply);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("api_trace");
	TCase *tests = tcase_create("api_trace");

	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, trace_start, 0, COUNT(starts));
	tcase_add_test(tests, trace_take);
	tcase_add_test(tests, trace_take_few);
	tcase_add_test(tests, trace_of_nobody);
	suite_add_tcase(suite, tests);
	return suite;
}
