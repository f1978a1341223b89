/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Wrong configurations: a good text, one edit, and the error that must follow. In all texts ' stands for ", so that
 * they can be read.
 */
#ifndef MAPEDGE_TESTS_CONF_CASES_H
#define MAPEDGE_TESTS_CONF_CASES_H

#define LINES(number) /* the number of the line that follows, to find one's way */

static const char ce_text[] =
    "role = 'ce';\n"
    "host = false;\n"
    "control = { socket = '/tmp/mapedge-test.sock'; };\n"
    "dpdk = {\n" LINES(4)
    "  eal = [ '--no-huge', '--no-shconf', '--no-pci' ];\n"
    "  workers = 2;\n"
    "  buffers = 4096;\n"
    "  poll = true;\n"
    "};\n"
    "interfaces = (\n" LINES(10)
    "  { name = 'left';\n"
    "    role = 'lan';\n"
    "    port = 'net_af_packet0,iface=lan0';\n"
    "    mac = '02:00:00:00:0c:01';\n"
    "    mtu = 1492;\n" LINES(15)
    "    addresses = [ '192.168.1.1/24', '10.0.0.1/8' ];\n"
    "    neighbours = (\n"
    "      { address = '192.168.1.10'; mac = '02:00:00:00:01:10'; },\n"
    "      { address = '10.1.2.3'; mac = '02:00:00:00:01:11'; } );\n"
    "  },\n" LINES(20)
    "  { name = 'right';\n"
    "    role = 'wan';\n"
    "    port = 'net_af_packet1,iface=wan0';\n"
    "    mac = '02:00:00:00:0c:02';\n"
    "    mtu = 1480;\n" LINES(25)
    "    addresses = [ '2001:db8:77::2/64' ];\n"
    "    neighbours = (\n"
    "      { address = '2001:db8:77::1'; mac = '02:00:00:00:06:02'; },\n"
    "      { address = 'fe80::1'; mac = '02:00:00:00:06:01'; } );\n"
    "    gateway = 'fe80::1';\n" LINES(30)
    "  }\n"
    ");\n"
    "softwires = (\n"
    "  { name = 'map0';\n"
    "    kind = 'map-e';\n" LINES(35)
    "    end_user_prefix = '2001:db8:12:3400::/56';\n"
    "    br = '2001:db8:ffff::1';\n"
    "    iid = 'draft03';\n"
    "    mesh = true;\n"
    "    mtu = 1400;\n" LINES(40)
    "    mss_clamp = false;\n"
    "    hop_limit = 63;\n"
    "    traffic_class = 46;\n"
    "    rules = (\n"
    "      { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; offset = 6; fmr = true; },\n" LINES(45)
    "      { ipv6 = '2001:db8:100::/40'; ipv4 = '198.51.100.7/32'; ea = 0; psid = 5; psid_len = 4; fmr = false; }\n"
    "    );\n"
    "  }\n"
    ");\n"
    "nat = {\n" LINES(50)
    "  sessions = 1000;\n"
    "  udp_timeout = 121;\n"
    "  tcp_established_timeout = 7441;\n"
    "  tcp_transitory_timeout = 241;\n"
    "  icmp_timeout = 61;\n" LINES(55)
    "  filtering = 'endpoint-independent';\n"
    "};\n";

static const char br_text[] =
    "role = 'br';\n"
    "interfaces = (\n"
    "  { name = 'v6'; role = 'map'; port = 'net_null0'; mac = '02:00:00:00:0b:01';\n"
    "    mtu = 1600;\n"
    "    neighbours = ( { address = 'fe80::1'; mac = '02:00:00:00:06:02'; } );\n" LINES(5)
    "    gateway = 'fe80::1'; },\n"
    "  { name = 'v4'; role = 'internet'; port = 'net_null1'; mac = '02:00:00:00:0b:02';\n"
    "    addresses = [ '203.0.113.1/24' ];\n"
    "    neighbours = (\n"
    "      { address = '203.0.113.20'; mac = '02:00:00:00:04:20'; },\n" LINES(10)
    "      { address = '203.0.113.254'; mac = '02:00:00:00:04:01'; } );\n"
    "    gateway = '203.0.113.254'; }\n"
    ");\n"
    "domains = (\n"
    "  { name = 'one';\n" LINES(15)
    "    br = '2001:db8:ffff::1';\n"
    "    source_check = 'eabits';\n"
    "    traffic_class = 'copy';\n"
    "    rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } ); },\n"
    "  { name = 'two';\n" LINES(20)
    "    br = '2001:db8:ffff::2';\n"
    "    iid = 'draft03';\n"
    "    mtu = 1500;\n"
    "    rules_file = 'good-rules.conf';\n"
    "    service = 'second'; }\n" LINES(25)
    ");\n";

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

struct bad_case {
	const char *base; /* ce_text, br_text or rules_text */
	const char *old;  /* stands in the base exactly once; "" means before its beginning */
	const char *new;
	unsigned int line;
	const char *text; /* part of the error, after "FILE:LINE: error: " */
	const char *hint; /* part of the hint; NULL when there is none */
};

static const struct bad_case bad_cases[] = {
	/* ---- syntax ---- */
	{ ce_text, "workers = 2;", "workers = ;", 6, "syntax error", "missing" },
	{ ce_text, "workers = 2;", "workers = 2; workers = 3;", 6, "duplicate setting", "once" },
	{ ce_text, "workers = 2;", "@include 'nowhere.conf'\n", 6, "cannot open include file", "relative to" },
	{ ce_text, "'--no-shconf'", "5", 5, "mismatched element type", "one type" },
	{ ce_text, "buffers = 4096;", "buffers = 4294971392;", 7, "number 4294971392 is too large", "docs/config.md" },
	{ ce_text, "buffers = 4096;", "buffers = 0x100001000;", 7, "number 0x100001000 is too large", "docs" },

	/* ---- names, types, ranges ---- */
	{ ce_text, "", "colour = 'red';\n", 1, "unknown setting 'colour'", "known here: role, host, control, dpdk" },
	{ ce_text, "role = 'ce'", "rolle = 'ce'", 1, "unknown setting 'rolle'", "did you mean role?" },
	{ ce_text, "workers = 2", "wokrers = 2", 6, "unknown setting 'wokrers'", "did you mean workers?" },
	{ ce_text, "socket = ", "sock = ", 3, "unknown setting 'sock'", "did you mean socket?" },
	{ ce_text, "mtu = 1492", "MTU = 1492", 15, "unknown setting 'MTU'", "did you mean mtu?" },
	{ ce_text, "hop_limit = 63", "ttl = 63", 42, "unknown setting 'ttl'", "known here: name, kind, end_user_prefix" },
	{ ce_text, "sessions = 1000", "session = 1000", 51, "unknown setting 'session'", "did you mean sessions?" },
	{ ce_text, "ea = 16", "ea_len = 16", 45, "unknown setting 'ea_len'", "ipv6, ipv4, ea, offset" },
	{ ce_text, "{ address = '10.1.2.3'", "{ adress = '10.1.2.3'", 19, "unknown setting 'adress'", "mean address?" },
	{ ce_text, "kind = 'map-e'", "source_check = 'strict'", 35, "unknown setting 'source_check'", "known here" },
	{ br_text, "source_check = 'eabits'", "mesh = true", 17, "unknown setting 'mesh'", "known here: name, br, iid" },
	{ ce_text, "workers = 2", "workers = '2'", 6, "workers: expected an integer, found a string", "workers = 1;" },
	{ ce_text, "workers = 2", "workers = 2.0", 6, "workers: expected an integer, found a fraction", "workers = 1;" },
	{ ce_text, "workers = 2", "workers = 0", 6, "workers: 0 is out of range", "1 to 16" },
	{ ce_text, "workers = 2", "workers = 17", 6, "workers: 17 is out of range", "1 to 16" },
	{ ce_text, "workers = 2", "workers = -1", 6, "workers: -1 is out of range", "1 to 16" },
	{ ce_text, "workers = 2", "workers = 4294967298L", 6, "workers: 4294967298 is out of range", "1 to 16" },
	{ ce_text, "buffers = 4096", "buffers = 1023", 7, "buffers: 1023 is out of range", "1024 to 1048576" },
	{ ce_text, "buffers = 4096", "buffers = 1048577", 7, "buffers: 1048577 is out of range", "1024 to 1048576" },
	{ ce_text, "poll = true", "poll = 1", 8, "poll: expected true or false, found an integer", "poll = true;" },
	{ ce_text, "dpdk = {", "dpdk = (", 5, "syntax error", "missing" },
	{ ce_text, "control = { socket = '/tmp/mapedge-test.sock'; }", "control = '/tmp/s'", 3,
	    "control: expected a group { ... }, found a string", "socket = " },
	{ ce_text, "'/tmp/mapedge-test.sock'", "''", 3, "socket is empty", "socket = '/run" },
	{ ce_text, "/tmp/mapedge-test.sock",
	    "/run/0123456789012345678901234567890123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789",
	    3, "is too long", "socket = '/run" },
	{ ce_text, "/tmp/mapedge-test.sock", "/tmp/a\\nb", 3, "'/tmp/a?b' has a control character", "socket = " },

	/* ---- the top level ---- */
	{ ce_text, "role = 'ce';", "", 1, "role is missing", "role = 'ce';" },
	{ ce_text, "role = 'ce'", "role = 'cpe'", 1, "role: 'cpe' is unknown", "did you mean 'ce'" },
	{ ce_text, "role = 'ce'", "role = 'router'", 1, "role: 'router' is unknown", "known: 'ce', 'br'" },
	{ ce_text, "host = false", "host = true", 2, "host = true does not work", "static neighbours" },
	{ ce_text, "role = 'ce'", "role = 'br'", 33, "softwires in the configuration of a BR", "a BR has domains" },
	{ br_text, "role = 'br'", "role = 'ce'", 14, "domains in the configuration of a CE", "a CE has softwires" },
	{ br_text, "role = 'br';", "role = 'br'; nat = { };", 1, "nat in the configuration of a BR", "leave it out" },
	{ ce_text, "softwires = (", "softwires = ( );\n/* (", 33, "softwires is an empty list", "name = 'map0'" },
	{ ce_text, "softwires = (", "/*", 1, "softwires is missing", "at least one" },
	{ br_text, "domains = (", "/*", 1, "domains is missing", "at least one" },
	{ ce_text, "eal = [ '--no-huge'", "eal = [ '-l', '0-1'", 5, "eal: -l: mapedge chooses the lcores", "dpdk.workers" },
	{ ce_text, "'--no-huge'", "'-l0-1'", 5, "eal: -l: mapedge chooses the lcores", "dpdk.workers" },
	{ ce_text, "'--no-huge'", "'--lcores=0-1'", 5, "eal: --lcores: mapedge chooses", "dpdk.workers" },
	{ ce_text, "'--no-huge'", "'-c', '0x3'", 5, "eal: -c: mapedge chooses the lcores", "dpdk.workers" },
	{ ce_text, "'--no-huge'", "'--main-lcore', '1'", 5, "eal: --main-lcore: mapedge chooses", "dpdk.workers" },
	{ ce_text, "'--no-huge'", "'--proc-type=secondary'", 5, "always a primary process", NULL },
	{ ce_text, "'--no-shconf'", "'--in-memory'", 5, "--no-huge and --in-memory exclude", "--no-shconf" },
	{ ce_text, "'--no-huge'", "''", 5, "eal is empty", "'--no-pci'" },
	{ ce_text, "[ '--no-huge', '--no-shconf', '--no-pci' ]", "'--no-pci'", 5, "eal: expected a list of values", "[ '--" },
	{ ce_text, "[ '--no-huge', '--no-shconf', '--no-pci' ]", "( '-m', 64 )", 5, "eal: expected a string, found an int",
	    "[ '--" },
	{ ce_text, "'--no-huge'", "'a','a','a','a','a','a','a','a','a','a','a','a','a','a','a','a','a','a','a','a','a','a',"
	    "'a','a','a','a','a','a','a','a','a'", 5, "eal: 33 entries are too many", "at most 32" },

	/* ---- interfaces ---- */
	{ ce_text, "interfaces = (", "interfaces = ( );\n/* (", 10, "interfaces is an empty list", "name = 'lan'" },
	{ ce_text, "  { name = 'right';", "  { };\n", 21, "syntax error", "missing" },
	{ ce_text, "name = 'right';", "", 21, "name is missing", "name = 'lan';" },
	{ ce_text, "name = 'right'", "name = 'left'", 21, "a second interface has the name 'left'", "line 11" },
	{ ce_text, "name = 'right'", "name = 'ri ght'", 21, "name: 'ri ght' is not a name of letters", "name = 'lan'" },
	{ ce_text, "name = 'right'", "name = 'r0123456789012345678901234567890'", 21, "is longer than 31", "name = 'lan'" },
	{ ce_text, "role = 'wan'", "role = 'map'", 22, "a CE has no 'map' interface", "one 'lan' and one 'wan'" },
	{ br_text, "role = 'internet'", "role = 'lan'", 7, "a BR has no 'lan' interface", "one 'internet' and one 'map'" },
	{ ce_text, "role = 'wan'", "role = 'lan'", 22, "a second 'lan' interface", "the first is in line 11" },
	{ ce_text, "role = 'wan'", "role = 'wlan'", 22, "role: 'wlan' is unknown", "did you mean 'lan'?" },
	{ ce_text, "  },\n  { name = 'right';", "  } );\nright = ( {", 21, "unknown setting 'right'", "role, host" },
	{ ce_text, "  },\n  { name = 'right';", "  } ); /*", 1, "softwires is missing", "at least one" },
	{ br_text, "    gateway = 'fe80::1'; },\n", "    gateway = 'fe80::1'; } ); /*", 1, "domains is missing", "at least one" },
	{ ce_text, "port = 'net_af_packet1,iface=wan0'", "port = 'net_af_packet0,iface=wan0'", 23,
	    "a second interface has the port net_af_packet0", "number virtual devices" },
	{ ce_text, "port = 'net_af_packet1,iface=wan0'", "port = '0000:01:00.0'", 23, "0000:01:00.0 is a PCI device",
	    "eal = [ '--in-memory' ]" },
	{ ce_text, "port = 'net_af_packet1,iface=wan0'", "port = '01:00.0,queues=2'", 23, "is a PCI device", "eal" },
	{ ce_text, "port = 'net_af_packet1,iface=wan0';\n    mac = '02:00:00:00:0c:02';", "", 21,
	    "interface 'right' has neither port nor mac", "a replay needs mac" },
	{ ce_text, "02:00:00:00:0c:01", "02:00:00:00:0c", 14, "mac: '02:00:00:00:0c' is not a MAC", "mac = '02:" },
	{ ce_text, "02:00:00:00:0c:01", "02:00:00:00:0c:0g", 14, "'02:00:00:00:0c:0g' is not a MAC", "mac = '02:" },
	{ ce_text, "02:00:00:00:0c:01", "03:00:00:00:0c:01", 14, "mac: '03:00:00:00:0c:01' is multicast", "mac = '02:" },
	{ ce_text, "02:00:00:00:0c:01", "00:00:00:00:00:00", 14, "mac: '00:00:00:00:00:00' is zero", "mac = '02:" },
	{ ce_text, "mtu = 1492", "mtu = 575", 15, "mtu: 575 is out of range", "576 to 2000" },
	{ ce_text, "mtu = 1492", "mtu = 2001", 15, "mtu: 2001 is out of range", "576 to 2000" },
	{ ce_text, "mtu = 1480", "mtu = 1279", 25, "mtu: 1279 is too small for IPv6", "1280 to 2000" },
	{ br_text, "mtu = 1600", "mtu = 1279", 4, "mtu: 1279 is too small for IPv6", "map interface is 1280" },

	/* ---- addresses ---- */
	{ ce_text, "192.168.1.1/24", "192.168.1.1", 16, "addresses: '192.168.1.1' is not an address with prefix", "/24" },
	{ ce_text, "192.168.1.1/24", "192.168.1.0/24", 16, "'192.168.1.0/24' is the subnet itself", "/24" },
	{ ce_text, "192.168.1.1/24", "192.168.1.255/24", 16, "is the broadcast address of its subnet", "/24" },
	{ ce_text, "192.168.1.1/24", "192.168.1.1/7", 16, "its length is below /8", "/24" },
	{ ce_text, "192.168.1.1/24", "0.0.0.1/24", 16, "is unspecified", "/24" },
	{ ce_text, "192.168.1.1/24", "127.0.0.1/8", 16, "is a loopback address", "/24" },
	{ ce_text, "192.168.1.1/24", "224.0.0.1/24", 16, "is multicast", "/24" },
	{ ce_text, "192.168.1.1/24", "240.0.0.1/24", 16, "is broadcast or reserved", "/24" },
	{ ce_text, "192.168.1.1/24", "::1/64", 16, "is the loopback address", "/24" },
	{ ce_text, "192.168.1.1/24", "2001:db8:7::/64", 16, "is the subnet itself", "/24" },
	{ ce_text, "192.168.1.1/24", "10.0.0.1/8", 16, "10.0.0.1/8 is given twice", NULL },
	{ ce_text, "[ '192.168.1.1/24', '10.0.0.1/8' ]", "[ ]", 16, "a lan interface needs an IPv4", "192.168.1.1/24" },
	{ ce_text, "addresses = [ '192.168.1.1/24', '10.0.0.1/8' ];", "", 11, "a lan interface needs an IPv4", "addresses" },
	{ ce_text, "[ '192.168.1.1/24', '10.0.0.1/8' ]", "'192.168.1.1/24'", 16, "expected a list of values", "[ '192" },
	{ ce_text, "'10.0.0.1/8'", "'10.0.0.1/8','10.0.0.2/8','10.0.0.3/8','10.0.0.4/8','10.0.0.5/8','10.0.0.6/8',"
	    "'10.0.0.7/8','10.0.0.8/8'", 16, "addresses: 9 entries are too many", "at most 8" },
	{ ce_text, "2001:db8:77::2/64", "10.9.9.9/24", 26, "the IPv4 address 10.9.9.9/24 on the wan", "IPv6 only" },
	{ br_text, "addresses = [ '203.0.113.1/24' ];", "", 7, "an IPv4 address", "ICMP errors" },

	/* ---- neighbours and gateways ---- */
	{ ce_text, "10.1.2.3", "10.1.2.300", 19, "address: '10.1.2.300' is not an IPv4 or IPv6", "address = '192" },
	{ ce_text, "10.1.2.3", "192.168.1.10", 19, "192.168.1.10 is given twice", NULL },
	{ ce_text, "10.1.2.3", "192.168.1.1", 19, "192.168.1.1 is the interface", NULL },
	{ ce_text, "10.1.2.3", "192.168.2.3", 19, "192.168.2.3 is in no subnet", "add its subnet" },
	{ ce_text, "10.1.2.3", "224.0.0.1", 19, "'224.0.0.1' is multicast", "address = '192" },
	{ ce_text, "02:00:00:00:01:11", "02:00:00:00:0c:01", 19, "10.1.2.3 has the interface", NULL },
	{ ce_text, "02:00:00:00:01:11", "ff:ff:ff:ff:ff:ff", 19, "mac: 'ff:ff:ff:ff:ff:ff' is multicast", "mac = " },
	{ ce_text, "{ address = '10.1.2.3'; mac = '02:00:00:00:01:11'; }", "{ address = '10.1.2.3'; }", 19,
	    "mac is missing", "mac = '02:00" },
	{ ce_text, "{ address = '10.1.2.3'; mac = '02:00:00:00:01:11'; }", "'10.1.2.3'", 19,
	    "neighbours: expected a group { ... }, found a string", "{ address = " },
	{ ce_text, "address = '2001:db8:77::1'", "address = '10.0.0.9'", 28, "the IPv4 neighbour 10.0.0.9", "IPv6 only" },
	{ ce_text, "gateway = 'fe80::1'", "gateway = 'fe80::2'", 30, "fe80::2 is not among the neighbours", "fe80::2" },
	{ ce_text, "gateway = 'fe80::1'", "gateway = '10.0.0.9'", 30, "10.0.0.9 is not an IPv6 address", "wan" },
	{ ce_text, "gateway = 'fe80::1';", "", 21, "gateway is missing: a wan interface", "gateway = 'fe80::1'" },
	{ ce_text, "mtu = 1492;", "mtu = 1492; gateway = '10.1.2.3';", 15, "gateway: a lan interface has none", "softwire" },
	{ br_text, "gateway = 'fe80::1';", "", 3, "gateway is missing: a map interface", "gateway = 'fe80::1'" },
	{ br_text, "gateway = '203.0.113.254'", "gateway = 'fe80::1'", 12, "fe80::1 is not an IPv4 address", "internet" },
	{ br_text, "'203.0.113.20'", "'203.0.114.20'", 10, "203.0.114.20 is in no subnet of the interface", "add" },

	/* ---- nat ---- */
	{ ce_text, "sessions = 1000", "sessions = 15", 51, "sessions: 15 is out of range", "16 to 16777216" },
	{ ce_text, "udp_timeout = 121", "udp_timeout = 119", 52, "udp_timeout: 119 is out of range", "120 to" },
	{ ce_text, "established_timeout = 7441", "established_timeout = 7439", 53, "7439 is out of range", "7440 to" },
	{ ce_text, "transitory_timeout = 241", "transitory_timeout = 239", 54, "239 is out of range", "240 to" },
	{ ce_text, "icmp_timeout = 61", "icmp_timeout = 59", 55, "icmp_timeout: 59 is out of range", "60 to" },
	{ ce_text, "icmp_timeout = 61", "icmp_timeout = 604801", 55, "604801 is out of range", "to 604800" },
	{ ce_text, "'endpoint-independent'", "'adress-dependent'", 56, "filtering: 'adress-dependent' is unknown",
	    "did you mean 'address-dependent'?" },

	/* ---- softwires ---- */
	{ ce_text, "name = 'map0';", "", 34, "name is missing", "name = " },
	{ ce_text, "kind = 'map-e'", "kind = 'map-t'", 35, "kind: 'map-t' is unknown", "did you mean 'map-e'?" },
	{ ce_text, "kind = 'map-e'", "kind = 'ds-lite'", 35, "kind: 'ds-lite' is unknown", "known: 'map-e'" },
	{ ce_text, "end_user_prefix = '2001:db8:12:3400::/56';", "", 34, "end_user_prefix is missing", "end_user_prefix = " },
	{ ce_text, "2001:db8:12:3400::/56", "2001:db8:12:3400::", 36, "is not an IPv6 prefix", "end_user_prefix = " },
	{ ce_text, "2001:db8:12:3400::/56", "192.0.2.0/24", 36, "'192.0.2.0/24' is not an IPv6 prefix", "end_user_prefix = " },
	{ ce_text, "2001:db8:12:3400::/56", "2001:db8:12:3401::/56", 36, "has host bits set", "2001:db8:12:3400::/56" },
	{ ce_text, "2001:db8:12:3400::/56", "ff02::/56", 36, "ff02::/56 is multicast", NULL },
	{ ce_text, "2001:db8:12:3400::/56", "fe80::/56", 36, "fe80::/56 is link-local", NULL },
	{ ce_text, "2001:db8:12:3400::/56", "2001:db9:12:3400::/56", 36, "no rule covers the end-user prefix 2001:db9",
	    "nearest is 2001:db8::/40 at " },
	{ ce_text, "2001:db8:12:3400::/56", "2001:db8:12:3400::/55", 36, "is shorter than Rule IPv6 prefix and EA bits", "ea" },
	{ ce_text, "2001:db8:12:3400::/56", "2001:db8::/36", 36, "is shorter than the Rule IPv6 prefix", "nearest is" },
	{ ce_text, "2001:db8:12:3400::/56", "2001:db8:12:34ff::/64", 36, "bmr-ambiguous", "is its ea too small" },
	{ ce_text, "ea = 16", "ea = 12", 36, "bmr-ambiguous: bits between rule + EA bits (/52)", ":45; is its ea" },
	{ ce_text, "br = '2001:db8:ffff::1';", "", 34, "br is missing", "br = '2001" },
	{ ce_text, "br = '2001:db8:ffff::1'", "br = '198.51.100.1'", 37, "br: '198.51.100.1' is not an IPv6", "br = '2001" },
	{ ce_text, "br = '2001:db8:ffff::1'", "br = '::'", 37, "br: :: is unspecified", "global IPv6 address" },
	{ ce_text, "br = '2001:db8:ffff::1'", "br = '::1'", 37, "br: ::1 is the loopback", "global IPv6 address" },
	{ ce_text, "br = '2001:db8:ffff::1'", "br = 'ff02::1'", 37, "br: ff02::1 is multicast", "global IPv6 address" },
	{ ce_text, "br = '2001:db8:ffff::1'", "br = 'fe80::9'", 37, "br: fe80::9 is link-local", "global IPv6 address" },
	{ ce_text, "br = '2001:db8:ffff::1'", "br = '2001:db8:12:3412::1'", 37, "is inside the end-user prefix", "other end" },
	{ ce_text, "br = '2001:db8:ffff::1'", "br = '2001:db8:12:3400:c0:2:1200:3400'", 37, "own MAP address", "other end" },
	{ ce_text, "iid = 'draft03'", "iid = 'rfc7579'", 38, "iid: 'rfc7579' is unknown", "did you mean 'rfc7597'?" },
	{ ce_text, "fmr = true; }", "fmr = false; }", 39, "mesh = true, but no rule has fmr", "mesh = false" },
	{ ce_text, "mtu = 1400", "mtu = 1441", 40, "mtu: 1441 does not fit into interface 'right' of mtu 1480",
	    "at most 1440" },
	{ ce_text, "mtu = 1400", "mtu = 575", 40, "mtu: 575 is out of range", "576 to" },
	{ ce_text, "hop_limit = 63", "hop_limit = 0", 42, "hop_limit: 0 is out of range", "1 to 255" },
	{ ce_text, "hop_limit = 63", "hop_limit = 256", 42, "hop_limit: 256 is out of range", "1 to 255" },
	{ ce_text, "traffic_class = 46", "traffic_class = 64", 43, "64 is out of range", "0 to 63" },
	{ ce_text, "traffic_class = 46", "traffic_class = 'cpoy'", 43, "'cpoy' is unknown", "did you mean 'copy'?" },
	{ ce_text, "mss_clamp = false", "mss_clamp = 1360", 41, "mss_clamp: expected true or false", "mss_clamp = true" },
	{ ce_text, "192.168.1.1/24", "192.0.2.1/27", 18, "192.168.1.10 is in no subnet", "add its subnet" },
	{ ce_text, "'10.0.0.1/8'", "'10.0.0.1/8', '192.0.2.1/27'", 16,
	    "LAN subnet 192.0.2.0/27 overlaps the MAP IPv4 address 192.0.2.18/32", "private space" },
	{ ce_text, "  }\n);\nnat = {", "  }, { name = 'b'; end_user_prefix = '::/0'; }\n);\nnat = {", 48,
	    "a second softwire", "exactly one" },

	/* ---- rules ---- */
	{ ce_text, "    rules = (\n", "    rules = ( );\n    more = (\n", 44, "rules is an empty list", "ipv6 = " },
	{ ce_text, "    rules = (\n", "    rules = 'v6plus';\n    more = (\n", 44, "rules: expected a list of groups", "ipv6 = " },
	{ br_text, "rules = ( { ipv6 = '2001:db8::/40'; ipv4 = '192.0.2.0/24'; ea = 16; } );", "", 15, "'one' has no rules",
	    "rules_file and service" },
	{ ce_text, "mesh = true;", "rules_file = 'good-rules.conf';", 39, "both rules and rules_file", "one of them" },
	{ ce_text, "ipv6 = '2001:db8::/40';", "", 45, "ipv6 is missing", "ipv6 = '2001" },
	{ ce_text, "ipv6 = '2001:db8::/40'", "ipv6 = '2001:db8::1/40'", 45, "has host bits set", "write 2001:db8::/40" },
	{ ce_text, "ipv6 = '2001:db8::/40'", "ipv6 = 'fe80::/40'", 45, "fe80::/40 is link-local", NULL },
	{ ce_text, "ipv4 = '192.0.2.0/24'", "ipv4 = '192.0.2.1/24'", 45, "has host bits set", "write 192.0.2.0/24" },
	{ ce_text, "ipv4 = '192.0.2.0/24'", "ipv4 = '127.0.0.0/24'", 45, "is a loopback address", NULL },
	{ ce_text, "ipv4 = '192.0.2.0/24'", "ipv4 = '232.0.2.0/24'", 45, "is multicast", NULL },
	{ ce_text, "ea = 16;", "", 45, "ea is missing", "ea = 16;" },
	{ ce_text, "ea = 16", "ea = 49", 45, "ea: 49 is out of range", "0 to 48" },
	{ ce_text, "ea = 16", "ea = 25", 45, "a PSID of 17 bits", NULL },
	{ ce_text, "offset = 6", "offset = 16", 45, "offset: 16 is out of range", "0 to 15" },
	{ ce_text, "offset = 6", "offset = 9", 45, "PSID offset 9 and PSID length 8", NULL },
	{ ce_text, "offset = 6", "offset = 6; psid = 1", 45, "psid without psid_len", "give both" },
	{ ce_text, "offset = 6", "offset = 6; psid_len = 1", 45, "psid_len without psid", "give both" },
	{ ce_text, "psid = 5", "psid = 16", 46, "PSID 0x10 does not fit into 4 bits", NULL },
	{ ce_text, "psid_len = 4", "psid_len = 17", 46, "psid_len: 17 is out of range", "0 to 16" },
	{ ce_text, "offset = 6", "offset = 6; psid = 1; psid_len = 8", 45, "does not lead to one IPv4 address", "leave psid" },
	{ ce_text, "2001:db8:100::/40", "2001:db8::/40", 46, "two rules have the Rule IPv6 prefix", ":45" },
	{ ce_text, "198.51.100.7/32", "192.0.2.7/32", 46, "share IPv4 addresses", ":45" },

	/* ---- domains ---- */
	{ br_text, "name = 'two'", "name = 'one'", 20, "a second domain has the name 'one'", "line 15" },
	{ br_text, "ffff::2", "ffff::1", 21, "domain 'one' has 2001:db8:ffff::1 already", "its own BR address" },
	{ br_text, "ffff::1", "12:ff::1", 16, "is inside the Rule IPv6 prefix 2001:db8::/40", ":19 gives it to a CE" },
	{ br_text, "ffff::2", "3ff::1", 21, "is inside the Rule IPv6 prefix 2001:db8:300::/40", "good-rules.conf:8 " },
	{ br_text, "br = '2001:db8:ffff::2';", "", 20, "br is missing", "br = " },
	{ br_text, "address = 'fe80::1'", "address = '2001:db8:ffff::1'", 6, "fe80::1 is not among", "fe80::1" },
	{ br_text, "( { address = 'fe80::1'", "( { address = '2001:db8:ffff::2'; mac = '02:00:00:00:06:03'; }, "
	    "{ address = 'fe80::1'", 21, "2001:db8:ffff::2 is a neighbour of interface 'v6'", NULL },
	{ br_text, "ea = 16;", "ea = 16; fmr = false;", 19, "fmr = false in a rule of a BR", "leave fmr out" },
	{ br_text, "ipv4 = '192.0.2.0/24'", "ipv4 = '203.0.113.0/24'", 8, "203.0.113.1 is inside the Rule IPv4", ":19" },
	{ br_text, "ipv4 = '192.0.2.0/24'; ea = 16", "ipv4 = '203.0.113.16/28'; ea = 12", 10, "203.0.113.20 is inside", ":19" },
	{ br_text, "mtu = 1500", "mtu = 1561", 23, "mtu: 1561 does not fit into interface 'v6' of mtu 1600", "at most 1560" },
	{ br_text, "service = 'second';", "", 24, "rules_file without service", "the file has: first, second" },
	{ br_text, "service = 'second'", "service = 'secnd'", 25, "the rule file has no 'secnd'", "did you mean 'second'?" },
	{ br_text, "service = 'second'", "service = 'zebra'", 25, "has no 'zebra'", "the file has: first, second" },
	{ br_text, "rules_file = 'good-rules.conf';", "", 25, "service without rules_file", "rules_file = " },
	{ br_text, "good-rules.conf", "no-rules.conf", 24, "cannot be read: No such file", "directory of the configuration" },
};

static const struct bad_case bad_rule_files[] = {
	{ rules_text, "", "services = 5;\n", 4, "duplicate setting", "once" },
	{ rules_text, "source = 'nobody'", "sauce = 'nobody'", 1, "unknown setting 'sauce'", "did you mean source?" },
	{ rules_text, "date = '2026-11'", "date = 2026", 2, "date: expected a string, found an integer", "2026-11" },
	{ rules_text, "'2026-11'", "'the year of our Lord two thousand and twenty-six'", 2, "is too long", "2026-11" },
	{ rules_text, "services = (", "services = ( ); /*", 3, "services is an empty list", "name = " },
	{ rules_text, "services = (", "/*", 1, "services is missing", "name = " },
	{ rules_text, "name = 'second'", "name = 'first'", 6, "a second service has the name 'first'", "rename it" },
	{ rules_text, "name = 'second'", "name = 'the second'", 6, "is not a name of letters", "v6plus" },
	{ rules_text, "br = '2001:db8:aaaa::1'", "br = 'ff02::1'", 4, "br is multicast", NULL },
	{ rules_text, "iid = 'draft03'", "iid = 'draft3'", 4, "iid: 'draft3' is unknown", "did you mean 'draft03'?" },
	{ rules_text, "198.51.100.0/26", "198.51.100.1/26", 5, "has host bits set", "write 198.51.100.0/26" },
	{ rules_text, "198.51.100.128/25", "198.51.100.0/25", 9, "same Rule IPv4 prefix", ":8" },
	{ rules_text, "ipv6 = '2001:db8:400::/40'; ", "", 9, "ipv6 is missing", "ipv6 = " },
};

#endif
