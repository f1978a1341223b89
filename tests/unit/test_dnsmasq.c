/* SPDX-License-Identifier: BSD-3-Clause */
/* What dnsmasq is told; that it understands it is for tests/netns/lan.py to show. */
#include "provision/dnsmasq.h"

#include "maptext.h"

static struct dnsmasq
home(void)
{
	return (struct dnsmasq){ .wan = "wan",
		.user = "dnsmasq",
		.directory = "/var/lib/mapedge",
		.lease_s = 43200,
		.mtu = 1460,
		.network_count = 1,
		.networks = { { "lan", prefix4("192.168.1.0/24"), ip4("192.168.1.100"), ip4("192.168.1.199"), true } },
		.dns = { .count = 2, .addr = { ip6("2001:db8:f::a"), ip6("fe80::1") } } };
}

START_TEST(whole_text)
{
	const struct dhcp6_names domains = { .count = 2, .name = { "example.net", "example.jp" } };
	struct dnsmasq dnsmasq = home();
	char text[DNSMASQ_TEXT_SIZE];

	dnsmasq.domains = &domains;
	ck_assert_uint_eq(dnsmasq_write(&dnsmasq, text), strlen(text));
	ck_assert_str_eq(text,
	    "# Written by mapedge at each start: changes are lost.\n"
	    "keep-in-foreground\n"
	    "log-facility=-\n"
	    "no-hosts\n"
	    "no-resolv\n"
	    "user=dnsmasq\n"
	    "pid-file=/var/lib/mapedge/dnsmasq.pid\n"
	    "dhcp-leasefile=/var/lib/mapedge/dnsmasq.leases\n"
	    "interface=lan\n"
	    "except-interface=lo\n"
	    "bind-dynamic\n"
	    "bogus-priv\n"
	    "proxy-dnssec\n"
	    "server=2001:db8:f::a\n"
	    "server=fe80::1%wan\n"
	    "dhcp-authoritative\n"
	    "dhcp-range=192.168.1.100,192.168.1.199,255.255.255.0,43200\n"
	    "dhcp-option=option:mtu,1460\n"
	    "enable-ra\n"
	    "dhcp-range=::,constructor:lan,ra-stateless,64,2700\n"
	    "ra-param=lan,mtu:off,600,2700\n"
	    "dhcp-option=option6:dns-server,[fe80::]\n"
	    "dhcp-option=option6:domain-search,example.net,example.jp\n");
}
END_TEST

/* CER-03 CER-17: no default router while the line has none. And a LAN without IPv4, a line without name servers. */
START_TEST(without)
{
	struct dnsmasq dnsmasq = home();
	char text[DNSMASQ_TEXT_SIZE];

	dnsmasq.networks[0].has_router = false;
	dnsmasq.mtu = 0;
	dnsmasq.dns.count = 0;
	dnsmasq_write(&dnsmasq, text);
	ck_assert_ptr_nonnull(strstr(text, "\nra-param=lan,mtu:off,600,0\n"));
	ck_assert_ptr_null(strstr(text, "option:mtu"));
	ck_assert_ptr_null(strstr(text, "server="));
	ck_assert_ptr_null(strstr(text, "group="));
	dnsmasq.user = "root";
	dnsmasq.networks[0].subnet.len = 0;
	dnsmasq_write(&dnsmasq, text);
	ck_assert_ptr_null(strstr(text, "255"));
	ck_assert_ptr_nonnull(strstr(text, "\nuser=root\ngroup=root\n"));
}
END_TEST

/* CER-31 CER-14: each network has its range and its advertisements; one that has no prefix has no router. */
START_TEST(two_networks)
{
	struct dnsmasq dnsmasq = home();
	char text[DNSMASQ_TEXT_SIZE];

	dnsmasq.network_count = 2;
	dnsmasq.networks[1] = (struct dnsmasq_network){ .device = "guest",
		.subnet = prefix4("192.168.2.0/23"),
		.first = ip4("192.168.3.0"),
		.last = ip4("192.168.3.254") };
	dnsmasq_write(&dnsmasq, text);
	ck_assert_ptr_nonnull(strstr(text, "\ninterface=lan\ninterface=guest\nexcept-interface=lo\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\ndhcp-range=192.168.1.100,192.168.1.199,255.255.255.0,43200\n"
	    "dhcp-range=192.168.3.0,192.168.3.254,255.255.254.0,43200\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nra-param=lan,mtu:off,600,2700\n"
	    "dhcp-range=::,constructor:guest,ra-stateless,64,2700\n"
	    "ra-param=guest,mtu:off,600,0\n"));
}
END_TEST

/* The half of the subnet that the box itself is not in, without network and broadcast address. */
START_TEST(range)
{
	struct dnsmasq dnsmasq = home();

	dnsmasq_range(&dnsmasq.networks[0], ip4("192.168.1.1"));
	ck_assert_uint_eq(dnsmasq.networks[0].first, ip4("192.168.1.128"));
	ck_assert_uint_eq(dnsmasq.networks[0].last, ip4("192.168.1.254"));
	dnsmasq_range(&dnsmasq.networks[0], ip4("192.168.1.254"));
	ck_assert_uint_eq(dnsmasq.networks[0].first, ip4("192.168.1.1"));
	ck_assert_uint_eq(dnsmasq.networks[0].last, ip4("192.168.1.127"));
	dnsmasq.networks[0].subnet = prefix4("10.0.0.0/8");
	dnsmasq_range(&dnsmasq.networks[0], ip4("10.0.0.1"));
	ck_assert_uint_eq(dnsmasq.networks[0].first, ip4("10.128.0.0"));
	ck_assert_uint_eq(dnsmasq.networks[0].last, ip4("10.255.255.254"));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("dnsmasq");
	TCase *tcase = tcase_create("dnsmasq");

	tcase_add_test(tcase, whole_text);
	tcase_add_test(tcase, without);
	tcase_add_test(tcase, two_networks);
	tcase_add_test(tcase, range);
	suite_add_tcase(suite, tcase);
	return suite;
}
