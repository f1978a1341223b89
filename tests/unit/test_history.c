/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When the rule log gets a line, and which (OPS-05, OPS-09 for rules): at the start, at each change, once a day (here: a
 * second), for single bindings and refusals; and what happens to a line that cannot be written.
 */
#include "control/history.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maptext.h"

static char directory[] = "/tmp/mapedge-history-XXXXXX";
static char file[64];
static struct event_base *base;
static struct history *history;
static struct conf_softwire domains[2];
static struct map_rule_spec rules[2];
static struct conf conf = { .role = CONF_BR, .softwires = domains, .softwire_count = 1 };

static void
set_up(void)
{
	struct error err;

	strcpy(directory + strlen(directory) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(file, sizeof(file), "%s/rules.log", directory);
	rules[0] = rules[1] = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	domains[0] =
	    (struct conf_softwire){ .name = "lab", .br = ip6("2001:db8:ffff::1"), .rules = &rules[0], .rule_count = 1 };
	domains[1] =
	    (struct conf_softwire){ .name = "two", .br = ip6("2001:db8:ffff::2"), .rules = &rules[1], .rule_count = 1 };
	conf.softwire_count = 1;
	base = event_base_new();
	history = history_new(base, file, 1, &err);
	ck_assert_ptr_nonnull(history);
}

static void
tear_down(void)
{
	char command[64];

	history_free(history);
	event_base_free(base);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	ck_assert_int_eq(system(command), 0);
}

/* The line of a number from 0, NULL when there are not so many; every line is whole JSON. */
static json_t *
line(int number)
{
	FILE *in = fopen(file, "r");
	json_t *found = NULL;
	char *text = NULL;
	size_t size;

	ck_assert_ptr_nonnull(in);
	while (getline(&text, &size, in) > 0 && number-- > 0)
		;
	if (!feof(in)) {
		ck_assert_int_eq(text[strlen(text) - 1], '\n');
		found = json_loads(text, 0, NULL);
		ck_assert_msg(found != NULL, "not JSON: %s", text);
	}
	free(text);
	fclose(in);
	return found;
}

static void
expect(int number, const char *event, json_int_t generation)
{
	json_t *object = line(number);

	ck_assert_msg(object != NULL, "no line %d", number);
	ck_assert_str_eq(json_string_value(json_object_get(object, "event")), event);
	ck_assert_int_eq(json_integer_value(json_object_get(object, "generation")), generation);
	json_decref(object);
}

static void
expect_list(int number, const char *key, const char *name)
{
	json_t *object = line(number), *list = json_object_get(object, key);

	ck_assert_uint_eq(json_array_size(list), name != NULL ? 1 : 0);
	if (name != NULL)
		ck_assert_str_eq(json_string_value(json_array_get(list, 0)), name);
	json_decref(object);
}

START_TEST(start_reload_stop)
{
	history_rules(history, &conf, 1, NULL);
	expect(0, "start", 1);
	history_rules(history, &conf, 2, NULL); /* nothing has changed */
	rules[0].psid_offset = 4;
	conf.softwire_count = 2;
	history_rules(history, &conf, 3, NULL);
	domains[1].br = ip6("2001:db8:ffff::3");
	history_rules(history, &conf, 4, NULL);
	domains[0] = domains[1];
	conf.softwire_count = 1;
	history_rules(history, &conf, 5, NULL);
	history_refused(history, "br.conf:3: error: no");
	history_stop(history);

	expect_list(1, "added", NULL);
	expect_list(1, "removed", NULL);
	expect_list(1, "modified", NULL);
	expect(2, "reload", 3);
	expect_list(2, "added", "two");
	expect_list(2, "modified", "lab");
	expect_list(3, "modified", "two");
	expect_list(4, "removed", "lab");
	expect_list(4, "modified", NULL);
	expect(5, "refused", 5);
	expect(6, "stop", 5);
	ck_assert_ptr_null(line(7));
	ck_assert_uint_eq(history_report(history)->records, 7);
	ck_assert_uint_eq(history_report(history)->failures, 0);
}
END_TEST

/* The record of the day is as the rules were loaded, not as they are in a configuration that nobody has loaded yet. */
START_TEST(daily)
{
	json_t *one, *other;

	history_rules(history, &conf, 1, NULL);
	rules[0].psid_offset = 4;
	event_base_loop(base, EVLOOP_ONCE);
	event_base_loop(base, EVLOOP_ONCE);
	expect(1, "daily", 1);
	expect(2, "daily", 1);
	one = line(0);
	other = line(1);
	ck_assert(json_equal(json_object_get(one, "domains"), json_object_get(other, "domains")));
	json_decref(one);
	json_decref(other);
}
END_TEST

START_TEST(bindings)
{
	const struct binding binding = { .softwire = ip6("2001:db8:100::1"), .ipv4 = ip4("203.0.113.1"), .psid = 0x34 };
	const uint64_t count = 2;
	char name[64];
	json_t *object, *domain;
	FILE *out;

	snprintf(name, sizeof(name), "%s/b.txt", directory);
	out = fopen(name, "w");
	fputs("abc", out); /* FIPS 180-4 */
	fclose(out);
	snprintf(domains[0].bindings_file, sizeof(domains[0].bindings_file), "%s", name);
	history_rules(history, &conf, 1, &count);
	history_binding(history, true, "lab", &binding);
	history_binding(history, false, "lab", &binding);
	object = line(0);
	domain = json_array_get(json_object_get(object, "domains"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(domain, "bindings_file")), name);
	ck_assert_int_eq(json_integer_value(json_object_get(domain, "bindings")), 2);
	ck_assert_str_eq(json_string_value(json_object_get(domain, "sha256")),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	json_decref(object);
	expect(1, "binding-add", 1);
	expect(2, "binding-remove", 1);
}
END_TEST

/* A full disk is a count and no crash, and what a crash has cut off costs no other line. */
START_TEST(failures)
{
	struct error err;
	char text[80];
	FILE *out;

	history_free(history);
	history = history_new(base, "/dev/full", 1000, &err);
	history_rules(history, &conf, 1, NULL);
	history_stop(history);
	ck_assert_uint_eq(history_report(history)->failures, 2);
	ck_assert_uint_eq(history_report(history)->records, 0);
	history_free(history);

	out = fopen(file, "w");
	fputs("{\"time\":\"2026-", out);
	fclose(out);
	history = history_new(base, file, 1000, &err);
	history_rules(history, &conf, 1, NULL);
	history_stop(history);
	out = fopen(file, "r");
	ck_assert_ptr_nonnull(fgets(text, sizeof(text), out));
	ck_assert_str_eq(text, "{\"time\":\"2026-\n");
	fclose(out);
	expect(1, "start", 1);
	expect(2, "stop", 1);
	ck_assert_uint_eq(history_report(history)->records, 2);
}
END_TEST

/* The file may be moved away at any time; what is there is kept, and is for its owner and group only. */
START_TEST(rotation)
{
	struct stat status;
	char moved[80];

	history_rules(history, &conf, 1, NULL);
	ck_assert_int_eq(stat(file, &status), 0);
	ck_assert_int_eq(status.st_mode & 0137, 0);
	snprintf(moved, sizeof(moved), "%s.1", file);
	ck_assert_int_eq(rename(file, moved), 0);
	history_rules(history, &conf, 2, NULL);
	expect(0, "reload", 2);
	ck_assert_ptr_null(line(1));
	history_stop(history);
	expect(1, "stop", 2);
}
END_TEST

START_TEST(none)
{
	const struct binding binding = { 0 };

	history_rules(NULL, &conf, 1, NULL);
	history_binding(NULL, true, "lab", &binding);
	history_refused(NULL, "why");
	history_stop(NULL);
	ck_assert_ptr_null(history_report(NULL));
	history_free(NULL);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("history");
	TCase *tcase = tcase_create("history");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, start_reload_stop);
	tcase_add_test(tcase, daily);
	tcase_add_test(tcase, bindings);
	tcase_add_test(tcase, failures);
	tcase_add_test(tcase, rotation);
	tcase_add_test(tcase, none);
	suite_add_tcase(suite, tcase);
	return suite;
}
