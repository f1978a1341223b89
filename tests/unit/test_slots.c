/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters follow a domain's name through reloads that add, remove, rename and reorder; nobody gets what workers still use. */
#include "control/slots.h"

#include <stdlib.h>

#include "unit.h"

static struct slots slots;
static struct counters total;
static struct snapshot *snapshot;
static struct conf_softwire domains[STATS_MAX_SOFTWIRES];
static struct conf conf = { .softwires = domains };

static void
set_up(void)
{
	memset(&slots, 0, sizeof(slots));
	memset(&total, 0, sizeof(total));
	snapshot = calloc(1, sizeof(*snapshot));
	ck_assert_ptr_nonnull(snapshot);
}

static void
tear_down(void)
{
	free(snapshot);
}

/* A new snapshot with the domains of a list of names; each domain then counts one packet. */
static int
load(const char *names, uint64_t generation, uint64_t oldest)
{
	char list[64 * 8], *rest = list, *name;
	int rc;

	snprintf(list, sizeof(list), "%s", names);
	conf.softwire_count = 0;
	while ((name = strsep(&rest, " ")) != NULL)
		snprintf(domains[conf.softwire_count++].name, CONF_NAME_SIZE, "%s", name);
	snapshot->generation = generation;
	snapshot->softwire_count = (uint16_t)conf.softwire_count;
	rc = slots_assign(&slots, &conf, snapshot, oldest, generation * 1000, &total);
	for (size_t i = 0; i < conf.softwire_count && rc == 0; i++)
		total.softwire[snapshot->softwire[i].index].rcvd_ipv4.packets++;
	return rc;
}

/* The packets that a domain shows, and since when. */
static void
expect(const char *name, uint64_t packets, uint64_t since_ms)
{
	struct report report = { 0 };

	slots_report(&slots, snapshot, &report);
	for (unsigned int i = 0; i < report.softwire_count; i++) {
		const struct report_softwire *one = &report.softwire[i];

		if (strcmp(one->name, name) != 0)
			continue;
		ck_assert_uint_eq(total.softwire[one->slot].rcvd_ipv4.packets - one->before.rcvd_ipv4.packets, packets);
		ck_assert_uint_eq(one->since_ms, since_ms);
		return;
	}
	ck_abort_msg("no domain %s", name);
}

START_TEST(by_name)
{
	ck_assert_int_eq(load("a b c", 1, 1), 0);
	ck_assert_int_eq(load("c a", 2, 1), 0); /* reordered, and one gone */
	expect("a", 2, 1000);
	expect("c", 2, 1000);
	ck_assert_int_eq(load("d c a", 3, 2), 0); /* one new, in b's counters */
	expect("d", 1, 3000);
	expect("c", 3, 1000);
	expect("a", 3, 1000);
	ck_assert_int_eq(load("d c a b", 4, 3), 0); /* b is another one now */
	expect("b", 1, 4000);
	expect("d", 2, 3000);
}
END_TEST

/* A worker may still count for the old domain: its counters are nobody else's until it cannot. */
START_TEST(no_slot_of_an_old_snapshot)
{
	ck_assert_int_eq(load("a", 1, 1), 0);
	ck_assert_int_eq(load("b", 2, 1), 0);
	ck_assert_uint_eq(snapshot->softwire[0].index, 1);
	ck_assert_int_eq(load("c", 3, 1), 0);
	ck_assert_uint_eq(snapshot->softwire[0].index, 2);
	ck_assert_int_eq(load("d", 4, 3), 0);
	ck_assert_uint_eq(snapshot->softwire[0].index, 0);
	expect("d", 1, 4000);
}
END_TEST

/* As many as there may be, three times others at once: the third has to wait for the workers. */
START_TEST(no_slots_left)
{
	char names[3][64 * 8] = { "" };

	for (int set = 0; set < 3; set++) {
		for (int i = 0; i < STATS_MAX_SOFTWIRES; i++)
			sprintf(names[set] + strlen(names[set]), "%s%c%d", i > 0 ? " " : "", 'a' + set, i);
	}
	ck_assert_int_eq(load(names[0], 1, 1), 0);
	ck_assert_int_eq(load(names[1], 2, 1), 0);
	ck_assert_int_eq(load(names[2], 3, 1), -EBUSY);
	ck_assert_int_eq(load(names[1], 3, 1), 0); /* nothing has changed by that */
	expect("b63", 2, 2000);
	ck_assert_int_eq(load(names[2], 4, 3), 0);
	expect("c0", 1, 4000);
	expect("c63", 1, 4000);
}
END_TEST

/* A clock that was wrong at the start: what counts does so for as long as before. */
START_TEST(clock_that_was_moved)
{
	ck_assert_int_eq(load("a b", 1, 1), 0);
	slots_step(&slots, 1795000000000);
	ck_assert_int_eq(load("a c", 2, 1), 0);
	expect("a", 2, 1795000001000);
	expect("c", 1, 2000);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("slots");
	TCase *tcase = tcase_create("slots");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, by_name);
	tcase_add_test(tcase, no_slot_of_an_old_snapshot);
	tcase_add_test(tcase, no_slots_left);
	tcase_add_test(tcase, clock_that_was_moved);
	suite_add_tcase(suite, tcase);
	return suite;
}
