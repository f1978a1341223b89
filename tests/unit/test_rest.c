/* SPDX-License-Identifier: BSD-3-Clause */
/* An idle worker: what wakes it, and that nobody rings who need not. */
#include "engine/rest.h"

#include <unistd.h>

#include "unit.h"

static struct rest rest;
static int questions, silent;

static void
set_up(void)
{
	questions = 0;
	silent = eventfd(0, EFD_CLOEXEC);
	rest = (struct rest){ 0 };
	rest_begin(&rest);
	ck_assert_int_eq(rest_wait_for(&rest, &silent, 1), 0);
}

static void
tear_down(void)
{
	rest_close(&rest);
	close(silent);
}

/* By the time it is asked, others must know that it sleeps. */
static bool
has_work(const void *answer)
{
	questions++;
	ck_assert(rest.sleeps);
	return answer != NULL;
}

static eventfd_t
times_rung(void)
{
	eventfd_t rung = 0;

	(void)eventfd_read(rest.file[0].fd, &rung);
	return rung;
}

START_TEST(work_keeps_it_awake)
{
	rest_sleep(&rest, has_work, "");
	ck_assert_int_eq(questions, 1);
	ck_assert(!rest.sleeps);
}
END_TEST

START_TEST(only_a_sleeper_is_rung_for)
{
	rest_ring(&rest);
	ck_assert_uint_eq(times_rung(), 0);
	rest.sleeps = true;
	rest_ring(&rest);
	rest_ring(&rest);
	ck_assert_uint_eq(times_rung(), 1);
}
END_TEST

/* With packets waiting, or its bell rung, it does not wait; the bell is silent afterwards. */
START_TEST(files_end_the_wait)
{
	ck_assert_int_eq(eventfd_write(silent, 1), 0);
	rest_sleep(&rest, has_work, NULL);
	ck_assert_int_eq(rest.file[1].revents, POLLIN);
	rest.sleeps = true;
	rest_ring(&rest);
	rest_sleep(&rest, has_work, NULL);
	ck_assert_int_eq(rest.file[0].revents, POLLIN);
	ck_assert_uint_eq(times_rung(), 0);
}
END_TEST

/* A file that is broken for good does not make the worker spin: it rests by the clock then. */
START_TEST(broken_files_are_rested_for)
{
	const unsigned int before = rest.clock_us;
	int pipes[2];

	ck_assert_int_eq(pipe(pipes), 0);
	close(pipes[1]);
	rest.file[1].fd = pipes[0]; /* POLLHUP */
	rest_sleep(&rest, has_work, NULL);
	ck_assert_uint_gt(rest.clock_us, before);
	close(pipes[0]);
}
END_TEST

START_TEST(by_the_clock_longer_and_longer)
{
	struct rest clock = { 0 };
	unsigned int last;

	rest_begin(&clock);
	last = clock.clock_us;
	for (int i = 0; i < 3; i++) {
		rest_sleep(&clock, has_work, NULL);
		ck_assert_uint_gt(clock.clock_us, last);
		last = clock.clock_us;
	}
	ck_assert_int_eq(questions, 0);
	for (int i = 0; i < 5; i++)
		rest_sleep(&clock, has_work, NULL);
	ck_assert_uint_eq(clock.clock_us, 125);
	rest_ring(&clock); /* has no bell */
	rest_begin(&clock);
	ck_assert_uint_lt(clock.clock_us, last);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("rest");
	TCase *tcase = tcase_create("rest");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, work_keeps_it_awake);
	tcase_add_test(tcase, only_a_sleeper_is_rung_for);
	tcase_add_test(tcase, files_end_the_wait);
	tcase_add_test(tcase, broken_files_are_rested_for);
	tcase_add_test(tcase, by_the_clock_longer_and_longer);
	suite_add_tcase(suite, tcase);
	return suite;
}
