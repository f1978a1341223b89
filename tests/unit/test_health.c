/* SPDX-License-Identifier: BSD-3-Clause */
/* OPS-12: what makes a box healthy, one thing wrong at a time. */
#include "api/health.h"
#include "unit.h"

static const struct error why = { .text = "the line has no prefix" };

/* Two workers with the generation in use, both links, a softwire. */
static struct health
well(bool is_ce)
{
	return (struct health){ .generation = 7,
		.worker_count = 2,
		.worker = { { 7, 3 }, { 7, HEALTH_SILENT_MS - 1 } },
		.link = { { is_ce ? "lan" : "inet", true }, { "wan", true } },
		.is_ce = is_ce,
		.reach = REACH_BY_PROBE,
		.rules = is_ce ? 0 : 1 };
}

/* The reasons, joined by bars. */
static void
check_health(const struct health *health, const char *reasons)
{
	json_t *document = health_json(health), *reason;
	char found[1024] = "";
	size_t i;

	ck_assert_int_eq(json_is_true(json_object_get(document, "healthy")), reasons[0] == '\0');
	json_array_foreach(json_object_get(document, "reasons"), i, reason)
	{
		const size_t len = strlen(found);

		snprintf(found + len, sizeof(found) - len, "%s%s", i > 0 ? "|" : "", json_string_value(reason));
	}
	ck_assert_str_eq(found, reasons);
	ck_assert_uint_ge(json_array_size(json_object_get(document, "checks")), 5);
	json_decref(document);
}

START_TEST(all_is_well)
{
	struct health ce = well(true), br = well(false);

	check_health(&ce, "");
	check_health(&br, "");
	br.rules = 0;
	br.bindings = 1;
	check_health(&br, "");
	/* Silence without a probe may be a host that pings nobody; a silent target alone is only a silent target. */
	for (int reach = REACH_UNKNOWN; reach <= REACH_PROBE_DOWN; reach++) {
		ce.reach = (enum reach)reach;
		check_health(&ce,
		    reach == REACH_PROBE_DOWN ? "the probe's target is silent, and nothing else comes back" : "");
	}
}
END_TEST

START_TEST(one_thing_is_wrong)
{
	struct health health = well(true);

	health.worker[1].generation = 6;
	check_health(&health, "generation 7 is in use by 1 of 2 workers");
	health = well(true);
	health.worker[0].silent_ms = HEALTH_SILENT_MS;
	check_health(&health, "1 of 2 workers stand still; the longest silence is 1000 ms");
	health = well(true);
	health.link[0].is_up = false;
	check_health(&health, "the link of lan is down");
	health = well(true);
	health.why_down = &why;
	health.reach = REACH_PROBE_DOWN; /* of a softwire that is gone */
	check_health(&health, "there is no softwire: the line has no prefix");
	health = well(true);
	health.is_drained = true;
	check_health(&health, "the box is being drained: mapedgectl drain off");
	health = well(false);
	health.is_drained = true;
	check_health(&health, "the box is being drained: mapedgectl drain off");
	health = well(false);
	health.rules = 0;
	check_health(&health, "there are 0 rules and 0 bindings");
	health.link[0].is_up = health.link[1].is_up = false;
	check_health(&health, "the link of inet is down|the link of wan is down|there are 0 rules and 0 bindings");
}
END_TEST

/* What is no worker's says nothing. */
START_TEST(only_the_workers_there_are)
{
	struct health health = well(true);

	health.worker_count = 1;
	health.worker[1].generation = 0;
	health.worker[1].silent_ms = 99999;
	check_health(&health, "");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("health");
	TCase *tcase = tcase_create("health");

	tcase_add_test(tcase, all_is_well);
	tcase_add_test(tcase, one_thing_is_wrong);
	tcase_add_test(tcase, only_the_workers_there_are);
	suite_add_tcase(suite, tcase);
	return suite;
}
