/* SPDX-License-Identifier: BSD-3-Clause */
/* Every setting of a CE's softwire and of its NAT arrives in the structures. */
#include "conf_texts.h"

static void
check_nat(const struct conf_nat *nat)
{
	ck_assert_uint_eq(nat->sessions, 1000);
	ck_assert_uint_eq(nat->udp_timeout, 121);
	ck_assert_uint_eq(nat->dns_timeout, 8);
	ck_assert_uint_eq(nat->icmp_timeout, 61);
	ck_assert_uint_eq(nat->other_timeout, 122);
	ck_assert_uint_eq(nat->tcp_opening_timeout, 31);
	ck_assert_uint_eq(nat->tcp_established_timeout, 7441);
	ck_assert_uint_eq(nat->tcp_closing_timeout, 6);
	ck_assert_uint_eq(nat->tcp_reset_timeout, 7);
	ck_assert_int_eq(nat->filtering, CONF_ENDPOINT_INDEPENDENT);
	ck_assert_int_eq(nat->port_reuse, CONF_REUSE_ALWAYS);
	ck_assert(nat->closed_early && nat->df_clear);
	ck_assert_uint_eq(nat->port_quarantine, 9);
	ck_assert_uint_eq(nat->sessions_per_host, 10);
	ck_assert_uint_eq(nat->new_sessions_per_host, 11);
	ck_assert_uint_eq(nat->ports_per_host, 12);
	ck_assert_uint_eq(nat->port_alarm, 14);
	ck_assert_uint_eq(nat->reserved_ports, 13);

	ck_assert_uint_eq(nat->policy_count, 1);
	ck_assert_uint_eq(nat->policies[0].hosts.addr, ip4("10.1.2.0"));
	ck_assert_uint_eq(nat->policies[0].hosts.len, 24);
	ck_assert_int_eq(nat->policies[0].protocol, CONF_UDP);
	ck_assert_uint_eq(nat->policies[0].inside_ports.first, 3074);
	ck_assert_uint_eq(nat->policies[0].inside_ports.last, 3080);
	ck_assert(nat->policies[0].reserved && !nat->policies[0].has_filtering);

	ck_assert_uint_eq(nat->forward_count, 1);
	ck_assert(nat->forwards[0].tcp && nat->forwards[0].udp);
	ck_assert_uint_eq(nat->forwards[0].ports.first, 1232);
	ck_assert_uint_eq(nat->forwards[0].ports.last, 1233);
	ck_assert_uint_eq(nat->forwards[0].to, ip4("192.168.1.9"));
	ck_assert_uint_eq(nat->forwards[0].to_port, 80);
	ck_assert_uint_eq(nat->forwards[0].port_count, 2);
}

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
	ck_assert_int_eq(s->fragment, CONF_FRAGMENT_INNER);
	ck_assert_int_eq(s->flow_label, CONF_FLOW_LABEL_HASH);
	ck_assert(s->decap_dscp_copy);
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

	check_nat(&conf->nat);

	ck_assert(!conf->fragments.reassembly);
	ck_assert_uint_eq(conf->fragments.datagrams, 65);
	ck_assert_uint_eq(conf->fragments.held, 66);
	ck_assert_uint_eq(conf->fragments.timeout, 16);
	ck_assert_uint_eq(conf->fragments.path_mru, 1999);
	ck_assert_uint_eq(conf->icmp.rate, 0);
	ck_assert_uint_eq(conf->icmp.burst, 1);
	ck_assert_uint_eq(conf->icmp.source, 0);
	conf_free(conf);
}
END_TEST

/* Kinds other than MAP-E: RFC 7596, RFC 2473, RFC 6333. */
START_TEST(kinds_of_softwire)
{
	static const struct {
		const char *settings; /* instead of what lw4o6_text has from kind on */
		enum offer_kind kind;
		enum map_kind derived;
		uint8_t len;
	} kinds[] = {
		{ "kind = 'lw4o6'; ipv4 = '203.0.113.7/32'; psid = 52; psid_len = 8;", OFFER_LW4O6, MAP_SHARED, 32 },
		{ "kind = 'lw4o6'; ipv4 = '203.0.113.7/32';", OFFER_LW4O6, MAP_FULL, 32 },
		{ "kind = 'ipip'; ipv4 = '203.0.113.7/32';", OFFER_IPIP, MAP_FULL, 32 },
		{ "kind = 'ipip'; ipv4 = '192.168.0.0/16';", OFFER_IPIP, MAP_PREFIX, 16 },
		{ "kind = 'ds-lite';", OFFER_DS_LITE, MAP_PREFIX, 0 },
	};
	struct error err = { 0 };
	char text[TEXT_SIZE];
	struct map_ce ce;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		const char *rest = strstr(lw4o6_text, "kind = 'lw4o6'");
		struct conf *conf;

		snprintf(text, sizeof(text), "%.*s%s br = '2001:db8:ffff::1'; local = '2001:db8:12:3400::46'; } );\n",
		    (int)(rest - lw4o6_text), lw4o6_text, kinds[i].settings);
		conf = load_text(text);
		ck_assert_int_eq(conf->softwires[0].kind, kinds[i].kind);
		ck_assert_int_eq(conf_derive(&conf->softwires[0], &ce, &err), 0);
		ck_assert_int_eq(ce.kind, kinds[i].derived);
		ck_assert_uint_eq(ce.ipv4.len, kinds[i].len);
		ck_assert(ce.address == ip6("2001:db8:12:3400::46"));
		conf_free(conf);
	}
}
END_TEST

/* OPS-12: what is sent through the softwire to see whether it leads anywhere; by default nothing is. */
START_TEST(softwire_probe)
{
	static const struct {
		const char *settings;
		struct conf_probe probe;
	} cases[] = {
		{ "mtu = 1400", { 0 } },
		{ "probe = '198.51.100.9'", { UINT32_C(0xc6336409), 10, 3 } },
		{ "probe = '198.51.100.9'; probe_interval = 1; probe_misses = 100", { UINT32_C(0xc6336409), 1, 100 } },
	};
	static char text[TEXT_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct conf *conf;

		edit(text, line_text, "mtu = 1400", cases[i].settings);
		conf = load_text(text);
		ck_assert_mem_eq(&conf->softwires[0].probe, &cases[i].probe, sizeof(cases[i].probe));
		conf_free(conf);
	}
}
END_TEST

/* NAT-53: with host interfaces Linux has a way through the softwire, unless it is to have none. */
START_TEST(softwire_device)
{
	static const struct {
		const char *settings;
		uint32_t addr;
	} cases[] = {
		{ "mtu = 1400", UINT32_C(0xc0000002) },
		{ "device = true", UINT32_C(0xc0000002) },
		{ "device_address = '10.9.8.7'", UINT32_C(0x0a090807) },
		{ "device = false; device_address = '10.9.8.7'", 0 },
	};
	static char text[TEXT_SIZE];
	struct conf *conf;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		edit(text, line_text, "mtu = 1400", cases[i].settings);
		conf = load_text(text);
		ck_assert_uint_eq(conf->softwires[0].device_addr, cases[i].addr);
		conf_free(conf);
	}
	conf = load_text(ce_text);
	ck_assert_uint_eq(conf->softwires[0].device_addr, 0);
	conf_free(conf);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("conf_softwire");
	TCase *good_files = tcase_create("good files");

	tcase_add_checked_fixture(good_files, write_rules, tear_down);
	tcase_add_test(good_files, every_setting_of_a_softwire_and_nat);
	tcase_add_test(good_files, kinds_of_softwire);
	tcase_add_test(good_files, softwire_probe);
	tcase_add_test(good_files, softwire_device);
	suite_add_tcase(suite, good_files);
	return suite;
}
