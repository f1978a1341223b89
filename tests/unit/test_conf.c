/* SPDX-License-Identifier: BSD-3-Clause */
/* Configuration files: every setting is read, and every mistake is found where it was made. */
#include "conf/source.h"
#include "conf/spell.h"
#include "conf_cases.h"
#include "conf_files.h"
#include "maptext.h"

/* libconfig 1.5 loses the text of a string in which a file ends; everything else it and we must give back. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\n";
}

static void
write_rules(void)
{
	set_up();
	write_file("good-rules.conf", rules_text);
}

/* ---- wrong files ------------------------------------------------------------------------------------------------ */

START_TEST(every_mistake_has_its_line_text_and_hint)
{
	const struct bad_case *c = &bad_cases[_i];
	static char text[TEXT_SIZE];
	struct error err = { .hint = "left over" };
	struct conf *conf;

	edit(text, c->base, c->old, c->new);
	write_file("test.conf", text);
	conf = conf_load(path_of("test.conf"), &err);
	ck_assert_msg(conf == NULL, "accepted: %s -> %s", c->old, c->new);
	check_error(&err, "test.conf", c->line, c->text, c->hint);
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
	write_file("test.conf", "role = 'br'; interfaces = ( { name = 'm'; role = 'map'; port = 'a'; gateway = 'fe80::1';\n"
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
		{ "ipv6 = '2001:db8::/40'; ipv4 = '198.51.100.0/25'; ea = 15; offset = 4", "the same Rule IPv4 prefix" },
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

/* ---- good files ------------------------------------------------------------------------------------------------- */

static bool
same_mac(const struct mac *mac, const char *text)
{
	struct mac want;

	return mac_parse(text, &want) == 0 && memcmp(mac, &want, sizeof(want)) == 0;
}

START_TEST(every_setting_of_a_ce)
{
	struct conf *conf = load_text(ce_text);
	const struct conf_interface *lan = &conf->interfaces[0], *wan = &conf->interfaces[1];

	ck_assert_str_eq(conf->file, path_of("test.conf"));
	ck_assert_int_eq(conf->role, CONF_CE);
	ck_assert_str_eq(conf->control_socket, "/tmp/mapedge-test.sock");
	ck_assert_uint_eq(conf->eal_count, 3);
	ck_assert_str_eq(conf->eal[0], "--no-huge");
	ck_assert_str_eq(conf->eal[2], "--no-pci");
	ck_assert_uint_eq(conf->workers, 2);
	ck_assert_uint_eq(conf->buffers, 4096);
	ck_assert(conf->poll);
	ck_assert_uint_eq(conf->interface_count, 2);

	ck_assert_str_eq(lan->name, "left");
	ck_assert_int_eq(lan->role, CONF_LAN);
	ck_assert_str_eq(lan->port, "net_af_packet0,iface=lan0");
	ck_assert(lan->has_mac && same_mac(&lan->mac, "02:00:00:00:0c:01"));
	ck_assert_uint_eq(lan->mtu, 1492);
	ck_assert_uint_eq(lan->address_count, 2);
	check_address(&lan->addresses[0], "192.168.1.1", 24);
	check_address(&lan->addresses[1], "10.0.0.1", 8);
	ck_assert_uint_eq(lan->neighbour_count, 2);
	check_address(&lan->neighbours[1].address, "10.1.2.3", 32);
	ck_assert(same_mac(&lan->neighbours[1].mac, "02:00:00:00:01:11"));
	ck_assert(!lan->has_gateway);
	ck_assert_uint_eq(lan->line, 11);

	ck_assert_str_eq(wan->name, "right");
	ck_assert_int_eq(wan->role, CONF_WAN);
	ck_assert_uint_eq(wan->mtu, 1480);
	check_address(&wan->addresses[0], "2001:db8:77::2", 64);
	ck_assert(wan->has_gateway);
	ck_assert_uint_eq(wan->gateway, 1);
	check_address(&wan->neighbours[wan->gateway].address, "fe80::1", 128);
	ck_assert_uint_eq(wan->line, 21);
	conf_free(conf);
}
END_TEST

START_TEST(every_setting_of_a_softwire_and_nat)
{
	struct conf *conf = load_text(ce_text);
	const struct conf_softwire *s = conf->softwires;

	ck_assert_uint_eq(conf->softwire_count, 1);
	ck_assert_str_eq(s->name, "map0");
	ck_assert(s->end_user_prefix.addr == ip6("2001:db8:12:3400::"));
	ck_assert_uint_eq(s->end_user_prefix.len, 56);
	ck_assert(s->br == ip6("2001:db8:ffff::1"));
	ck_assert_int_eq(s->iid, MAP_IID_DRAFT03);
	ck_assert(s->mesh);
	ck_assert_uint_eq(s->mtu, 1400);
	ck_assert(!s->mss_clamp);
	ck_assert_uint_eq(s->hop_limit, 63);
	ck_assert_int_eq(s->traffic_class, 46);
	ck_assert_str_eq(s->rule_file, path_of("test.conf"));
	ck_assert_uint_eq(s->line, 34);

	ck_assert_uint_eq(s->rule_count, 2);
	ck_assert_uint_eq(s->rule_lines[0], 45);
	ck_assert_uint_eq(s->rule_lines[1], 46);
	ck_assert_uint_eq(s->rules[0].ea_len, 16);
	ck_assert_uint_eq(s->rules[0].psid_offset, 6);
	ck_assert(s->rules[0].fmr && !s->rules[0].has_psid);
	ck_assert_int_eq(s->rules[0].iid, MAP_IID_DRAFT03);
	ck_assert(s->rules[1].ipv6.addr == ip6("2001:db8:100::"));
	ck_assert_uint_eq(s->rules[1].ipv6.len, 40);
	ck_assert_uint_eq(s->rules[1].ipv4.addr, ip4("198.51.100.7"));
	ck_assert_uint_eq(s->rules[1].ipv4.len, 32);
	ck_assert(!s->rules[1].fmr && s->rules[1].has_psid);
	ck_assert_uint_eq(s->rules[1].psid, 5);
	ck_assert_uint_eq(s->rules[1].psid_len, 4);
	ck_assert_uint_eq(s->rules[1].psid_offset, 6);

	ck_assert_uint_eq(conf->nat.sessions, 1000);
	ck_assert_uint_eq(conf->nat.udp_timeout, 121);
	ck_assert_uint_eq(conf->nat.tcp_established_timeout, 7441);
	ck_assert_uint_eq(conf->nat.tcp_transitory_timeout, 241);
	ck_assert_uint_eq(conf->nat.icmp_timeout, 61);
	ck_assert_int_eq(conf->nat.filtering, CONF_ENDPOINT_INDEPENDENT);
	conf_free(conf);
}
END_TEST

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

	ck_assert_uint_eq(conf->softwire_count, 2);
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

static const char small_ce_text[] =
    "softwires = ( { name = 'm'; end_user_prefix = '2001:db8:12:3400::/56'; br = '2001:db8:ffff::1';\n"
    "  rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } ); } );\n"
    "interfaces = (\n"
    "  { name = 'w'; role = 'wan'; mac = '02:00:00:00:0c:02'; gateway = 'fe80::1';\n"
    "    neighbours = ( { address = 'fe80::1'; mac = '02:00:00:00:06:01'; } ); },\n"
    "  { name = 'l'; role = 'lan'; port = 'net_null0'; addresses = [ '192.168.1.1/24' ]; } );\n"
    "role = 'ce';\n";

START_TEST(defaults)
{
	struct conf *conf = load_text(small_ce_text);
	const struct conf_softwire *s = conf->softwires;

	ck_assert_str_eq(conf->control_socket, "/run/mapedge/mapedge.sock");
	ck_assert_uint_eq(conf->eal_count, 2);
	ck_assert_str_eq(conf->eal[0], "--no-pci");
	ck_assert_str_eq(conf->eal[1], "--in-memory");
	ck_assert_uint_eq(conf->workers, 1);
	ck_assert_uint_eq(conf->buffers, 16384);
	ck_assert(!conf->poll);
	ck_assert_str_eq(conf->interfaces[0].name, "l");
	ck_assert_str_eq(conf->interfaces[1].name, "w");
	ck_assert(!conf->interfaces[0].has_mac);
	ck_assert_uint_eq(conf->interfaces[0].mtu, 1500);
	ck_assert_uint_eq(conf->interfaces[0].neighbour_count, 0);
	ck_assert_str_eq(conf->interfaces[1].port, "");
	ck_assert_uint_eq(conf->interfaces[1].address_count, 0);

	ck_assert_int_eq(s->iid, MAP_IID_RFC7597);
	ck_assert(!s->mesh && s->mss_clamp);
	ck_assert_uint_eq(s->mtu, 1460);
	ck_assert_uint_eq(s->hop_limit, 64);
	ck_assert_int_eq(s->traffic_class, 0);
	ck_assert(s->rules[0].fmr && !s->rules[0].has_psid);
	ck_assert_uint_eq(s->rules[0].psid_offset, 6);

	ck_assert_uint_eq(conf->nat.sessions, 65536);
	ck_assert_uint_eq(conf->nat.udp_timeout, 300);
	ck_assert_uint_eq(conf->nat.tcp_established_timeout, 7440);
	ck_assert_uint_eq(conf->nat.tcp_transitory_timeout, 240);
	ck_assert_uint_eq(conf->nat.icmp_timeout, 60);
	ck_assert_int_eq(conf->nat.filtering, CONF_ADDRESS_DEPENDENT);
	conf_free(conf);
	conf_free(NULL);
	conf_rule_file_free(NULL);
}
END_TEST

/* The edges of all ranges, which the table of mistakes has just outside. */
START_TEST(limits_are_allowed)
{
	static const struct {
		const char *base, *old, *new;
	} edits[] = {
		{ ce_text, "workers = 2", "workers = 16" },
		{ ce_text, "workers = 2", "workers = 16L" },
		{ ce_text, "buffers = 4096", "buffers = 1024" },
		{ ce_text, "buffers = 4096", "buffers = 1048576" },
		{ ce_text, "mtu = 1492", "mtu = 576" },
		{ ce_text, "mtu = 1492", "mtu = 2000" },
		{ ce_text, "mtu = 1400", "mtu = 1440" },
		{ ce_text, "mtu = 1400", "mtu = 576" },
		{ br_text, "mtu = 1600", "mtu = 1540" },
		{ ce_text, "sessions = 1000", "sessions = 16" },
		{ ce_text, "udp_timeout = 121", "udp_timeout = 120" },
		{ ce_text, "established_timeout = 7441", "established_timeout = 7440" },
		{ ce_text, "transitory_timeout = 241", "transitory_timeout = 240" },
		{ ce_text, "icmp_timeout = 61", "icmp_timeout = 60" },
		{ ce_text, "hop_limit = 63", "hop_limit = 255" },
		{ ce_text, "traffic_class = 46", "traffic_class = 63" },
		{ ce_text, "10.0.0.1/8", "10.1.2.2/31" },
		{ ce_text, "'--no-shconf'", "'--file-prefix=cafe', '-n4'" },
		{ ce_text, "port = 'net_af_packet0,iface=lan0'", "port = 'net_af_packet10,iface=lan0'" },
		{ ce_text, "2001:db8:12:3400::/56", "2001:db8:12:3400::/64" },
		{ br_text, "ipv4 = '192.0.2.0/24'; ea = 16", "ipv4 = '0.0.0.0/0'; ea = 40; offset = 4" },
	};
	static char text[TEXT_SIZE];

	for (size_t i = 0; i < COUNT(edits); i++) {
		edit(text, edits[i].base, edits[i].old, edits[i].new);
		conf_free(load_text(text));
	}
}
END_TEST

START_TEST(include_is_relative_and_named_in_errors)
{
	static char text[TEXT_SIZE];
	struct error err;
	struct conf *conf;

	edit(text, small_ce_text, "role = 'ce';\n", "@include 'part.conf'\n");
	write_file("part.conf", "role = 'ce';\nnat = {\n  sessions = 99;\n};\n");
	conf = load_text(text);
	ck_assert_uint_eq(conf->nat.sessions, 99);
	conf_free(conf);

	write_file("part.conf", "role = 'ce';\nnat = {\n  sessions = 9;\n};\n");
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "part.conf", 3, "sessions: 9 is out of range", "16 to");
	write_file("part.conf", "role = 'ce';\nnat = {\n  sessions = 4294967395;\n};\n");
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "part.conf", 3, "the number 4294967395 is too large", "range");
	write_file("part.conf", "role = 'ce';\nnat = {\n  sessions 9;\n};\n");
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "part.conf", 3, "syntax error", "missing");

	/* Rules, whose lines are remembered, too. */
	edit(text, small_ce_text, "rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } )",
	    "rules = (\n@include 'part.conf'\n)");
	write_file("part.conf", "\n{ ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; }\n");
	conf = load_text(text);
	ck_assert_str_eq(conf->softwires[0].rule_file, path_of("part.conf"));
	ck_assert_uint_eq(conf->softwires[0].rule_lines[0], 2);
	conf_free(conf);
	edit(text, small_ce_text, "ea = 16; }", "ea = 16; },\n@include 'part.conf'\n");
	write_file("part.conf", "{ ipv6 = '2001:db8:100::/40'; ipv4 = '198.51.100.0/24'; ea = 16; }\n");
	write_file("test.conf", text);
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "part.conf", 1, "stand in two files", "the first is in");
}
END_TEST

START_TEST(br_and_iid_come_from_the_service_or_the_configuration)
{
	static char moved[TEXT_SIZE], by_service[TEXT_SIZE], by_both[TEXT_SIZE];
	struct conf *conf;

	edit(moved, small_ce_text, "2001:db8:12:3400::/56", "2001:db8:212:3400::/54");
	edit(by_service, moved, "br = '2001:db8:ffff::1';\n"
	    "  rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } )",
	    "rules_file = 'good-rules.conf'; service = 'first'");
	edit(by_both, by_service, "service = 'first'", "service = 'first'; br = '2001:db8:bbbb::1'; iid = 'rfc7597'");

	conf = load_text(by_service);
	ck_assert(conf->softwires[0].br == ip6("2001:db8:aaaa::1"));
	ck_assert_int_eq(conf->softwires[0].iid, MAP_IID_DRAFT03);
	conf_free(conf);

	conf = load_text(by_both);
	ck_assert(conf->softwires[0].br == ip6("2001:db8:bbbb::1"));
	ck_assert_int_eq(conf->softwires[0].iid, MAP_IID_RFC7597);
	ck_assert_int_eq(conf->softwires[0].rules[0].iid, MAP_IID_RFC7597);
	conf_free(conf);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("conf");
	TCase *wrong = tcase_create("wrong files"), *good = tcase_create("good files");

	tcase_add_checked_fixture(wrong, write_rules, tear_down);
	tcase_add_loop_test(wrong, every_mistake_has_its_line_text_and_hint, 0, (int)COUNT(bad_cases));
	tcase_add_loop_test(wrong, every_mistake_in_a_rule_file_has_its_line_text_and_hint, 0, (int)COUNT(bad_rule_files));
	tcase_add_test(wrong, mistake_in_the_rule_file_of_a_configuration);
	tcase_add_test(wrong, clash_of_two_files);
	tcase_add_test(wrong, file_that_cannot_be_read);
	tcase_add_test(wrong, long_path_leaves_room_for_the_reason);
	tcase_add_loop_test(wrong, damaged_files_end_in_an_error_or_a_configuration, 0, 2);
	tcase_add_test(wrong, numbers_that_do_not_fit_are_found_outside_strings_and_comments);
	tcase_add_test(wrong, spelling);
	suite_add_tcase(suite, wrong);

	tcase_add_checked_fixture(good, write_rules, tear_down);
	tcase_add_test(good, every_setting_of_a_ce);
	tcase_add_test(good, every_setting_of_a_softwire_and_nat);
	tcase_add_test(good, every_setting_of_a_br);
	tcase_add_test(good, defaults);
	tcase_add_test(good, limits_are_allowed);
	tcase_add_test(good, include_is_relative_and_named_in_errors);
	tcase_add_test(good, br_and_iid_come_from_the_service_or_the_configuration);
	suite_add_tcase(suite, good);
	return suite;
}
