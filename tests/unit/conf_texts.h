/* SPDX-License-Identifier: BSD-3-Clause */
/* A good CE, a good BR with one domain from a rule file, and that file; no setting has its default value. */
#ifndef MAPEDGE_TESTS_CONF_TEXTS_H
#define MAPEDGE_TESTS_CONF_TEXTS_H

#include "conf_files.h"

#define LINES(number) /* the number of the line that follows, to find one's way */

static const char ce_text[] =
    "role = 'ce';\n"
    "host = false;\n"
    "control = { socket = '/tmp/mapedge-test.sock'; };\n"
    "dpdk = {\n" LINES(
	4) "  eal = [ '--no-huge', '--no-shconf', '--no-pci' ];\n"
	   "  workers = 2;\n"
	   "  buffers = 4096;\n"
	   "  poll = true;\n"
	   "};\n"
	   "interfaces = (\n" LINES(
	       10) "  { name = 'left';\n"
		   "    role = 'lan';\n"
		   "    port = 'net_af_packet0,iface=lan0';\n"
		   "    mac = '02:00:00:00:0c:01';\n"
		   "    mtu = 1492;\n" LINES(
		       15) "    addresses = [ '192.168.1.1/24', '10.0.0.1/8' ];\n"
			   "    neighbours = (\n"
			   "      { address = '192.168.1.10'; mac = '02:00:00:00:01:10'; },\n"
			   "      { address = '10.1.2.3'; mac = '02:00:00:00:01:11'; } );\n"
			   "  },\n" LINES(
			       20) "  { name = 'right';\n"
				   "    role = 'wan';\n"
				   "    port = 'net_af_packet1,iface=wan0';\n"
				   "    mac = '02:00:00:00:0c:02';\n"
				   "    mtu = 1480;\n" LINES(
				       25) "    addresses = [ '2001:db8:77::2/64' ];\n"
					   "    neighbours = (\n"
					   "      { address = '2001:db8:77::1'; mac = '02:00:00:00:06:02'; },\n"
					   "      { address = 'fe80::1'; mac = '02:00:00:00:06:01'; } );\n"
					   "    gateway = 'fe80::1';\n" LINES(
					       30) "  }\n"
						   ");\n"
						   "softwires = (\n"
						   "  { name = 'map0';\n"
						   "    kind = 'map-e';\n" LINES(
						       35) "    end_user_prefix = '2001:db8:12:3400::/56';\n"
							   "    br = '2001:db8:ffff::1';\n"
							   "    iid = 'draft03';\n"
							   "    mesh = true;\n"
							   "    mtu = 1400;\n" LINES(
							       40) "    mss_clamp = false;\n"
								   "    hop_limit = 63;\n"
								   "    traffic_class = 46;\n"
								   "    rules = (\n"
								   "      { ipv6 = '2001:db8::/40'; ipv4 = "
								   "'192.0.2.0/24'; ea = 16; offset = 6; fmr = true; "
								   "},\n" LINES(
								       45) "      { ipv6 = '2001:db8:100::/40'; ipv4 = "
									   "'198.51.100.7/32'; ea = 0; psid = 5; "
									   "psid_len = 4; fmr = false; }\n"
									   "    );\n"
									   "  }\n"
									   ");\n"
									   "nat = {\n" LINES(
									       50) "  sessions = 1000;\n"
										   "  udp_timeout = 121;\n"
										   "  tcp_established_timeout = 7441;\n"
										   "  tcp_transitory_timeout = 241;\n"
										   "  icmp_timeout = 61;\n" LINES(
										       55) "  filtering = "
											   "'endpoint-independent';\n"
											   "};\n";

static const char br_text[] =
    "role = 'br';\n"
    "interfaces = (\n"
    "  { name = 'v6'; role = 'map'; port = 'net_null0'; mac = '02:00:00:00:0b:01';\n"
    "    mtu = 1600;\n"
    "    neighbours = ( { address = 'fe80::1'; mac = '02:00:00:00:06:02'; } );\n" LINES(
	5) "    gateway = 'fe80::1'; },\n"
	   "  { name = 'v4'; role = 'internet'; port = 'net_null1'; mac = '02:00:00:00:0b:02';\n"
	   "    addresses = [ '203.0.113.1/24' ];\n"
	   "    neighbours = (\n"
	   "      { address = '203.0.113.20'; mac = '02:00:00:00:04:20'; },\n" LINES(
	       10) "      { address = '203.0.113.254'; mac = '02:00:00:00:04:01'; } );\n"
		   "    gateway = '203.0.113.254'; }\n"
		   ");\n"
		   "domains = (\n"
		   "  { name = 'one';\n" LINES(
		       15) "    br = '2001:db8:ffff::1';\n"
			   "    source_check = 'eabits';\n"
			   "    traffic_class = 'copy';\n"
			   "    rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } ); },\n"
			   "  { name = 'two';\n" LINES(20) "    br = '2001:db8:ffff::2';\n"
							   "    iid = 'draft03';\n"
							   "    mtu = 1500;\n"
							   "    rules_file = 'good-rules.conf';\n"
							   "    service = 'second'; }\n" LINES(25) ");\n";

/* Also good-rules.conf of the BR above. */
static const char rules_text[] =
    "source = 'nobody';\n"
    "date = '2026-11';\n"
    "services = (\n"
    "  { name = 'first'; br = '2001:db8:aaaa::1'; iid = 'draft03';\n"
    "    rules = ( { ipv6 = '2001:db8:200::/40'; ipv4 = '198.51.100.0/26'; ea = 14; offset = 4; } ); },\n"
    "  { name = 'second';\n"
    "    rules = (\n"
    "      { ipv6 = '2001:db8:300::/40'; ipv4 = '198.51.100.0/25'; ea = 15; offset = 4; },\n"
    "      { ipv6 = '2001:db8:400::/40'; ipv4 = '198.51.100.128/25'; ea = 15; offset = 4; } ); }\n"
    ");\n";

/* As a fixture: what br_text refers to is there. */
static inline void
write_rules(void)
{
	set_up();
	write_file("good-rules.conf", rules_text);
}

#endif
