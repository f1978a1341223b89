/* SPDX-License-Identifier: BSD-3-Clause */
/* One mapping rule: worked examples, what is refused and why, and the corners of the arithmetic. */
#include <stdio.h>
#include <string.h>

#include "maptext.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* ---- worked examples -------------------------------------------------------------------------------------------- */

static const struct example {
	const char *name;
	const char *ipv6, *ipv4;
	unsigned int ea_len, offset;
	const char *eup;
	int psid_given, psid_len_given; /* -1: the EA bits carry it */
	const char *want_ipv4;          /* with length */
	unsigned int psid, psid_len, ports;
	const char *first, *second, *last; /* port ranges */
	const char *rfc7597, *draft03;     /* MAP address; NULL: not given */
} examples[] = {
	{ "V1: RFC 7597 appendix A example 1", "2001:db8::/40", "192.0.2.0/24", 16, 6, "2001:db8:12:3400::/56", -1, -1,
	    "192.0.2.18/32", 0x34, 8, 252, "1232-1235", "2256-2259", "64720-64723", "2001:db8:12:3400:0:c000:212:34",
	    "2001:db8:12:3400:c0:2:1200:3400" },
	{ "CE2: the neighbour of V1", "2001:db8::/40", "192.0.2.0/24", 16, 6, "2001:db8:12:3500::/56", -1, -1,
	    "192.0.2.18/32", 0x35, 8, 252, "1236-1239", "2260-2263", "64724-64727", "2001:db8:12:3500:0:c000:212:35",
	    NULL },
	{ "V2: offset 4", "2001:db8::/40", "192.0.2.0/24", 16, 4, "2001:db8:12:3400::/56", -1, -1, "192.0.2.18/32",
	    0x34, 8, 240, "4928-4943", "9024-9039", "62272-62287", "2001:db8:12:3400:0:c000:212:34",
	    "2001:db8:12:3400:c0:2:1200:3400" },
	{ "V3: k = 6", "2001:db8:100::/42", "192.0.2.0/24", 14, 6, "2001:db8:112:3400::/56", -1, -1, "192.0.2.72/32",
	    0x34, 6, 1008, "1856-1871", "2880-2895", "65344-65359", "2001:db8:112:3400:0:c000:248:34",
	    "2001:db8:112:3400:c0:2:4800:3400" },
	{ "V4: End-user prefix behind bit 64", "2001:db8:0:1000::/52", "192.0.2.0/24", 16, 6,
	    "2001:db8:0:1123:4000::/68", -1, -1, "192.0.2.18/32", 0x34, 8, 252, "1232-1235", "2256-2259", "64720-64723",
	    "2001:db8:0:1123:4000:c000:212:34", "2001:db8:0:1123:40c0:2:1200:3400" },
	{ "V5: an IPv4 prefix", "2001:db8::/40", "198.51.0.0/16", 8, 6, "2001:db8:64::/48", -1, -1, "198.51.100.0/24",
	    0, 0, 65536, "0-65535", NULL, "0-65535", "2001:db8:64::c633:6400:0", NULL },
	{ "V6: a full address", "2001:db8::/40", "192.0.2.0/24", 8, 6, "2001:db8:12::/48", -1, -1, "192.0.2.18/32", 0,
	    0, 65536, "0-65535", NULL, "0-65535", "2001:db8:12::c000:212:0", NULL },
	{ "V7: offset 0", "2001:db8::/40", "192.0.2.0/24", 14, 0, "2001:db8:12:400::/54", -1, -1, "192.0.2.18/32", 1, 6,
	    1024, "1024-2047", NULL, "1024-2047", "2001:db8:12:400:0:c000:212:1", NULL },
	{ "V8: r = 32, o = 8", "2001:db8:12::/48", "192.0.2.18/32", 8, 6, "2001:db8:12:3400::/56", -1, -1,
	    "192.0.2.18/32", 0x34, 8, 252, "1232-1235", "2256-2259", "64720-64723", "2001:db8:12:3400:0:c000:212:34",
	    "2001:db8:12:3400:c0:2:1200:3400" },
	{ "V9: o = 0, PSID given; appendix A example 5", "2001:db8:12:3400::/56", "192.0.2.18/32", 0, 6,
	    "2001:db8:12:3400::/56", 0x34, 8, "192.0.2.18/32", 0x34, 8, 252, "1232-1235", "2256-2259", "64720-64723",
	    "2001:db8:12:3400:0:c000:212:34", "2001:db8:12:3400:c0:2:1200:3400" },
	{ "o = 0, no PSID; appendix A example 4", "2001:db8:12:3400::/56", "192.0.2.18/32", 0, 6,
	    "2001:db8:12:3400::/56", -1, -1, "192.0.2.18/32", 0, 0, 65536, "0-65535", NULL, "0-65535",
	    "2001:db8:12:3400:0:c000:212:0", NULL },
	{ "V10: an RA's /64", "2001:db8:0:1200::/56", "192.0.2.18/32", 8, 4, "2001:db8:0:1234::/64", -1, -1,
	    "192.0.2.18/32", 0x34, 8, 240, "4928-4943", "9024-9039", "62272-62287", "2001:db8:0:1234:0:c000:212:34",
	    "2001:db8:0:1234:c0:2:1200:3400" },
	{ "V11: r = 0", "2001:db8::/32", "0.0.0.0/0", 32, 6, "2001:db8:c000:212::/64", -1, -1, "192.0.2.18/32", 0, 0,
	    65536, "0-65535", NULL, "0-65535", "2001:db8:c000:212:0:c000:212:0", NULL },
	{ "V12: o = 48, one port", "2001::/16", "0.0.0.0/0", 48, 0, "2001:c000:212:4d0::/64", -1, -1, "192.0.2.18/32",
	    0x4d0, 16, 1, "1232-1232", NULL, "1232-1232", "2001:c000:212:4d0:0:c000:212:4d0", NULL },
	{ "PSID length 0 given: not shared", "2001:db8:12:3400::/56", "192.0.2.18/32", 0, 6, "2001:db8:12:3400::/56", 0,
	    0, "192.0.2.18/32", 0, 0, 65536, "0-65535", NULL, "0-65535", "2001:db8:12:3400:0:c000:212:0", NULL },
	{ "PSID given beside EA bits of a whole address", "2001:db8::/40", "192.0.2.0/24", 8, 6, "2001:db8:12::/48",
	    0x34, 8, "192.0.2.18/32", 0x34, 8, 252, "1232-1235", "2256-2259", "64720-64723", "2001:db8:12::c000:212:34",
	    NULL },
	{ "r = 0, o = 0: all of IPv4", "2001:db8:12::/48", "0.0.0.0/0", 0, 6, "2001:db8:12::/48", -1, -1, "0.0.0.0/0",
	    0, 0, 65536, "0-65535", NULL, "0-65535", "2001:db8:12::", NULL },
	{ "Rule IPv6 prefix /0", "::/0", "0.0.0.0/0", 32, 6, "c000:212::/32", -1, -1, "192.0.2.18/32", 0, 0, 65536,
	    "0-65535", NULL, "0-65535", "c000:212::c000:212:0", NULL },
};

static struct map_rule_spec
example_spec(const struct example *example)
{
	struct map_rule_spec spec = rule_spec(example->ipv6, example->ipv4, example->ea_len, example->offset);

	if (example->psid_given >= 0) {
		spec.has_psid = true;
		spec.psid = (uint16_t)example->psid_given;
		spec.psid_len = (uint8_t)example->psid_len_given;
	}
	return spec;
}

static void
check_range(const struct portset *set, uint32_t index, const char *want)
{
	const struct port_range range = portset_range(set, index);
	char text[16];

	snprintf(text, sizeof(text), "%u-%u", range.first, range.last);
	ck_assert_str_eq(text, want);
}

/* MAPE-11..20: address, PSID and ports of the vectors V1..V12 and of RFC 7597 appendix A. */
START_TEST(example_address_and_ports)
{
	const struct example *example = &examples[_i];
	const struct map_rule_spec spec = example_spec(example);
	const struct prefix6 eup = prefix6(example->eup);
	char text[PREFIX_TEXT_SIZE];
	struct map_ce ce;
	struct error err;

	ck_assert_msg(map_ce_derive(&spec, &eup, &ce, &err) == 0, "%s: %s", example->name, err.text);
	ck_assert_str_eq(prefix4_format(&ce.ipv4, text), example->want_ipv4);
	ck_assert_uint_eq(ce.ports.psid, example->psid);
	ck_assert_uint_eq(ce.ports.psid_len, example->psid_len);
	ck_assert_uint_eq(portset_count(&ce.ports), example->ports);
	check_range(&ce.ports, 0, example->first);
	check_range(&ce.ports, portset_range_count(&ce.ports) - 1, example->last);
	if (example->second != NULL)
		check_range(&ce.ports, 1, example->second);
	ck_assert(!ce.outside_prefix);
}
END_TEST

/* MAPE-09, MAPE-23..27: the MAP address in both formats, from the End-user prefix and back from address and port. */
START_TEST(example_map_address)
{
	const struct example *example = &examples[_i];
	struct map_rule_spec spec = example_spec(example);
	const struct prefix6 eup = prefix6(example->eup);

	for (spec.iid = MAP_IID_RFC7597; spec.iid <= MAP_IID_DRAFT03; spec.iid++) {
		const char *const want = spec.iid == MAP_IID_RFC7597 ? example->rfc7597 : example->draft03;
		struct map_rule rule;
		struct map_ce ce;
		struct error err;

		ck_assert_int_eq(map_ce_derive(&spec, &eup, &ce, &err), 0);
		if (want != NULL)
			ck_assert_msg(ce.address == ip6(want), "%s: want %s", example->name, want);
		ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), 0);
		for (uint32_t i = 0; i < portset_count(&ce.ports); i += 97) {
			const uint16_t port = portset_port(&ce.ports, i);

			ck_assert(map_rule_owns(&rule, port));
			ck_assert(map_rule_address(&rule, ce.ipv4.addr, port) == ce.address);
		}
	}
}
END_TEST

/* ---- refusals --------------------------------------------------------------------------------------------------- */

static const struct {
	const char *ipv6, *ipv4;
	unsigned int ea_len, offset;
	int psid, psid_len; /* -1: none */
	const char *error, *hint;
} refused[] = {
	/* MAPE-10 */
	{ "2001::/16", "0.0.0.0/0", 49, 0, -1, -1, "EA-bits length 49 is more than 48", "" },
	{ "2001::/16", "0.0.0.0/0", 255, 0, -1, -1, "EA-bits length 255 is more than 48", "" },
	{ "2001:db8::/120", "192.0.2.0/24", 9, 6, -1, -1, "/120 and 9 EA bits do not fit into 128 bits", "" },
	{ "2001:db8::1/128", "192.0.2.18/32", 1, 6, -1, -1, "/128 and 1 EA bits do not fit into 128 bits", "" },
	{ "::/0", "192.0.2.18/32", 0, 6, -1, -1, "neither IPv6 prefix nor EA bits", "" },
	/* MAPE-16 */
	{ "2001:db8::/40", "192.0.2.18/32", 11, 6, -1, -1, "PSID offset 6 and PSID length 11 are more than", "" },
	{ "2001:db8::/32", "198.51.100.0/24", 22, 4, -1, -1, "PSID offset 4 and PSID length 14 are more than", "" },
	{ "2001::/16", "0.0.0.0/0", 48, 1, -1, -1, "PSID offset 1 and PSID length 16 are more than", "" },
	{ "2001:db8::/40", "192.0.2.18/32", 1, 16, -1, -1, "PSID offset 16 is more than 15", "" },
	{ "2001:db8::/40", "192.0.2.0/24", 8, 16, -1, -1, "PSID offset 16 is more than 15", "" },
	{ "2001:db8::/40", "192.0.2.18/32", 17, 0, -1, -1, "give a PSID of 17 bits, more than a port has", "" },
	{ "2001:db8::/40", "192.0.2.0/24", 25, 0, -1, -1, "give a PSID of 17 bits, more than a port has", "" },
	{ "2001:db8:12::/48", "192.0.2.18/32", 0, 9, 0x34, 8, "PSID offset 9 and PSID length 8 are more than", "" },
	/* MAPE-15, RFC 7597 section 5.1: a given PSID needs one whole address that the EA bits do not share already. */
	{ "2001:db8:12::/48", "192.0.2.18/32", 0, 0, 0, 17, "PSID length 17 is more than 16", "" },
	{ "2001:db8:12::/48", "192.0.2.18/32", 0, 6, 0x100, 8, "PSID 0x100 does not fit into 8 bits", "" },
	{ "2001:db8:12::/48", "192.0.2.18/32", 0, 6, 1, 0, "PSID 0x1 does not fit into 0 bits", "" },
	{ "2001:db8::/40", "192.0.2.0/24", 16, 6, 0x34, 8, "does not lead to one IPv4 address (/24 + 16 EA bits)",
	    "leave psid out: the EA bits carry it" },
	{ "2001:db8::/40", "192.0.2.0/24", 0, 6, 0x34, 8, "does not lead to one IPv4 address (/24 + 0 EA bits)",
	    "a PSID needs a whole address: /32 in total" },
	/* prefixes */
	{ "2001:db8:1::/40", "192.0.2.0/24", 16, 6, -1, -1, "Rule IPv6 prefix 2001:db8:1::/40 has host bits set",
	    "write 2001:db8::/40" },
	{ "2001:db8::/40", "192.0.2.1/24", 16, 6, -1, -1, "Rule IPv4 prefix 192.0.2.1/24 has host bits set",
	    "write 192.0.2.0/24" },
	{ "::1/0", "0.0.0.0/0", 32, 6, -1, -1, "Rule IPv6 prefix ::1/0 has host bits set", "write ::/0" },
	{ "2001:db8::/32", "0.0.0.1/0", 32, 6, -1, -1, "prefix 0.0.0.1/0 has host bits set", "write 0.0.0.0/0" },
	{ "ff00::/8", "192.0.2.0/24", 16, 6, -1, -1, "Rule IPv6 prefix ff00::/8 is multicast", "" },
	{ "ff3e:db8::/40", "192.0.2.0/24", 16, 6, -1, -1, "Rule IPv6 prefix ff3e:db8::/40 is multicast", "" },
};

START_TEST(rule_refused)
{
	struct map_rule_spec spec =
	    rule_spec(refused[_i].ipv6, refused[_i].ipv4, refused[_i].ea_len, refused[_i].offset);
	struct map_rule rule;
	struct error err;

	if (refused[_i].psid >= 0) {
		spec.has_psid = true;
		spec.psid = (uint16_t)refused[_i].psid;
		spec.psid_len = (uint8_t)refused[_i].psid_len;
	}
	ck_assert_msg(map_rule_compile(&spec, &rule, &err) == -EINVAL, "accepted, not '%s'", refused[_i].error);
	ck_assert_msg(strstr(err.text, refused[_i].error) != NULL, "'%s', not '%s'", err.text, refused[_i].error);
	ck_assert_str_eq(err.hint, refused[_i].hint);
}
END_TEST

/* Lengths that no address has: refused before anything is shifted by them. */
START_TEST(prefix_length_out_of_range)
{
	static const uint8_t lengths[][2] = { { 129, 24 }, { 255, 24 }, { 40, 33 }, { 40, 255 }, { 255, 255 } };

	for (int i = 0; i < COUNT(lengths); i++) {
		const struct map_rule_spec spec = { .ipv6 = { 0, lengths[i][0] },
			.ipv4 = { 0, lengths[i][1] },
			.ea_len = 8,
			.psid_offset = 6 };
		struct map_rule rule;
		struct error err;

		ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, "prefix length out of range") != NULL, "%s", err.text);
	}
}
END_TEST

static const struct {
	const char *eup, *error;
} refused_eup[] = {
	{ "2001:db8:100::/56", "end-user prefix 2001:db8:100::/56 is outside the Rule IPv6 prefix 2001:db8::/40" },
	{ "2001:db7:ffff::/56", "is outside the Rule IPv6 prefix" },
	{ "2001:db8:12:3400::/55", "is shorter than Rule IPv6 prefix and EA bits, /40 + 16 = /56" },
	{ "2001:db8::/40", "is shorter than Rule IPv6 prefix and EA bits, /40 + 16 = /56" },
	{ "2001:db8::/32", "is shorter than Rule IPv6 prefix and EA bits, /40 + 16 = /56" },
	{ "::/0", "is outside the Rule IPv6 prefix" },
	{ "2001:db8:12:3401::/56", "end-user prefix 2001:db8:12:3401::/56 has host bits set" },
	{ "2001:db8:12:3400::1/64", "has host bits set" },
};

/* MAPE-01, MAPE-10 */
START_TEST(end_user_prefix_refused)
{
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	const struct prefix6 eup = prefix6(refused_eup[_i].eup);
	struct map_ce ce;
	struct error err;

	ck_assert_int_eq(map_ce_derive(&spec, &eup, &ce, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, refused_eup[_i].error) != NULL, "%s", err.text);
}
END_TEST

/* ---- corners ---------------------------------------------------------------------------------------------------- */

/* MAPE-60: bits between the EA bits and the End-user prefix length are not zero: the MAP address is another's. */
START_TEST(address_outside_the_end_user_prefix)
{
	static const struct {
		const char *eup;
		bool outside;
	} cases[] = {
		{ "2001:db8:12:3000::/52", false },
		{ "2001:db8:12:3000::/56", false },
		{ "2001:db8:12:3400::/56", true },
		{ "2001:db8:12:3000::/64", false },
		{ "2001:db8:12:3001::/64", true },
		{ "2001:db8:12:3000::c000:212:3/128", false },
		{ "2001:db8:12:3000::/128", true },
	};
	/* n + o = 52; the PSID is the 4 bits 0x3 */
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 12, 6);

	for (int i = 0; i < COUNT(cases); i++) {
		const struct prefix6 eup = prefix6(cases[i].eup);
		struct map_ce ce;
		struct error err;

		ck_assert_int_eq(map_ce_derive(&spec, &eup, &ce, &err), 0);
		ck_assert_msg(ce.outside_prefix == cases[i].outside, "%s", cases[i].eup);
		ck_assert(ce.address == ip6("2001:db8:12:3000:0:c000:212:3"));
		ck_assert(ce.prefix.addr == ip6("2001:db8:12:3000::") && ce.prefix.len == 52);
	}
}
END_TEST

/* MAPE-61 (RFC 7608 section 2): prefixes of /127 and /128, where nothing or one bit is left for the identifier. */
START_TEST(longest_prefixes)
{
	const struct map_rule_spec host = rule_spec("2001:db8::1234/128", "192.0.2.18/32", 0, 6);
	const struct map_rule_spec pair = rule_spec("2001:db8::1234/127", "192.0.2.18/32", 0, 6);
	const struct map_rule_spec two = rule_spec("2001:db8::1234/127", "192.0.2.18/32", 1, 6);
	const struct prefix6 eup = prefix6("2001:db8::1235/128");
	struct map_ce ce;
	struct error err;

	ck_assert_int_eq(map_ce_derive(&host, &host.ipv6, &ce, &err), 0);
	ck_assert(ce.address == ip6("2001:db8::1234"));
	ck_assert_int_eq(map_ce_derive(&pair, &pair.ipv6, &ce, &err), 0);
	ck_assert(ce.address == ip6("2001:db8::1234")); /* the identifier's last bit, PSID bit 0, is 0 */
	ck_assert_int_eq(map_ce_derive(&two, &eup, &ce, &err), 0);
	ck_assert(ce.address == ip6("2001:db8::1235"));
	ck_assert_uint_eq(ce.ports.psid, 1);
	ck_assert_uint_eq(ce.ports.psid_len, 1);
}
END_TEST

/* MAPE-25, trap: every n + o from 57 to 128: the prefix wins over the identifier, in both formats. */
START_TEST(prefix_overwrites_identifier)
{
	const u128 ones = ~(u128)0 >> 3; /* 1fff:…: all bits one, but not multicast */

	for (unsigned int eup_len = 57; eup_len <= 128; eup_len++) {
		for (unsigned int draft = 0; draft < 2; draft++) {
			struct map_rule_spec spec = rule_spec("::/0", "192.0.2.18/32", 8, 6);
			const struct prefix6 eup = { ones & mask6(eup_len), (uint8_t)eup_len };
			const u128 iid = ip6(draft ? "::c0:2:1200:ff00" : "::c000:212:ff");
			struct map_ce ce;
			struct error err;

			spec.iid = draft ? MAP_IID_DRAFT03 : MAP_IID_RFC7597;
			spec.ipv6 = (struct prefix6){ ones & mask6(eup_len - 8), (uint8_t)(eup_len - 8) };
			ck_assert_int_eq(map_ce_derive(&spec, &eup, &ce, &err), 0);
			ck_assert_uint_eq(ce.ports.psid, 0xff);
			ck_assert_msg(ce.address == (eup.addr | (iid & ~mask6(eup_len))), "/%u", eup_len);
			ck_assert(!ce.outside_prefix);
		}
	}
}
END_TEST

/* MAPE-24: the prefix, not the destination's host, stands in the identifier, and the PSID is 0 whatever the port. */
START_TEST(prefix_mode_ignores_host_and_port)
{
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "198.51.0.0/16", 8, 6);
	const u128 want = ip6("2001:db8:64::c633:6400:0");
	const uint32_t host = ip4("198.51.100.77");
	uint32_t bad = 0;
	struct map_rule rule;
	struct error err;

	ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), 0);
	for (uint32_t port = 0; port < PORTSET_PORTS; port++) {
		bad += !map_rule_owns(&rule, (uint16_t)port);
		bad += map_rule_address(&rule, host, (uint16_t)port) != want;
	}
	ck_assert_uint_eq(bad, 0);
}
END_TEST

/* MAPE-06, MAPE-22: the peer of the mesh example: 192.0.2.77:1236. */
START_TEST(mesh_peer)
{
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	struct map_rule rule;
	struct error err;

	ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), 0);
	ck_assert(map_rule_address(&rule, ip4("192.0.2.77"), 1236) == ip6("2001:db8:4d:3500:0:c000:24d:35"));
}
END_TEST

/* MAPE-18: port 208 has the PSID bits 0x34, but A = 0: it is nobody's. */
START_TEST(excluded_port_has_no_owner)
{
	const struct map_rule_spec shared = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	const struct map_rule_spec fixed = fixed_spec("2001:db8:12:3400::/56", "192.0.2.18/32", 6, 0x34, 8);
	struct map_rule rule;
	struct error err;

	ck_assert_int_eq(map_rule_compile(&shared, &rule, &err), 0);
	ck_assert_uint_eq(map_rule_psid(&rule, 208), 0x34);
	ck_assert(!map_rule_owns(&rule, 208) && !map_rule_owns(&rule, 1023) && map_rule_owns(&rule, 1024));
	ck_assert_int_eq(map_rule_compile(&fixed, &rule, &err), 0);
	ck_assert(!map_rule_owns(&rule, 208) && !map_rule_owns(&rule, 1236) && map_rule_owns(&rule, 1232));
}
END_TEST

/* MAPE-57: bits behind the EA bits do not count, bits before them do. */
START_TEST(same_ce)
{
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	const struct map_rule_spec host = rule_spec("2001:db8::1234/128", "192.0.2.18/32", 0, 6);
	const u128 ce = ip6("2001:db8:12:3400:0:c000:212:34");
	struct map_rule rule;
	struct error err;

	ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), 0);
	ck_assert(map_rule_same_ce(&rule, ce, ip6("2001:db8:12:3400::1")));
	ck_assert(map_rule_same_ce(&rule, ce, ip6("2001:db8:12:34ff::1")));
	ck_assert(!map_rule_same_ce(&rule, ce, ip6("2001:db8:12:3500:0:c000:212:34")));
	ck_assert(!map_rule_same_ce(&rule, ce, ip6("2001:db9:12:3400:0:c000:212:34")));
	ck_assert_int_eq(map_rule_compile(&host, &rule, &err), 0);
	ck_assert(!map_rule_same_ce(&rule, ip6("2001:db8::1234"), ip6("2001:db8::1235")));
}
END_TEST

/* MAPE-14, MAPE-16, trap: every legal (r, o): derive and reverse agree; no shift is by the whole width. */
START_TEST(every_length_round_trips)
{
	const unsigned int r = (unsigned int)_i;

	for (unsigned int o = 0; o <= 48 && r + o <= 48; o++) {
		const uint64_t ea = UINT64_C(0x5a5aa5a5c3c3) & ((UINT64_C(1) << o) - 1);
		struct map_rule_spec spec = rule_spec("2001:db8::/32", "0.0.0.0/0", o, 0);
		const struct prefix6 eup = { spec.ipv6.addr | (u128)ea << (96 - o), (uint8_t)(32 + o) };
		const uint32_t host_bits = r + o < 32 ? UINT32_C(0x3c5a3c5a) & ~mask4(r + o) : 0;
		struct map_rule rule;
		struct map_ce ce;
		struct error err;
		u128 back;

		spec.ipv4 = (struct prefix4){ 0xc6336445 & mask4(r), (uint8_t)r };
		ck_assert_int_eq(map_ce_derive(&spec, &eup, &ce, &err), 0);
		ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), 0);
		ck_assert(prefix4_contains(&spec.ipv4, ce.ipv4.addr) && prefix4_is_aligned(&ce.ipv4));
		back = map_rule_address(&rule, ce.ipv4.addr | host_bits, portset_port(&ce.ports, 0));
		ck_assert_msg(back == ce.address, "r=%u o=%u", r, o);
		ck_assert(ce.address >> (96 - o) == eup.addr >> (96 - o));
	}
}
END_TEST

/* The bits that the mask has, side by side, in their order. */
static uint64_t
collected(uint64_t value, uint64_t mask)
{
	uint64_t result = 0;

	for (unsigned int at = 0; mask != 0; mask &= mask - 1, at++)
		result |= (value >> __builtin_ctzll(mask) & 1) << at;
	return result;
}

/* MAPE-10: EA bits of address and port, for every r, o and a. */
START_TEST(ea_bits_in_two_runs)
{
	static const uint64_t ends[] = { UINT64_C(0xc00002124d3c), UINT64_C(0x5a5aa5a5c3c3), UINT64_C(0xffffffffffff),
		1 };
	const unsigned int r = (unsigned int)_i;

	for (unsigned int o = 0; o <= 48 && r + o <= 48; o++) {
		for (unsigned int a = 0; r + o + a <= 48 && a < 16; a++) {
			struct map_rule_spec spec = rule_spec("2001:db8::/32", "0.0.0.0/0", o, a);
			struct map_rule rule;
			struct error err;

			spec.ipv4.len = (uint8_t)r;
			ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), 0);
			for (int i = 0; i < COUNT(ends); i++) {
				ck_assert_uint_eq(map_rule_ea_by_runs(&rule, ends[i]),
				    collected(ends[i], rule.ea_mask));
			}
		}
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("map");
	TCase *worked = tcase_create("examples"), *refusals = tcase_create("refusals");
	TCase *corners = tcase_create("corners");

	tcase_add_loop_test(worked, example_address_and_ports, 0, COUNT(examples));
	tcase_add_loop_test(worked, example_map_address, 0, COUNT(examples));
	suite_add_tcase(suite, worked);

	tcase_add_loop_test(refusals, rule_refused, 0, COUNT(refused));
	tcase_add_test(refusals, prefix_length_out_of_range);
	tcase_add_loop_test(refusals, end_user_prefix_refused, 0, COUNT(refused_eup));
	suite_add_tcase(suite, refusals);

	tcase_add_test(corners, address_outside_the_end_user_prefix);
	tcase_add_test(corners, longest_prefixes);
	tcase_add_test(corners, prefix_overwrites_identifier);
	tcase_add_test(corners, prefix_mode_ignores_host_and_port);
	tcase_add_test(corners, mesh_peer);
	tcase_add_test(corners, excluded_port_has_no_owner);
	tcase_add_test(corners, same_ce);
	tcase_add_loop_test(corners, every_length_round_trips, 0, 33);
	tcase_add_loop_test(corners, ea_bits_in_two_runs, 0, 33);
	suite_add_tcase(suite, corners);
	return suite;
}
