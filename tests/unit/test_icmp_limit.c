/* SPDX-License-Identifier: BSD-3-Clause */
/* The token buckets: exact for the whole box, whatever the number of its workers. */
#include <stdlib.h>

#include "pkt/limit.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define TRIGGERS 10000

static struct token_bucket bucket[WORKER_MAX];
static struct worker *worker;

static void
set_up(void)
{
	memset(bucket, 0, sizeof(bucket));
	worker = calloc(1, sizeof(*worker));
	if (worker == NULL)
		abort();
	worker->count = 1;
}

static void
tear_down(void)
{
	free(worker);
}

/* One trigger for every worker at a time; how many of them were answered. */
static unsigned int
trigger_all(uint64_t ms, struct limit limit)
{
	unsigned int sent = 0;

	worker->now_ms = ms;
	for (worker->id = 0; worker->id < worker->count; worker->id++)
		sent += limit_take(worker, &bucket[worker->id], limit);
	return sent;
}

static const uint16_t workers[] = { 1, 2, 3, 8, 16 };
static const struct {
	struct limit limit;
	uint64_t milliseconds;
} floods[] = {
	{ { 1000, 200 }, 2000 },
	{ { 1000, 200 }, 9001 },
	{ { 10, 32 }, 100000 },
	{ { 1, 32 }, 1000000 }, /* fewer than one a second for each of 16 workers */
	{ { 7, 100 }, 12345 },
	{ { 333, 64 }, 20000 },
};

/*
 * ICM-03, ICM-04: RFC 4443 section 2.4 (f), RFC 1812 section 4.3.2.8: 10 000 triggers in a time t are never answered
 * by more than burst + rate * t errors of the whole box, and by less only for what each worker has left of a token.
 */
START_TEST(box_keeps_its_rate)
{
	const uint64_t from = _i % 2 == 0 ? 0 : 123456789;

	for (int i = 0; i < COUNT(floods); i++) {
		const struct limit limit = floods[i].limit;
		const uint64_t t = floods[i].milliseconds, rounds = TRIGGERS / workers[_i];
		const double most = limit.burst + (double)limit.rate * (double)t / 1000;
		unsigned int sent = 0;

		memset(bucket, 0, sizeof(bucket));
		worker->count = workers[_i];
		for (uint64_t round = 0; round < rounds; round++)
			sent += trigger_all(from + t * round / (rounds - 1), limit);
		ck_assert_msg(sent <= most, "flood %d, %u workers: %u", i, workers[_i], sent);
		ck_assert_msg(sent > most - workers[_i], "flood %d, %u workers: %u", i, workers[_i], sent);
	}
}
END_TEST

/* Nothing gets lost between two tokens, asked as often as one likes: 100 in 100 seconds, and the burst. */
START_TEST(one_a_second)
{
	unsigned int sent = 0;

	worker->count = workers[_i];
	for (uint64_t ms = 5; ms <= 100005; ms++)
		sent += trigger_all(ms, (struct limit){ .rate = 1, .burst = 16 });
	ck_assert_uint_le(sent, 100 + 16);
	ck_assert_uint_gt(sent, 100u + 16 - workers[_i]);
}
END_TEST

/* No worker is silent for ever: of a burst smaller than their number each has one. */
START_TEST(burst_of_less_than_the_workers)
{
	const struct limit limit = { .rate = 1, .burst = 1 };
	unsigned int sent;

	worker->count = workers[_i];
	ck_assert_uint_eq(trigger_all(0, limit), workers[_i]);
	ck_assert_uint_eq(trigger_all(0, limit), 0);
	sent = 0;
	for (uint64_t ms = 0; ms <= 160000; ms += 1000)
		sent += trigger_all(ms, limit);
	ck_assert_uint_le(sent, 160);
	ck_assert_uint_gt(sent, 160u - workers[_i]);
}
END_TEST

/* After any rest the burst, and no more; the longest is 300 years. */
START_TEST(rest_fills_the_bucket_once)
{
	static const uint64_t rests[] = { 0, 200, 1000, UINT64_C(1000000), UINT64_C(100000000000),
		UINT64_C(9000000000000) };
	uint64_t now = 0;

	for (int i = 0; i < COUNT(rests); i++) {
		unsigned int sent = 0;

		now += rests[i];
		for (int j = 0; j < 1000; j++)
			sent += trigger_all(now, (struct limit){ .rate = 1000, .burst = 200 });
		ck_assert_msg(sent == 200, "rest %d: %u", i, sent);
	}
}
END_TEST

START_TEST(rate_of_none)
{
	const struct limit none = { .rate = 0, .burst = 1000 }, some = { .rate = 1000, .burst = 200 };

	for (uint64_t ms = 0; ms < 100000; ms += 1000)
		ck_assert_uint_eq(trigger_all(ms, none), 0);
	ck_assert_uint_eq(trigger_all(100000, some), 1);
	ck_assert_uint_eq(trigger_all(200000, none), 0);
}
END_TEST

/* The largest values that can be configured. */
START_TEST(largest_limit)
{
	const struct limit limit = { .rate = 1000000, .burst = 1000000 };
	unsigned int sent = 0;

	worker->count = workers[_i];
	for (int i = 0; i < 1100000 / workers[_i]; i++)
		sent += trigger_all(1, limit);
	ck_assert_uint_le(sent, 1000000);
	ck_assert_uint_gt(sent, 1000000u - workers[_i]);
}
END_TEST

/* A limit that changes while it runs: a smaller burst holds at once, a larger one fills up at its rate. */
START_TEST(limit_that_changes)
{
	const struct limit large = { .rate = 10, .burst = 100 }, small = { .rate = 10, .burst = 5 };
	unsigned int sent = 0;

	ck_assert_uint_eq(trigger_all(0, large), 1);
	for (int i = 0; i < 100; i++)
		sent += trigger_all(0, small);
	ck_assert_uint_eq(sent, 5);
	sent = 0;
	for (int i = 0; i < 100; i++)
		sent += trigger_all(2000, large);
	ck_assert_uint_eq(sent, 20);
}
END_TEST

/*
 * Beside another way to say the same, the generic cell rate algorithm (ITU-T I.371): the time at which the bucket would
 * be full again, instead of what is in it. In units of 1 / (1000 * workers) of a token.
 */
START_TEST(as_the_cell_rate_algorithm_says)
{
	struct random random = { .key = { { 4711, (uint64_t)_i } } };

	for (int run = 0; run < 200; run++) {
		const struct limit limit = { 1 + random_below(&random, 5000), 1 + random_below(&random, 50) };
		const uint32_t gap = 1 + random_below(&random, 200);
		const uint64_t token = UINT64_C(1000) * workers[_i];
		const uint64_t share = UINT64_C(1000) * limit.burst, depth = share > token ? share : token;
		uint64_t now = random_below(&random, 1000), full_at = 0;

		memset(bucket, 0, sizeof(bucket));
		worker->count = workers[_i];
		for (int i = 0; i < 500; i++) {
			const uint64_t due = full_at > now * limit.rate ? full_at : now * limit.rate;
			const bool want = due + token <= now * limit.rate + depth;

			worker->now_ms = now;
			ck_assert_msg(limit_take(worker, &bucket[0], limit) == want, "run %d, ask %d", run, i);
			if (want)
				full_at = due + token;
			now += random_below(&random, gap);
		}
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("icmp_limit");
	TCase *tcase = tcase_create("limit");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, box_keeps_its_rate, 0, COUNT(workers));
	tcase_add_loop_test(tcase, one_a_second, 0, COUNT(workers));
	tcase_add_loop_test(tcase, burst_of_less_than_the_workers, 0, COUNT(workers));
	tcase_add_test(tcase, rest_fills_the_bucket_once);
	tcase_add_test(tcase, rate_of_none);
	tcase_add_loop_test(tcase, largest_limit, 0, COUNT(workers));
	tcase_add_test(tcase, limit_that_changes);
	tcase_add_loop_test(tcase, as_the_cell_rate_algorithm_says, 0, COUNT(workers));
	suite_add_tcase(suite, tcase);
	return suite;
}
