/* SPDX-License-Identifier: BSD-3-Clause */
/* Every mistake in a configuration is found where it was made, and the hint helps. */
#include "conf/source.h"
#include "conf/spell.h"
#include "conf_cases_softwire.h"

/* libconfig 1.5 loses the text of a string in which a file ends; everything else it and we must give back. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\n";
}

static void
check_mistake(const struct bad_case *c)
{
	static char text[TEXT_SIZE];
	struct error err = { .hint = "left over" };
	struct conf *conf;

	edit(text, c->base, c->old, c->new);
	write_file("test.conf", text);
	conf = conf_load(path_of("test.conf"), &err);
	ck_assert_msg(conf == NULL, "accepted: %s -> %s", c->old, c->new);
	check_error(&err, "test.conf", c->line, c->text, c->hint);
}

START_TEST(every_mistake_has_its_line_text_and_hint)
{
	check_mistake(&bad_cases[_i]);
}
END_TEST

START_TEST(every_mistake_in_a_softwire_has_its_line_text_and_hint)
{
	check_mistake(&bad_softwires[_i]);
}
END_TEST

START_TEST(every_mistake_in_a_rule_file_has_its_line_text_and_hint)
{
	const struct bad_case *c = &bad_rule_files[_i];
	static char text[TEXT_SIZE];
	struct error err = { .hint = "left over" };
	struct conf_rule_file *file;

	edit(text, c->base, c->old, c->new);
	write_file("test.conf", text);
	file = conf_rule_file_load(path_of("test.conf"), &err);
	ck_assert_msg(file == NULL, "accepted: %s -> %s", c->old, c->new);
	check_error(&err, "test.conf", c->line, c->text, c->hint);
}
END_TEST

/* A rule file's mistake is reported where it is, not where the file is named. */
START_TEST(mistake_in_the_rule_file_of_a_configuration)
{
	struct error err;

	write_file("part.conf", "services = ( { name = 'second';\n rules = 5; } );");
	write_file("test.conf",
	    "role = 'br';\n"
	    "interfaces = ( { name = 'm'; role = 'map'; port = 'a'; gateway = 'fe80::1';\n"
	    " neighbours = ( { address = 'fe80::1'; mac = '02:00:00:00:06:02'; } ); },\n"
	    "{ name = 'i'; role = 'internet'; port = 'b'; addresses = [ '203.0.113.1/24' ]; } );\n"
	    "domains = ( { name = 'd'; br = '2001:db8:ffff::1'; rules_file = 'part.conf'; service = 'second'; } );\n");
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "part.conf", 2, "rules: expected a list of groups", "ipv6 = ");
}
END_TEST

/* Two domains' rules clash: the error names one of the files, the hint the other. */
START_TEST(clash_of_two_files)
{
	static const char *const clashes[][2] = {
		{ "ipv6 = '2001:db8:300::/40'; ipv4 = '192.0.2.0/24'; ea = 16", "two rules have the Rule IPv6 prefix" },
		{ "ipv6 = '2001:db8::/40'; ipv4 = '198.51.100.0/25'; ea = 15; offset = 4", "same Rule IPv4 prefix" },
		{ "ipv6 = '2001:db8::/40'; ipv4 = '198.51.100.0/24'; ea = 16; offset = 5", "share IPv4 addresses" },
	};
	static char text[TEXT_SIZE];
	struct error err;

	for (size_t i = 0; i < COUNT(clashes); i++) {
		edit(text, br_text, "ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16", clashes[i][0]);
		write_file("test.conf", text);
		ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
		check_error(&err, "good-rules.conf", 8, clashes[i][1], "test.conf:19");
	}
}
END_TEST

/* MAPE-21: other rules overlap, too, and may: the hint names the one that contradicts. */
START_TEST(clash_with_the_right_one_of_many)
{
	static char text[TEXT_SIZE];
	struct error err;

	edit(text, br_text, "{ ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; }",
	    "{ ipv6 = '2001:db8:1000::/40'; ipv4 = '192.0.0.0/16'; ea = 16; },\n"
	    "{ ipv6 = '2001:db8:1100::/40'; ipv4 = '192.0.2.0/24'; ea = 16; },\n"
	    "{ ipv6 = '2001:db8:1200::/40'; ipv4 = '192.0.2.0/26'; ea = 6; },\n"
	    "{ ipv6 = '2001:db8:1300::/40'; ipv4 = '192.0.2.0/28'; ea = 11; }");
	write_file("test.conf", text);
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "test.conf", 22, "share IPv4 addresses of 192.0.2.0/28", "test.conf:20");
}
END_TEST

/* A pool and a rule of another file clash: again both are named. Nor may the pools of one list be scattered. */
START_TEST(pools_and_files)
{
	static char text[TEXT_SIZE];
	struct error err;

	edit(text, br_text, "100.64.0.0/16'; offset = 4", "198.51.100.0/24'; offset = 6");
	write_file("test.conf", text);
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "good-rules.conf", 8, "pool 198.51.100.0/24 and rule 2001:db8:300::/40 share IPv4 addresses",
	    "test.conf:29");

	edit(text, br_text, "{ ipv4 = '100.65.0.0/24'; psid_len = 0; }", "\n@include 'part.conf'\n");
	write_file("test.conf", text);
	write_file("part.conf", "\n{ ipv4 = '100.65.0.0/24'; psid_len = 0; }\n");
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "part.conf", 2, "pools of one list stand in two files", "the first is in /tmp/");

	edit(text, br_text,
	    "{ ipv4 = '100.64.0.0/16'; offset = 4; psid_len = 8; },\n"
	    "      { ipv4 = '100.65.0.0/24'; psid_len = 0; }",
	    "\n@include 'part.conf'\n");
	write_file("test.conf", text);
	write_file("part.conf", "\n{ ipv4 = '192.0.2.0/24'; psid_len = 0; }\n");
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "part.conf", 2, "rule 2001:db8::/40 and pool 192.0.2.0/24 have the same", "test.conf:19");
}
END_TEST

START_TEST(file_that_cannot_be_read)
{
	char path[300], want[400];
	struct error err;

	ck_assert_ptr_null(conf_load(path_of("nowhere.conf"), &err));
	snprintf(want, sizeof(want), "%s: error: cannot be read: No such file or directory", path_of("nowhere.conf"));
	ck_assert_str_eq(err.text, want);
	ck_assert_ptr_null(conf_load(dir, &err));
	snprintf(want, sizeof(want), "%s: error: cannot be read: it is a directory", dir);
	ck_assert_str_eq(err.text, want);
	ck_assert_ptr_null(conf_rule_file_load(path_of("nowhere.conf"), &err));

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ck_assert_ptr_null(conf_load(path, &err));
	ck_assert_msg(strstr(err.text, "xxx: error: the path is longer than 255 characters") != NULL, "%s", err.text);
}
END_TEST

/* The reason is what counts: a long path loses its front. */
START_TEST(long_path_leaves_room_for_the_reason)
{
	char path[CONF_TEXT_SIZE];
	struct error err;

	write_file("test.conf", "role = 'cpe';\n");
	snprintf(path, sizeof(path), "%s", dir);
	while (strlen(path) < 200)
		strcat(path, "/.");
	strcat(path, "/test.conf");
	ck_assert_ptr_null(conf_load(path, &err));
	ck_assert_msg(strncmp(err.text, "...", 3) == 0, "%s", err.text);
	ck_assert_msg(strstr(err.text, "/./test.conf:1: error: role: \"cpe\" is unknown") != NULL, "%s", err.text);
}
END_TEST

/* Whatever a file holds, the answer is a configuration or an error with its place; memory is left to the sanitizers. */
START_TEST(damaged_files_end_in_an_error_or_a_configuration)
{
	static const char damage[] = { '\0', ' ', '"', '{', ')', ';', '9', '-', '\xff' };
	const char *base = _i == 0 ? ce_text : br_text;
	static char text[TEXT_SIZE];
	int refused = 0, accepted = 0;

	strcpy(text, base);
	quote(text);
	for (size_t i = 0; i < strlen(base); i++) {
		const char kept = text[i];
		struct error err = { 0 };
		struct conf *conf;

		text[i] = damage[i % sizeof(damage)];
		write_bytes("test.conf", text);
		text[i] = kept;
		conf = conf_load(path_of("test.conf"), &err);
		if (conf == NULL)
			ck_assert_msg(strstr(err.text, ": error: ") != NULL, "byte %zu: %s", i, err.text);
		refused += conf == NULL;
		accepted += conf != NULL;
		conf_free(conf);
	}
	ck_assert_int_gt(refused, 500);
	ck_assert_int_gt(accepted, 50);
}
END_TEST

START_TEST(numbers_that_do_not_fit_are_found_outside_strings_and_comments)
{
	static const struct {
		const char *text;
		unsigned int line; /* 0: fine */
	} cases[] = {
		{ "a = 2147483647;", 0 },
		{ "a = 2147483648;", 1 },
		{ "a = -4294967295;", 1 },
		{ "a = 0x7fffffff; b = 0XFFFFFFFFFL;", 0 },
		{ "a = 0x80000000;", 1 },
		{ "a = 99999999999999999999;", 1 },
		{ "a = 4294967296L; b = 4294967296.5; c = 5e10;", 0 },
		{ "a9999999999 = 1; b_9999999999 = 2;", 0 },
		{ "# 9999999999\n// 9999999999\n/* 9999999999\n */ s = \"9999999999 \\\" 9999999999\";", 0 },
		{ "/*\n*/ s = \"\n\"; # \"\na = [ 1,\n9999999999 ];", 5 },
		{ "/* 9999999999", 0 },
		{ "\"9999999999", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error err;
		const int rc = source_check_numbers(cases[i].text, "f", &err);
		char want[64];

		ck_assert_msg(rc == (cases[i].line == 0 ? 0 : -EINVAL), "%s", cases[i].text);
		snprintf(want, sizeof(want), "f:%u: error: the number ", cases[i].line);
		ck_assert_msg(rc == 0 || strncmp(err.text, want, strlen(want)) == 0, "%s: %s", cases[i].text, err.text);
	}
}
END_TEST

START_TEST(spelling)
{
	static const struct {
		const char *word, *known, *best;
	} cases[] = {
		{ "mtu", "mtu", "mtu" },
		{ "mut", "mtu", "mtu" },
		{ "MTU", "mtu", "mtu" },
		{ "m", "mtu", NULL },
		{ "brr", "br", "br" },
		{ "neighbors", "neighbours", "neighbours" },
		{ "colour", "role", NULL },
		{ "", "br", NULL },
		{ "a-word-that-is-much-longer-than-any-setting", "br", NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct spell spell = { .word = cases[i].word };

		spell_try(&spell, cases[i].known);
		ck_assert_msg(spell.best == (cases[i].best == NULL ? NULL : cases[i].known), "%s", cases[i].word);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("conf");
	TCase *wrong = tcase_create("wrong files");

	tcase_add_checked_fixture(wrong, write_rules, tear_down);
	tcase_add_loop_test(wrong, every_mistake_has_its_line_text_and_hint, 0, (int)COUNT(bad_cases));
	tcase_add_loop_test(wrong, every_mistake_in_a_softwire_has_its_line_text_and_hint, 0,
	    (int)COUNT(bad_softwires));
	tcase_add_loop_test(wrong, every_mistake_in_a_rule_file_has_its_line_text_and_hint, 0,
	    (int)COUNT(bad_rule_files));
	tcase_add_test(wrong, mistake_in_the_rule_file_of_a_configuration);
	tcase_add_test(wrong, clash_of_two_files);
	tcase_add_test(wrong, clash_with_the_right_one_of_many);
	tcase_add_test(wrong, pools_and_files);
	tcase_add_test(wrong, file_that_cannot_be_read);
	tcase_add_test(wrong, long_path_leaves_room_for_the_reason);
	tcase_add_loop_test(wrong, damaged_files_end_in_an_error_or_a_configuration, 0, 2);
	tcase_add_test(wrong, numbers_that_do_not_fit_are_found_outside_strings_and_comments);
	tcase_add_test(wrong, spelling);
	suite_add_tcase(suite, wrong);
	return suite;
}
