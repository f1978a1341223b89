/* SPDX-License-Identifier: BSD-3-Clause */
/* The LAN of a CE: the group `lan` of the configuration, and what `status` says about it. */
#include "api/lan.h"
#include "conf_files.h"
#include "conf_texts.h"

static char text[TEXT_SIZE];

static struct conf *
load_with(const char *groups)
{
	snprintf(text, sizeof(text), "%s%s", line_text, groups);
	return load_text(text);
}

START_TEST(settings)
{
	struct conf *conf = load_with("");

	ck_assert(!conf->lan.is_given);
	ck_assert_int_eq(conf->access.kind, CONF_ACCESS_AUTO);
	conf_free(conf);
	for (int kind = CONF_ACCESS_PD; kind <= CONF_ACCESS_RA; kind++) {
		edit(text, line_text, "prefix_hint = 56;", kind == CONF_ACCESS_PD ? "kind = 'pd';" : "kind = 'ra';");
		conf = load_text(text);
		ck_assert_int_eq(conf->access.kind, kind);
		conf_free(conf);
	}
	conf = load_with("lan = { };");
	ck_assert(conf->lan.is_given && !conf->lan.services && conf->lan.dhcp_mtu);
	ck_assert_int_eq(conf->lan.subnet, HOME_SUBNET_AUTO);
	ck_assert_uint_eq(conf->lan.dhcp.first, 0);
	ck_assert_uint_eq(conf->lan.lease, 43200);
	ck_assert_str_eq(conf->lan.user, "dnsmasq");
	conf_free(conf);
	conf = load_with("lan = { services = true; subnet = 0; dhcp = '192.168.1.9-192.168.1.9'; dhcp_lease = 120; "
			 "dhcp_mtu = false;\n"
			 "  user = 'nobody'; };");
	ck_assert(conf->lan.is_given && conf->lan.services && !conf->lan.dhcp_mtu);
	ck_assert_int_eq(conf->lan.subnet, 0);
	ck_assert_uint_eq(conf->lan.dhcp.first, ip4("192.168.1.9"));
	ck_assert_uint_eq(conf->lan.dhcp.last, ip4("192.168.1.9"));
	ck_assert_uint_eq(conf->lan.lease, 120);
	ck_assert_str_eq(conf->lan.user, "nobody");
	conf_free(conf);
}
END_TEST

static void
check_refused(const char *base, const char *groups, const char *wanted, const char *hint)
{
	struct error err = { 0 };
	unsigned int line = 1;

	for (const char *at = base; *at != '\0'; at++)
		line += *at == '\n';
	snprintf(text, sizeof(text), "%s%s", base, groups);
	write_file("test.conf", text);
	ck_assert_ptr_null(conf_load(path_of("test.conf"), &err));
	check_error(&err, "test.conf", line, wanted, hint);
}

START_TEST(wrong_settings)
{
	static const char *const wrong[] = { "192.168.1.9", "192.168.1.20-192.168.1.10", "192.168.1.1000-192.168.1.2",
		"-" };
	char group[64];

	for (size_t i = 0; i < COUNT(wrong); i++) {
		snprintf(group, sizeof(group), "lan = { dhcp = '%s'; };", wrong[i]);
		check_refused(line_text, group, "is no range of IPv4 addresses", "for example");
	}
	check_refused(line_text, "lan = { dhcp = '192.168.1.9-192.168.2.9'; };", "not inside the subnet 192.168.1.0/24",
	    "leave dhcp out");
	check_refused(line_text, "lan = { dhcp_lease = 119; };", "dhcp_lease", "120");
	check_refused(line_text, "lan = { subnet = -1; };", "subnet", "0");
	check_refused(lw4o6_text, "lan = { };", "the line is not asked", "provision");
}
END_TEST

static json_t *
member(json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	ck_assert_msg(value != NULL, "%s is missing", name);
	return value;
}

START_TEST(status_with_a_prefix)
{
	struct lan_report lan = { .network_count = 1,
		.networks = { { .has_subnet = true, .address = prefix6("2001:db8:12:3401::1/64") } },
		.preferred_until = 31000,
		.valid_until = DHCP6_NEVER,
		.has_router = true,
		.services = "running",
		.trouble = "",
		.starts = 2 };
	json_t *object, *withdrawn;

	lan.dns.addr[lan.dns.count++] = ip6("2001:db8:f::a");
	home_stale_add(&lan.networks[0].stale, &lan.networks[0].address, 6000);
	object = lan_json(&lan, 1000);
	ck_assert_str_eq(json_string_value(member(object, "address")), "2001:db8:12:3401::1/64");
	ck_assert_int_eq(json_integer_value(member(object, "preferred_s")), 30);
	ck_assert(json_is_null(member(object, "valid_s")));
	ck_assert(json_is_true(member(object, "default_router")));
	ck_assert_str_eq(json_string_value(json_array_get(member(object, "dns"), 0)), "2001:db8:f::a");
	withdrawn = json_array_get(member(object, "withdrawn"), 0);
	ck_assert_str_eq(json_string_value(member(withdrawn, "prefix")), "2001:db8:12:3401::1/64");
	ck_assert_int_eq(json_integer_value(member(withdrawn, "told_s")), 5);
	ck_assert_int_eq(json_integer_value(member(member(object, "services"), "starts")), 2);
	json_decref(object);
}
END_TEST

START_TEST(status_without)
{
	struct lan_report lan = { .network_count = 1, .networks = { { .reason = "", .hint = "" } } };
	json_t *object = lan_json(&lan, 1000);

	ck_assert(json_is_null(member(object, "address")));
	ck_assert_str_eq(json_string_value(member(object, "reason")), "the line has no prefix");
	ck_assert_ptr_null(json_object_get(object, "services"));
	ck_assert_ptr_null(json_object_get(object, "ula"));
	ck_assert_ptr_null(json_object_get(object, "networks"));
	json_decref(object);
	lan.networks[0].reason = "too small";
	object = lan_json(&lan, 1000);
	ck_assert_str_eq(json_string_value(member(object, "reason")), "too small");
	json_decref(object);
}
END_TEST

/* CER-31 CER-13: each further network says what it has, and why it has none. */
START_TEST(status_of_networks)
{
	struct lan_report lan = { .network_count = 3,
		.networks = { { .has_subnet = true, .address = prefix6("2001:db8:12:3401::1/64") },
		    { .device = "guest",
			.has_subnet = true,
			.address = prefix6("2001:db8:12:3402::1/64"),
			.ula = prefix6("fd6d:6170:6564:2::1/64") },
		    { .device = "things", .reason = "the prefix has no /64 of number 3", .hint = "" } },
		.valid_until = 11000 };
	json_t *object = lan_json(&lan, 1000), *networks = member(object, "networks");
	json_t *guest = json_array_get(networks, 0), *things = json_array_get(networks, 1);

	ck_assert_uint_eq(json_array_size(networks), 2);
	ck_assert_str_eq(json_string_value(member(guest, "device")), "guest");
	ck_assert_str_eq(json_string_value(member(guest, "address")), "2001:db8:12:3402::1/64");
	ck_assert_str_eq(json_string_value(member(guest, "ula")), "fd6d:6170:6564:2::1/64");
	ck_assert_int_eq(json_integer_value(member(guest, "valid_s")), 10);
	ck_assert_str_eq(json_string_value(member(things, "device")), "things");
	ck_assert_ptr_nonnull(strstr(json_string_value(member(things, "reason")), "number 3"));
	json_decref(object);
}
END_TEST

/* ---- networks and unique local addresses ------------------------------------------------------------------------ */

#define GUEST "{ device = 'guest'; address = '192.168.2.1/24'; }"

/* CER-31 */
START_TEST(further_networks)
{
	struct conf *conf = load_with("lan = { networks = ( " GUEST ", { device = 'br-iot'; address = '10.9.0.254/16'; "
				      "subnet = 9; dhcp = '10.9.1.0-10.9.1.255'; } ); };");
	const struct conf_network *networks = conf->lan.networks;

	ck_assert_uint_eq(conf->lan.network_count, 2);
	ck_assert_str_eq(networks[0].device, "guest");
	ck_assert_uint_eq(networks[0].address, ip4("192.168.2.1"));
	ck_assert_uint_eq(networks[0].len, 24);
	ck_assert_int_eq(networks[0].subnet, 2);
	ck_assert_uint_eq(networks[0].dhcp.first, 0);
	ck_assert_uint_eq(conf_network_subnet(&networks[1]).addr, ip4("10.9.0.0"));
	ck_assert_int_eq(networks[1].subnet, 9);
	ck_assert_uint_eq(networks[1].dhcp.first, ip4("10.9.1.0"));
	ck_assert_uint_eq(networks[1].dhcp.last, ip4("10.9.1.255"));
	conf_free(conf);
}
END_TEST

static void
check_network_refused(const char *network, const char *wanted, const char *hint)
{
	char group[256];

	snprintf(group, sizeof(group), "lan = { networks = ( " GUEST ", %s ); };", network);
	check_refused(line_text, group, wanted, hint);
}

START_TEST(wrong_networks)
{
	check_network_refused("{ device = 'lan'; address = '10.0.0.1/8'; }", "\"lan\" is an interface",
	    "networks are on devices of");
	check_network_refused("{ device = 'guest'; address = '10.0.0.1/8'; }", "is another network", "another one");
	check_network_refused("{ device = 'a/b'; address = '10.0.0.1/8'; }", "cannot be the name", "ip link");
	check_network_refused("{ device = 'longer-than-15-c'; address = '10.0.0.1/8'; }", "too long", "guest");
	check_network_refused("{ device = 'x'; address = '2001:db8::1/64'; }", "no IPv4 address", "192.168.2.1/24");
	check_network_refused("{ device = 'x'; address = '10.0.0.1/31'; }", "/30 or shorter", "192.168.2.1/24");
	check_network_refused("{ device = 'x'; address = '192.168.2.129/25'; }", "overlaps a subnet of \"guest\"",
	    "own");
	check_network_refused("{ device = 'x'; address = '192.168.0.1/16'; }", "overlaps a subnet of \"lan\"", "own");
	check_network_refused("{ device = 'x'; address = '192.0.0.1/24'; }", "overlaps a subnet of \"line\"", "own");
	check_network_refused("{ device = 'x'; address = '10.0.0.1/8'; subnet = 2; }", "2 is another",
	    "/64 of its own");
	check_network_refused("{ device = 'x'; address = '10.0.0.1/8'; subnet = 1; }", "1 is another",
	    "/64 of its own");
	check_network_refused("{ device = 'x'; address = '10.0.0.1/8'; dhcp = '11.0.0.1-11.0.0.2'; }",
	    "not inside the subnet 10.0.0.0/8 of \"x\"", "leave dhcp out");
	check_network_refused("{ address = '10.0.0.1/8'; }", "device is missing", "guest");
}
END_TEST

/* CER-13: RFC 7084 ULA-1 and ULA-3. */
START_TEST(unique_local)
{
	struct conf *conf = load_with("lan = { };");

	ck_assert(!conf->lan.generates_ula);
	ck_assert_uint_eq(conf->lan.ula.len, 0);
	conf_free(conf);
	conf = load_with("lan = { ula = 'generate'; };");
	ck_assert(conf->lan.generates_ula);
	conf_free(conf);
	conf = load_with("lan = { ula = 'fd6d:6170:6564::/48'; };");
	ck_assert(!conf->lan.generates_ula && conf->lan.ula.addr == ip6("fd6d:6170:6564::"));
	conf_free(conf);
	check_refused(line_text, "lan = { ula = 'fd6d:6170:6564::/47'; };", "no unique local prefix",
	    "/48 of fd00::/8");
	check_refused(line_text, "lan = { ula = 'fc6d:6170:6564::/48'; };", "no unique local prefix",
	    "/48 of fd00::/8");
	check_refused(line_text, "lan = { ula = 'yes'; };", "ula", "generate");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("lan");
	TCase *tcase = tcase_create("lan");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, settings);
	tcase_add_test(tcase, wrong_settings);
	tcase_add_test(tcase, status_with_a_prefix);
	tcase_add_test(tcase, status_without);
	tcase_add_test(tcase, status_of_networks);
	tcase_add_test(tcase, further_networks);
	tcase_add_test(tcase, wrong_networks);
	tcase_add_test(tcase, unique_local);
	suite_add_tcase(suite, tcase);
	return suite;
}
