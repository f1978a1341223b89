/* SPDX-License-Identifier: BSD-3-Clause */
/* Every setting of a BR arrives in the structures, and what is not set has its default. */
#include "conf_texts.h"

/* The wanted prefixes in one text, with spaces between them. */
static void
check_prefixes(const struct prefix4 *prefixes, size_t count, const char *want)
{
	char got[64 * PREFIX_TEXT_SIZE] = "", text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		strcat(got, i == 0 ? "" : " ");
		strcat(got, prefix4_format(&prefixes[i], text));
	}
	ck_assert_str_eq(got, want);
}

START_TEST(every_setting_of_a_br)
{
	struct conf *conf = load_text(br_text);
	const struct conf_softwire *one = &conf->softwires[0], *two = &conf->softwires[1];

	ck_assert_int_eq(conf->role, CONF_BR);
	ck_assert_int_eq(conf->interfaces[0].role, CONF_INTERNET); /* though it is the second in the file */
	ck_assert_str_eq(conf->interfaces[0].name, "v4");
	ck_assert_int_eq(conf->interfaces[1].role, CONF_MAP);
	ck_assert(conf->interfaces[0].has_gateway);
	ck_assert_uint_eq(conf->interfaces[0].gateway, 1);
	check_prefixes(conf->interfaces[0].martians, conf->interfaces[0].martian_count, "100.64.0.0/10 10.0.0.0/8");
	ck_assert(!conf->interfaces[0].antispoof);
	ck_assert_uint_eq(conf->interfaces[1].martian_count, 0);
	ck_assert_uint_eq(conf->icmp.source, ip4("198.18.0.1"));
	ck_assert_uint_eq(conf->fragments.held, 99);

	ck_assert_uint_eq(conf->softwire_count, 3);
	ck_assert_int_eq(one->source_check, CONF_EABITS);
	ck_assert_int_eq(one->traffic_class, CONF_TRAFFIC_CLASS_COPY);
	ck_assert_int_eq(one->iid, MAP_IID_RFC7597);
	ck_assert_uint_eq(one->mtu, 1560);
	ck_assert_uint_eq(one->rules[0].domain, 0);
	ck_assert_uint_eq(one->rules[0].psid_offset, PORTSET_DEFAULT_OFFSET);

	ck_assert_str_eq(two->name, "two");
	ck_assert_int_eq(two->source_check, CONF_STRICT);
	ck_assert_int_eq(two->iid, MAP_IID_DRAFT03); /* against the rule file's default */
	ck_assert_uint_eq(two->mtu, 1500);
	ck_assert_str_eq(two->rule_file, path_of("good-rules.conf"));
	ck_assert_uint_eq(two->rule_count, 2);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(two->rules[i].domain, 1);
		ck_assert_int_eq(two->rules[i].iid, MAP_IID_DRAFT03);
		ck_assert_uint_eq(two->rule_lines[i], 8 + i);
	}
	conf_free(conf);
}
END_TEST

START_TEST(every_setting_of_a_domain_with_bindings)
{
	struct conf *conf = load_text(br_text);
	const struct conf_softwire *s = &conf->softwires[2];

	ck_assert(s->anycast && s->report_spoofing && s->decap_dscp_copy);
	ck_assert_int_eq(s->fragment, CONF_FRAGMENT_DROP);
	ck_assert_int_eq(s->flow_label, CONF_FLOW_LABEL_ZERO);
	ck_assert_str_eq(s->bindings_file, path_of("good-bindings.txt"));
	ck_assert_uint_eq(s->rule_count, 0);
	ck_assert_str_eq(s->rule_file, path_of("test.conf"));
	ck_assert_uint_eq(s->pool_count, 2);
	ck_assert_uint_eq(s->pools[0].ipv4.addr, ip4("100.64.0.0"));
	ck_assert_uint_eq(s->pools[0].ipv4.len, 16);
	ck_assert_uint_eq(s->pools[0].psid_offset, 4);
	ck_assert_uint_eq(s->pools[0].psid_len, 8);
	ck_assert_uint_eq(s->pools[0].line, 29);
	ck_assert_uint_eq(s->pools[1].ipv4.addr, ip4("100.65.0.0"));
	ck_assert_uint_eq(s->pools[1].ipv4.len, 24);
	ck_assert_uint_eq(s->pools[1].psid_offset, PORTSET_DEFAULT_OFFSET);
	ck_assert_uint_eq(s->pools[1].psid_len, 0);
	ck_assert_uint_eq(s->pools[1].line, 30);
	conf_free(conf);
}
END_TEST

static const char small_br_text[] =
    "role = 'br';\n"
    "interfaces = (\n"
    "  { name = 'm'; role = 'map'; port = 'net_null0'; gateway = 'fe80::1';\n"
    "    neighbours = ( { address = 'fe80::1'; mac = '02:00:00:00:06:01'; } ); },\n"
    "  { name = 'i'; role = 'internet'; port = 'net_null1'; addresses = [ '203.0.113.1/24' ]; } );\n"
    "domains = ( { name = 'd'; br = '2001:db8:ffff::1';\n"
    "  rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } ); } );\n";

/* RFC 1918, RFC 6598, RFC 5737 in the order of their words. */
#define PRIVATE "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"
#define SHARED "100.64.0.0/10"
#define DOCUMENTATION "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24"

START_TEST(defaults_of_a_br)
{
	struct conf *conf = load_text(small_br_text);
	const struct conf_interface *internet = &conf->interfaces[0];
	const struct conf_softwire *s = conf->softwires;

	check_prefixes(internet->martians, internet->martian_count, PRIVATE " " SHARED " " DOCUMENTATION);
	ck_assert(internet->antispoof);
	ck_assert_int_eq(s->source_check, CONF_STRICT);
	ck_assert_int_eq(s->fragment, CONF_FRAGMENT_OUTER);
	ck_assert_int_eq(s->flow_label, CONF_FLOW_LABEL_HASH);
	ck_assert(!s->decap_dscp_copy && !s->anycast && !s->report_spoofing);
	ck_assert_uint_eq(s->pool_count, 0);
	ck_assert_str_eq(s->bindings_file, "");
	check_common_defaults(conf);
	conf_free(conf);
}
END_TEST

START_TEST(martians)
{
	static const struct {
		const char *list, *prefixes;
	} cases[] = {
		{ "[ ]", "" }, { "( )", "" }, { "[ 'benchmark' ]", "198.18.0.0/15" },
		{ "[ 'documentation', '198.18.0.0/15', 'private' ]", DOCUMENTATION " 198.18.0.0/15 " PRIVATE },
		{ "[ '8.8.8.8/32', '0.0.0.0/0', 'shared' ]", "8.8.8.8/32 0.0.0.0/0 " SHARED },
		{ "[ '10.1.0.0/16', 'private' ]", "10.1.0.0/16 " PRIVATE }, /* inside another, but not the same */
	};
	static char text[TEXT_SIZE], list[TEXT_SIZE];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf;

		snprintf(list, sizeof(list), "martians = %s; addresses", cases[i].list);
		edit(text, small_br_text, "addresses", list);
		conf = load_text(text);
		check_prefixes(conf->interfaces[0].martians, conf->interfaces[0].martian_count, cases[i].prefixes);
		conf_free(conf);
	}
	edit(text, small_br_text, "addresses",
	    "martians = [ " PREFIXES_16("1.") "," PREFIXES_16("2.") "," PREFIXES_16("3.") "," PREFIXES_4(
		"4.1") "," PREFIXES_4("4.2") "," PREFIXES_4("4.3") ", 'benchmark', 'private' ]; addresses");
	conf_free(load_text(text));
}
END_TEST

/* FRG-21 (RFC 7597 section 8.3.1): BRs that share an address would mix up the fragments' identifications. */
START_TEST(anycast_fragments_inside)
{
	static const struct {
		const char *settings;
		bool anycast;
		enum conf_fragment fragment;
	} cases[] = {
		{ "anycast = true;", true, CONF_FRAGMENT_INNER },
		{ "anycast = false;", false, CONF_FRAGMENT_OUTER },
		{ "anycast = true; fragment = 'outer';", true, CONF_FRAGMENT_OUTER },
		{ "anycast = true; fragment = 'drop';", true, CONF_FRAGMENT_DROP },
		{ "fragment = 'inner';", false, CONF_FRAGMENT_INNER },
	};
	static char text[TEXT_SIZE], settings[100];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf;

		snprintf(settings, sizeof(settings), "name = 'd'; %s", cases[i].settings);
		edit(text, small_br_text, "name = 'd';", settings);
		conf = load_text(text);
		ck_assert(conf->softwires[0].anycast == cases[i].anycast);
		ck_assert_int_eq(conf->softwires[0].fragment, cases[i].fragment);
		conf_free(conf);
	}
}
END_TEST

/* What is not given is as large as the rest allows or asks for. */
START_TEST(defaults_that_depend)
{
	static const struct {
		const char *old, *new;
		uint32_t held;
		uint16_t path_mru;
	} cases[] = {
		{ "role = 'br';", "role = 'br'; dpdk = { buffers = 8192; };", 2048, 1540 },
		{ "role = 'br';", "role = 'br'; dpdk = { buffers = 4095; };", 2047, 1540 },
		{ "role = 'br';", "role = 'br'; dpdk = { buffers = 8192; workers = 4; };", 1024, 1540 },
		{ "role = 'br';", "role = 'br'; dpdk = { buffers = 1024; workers = 16; };", 32, 1540 },
		{ "role = 'br';", "role = 'br'; dpdk = { buffers = 1024; }; fragments = { held = 512; };", 512, 1540 },
		{ "role = 'map';", "role = 'map'; mtu = 1541;", 2048, 1541 },
		{ "role = 'map';", "role = 'map'; mtu = 2000;", 2048, 2000 },
		{ "role = 'map';", "role = 'map'; mtu = 1280;", 2048, 1540 },
		{ "role = 'br';", "role = 'br'; fragments = { path_mru = 1500; };", 2048, 1500 },
	};
	static char text[TEXT_SIZE];

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf;

		edit(text, small_br_text, cases[i].old, cases[i].new);
		conf = load_text(text);
		ck_assert_uint_eq(conf->fragments.held, cases[i].held);
		ck_assert_uint_eq(conf->fragments.path_mru, cases[i].path_mru);
		conf_free(conf);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("conf_br");
	TCase *good = tcase_create("good files");

	tcase_add_checked_fixture(good, write_rules, tear_down);
	tcase_add_test(good, every_setting_of_a_br);
	tcase_add_test(good, every_setting_of_a_domain_with_bindings);
	tcase_add_test(good, defaults_of_a_br);
	tcase_add_test(good, martians);
	tcase_add_test(good, anycast_fragments_inside);
	tcase_add_test(good, defaults_that_depend);
	suite_add_tcase(suite, good);
	return suite;
}
