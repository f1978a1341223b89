/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every setting of a configuration arrives in the structures, and what is not set has its default. A BR:
 * test_conf_br.c; a softwire and its NAT: test_conf_softwire.c; the line: test_conf_access.c.
 */
#include "conf_texts.h"

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

static void
check_martians6(const struct conf *conf, const char *wanted)
{
	char found[1024] = "", text[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < conf->martian6_count; i++) {
		const size_t len = strlen(found);

		snprintf(found + len, sizeof(found) - len, "%s%s", i > 0 ? " " : "",
		    prefix6_format(&conf->martians6[i], text));
	}
	ck_assert_str_eq(found, wanted);
}

/* FW-03: RFC 3849 and 9637, RFC 4843 and 7343, RFC 3879, RFC 4193, RFC 6666. */
#define MARTIANS6 "2001:db8::/32 3fff::/20 2001:10::/28 2001:20::/28 fec0::/10 fc00::/7 100::/64"

START_TEST(native_ipv6)
{
	static const struct {
		const char *before, *martians;
		bool forwards;
	} cases[] = {
		{ "", MARTIANS6, false },
		{ "ipv6_forward = 'linux';", MARTIANS6, false },
		{ "ipv6_forward = 'open';", MARTIANS6, true },
		{ "ipv6_forward = 'open'; ipv6_martians = [ ];", "", true },
		{ "ipv6_martians = [ '2001:db8::/48', 'documentation' ];", "2001:db8::/48 2001:db8::/32 3fff::/20",
		    false },
		{ "ipv6_martians = [ 'site-local', '2400::/12', 'orchid' ];",
		    "fec0::/10 2400::/12 2001:10::/28 2001:20::/28", false },
	};
	static char text[TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conf *conf;

		snprintf(text, sizeof(text), "%s %s", cases[i].before, ce_text);
		conf = load_text(text);
		ck_assert_int_eq(conf->forwards_ipv6, cases[i].forwards);
		ck_assert_str_eq(conf_ipv6_forward_word(conf), cases[i].forwards ? "open" : "linux");
		ck_assert_int_eq(conf_ipv6_forward_note(conf) != NULL, cases[i].forwards);
		check_martians6(conf, cases[i].martians);
		conf_free(conf);
	}
}
END_TEST

static void
check_nat_defaults(const struct conf_nat *nat)
{
	ck_assert_uint_eq(nat->sessions, 65536);
	ck_assert_uint_eq(nat->udp_timeout, 300);
	ck_assert_uint_eq(nat->dns_timeout, 30);
	ck_assert_uint_eq(nat->icmp_timeout, 60);
	ck_assert_uint_eq(nat->other_timeout, 600);
	ck_assert_uint_eq(nat->tcp_opening_timeout, 240);
	ck_assert_uint_eq(nat->tcp_established_timeout, 7440);
	ck_assert_uint_eq(nat->tcp_closing_timeout, 240);
	ck_assert_uint_eq(nat->tcp_reset_timeout, 240);
	ck_assert_int_eq(nat->filtering, CONF_ADDRESS_DEPENDENT);
	ck_assert_int_eq(nat->port_reuse, CONF_REUSE_OFF);
	ck_assert(!nat->closed_early && !nat->df_clear);
	ck_assert_uint_eq(nat->port_quarantine + nat->sessions_per_host + nat->new_sessions_per_host, 0);
	ck_assert_uint_eq(nat->ports_per_host + nat->reserved_ports, 0);
	ck_assert_uint_eq(nat->port_alarm, 80);
	ck_assert_uint_eq(nat->policy_count + nat->forward_count, 0);
}

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
	ck_assert_int_eq(s->fragment, CONF_FRAGMENT_OUTER);
	ck_assert_int_eq(s->flow_label, CONF_FLOW_LABEL_ZERO);
	ck_assert(!s->decap_dscp_copy);
	ck_assert(s->rules[0].fmr && !s->rules[0].has_psid);
	ck_assert_uint_eq(s->rules[0].psid_offset, 6);

	check_nat_defaults(&conf->nat);
	check_common_defaults(conf);
	ck_assert_uint_eq(conf->interfaces[0].martian_count + conf->interfaces[1].martian_count, 0);
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
		{ ce_text, "opening_timeout = 31", "opening_timeout = 30" },
		{ ce_text, "closing_timeout = 6", "closing_timeout = 5" },
		{ ce_text, "reset_timeout = 7", "reset_timeout = 5" },
		{ ce_text, "dns_timeout = 8", "dns_timeout = 5" },
		{ ce_text, "other_timeout = 122", "other_timeout = 120" },
		{ ce_text, "port_quarantine = 9", "port_quarantine = 0" },
		{ ce_text, "sessions_per_host = 10;", "sessions_per_host = 0;" },
		{ ce_text, "ports_per_host = 12", "ports_per_host = 65536" },
		{ ce_text, "reserved_ports = 13", "reserved_ports = 249" },
		{ ce_text, "inside_ports = '3074-3080'", "inside_ports = '65535'" },
		{ ce_text, "hosts = '10.1.2.0/24'; protocol = 'udp'; inside_ports = '3074-3080';", "" },
		{ ce_text, "'1232-1233'", "'1200-2300'" },
		{ ce_text, "to_port = 80", "to_port = 65534" },
		{ ce_text, "icmp_timeout = 61", "icmp_timeout = 60" },
		{ ce_text, "hop_limit = 63", "hop_limit = 255" },
		{ ce_text, "traffic_class = 46", "traffic_class = 63" },
		{ ce_text, "10.0.0.1/8", "10.1.2.2/31" },
		{ ce_text, "'10.0.0.1/8' ];\n    neighbours = (",
		    "'10.0.0.1/8', '2001:db8:5::1/64' ];\n    neighbours = (\n"
		    "{ address = '2001:db8:5::9'; mac = '02:00:00:00:01:12'; },"
		    "{ address = 'fe80::9'; mac = '02:00:00:00:01:12'; }," },
		{ ce_text, "'--no-shconf'", "'--file-prefix=cafe', '-n4'" },
		{ ce_text, "port = 'net_af_packet0,iface=lan0'", "port = 'net_af_packet10,iface=lan0'" },
		{ ce_text, "2001:db8:12:3400::/56", "2001:db8:12:3400::/64" },
		{ br_text, "ipv4 = '192.0.2.0/24'; ea = 16", "ipv4 = '0.0.0.0/0'; ea = 40; offset = 4" },
		{ ce_text, "datagrams = 65", "datagrams = 64" },
		{ ce_text, "datagrams = 65", "datagrams = 1048576" },
		{ ce_text, "held = 66", "held = 64" },
		{ ce_text, "held = 66", "held = 1024" },
		{ ce_text, "timeout = 16", "timeout = 1" },
		{ ce_text, "timeout = 16", "timeout = 120" },
		{ ce_text, "path_mru = 1999", "path_mru = 1440" },
		{ ce_text, "path_mru = 1999", "path_mru = 2000" },
		{ ce_text, "reassembly = 'off'", "reassembly = 'virtual'" },
		{ ce_text, "rate = 0", "rate = 1000000" },
		{ ce_text, "burst = 1", "burst = 1000000" },
		{ br_text, "198.18.0.1", "203.0.113.1" },
		{ br_text, "psid_len = 0;", "offset = 15; psid_len = 1;" },
		{ br_text, "psid_len = 0;", "offset = 0; psid_len = 16;" },
		{ br_text, "100.65.0.0/24", "100.65.0.1/32" },
		{ br_text, "ipv4 = '100.65.0.0/24'; psid_len", "ipv4 = '0.0.0.0/0'; psid_len" },
		/* Inside the other pool, with the same offset and PSID length. */
		{ br_text, "ipv4 = '100.65.0.0/24'; psid_len = 0", "ipv4 = '100.64.1.0/24'; offset = 4; psid_len = 8" },
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

/* The prefix is of another service of the same file. */
START_TEST(right_prefix_wrong_service)
{
	static char text[TEXT_SIZE], moved[TEXT_SIZE];
	struct error err;

	edit(text, small_ce_text,
	    "br = '2001:db8:ffff::1';\n"
	    "  rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } )",
	    "br = '2001:db8:ffff::1';\n\n rules_file = 'good-rules.conf'; service = 'first'");
	edit(moved, text, "2001:db8:12:3400::/56", "2001:db8:412:3400::/55");
	write_file("test.conf", moved);
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "test.conf", 3, "service: 'first' has no rule for the end-user prefix 2001:db8:412:3400::/55",
	    "service 'second' has one");

	write_file("test.conf", text); /* of no service at all */
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "test.conf", 1, "no rule covers the end-user prefix", "2001:db8:200::/40 at ");
}
END_TEST

START_TEST(br_and_iid_come_from_the_service_or_the_configuration)
{
	static char moved[TEXT_SIZE], by_service[TEXT_SIZE], by_both[TEXT_SIZE], absolute[TEXT_SIZE], file[512];
	struct conf *conf;

	edit(moved, small_ce_text, "2001:db8:12:3400::/56", "2001:db8:212:3400::/54");
	edit(by_service, moved,
	    "br = '2001:db8:ffff::1';\n"
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

	snprintf(file, sizeof(file), "rules_file = '%s'", path_of("good-rules.conf"));
	edit(absolute, by_service, "rules_file = 'good-rules.conf'", file);
	conf = load_text(absolute);
	ck_assert_str_eq(conf->softwires[0].rule_file, path_of("good-rules.conf"));
	conf_free(conf);
}
END_TEST

/* OPS-05: where the rule log goes; without the setting there is none. */
START_TEST(rule_log)
{
	char text[2048];
	struct conf *conf = load_text(small_ce_text);

	ck_assert_str_eq(conf->rule_log, "");
	conf_free(conf);
	snprintf(text, sizeof(text), "%scontrol = { rule_log = '/var/log/mapedge/rules.log'; };\n", small_ce_text);
	conf = load_text(text);
	ck_assert_str_eq(conf->rule_log, "/var/log/mapedge/rules.log");
	ck_assert_str_eq(conf->control_socket, "/run/mapedge/mapedge.sock");
	conf_free(conf);
}
END_TEST

/* Where statistics are served; nowhere unless it is said, and by an address, not a name. */
START_TEST(http_places)
{
	static const struct {
		const char *text;
		enum conf_http_kind kind;
		uint16_t port;
		bool is_open;
	} cases[] = {
		{ "unix:/run/http.sock", CONF_HTTP_UNIX, 0, false },
		{ "127.0.0.1:9597", CONF_HTTP_TCP, 9597, false },
		{ "127.8.9.10:1", CONF_HTTP_TCP, 1, false },
		{ "[::1]:65535", CONF_HTTP_TCP, 65535, false },
		{ "0.0.0.0:80", CONF_HTTP_TCP, 80, true },
		{ "192.168.1.1:80", CONF_HTTP_TCP, 80, true },
		{ "[::]:80", CONF_HTTP_TCP, 80, true },
		{ "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:80", CONF_HTTP_TCP, 80, true },
	};
	char text[2048];
	struct conf *conf = load_text(small_ce_text);

	ck_assert_int_eq(conf->http.kind, CONF_HTTP_OFF);
	ck_assert(!conf_http_is_open(&conf->http));
	conf_free(conf);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "%scontrol = { http = '%s'; };\n", small_ce_text, cases[i].text);
		conf = load_text(text);
		ck_assert_int_eq(conf->http.kind, cases[i].kind);
		ck_assert_uint_eq(conf->http.port, cases[i].port);
		ck_assert_int_eq(conf_http_is_open(&conf->http), cases[i].is_open);
		if (cases[i].kind == CONF_HTTP_UNIX)
			ck_assert_str_eq(conf->http.path, "/run/http.sock");
		else
			ck_assert_int_eq(conf->http.address.ipv4, cases[i].text[0] != '[');
		conf_free(conf);
	}
	snprintf(text, sizeof(text), "%scontrol = { http = '192.168.1.1:80'; };\n", small_ce_text);
	conf = load_text(text);
	ck_assert_uint_eq(conf->http.address.v4, 0xc0a80101);
	conf_free(conf);
	snprintf(text, sizeof(text), "%scontrol = { http = '[::5]:80'; };\n", small_ce_text);
	conf = load_text(text);
	ck_assert(conf->http.address.v6 == 5);
	conf_free(conf);
}
END_TEST

/* With host interfaces nothing of an interface is required, and what is given comes on top. */
START_TEST(host_interfaces)
{
	struct conf *conf = load_text(host_text);

	ck_assert(conf->host && conf->interfaces[0].host && conf->interfaces[1].host);
	ck_assert_uint_eq(conf->host_limits.neighbour, 1);
	ck_assert_uint_eq(conf->host_limits.dhcp, 2);
	ck_assert_uint_eq(conf->host_limits.icmp, 3);
	ck_assert_uint_eq(conf->host_limits.other, 1000000);
	ck_assert_uint_eq(conf->interfaces[0].address_count, 0);
	ck_assert_uint_eq(conf->interfaces[0].neighbour_count, 1);
	conf_free(conf);
	conf = load_text(small_ce_text);
	ck_assert(!conf->host);
	ck_assert_uint_eq(conf->host_limits.neighbour, 1000);
	ck_assert_uint_eq(conf->host_limits.dhcp, 200);
	ck_assert_uint_eq(conf->host_limits.icmp, 1000);
	ck_assert_uint_eq(conf->host_limits.other, 20000);
	conf_free(conf);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("conf_settings");
	TCase *good = tcase_create("good files");

	tcase_add_checked_fixture(good, write_rules, tear_down);
	tcase_add_test(good, every_setting_of_a_ce);
	tcase_add_test(good, native_ipv6);
	tcase_add_test(good, defaults);
	tcase_add_test(good, host_interfaces);
	tcase_add_test(good, limits_are_allowed);
	tcase_add_test(good, include_is_relative_and_named_in_errors);
	tcase_add_test(good, right_prefix_wrong_service);
	tcase_add_test(good, br_and_iid_come_from_the_service_or_the_configuration);
	tcase_add_test(good, rule_log);
	tcase_add_test(good, http_places);
	suite_add_tcase(suite, good);
	return suite;
}
