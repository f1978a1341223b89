/* SPDX-License-Identifier: BSD-3-Clause */
/* What the counters of a softwire say about its other end. */
#include <string.h>

#include "stats/pulse.h"
#include "unit.h"

static struct pulse pulse;
static uint64_t ms, sent, received;

static void
set_up(void)
{
	memset(&pulse, 0, sizeof(pulse));
	ms = sent = received = 100;
	pulse_take(&pulse, ms, sent, received);
}

static enum pulse_verdict
after(unsigned int more_sent, unsigned int more_received)
{
	ms += PULSE_EVERY_MS;
	sent += more_sent;
	received += more_received;
	pulse_take(&pulse, ms, sent, received);
	return pulse_verdict(&pulse);
}

START_TEST(nothing_is_known_of_an_idle_one)
{
	const struct pulse none = { 0 };

	ck_assert_int_eq(pulse_verdict(&none), PULSE_UNKNOWN);
	ck_assert_uint_eq(pulse_lately(&none).sent, 0);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(after(0, 0), PULSE_UNKNOWN);
	ck_assert_uint_eq(pulse_lately(&pulse).sent, 0);
}
END_TEST

/* What came in counts for a minute; who is idle for longer may have lost the other end meanwhile. */
START_TEST(answers_count_for_a_minute)
{
	ck_assert_int_eq(after(5, 4), PULSE_ANSWERS);
	for (int i = 0; i < 12; i++)
		ck_assert_int_eq(after(0, 0), PULSE_ANSWERS);
	ck_assert_int_eq(after(0, 0), PULSE_UNKNOWN);
}
END_TEST

/* Three packets in ten seconds without an answer; one or two may have got lost, or have none. */
START_TEST(silence)
{
	ck_assert_int_eq(after(1, 1), PULSE_ANSWERS);
	ck_assert_int_eq(after(2, 0), PULSE_ANSWERS);
	ck_assert_int_eq(after(0, 0), PULSE_ANSWERS);
	ck_assert_uint_eq(pulse_unanswered(&pulse), 2);
	ck_assert_int_eq(after(1, 0), PULSE_SILENT);
	ck_assert_uint_eq(pulse_unanswered(&pulse), 3);
	ck_assert_int_eq(after(100, 0), PULSE_SILENT);
	ck_assert_int_eq(after(0, 1), PULSE_ANSWERS);
	ck_assert_uint_eq(pulse_unanswered(&pulse), 0);
}
END_TEST

START_TEST(silence_takes_time)
{
	ck_assert_int_eq(after(1000, 0), PULSE_UNKNOWN);
	ck_assert_int_eq(after(0, 0), PULSE_SILENT);
	for (int i = 0; i < 100; i++) /* and lasts: nothing has changed */
		ck_assert_int_eq(after(0, 0), PULSE_SILENT);
	ck_assert_uint_eq(pulse_lately(&pulse).sent, 0);
	ck_assert_uint_eq(pulse_unanswered(&pulse), 1000);
}
END_TEST

START_TEST(the_last_minute)
{
	struct pulse_look lately;

	for (int i = 0; i < 30; i++)
		after(10, 7);
	lately = pulse_lately(&pulse);
	ck_assert_uint_eq(lately.ms, 60000);
	ck_assert_uint_eq(lately.sent, 120);
	ck_assert_uint_eq(lately.received, 84);
	ms += 300000; /* who looks late sees the minute before only */
	after(1, 1);
	lately = pulse_lately(&pulse);
	ck_assert_uint_eq(lately.ms, 0);
	ck_assert_uint_eq(lately.sent, 0);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("pulse");
	TCase *tcase = tcase_create("pulse");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, nothing_is_known_of_an_idle_one);
	tcase_add_test(tcase, answers_count_for_a_minute);
	tcase_add_test(tcase, silence);
	tcase_add_test(tcase, silence_takes_time);
	tcase_add_test(tcase, the_last_minute);
	suite_add_tcase(suite, tcase);
	return suite;
}
