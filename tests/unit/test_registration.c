/* SPDX-License-Identifier: BSD-3-Clause */
/* When the server of a fixed address is told where it is, and what becomes of its answers. */
#include <string.h>

#include "provision/registration.h"
#include "unit.h"

static struct registration r;

static void
set_up(void)
{
	memset(&r, 0, sizeof(r));
}

static void
answer(int status, const char *text, uint64_t now)
{
	registration_answer(&r, status, text, strlen(text), now);
}

static void
check(const char *word, const char *reason)
{
	ck_assert_str_eq(registration_state_word(r.state), word);
	ck_assert_msg(strstr(r.reason, reason) != NULL, "%s", r.reason);
}

/* Once for each end that is new, after it has been tested for duplicates. */
START_TEST(each_end_once)
{
	ck_assert(!registration_tick(&r, 5));
	registration_set(&r, 0, 5);
	check("none", "no softwire");
	registration_again(&r, 6);
	check("none", "no softwire");
	registration_set(&r, 1, 1000);
	ck_assert(!registration_tick(&r, 3999));
	ck_assert(registration_tick(&r, 4000));
	check("asking", "new");
	answer(200, "OK\r\nand more", 4100);
	check("registered", "the server answers 200: OK");
	ck_assert(strchr(r.reason, '\r') == NULL && strstr(r.reason, "more") == NULL);
	registration_set(&r, 1, 5000);
	check("registered", "200");
	ck_assert(!registration_tick(&r, UINT64_MAX - 1));
	registration_set(&r, 2, 6000);
	ck_assert(registration_tick(&r, 9000));
	registration_set(&r, 0, 9001); /* the softwire goes while the server is asked */
	answer(200, "OK", 9002);
	check("none", "no softwire");
}
END_TEST

/* Three tries, ten seconds apart; a server that says no is not asked again, unless a person wants it. */
START_TEST(tries)
{
	registration_set(&r, 1, 0);
	ck_assert(registration_tick(&r, 3000));
	answer(0, "connection refused", 3100);
	check("waiting", "try 1 of 3: connection refused");
	ck_assert(!registration_tick(&r, 13099));
	ck_assert(registration_tick(&r, 13100));
	ck_assert(!registration_tick(&r, 43099));
	check("asking", "try 1");
	ck_assert(!registration_tick(&r, 43100));
	check("waiting", "try 2 of 3: no answer in time");
	ck_assert(registration_tick(&r, 53100));
	answer(0, "connection refused", 53200);
	check("failed", "try 3 of 3");
	ck_assert(r.next_ms == UINT64_MAX);
	registration_again(&r, 60000);
	ck_assert(registration_tick(&r, 63000));
	answer(403, "NG", 63001);
	check("refused", "the server answers 403: NG");
	ck_assert(r.next_ms == UINT64_MAX);
}
END_TEST

/* The shapes of v6 plus and transix. */
START_TEST(urls)
{
	char url[REGISTRATION_URL_SIZE], shape[REGISTRATION_URL_SIZE];

	ck_assert_int_eq(registration_url("http://fcs.example/update?user={user}&pass={pass}", "a-1", "x&y=%/\xe3",
			     url),
	    0);
	ck_assert_str_eq(url, "http://fcs.example/update?user=a-1&pass=x%26y%3D%25%2F%E3");
	ck_assert_int_eq(registration_url("http://u.example/request?username={user}&password={pass}", "u", "p", url),
	    0);
	ck_assert_str_eq(url, "http://u.example/request?username=u&password=p");
	ck_assert_int_eq(registration_url("https://d.example/{x}", "u", "p", url), 0);
	ck_assert_str_eq(url, "https://d.example/{x}");
	memset(shape, 'a', sizeof(shape) - 1);
	shape[sizeof(shape) - 1] = '\0';
	ck_assert_int_eq(registration_url(shape, "", "", url), 0);
	ck_assert_uint_eq(strlen(url), sizeof(shape) - 1);
	memcpy(shape + sizeof(shape) - 7, "{user}", 6);
	ck_assert_int_eq(registration_url(shape, "123456", "", url), 0);
	ck_assert_int_eq(registration_url(shape, "1234567", "", url), -ENAMETOOLONG);
	ck_assert_int_eq(registration_url(shape, "12345&", "", url), -ENAMETOOLONG);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("registration");
	TCase *tcase = tcase_create("registration");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, each_end_once);
	tcase_add_test(tcase, tries);
	tcase_add_test(tcase, urls);
	suite_add_tcase(suite, tcase);
	return suite;
}
