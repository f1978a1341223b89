/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A good CE, a good BR with a domain from a rule file and one with bindings, and these files. No setting has its default
 * value.
 */
#ifndef MAPEDGE_TESTS_CONF_TEXTS_H
#define MAPEDGE_TESTS_CONF_TEXTS_H

#include "conf_files.h"

/* Line by line as in a file. */
/* clang-format off */

static const char ce_text[] =
	         "role = 'ce';\n"
	         "host = false;\n"
	         "control = { socket = '/tmp/mapedge-test.sock'; };\n"
	         "dpdk = {\n"
	/*  5 */ "  eal = [ '--no-huge', '--no-shconf', '--no-pci' ];\n"
	         "  workers = 2;\n"
	         "  buffers = 4096;\n"
	         "  poll = true;\n"
	         "};\n"
	/* 10 */ "interfaces = (\n"
	         "  { name = 'left';\n"
	         "    role = 'lan';\n"
	         "    port = 'net_af_packet0,iface=lan0';\n"
	         "    mac = '02:00:00:00:0c:01';\n"
	/* 15 */ "    mtu = 1492;\n"
	         "    addresses = [ '192.168.1.1/24', '10.0.0.1/8' ];\n"
	         "    neighbours = (\n"
	         "      { address = '192.168.1.10'; mac = '02:00:00:00:01:10'; },\n"
	         "      { address = '10.1.2.3'; mac = '02:00:00:00:01:11'; } );\n"
	/* 20 */ "  },\n"
	         "  { name = 'right';\n"
	         "    role = 'wan';\n"
	         "    port = 'net_af_packet1,iface=wan0';\n"
	         "    mac = '02:00:00:00:0c:02';\n"
	/* 25 */ "    mtu = 1480;\n"
	         "    addresses = [ '2001:db8:77::2/64' ];\n"
	         "    neighbours = (\n"
	         "      { address = '2001:db8:77::1'; mac = '02:00:00:00:06:02'; },\n"
	         "      { address = 'fe80::1'; mac = '02:00:00:00:06:01'; } );\n"
	/* 30 */ "    gateway = 'fe80::1';\n"
	         "  }\n"
	         ");\n"
	         "softwires = (\n"
	         "  { name = 'map0';\n"
	/* 35 */ "    kind = 'map-e';\n"
	         "    end_user_prefix = '2001:db8:12:3400::/56';\n"
	         "    br = '2001:db8:ffff::1';\n"
	         "    iid = 'draft03';\n"
	         "    mesh = true;\n"
	/* 40 */ "    mtu = 1400;\n"
	         "    mss_clamp = false;\n"
	         "    hop_limit = 63;\n"
	         "    traffic_class = 46; fragment = 'inner'; flow_label = 'hash'; decap_dscp = 'copy';\n"
	         "    rules = (\n"
	/* 45 */ "      { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; offset = 6; fmr = true; },\n"
	         "      { ipv6 = '2001:db8:100::/40'; ipv4 = '198.51.100.7/32'; ea = 0; psid = 5; psid_len = 4; fmr = false; }\n"
	         "    );\n"
	         "  }\n"
	         ");\n"
	/* 50 */ "nat = {\n"
	         "  sessions = 1000; ports_per_host = 12; reserved_ports = 13; port_alarm = 14;\n"
	         "  udp_timeout = 121; policies = ( { hosts = '10.1.2.0/24'; protocol = 'udp'; inside_ports = '3074-3080'; reserved = true; } );\n"
	         "  tcp_established_timeout = 7441; forwards = ( { protocol = 'both'; ports = '1232-1233'; to = '192.168.1.9'; to_port = 80; } );\n"
	         "  tcp_opening_timeout = 31; tcp_closing_timeout = 6; tcp_reset_timeout = 7; dns_timeout = 8;\n"
	/* 55 */ "  icmp_timeout = 61; other_timeout = 122; port_quarantine = 9; sessions_per_host = 10; new_sessions_per_host = 11;\n"
	         "  filtering = 'endpoint-independent'; port_reuse = 'always'; closed_early = true; df = 'clear';\n"
	         "};\n"
	         "fragments = {\n"
	         "  reassembly = 'off';\n"
	/* 60 */ "  datagrams = 65;\n"
	         "  held = 66;\n"
	         "  timeout = 16;\n"
	         "  path_mru = 1999;\n"
	         "};\n"
	/* 65 */ "icmp = { rate = 0; burst = 1; };\n";

/* A softwire whose address and port set are given. */
static const char lw4o6_text[] =
	         "role = 'ce';\n"
	         "interfaces = (\n"
	         "  { name = 'lan'; role = 'lan'; port = 'net_null0'; addresses = [ '192.168.1.1/24' ]; },\n"
	         "  { name = 'wan'; role = 'wan'; port = 'net_null1'; gateway = 'fe80::1'; neighbours = ( { address = 'fe80::1'; mac = '02:00:00:00:06:01'; } ); } );\n"
	/*  5 */ "softwires = ( { name = 'tunnel'; kind = 'lw4o6';\n"
	         "  br = '2001:db8:ffff::1';\n"
	         "  local = '2001:db8:12:3400::46';\n"
	         "  ipv4 = '203.0.113.7/32';\n"
	         "  psid = 52; psid_len = 8; } );\n";

/* A softwire that the provider of the line describes. */
static const char line_text[] =
	         "role = 'ce'; host = true;\n"
	         "interfaces = (\n"
	         "  { name = 'lan'; role = 'lan'; port = 'net_null0'; addresses = [ '192.168.1.1/24' ]; },\n"
	         "  { name = 'wan'; role = 'wan'; port = 'net_null1'; gateway = 'fe80::1'; neighbours = ( { address = 'fe80::1'; mac = '02:00:00:00:06:01'; } ); } );\n"
	/*  5 */ "access = { state = '/tmp/mapedge-test'; prefix_hint = 56; rapid_commit = true; reconfigure = true;\n"
	         "  psid_source = 'ea'; duid = '00:03:00:01:02:00:00:00:0c:02'; };\n"
	         "softwires = ( { name = 'line'; provision = [ 'dhcpv6' ];\n"
	         "  mtu = 1400; iid = 'draft03'; } );\n"
	         "nat = { forwards = ( { protocol = 'tcp'; ports = '4928-4943'; to = '192.168.1.9'; } ); };\n";

/* Addresses, neighbours and routes are Linux's. */
static const char host_text[] =
	         "role = 'br';\n"
	         "host = true; host_limits = { neighbour = 1; dhcp = 2; icmp = 3; other = 1000000; };\n"
	         "interfaces = (\n"
	         "  { name = 'map'; role = 'map'; port = 'net_af_packet0,iface=eth0,framecnt=64'; },\n"
	/*  5 */ "  { name = 'inet'; role = 'internet'; port = 'net_af_packet1,iface=eth1';\n"
	         "    neighbours = ( { address = '203.0.113.20'; mac = '02:00:00:00:04:20'; } ); }\n"
	         ");\n"
	         "domains = ( { name = 'one'; br = '2001:db8:ffff::1';\n"
	         "  rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } ); } );\n";

static const char br_text[] =
	         "role = 'br';\n"
	         "interfaces = (\n"
	         "  { name = 'v6'; role = 'map'; port = 'net_null0'; mac = '02:00:00:00:0b:01';\n"
	         "    mtu = 1600;\n"
	/*  5 */ "    neighbours = ( { address = 'fe80::1'; mac = '02:00:00:00:06:02'; } );\n"
	         "    gateway = 'fe80::1'; },\n"
	         "  { name = 'v4'; role = 'internet'; port = 'net_null1'; mac = '02:00:00:00:0b:02';\n"
	         "    addresses = [ '203.0.113.1/24' ];\n"
	         "    neighbours = (\n"
	/* 10 */ "      { address = '203.0.113.20'; mac = '02:00:00:00:04:20'; },\n"
	         "      { address = '203.0.113.254'; mac = '02:00:00:00:04:01'; } );\n"
	         "    gateway = '203.0.113.254'; martians = [ 'shared', '10.0.0.0/8' ]; antispoof = false; }\n"
	         ");\n"
	         "domains = (\n"
	/* 15 */ "  { name = 'one';\n"
	         "    br = '2001:db8:ffff::1';\n"
	         "    source_check = 'eabits';\n"
	         "    traffic_class = 'copy';\n"
	         "    rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } ); },\n"
	/* 20 */ "  { name = 'two';\n"
	         "    br = '2001:db8:ffff::2';\n"
	         "    iid = 'draft03';\n"
	         "    mtu = 1500;\n"
	         "    rules_file = 'good-rules.conf';\n"
	/* 25 */ "    service = 'second'; },\n"
	         "  { name = 'three'; br = '2001:db8:ffff::3'; anycast = true; report_spoofing = true;\n"
	         "    fragment = 'drop'; flow_label = 'zero'; decap_dscp = 'copy';\n"
	         "    pools = (\n"
	         "      { ipv4 = '100.64.0.0/16'; offset = 4; psid_len = 8; },\n"
	/* 30 */ "      { ipv4 = '100.65.0.0/24'; psid_len = 0; } );\n"
	         "    bindings_file = 'good-bindings.txt'; }\n"
	         ");\n"
	         "icmp = { source = '198.18.0.1'; };\n"
	         "fragments = { held = 99; };\n";

/* Also good-rules.conf of the BR above. */
static const char rules_text[] =
	         "source = 'nobody';\n"
	         "date = '2026-11';\n"
	         "services = (\n"
	         "  { name = 'first'; br = '2001:db8:aaaa::1'; iid = 'draft03';\n"
	/*  5 */ "    rules = ( { ipv6 = '2001:db8:200::/40'; ipv4 = '198.51.100.0/26'; ea = 14; offset = 4; } ); },\n"
	         "  { name = 'second';\n"
	         "    rules = (\n"
	         "      { ipv6 = '2001:db8:300::/40'; ipv4 = '198.51.100.0/25'; ea = 15; offset = 4; },\n"
	         "      { ipv6 = '2001:db8:400::/40'; ipv4 = '198.51.100.128/25'; ea = 15; offset = 4; } ); }\n"
	/* 10 */ ");\n";

/* clang-format on */

/* As a fixture: what br_text refers to is there. */
static inline void
write_rules(void)
{
	set_up();
	write_file("good-rules.conf", rules_text);
	write_file("good-bindings.txt", "100.64.0.1 0x34 2001:db8:100::1\n");
}

/* What both roles have when neither fragments nor icmp is given, and nothing else asks for more or less. */
static inline void
check_common_defaults(const struct conf *conf)
{
	ck_assert(conf->fragments.reassembly);
	ck_assert_uint_eq(conf->fragments.datagrams, 4096);
	ck_assert_uint_eq(conf->fragments.held, 2048);
	ck_assert_uint_eq(conf->fragments.timeout, 15);
	ck_assert_uint_eq(conf->fragments.path_mru, 1540);
	ck_assert_uint_eq(conf->icmp.rate, 1000);
	ck_assert_uint_eq(conf->icmp.burst, 200);
	ck_assert_uint_eq(conf->icmp.source, 0);
}

#endif
