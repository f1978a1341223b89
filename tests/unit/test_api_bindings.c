/* SPDX-License-Identifier: BSD-3-Clause */
/* binding-add, binding-get, binding-remove: what they ask of the system, and what they say. */
#include "api_fake.h"
#include "conf/bindings.h"

static void
check_asked(unsigned int call, const char *ipv4, int psid, const char *softwire)
{
	ck_assert_uint_lt(call, fake.binding_calls);
	ck_assert_uint_eq(fake.asked[call].ipv4, ip4(ipv4));
	ck_assert_int_eq(fake.asked[call].psid, psid);
	ck_assert(fake.asked[call].softwire == (softwire == NULL ? 0 : ip6(softwire)));
}

static void
check_counts(json_t *reply, int added, int replaced, int failed)
{
	ck_assert_int_eq(number(arguments_of(reply), "added"), added);
	ck_assert_int_eq(number(arguments_of(reply), "replaced"), replaced);
	ck_assert_int_eq(number(arguments_of(reply), "failed"), failed);
}

START_TEST(add)
{
	json_t *reply = ask("{\"command\": \"binding-add\", \"arguments\": {\"ipv4\": \"203.0.113.1\", \"psid\": 52, "
			    "\"softwire\": \"2001:db8:100::1\"}, \"id\": 5}");

	ck_assert_int_eq(result_of(reply), API_OK);
	check_counts(reply, 1, 0, 0);
	ck_assert_int_eq(number(reply, "id"), 5);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "until the next reload"));
	check_asked(0, "203.0.113.1", 52, "2001:db8:100::1");
	ck_assert(!fake.replace);
	json_decref(reply);
}
END_TEST

/* A whole address has no PSID. */
START_TEST(replace)
{
	json_t *reply;

	fake.answer[7] = 1;
	reply = ask("{\"command\": \"binding-add\", \"arguments\": {\"ipv4\": \"198.51.100.7\", \"softwire\": "
		    "\"2001:db8:100::1\", \"replace\": true}}");
	ck_assert_int_eq(result_of(reply), API_OK);
	check_counts(reply, 0, 1, 0);
	check_asked(0, "198.51.100.7", CONF_NO_PSID, "2001:db8:100::1");
	ck_assert(fake.replace);
	json_decref(reply);
}
END_TEST

START_TEST(add_that_fails)
{
	json_t *reply;

	fake.answer[7] = -EEXIST;
	reply = ask("{\"command\": \"binding-add\", \"arguments\": {\"ipv4\": \"198.51.100.7\", \"softwire\": "
		    "\"2001:db8:100::1\", \"replace\": false}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_str_eq(text_of(reply), "no 7; hint: try another");
	ck_assert(!fake.replace);
	json_decref(reply);
}
END_TEST

#define MANY                                                                                \
	"{\"command\": \"binding-add\", \"arguments\": {\"replace\": true, \"bindings\": [" \
	"{\"ipv4\": \"203.0.113.1\", \"psid\": 0, \"softwire\": \"2001:db8::1\"}, "         \
	"{\"ipv4\": \"203.0.113.2\", \"softwire\": \"2001:db8::2\"}, "                      \
	"{\"ipv4\": \"203.0.113.3\", \"psid\": 65535, \"softwire\": \"2001:db8::3\"}, "     \
	"{\"ipv4\": \"203.0.113.4\", \"psid\": 4, \"softwire\": \"2001:db8::4\"}]}}"

START_TEST(add_many)
{
	json_t *reply;

	fake.answer[2] = 1;
	reply = ask(MANY);
	ck_assert_int_eq(result_of(reply), API_OK);
	check_counts(reply, 3, 1, 0);
	ck_assert_uint_eq(fake.binding_calls, 4);
	check_asked(0, "203.0.113.1", 0, "2001:db8::1");
	check_asked(1, "203.0.113.2", CONF_NO_PSID, "2001:db8::2");
	check_asked(2, "203.0.113.3", 65535, "2001:db8::3");
	check_asked(3, "203.0.113.4", 4, "2001:db8::4");
	ck_assert(fake.replace);
	json_decref(reply);
}
END_TEST

/* Each stands for itself: one that fails does not keep the others out, and the first is told. */
START_TEST(add_many_of_which_some_fail)
{
	json_t *reply;

	fake.answer[2] = -ENOENT;
	fake.answer[3] = -EEXIST;
	reply = ask(MANY);
	ck_assert_int_eq(result_of(reply), API_FAILED);
	check_counts(reply, 2, 0, 2);
	ck_assert_uint_eq(fake.binding_calls, 4);
	ck_assert_str_eq(text_of(reply), "2 of 4 failed; the first, bindings[1]: no 2; hint: try another");
	json_decref(reply);
	fake.answer[1] = 1; /* takes the place of another; the next two fail */
	reply = ask(MANY);
	check_counts(reply, 1, 1, 2);
	ck_assert_str_eq(text_of(reply), "2 of 4 failed; the first, bindings[1]: no 2; hint: try another");
	json_decref(reply);
}
END_TEST

START_TEST(add_none)
{
	json_t *reply = ask("{\"command\": \"binding-add\", \"arguments\": {\"bindings\": []}}");

	ck_assert_int_eq(result_of(reply), API_OK);
	check_counts(reply, 0, 0, 0);
	ck_assert_uint_eq(fake.binding_calls, 0);
	json_decref(reply);
}
END_TEST

/* From address and PSID to the CE, with what it has carried. */
START_TEST(get)
{
	json_t *reply = ask("{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113.4\", \"psid\": 52}}");
	json_t *want = json_pack("{s:s, s:i, s:s, s:s, s:s, s:i, s:i, s:i, s:I}", "ipv4", "203.0.113.4", "psid", 52,
	    "softwire", "2001:db8::1", "domain", "fixed", "from", "file", "sent_ipv6_packets", 1, "sent_ipv6_bytes",
	    1001, "sent_ipv4_packets", 2, "sent_ipv4_bytes", (json_int_t)1 << 62);

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert(json_equal(arguments_of(reply), want));
	check_asked(0, "203.0.113.4", 52, NULL);
	json_decref(want);
	json_decref(reply);
}
END_TEST

START_TEST(get_a_whole_address)
{
	json_t *reply = ask("{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113.5\"}}");

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_ptr_null(json_object_get(arguments_of(reply), "psid"));
	ck_assert_str_eq(json_string_value(json_object_get(arguments_of(reply), "from")), "command");
	check_asked(0, "203.0.113.5", CONF_NO_PSID, NULL);
	json_decref(reply);
}
END_TEST

START_TEST(get_nobody)
{
	json_t *reply;

	fake.answer[5] = -ENOENT;
	reply = ask("{\"command\": \"binding-get\", \"arguments\": {\"ipv4\": \"203.0.113.5\"}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_str_eq(text_of(reply), "no 5; hint: try another");
	json_decref(reply);
}
END_TEST

START_TEST(remove_one)
{
	const char *request =
	    "{\"command\": \"binding-remove\", \"arguments\": {\"ipv4\": \"203.0.113.4\", \"psid\": 52}}";
	json_t *reply = ask(request);

	ck_assert_int_eq(result_of(reply), API_OK);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "until the next reload"));
	check_asked(0, "203.0.113.4", 52, NULL);
	json_decref(reply);
	fake.answer[4] = -ENOENT;
	reply = ask(request);
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_str_eq(text_of(reply), "no 4; hint: try another");
	json_decref(reply);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("api_bindings");
	TCase *tcase = tcase_create("bindings");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, add);
	tcase_add_test(tcase, replace);
	tcase_add_test(tcase, add_that_fails);
	tcase_add_test(tcase, add_many);
	tcase_add_test(tcase, add_many_of_which_some_fail);
	tcase_add_test(tcase, add_none);
	tcase_add_test(tcase, get);
	tcase_add_test(tcase, get_a_whole_address);
	tcase_add_test(tcase, get_nobody);
	tcase_add_test(tcase, remove_one);
	suite_add_tcase(suite, tcase);
	return suite;
}
