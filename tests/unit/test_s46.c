/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Softwires by DHCPv6. The first container is the example of RFC 7597 appendix A in the format of RFC 7598 section 4; the
 * others differ from it in what a requirement is about. What must come out of a rule stands in RFC 7597 as well.
 */
#include "provision/s46.h"

#include <stdlib.h>

#include "hexbytes.h"
#include "maptext.h"
#include "provision/dhcp6_message.h"
#include "unit.h"

#define ALL (1u << OFFER_MAP_E | 1u << OFFER_LW4O6 | 1u << OFFER_DS_LITE)

/* Options inside of containers. */
#define RULE_F0 "0059 0015 00 10 18 c0000200 28 20010db800 005d 0004 06000000 "
#define RULE_F1 "0059 0015 01 10 18 c0000200 28 20010db800 005d 0004 06000000 "
#define BR "005a 0010 20010db8ffff00000000000000000001 "
#define BR2 "005a 0010 20010db8ffff00000000000000000002 "
#define DMR "005b 0009 40 0064ff9b00000000 "
#define BIND "005c 0015 c0000212 40 20010db800120001 005d 0004 06083400 "

static struct dhcp6_lease lease;
static struct s46_choice choice;
static struct error err;

static void
add(uint16_t code, const char *text)
{
	struct dhcp6_settings *settings = &lease.settings;
	struct dhcp6_writer writer = { settings->softwire, sizeof(settings->softwire), settings->softwire_len, false };
	uint8_t bytes[DHCP6_MAX_SOFTWIRE];

	dhcp6_put_option(&writer, code, bytes, hex_bytes(text, bytes, sizeof(bytes)));
	ck_assert(!writer.full);
	settings->softwire_len = (uint32_t)writer.len;
}

static void
begin(const char *prefix)
{
	memset(&lease, 0, sizeof(lease));
	if (prefix != NULL) {
		lease.prefix_count = 1;
		lease.prefixes[0].prefix = prefix6(prefix);
	}
}

static int
choose(uint32_t allowed)
{
	const struct s46_policy policy = { .allowed = allowed };

	return s46_choose(&lease, &policy, &choice, &err);
}

/* The offer of one MAP-E container; the prefix is that of the examples. */
static int
choose_mape(const char *container)
{
	begin("2001:db8:12:3400::/56");
	add(94, container);
	return choose(ALL);
}

static void
check_ce(const char *address, const char *ipv4, unsigned int psid_len, unsigned int psid)
{
	const struct map_rule_spec *bmr =
	    map_find_bmr(choice.offer.rules, choice.offer.rule_count, &lease.prefixes[0].prefix);
	char text[PREFIX_TEXT_SIZE];
	struct map_ce ce;

	ck_assert_ptr_nonnull(bmr);
	ck_assert_msg(map_ce_derive(bmr, &lease.prefixes[0].prefix, &ce, &err) == 0, "%s", err.text);
	ck_assert_str_eq(ip6_format(ce.address, text), address);
	ck_assert_str_eq(prefix4_format(&ce.ipv4, text), ipv4);
	ck_assert_uint_eq(ce.ports.psid_len, psid_len);
	ck_assert_uint_eq(ce.ports.psid, psid);
}

/* The example of RFC 7597 appendix A. */
START_TEST(example)
{
	char text[IP6_TEXT_SIZE];

	ck_assert_int_eq(choose_mape(RULE_F1 BR), 0);
	ck_assert_int_eq(choice.offer.kind, OFFER_MAP_E);
	ck_assert_uint_eq(choice.offer.br_count, 1);
	ck_assert_str_eq(ip6_format(choice.offer.br[0], text), "2001:db8:ffff::1");
	ck_assert_uint_eq(choice.note_count, 0);
	check_ce("2001:db8:12:3400:0:c000:212:34", "192.0.2.18/32", 8, 0x34);
}
END_TEST

/* S46-02: softwire options outside of a container. */
START_TEST(outside)
{
	begin("2001:db8:12:3400::/56");
	add(89, "01 10 18 c0000200 28 20010db800 005d 0004 06000000");
	add(90, "20010db8ffff00000000000000000001");
	ck_assert_int_eq(choose(ALL), -ENOENT);
	ck_assert_uint_eq(choice.ignored + choice.refused + choice.note_count, 0);
}
END_TEST

/* S46-03: what a container must have and must not; the next one counts all the same. */
START_TEST(incomplete)
{
	static const char *const containers[] = { BR, RULE_F1, RULE_F1 BR DMR, RULE_F1 BR BIND, "" };

	begin("2001:db8:12:3400::/56");
	for (int i = 0; i < 5; i++)
		add(94, containers[i]);
	ck_assert_int_eq(choose(ALL), -ENOENT);
	ck_assert_uint_eq(choice.ignored, 5);
	ck_assert_uint_eq(choice.note_count, 0);
	add(94, RULE_F1 BR);
	ck_assert_int_eq(choose(ALL), 0);
	ck_assert_uint_eq(choice.ignored, 5);
}
END_TEST

/* S46-04: an impossible value, or an option that nobody knows: the container is out, and a line says why. */
static const struct {
	const char *container, *text;
} refused[] = {
	{ "0059 0015 01 31 18 c0000200 28 20010db800 005d 0004 06000000" BR, "ea-len 49" },
	{ "0059 0015 01 10 21 c0000200 28 20010db800 005d 0004 06000000" BR, "prefix4-len 33" },
	{ "0059 0019 01 10 18 c0000200 81 20010db8000000000000000000000000 00" BR, "prefix6-len 129" },
	{ "0059 0015 01 10 18 c0000200 28 20010db800 005d 0004 10000000" BR, "PSID offset 16" },
	{ "0059 0015 01 10 18 c0000200 28 20010db800 005d 0004 0a070000" BR, "PSID offset 10 and PSID-len 7" },
	{ "0059 0014 01 10 18 c0000200 28 20010db800 005d 0003 060000" BR, "port parameters of 3 bytes" },
	{ "0059 0015 01 10 18 c0000200 28 20010db800 005e 0004 06000000" BR, "sub-option 94" },
	{ "0059 0015 01 10 18 c0000200 28 20010db800 005d 0005 06000000" BR, "cut off" },
	{ "0059 0007 01 10 18 c0000200" BR, "S46_RULE of 7 bytes" },
	{ "0059 000a 01 10 18 c0000200 28 2001" BR, "too short for prefix6-len 40" },
	{ "0059 0015 01 20 18 c0000200 28 20010db800 005d 0004 06000000" BR, "PSID" },
	{ RULE_F1 BR "ea60 0002 0000", "sub-option 60000" },
	{ RULE_F1 BR "005d 0004 06000000", "sub-option 93" },
	{ RULE_F1 BR "00", "cut off" },
	/* S46-12: addresses that no BR has */
	{ RULE_F1 "005a 000f 20010db8ffff000000000000000000", "BR address of 15 bytes" },
	{ RULE_F1 "005a 0010 00000000000000000000000000000000", "BR address ::" },
	{ RULE_F1 "005a 0010 00000000000000000000000000000001", "BR address ::1" },
	{ RULE_F1 "005a 0010 ff0e0000000000000000000000000001", "BR address ff0e::1" },
	{ RULE_F1 "005a 0010 fe800000000000000000000000000001", "BR address fe80::1" },
	{ RULE_F1 "005a 0010 20010db8001234fe0000000000000001", "inside our own prefix" },
	{ RULE_F1 BR "005a 0010 00000000000000000000000000000001", "BR address ::1" },
};

START_TEST(refusals)
{
	ck_assert_int_eq(choose_mape(refused[_i].container), -ENOENT);
	ck_assert_uint_eq(choice.refused, 1);
	ck_assert_uint_eq(choice.note_count, 1);
	ck_assert_ptr_nonnull(strstr(choice.notes[0], "option 94 refused"));
	ck_assert_msg(strstr(choice.notes[0], refused[_i].text) != NULL, "%s", choice.notes[0]);
	ck_assert_ptr_nonnull(strstr(err.text, refused[_i].text));
	add(94, RULE_F1 BR);
	ck_assert_int_eq(choose(ALL), 0);
	ck_assert_uint_eq(choice.refused, 1);
}
END_TEST

/* The log is not flooded. */
START_TEST(many_refused)
{
	begin("2001:db8:12:3400::/56");
	for (int i = 0; i < 20; i++)
		add(94, RULE_F1 "005a 0000");
	ck_assert_int_eq(choose(ALL), -ENOENT);
	ck_assert_uint_eq(choice.refused, 20);
	ck_assert_uint_eq(choice.note_count, S46_MAX_NOTES);
}
END_TEST

/* S46-05: sixteen rules, ours is the ninth; and as many as there may be, and one more. */
START_TEST(many_rules)
{
	char text[260 * 64] = "", rule[64];

	for (unsigned int i = 0; i < 16; i++) {
		snprintf(rule, sizeof(rule), "0059 000d 01 10 18 c0%02x0200 28 20010db8%02x ", i, (i + 8) % 16);
		strcat(text, rule);
	}
	strcat(text, BR);
	ck_assert_int_eq(choose_mape(text), 0);
	ck_assert_uint_eq(choice.offer.rule_count, 16);
	check_ce("2001:db8:12:3400:0:c008:212:34", "192.8.2.18/32", 8, 0x34);
	for (unsigned int count = 256; count <= 257; count++) {
		text[0] = '\0';
		for (unsigned int i = 0; i < count; i++) {
			snprintf(rule, sizeof(rule), "0059000d001018c0%04x0028200110%04x", i, i);
			strcat(text, rule);
		}
		strcat(text, BR);
		ck_assert_int_eq(choose_mape(text), count == 256 ? 0 : -ENOENT);
	}
	ck_assert_ptr_nonnull(strstr(choice.notes[0], "more than 256 rules"));
}
END_TEST

/* S46-06: the IPv6 prefix has as many bytes as it needs. */
START_TEST(prefix_bytes)
{
	ck_assert_int_eq(choose_mape("0059 0016 00 0f 18 c0000200 29 20010db80000 005d 0004 04000000" BR), 0);
	ck_assert_uint_eq(choice.offer.rules[0].ipv6.len, 41);
	ck_assert_uint_eq(choice.offer.rules[0].psid_offset, 4);
	ck_assert_int_eq(choose_mape("0059 0010 00 2c 00 00000000 00 005d 0004 04000000" BR), 0);
	ck_assert_uint_eq(choice.offer.rules[0].ipv6.len, 0);
	ck_assert_uint_eq(choice.offer.rules[0].psid_offset, 4);
}
END_TEST

/* S46-07: bits behind the prefix lengths say nothing. */
START_TEST(bits_behind)
{
	ck_assert_int_eq(choose_mape("0059 0016 00 0f 18 c00002ff 29 20010db8007f 005d 0004 06000000" BR), 0);
	ck_assert(choice.offer.rules[0].ipv4.addr == ip4("192.0.2.0"));
	ck_assert(choice.offer.rules[0].ipv6.addr == ip6("2001:db8::"));
}
END_TEST

/* S46-08, S46-09: only the F flag, whatever the other bits are. */
START_TEST(flags)
{
	ck_assert_int_eq(choose_mape(RULE_F0 BR), 0);
	ck_assert(!choice.offer.rules[0].fmr && !choice.offer.mesh);
	ck_assert_int_eq(choose_mape(RULE_F1 BR), 0);
	ck_assert(choice.offer.rules[0].fmr && choice.offer.mesh);
	ck_assert_int_eq(choose_mape("0059 0015 fe 10 18 c0000200 28 20010db800 005d 0004 06000000" BR), 0);
	ck_assert(!choice.offer.rules[0].fmr && !choice.offer.mesh);
	ck_assert_int_eq(choose_mape("0059 0015 ff 10 18 c0000200 28 20010db800 005d 0004 06000000" BR), 0);
	ck_assert(choice.offer.rules[0].fmr && choice.offer.mesh);
}
END_TEST

/* S46-11: the first BR is used, the others are in reserve; more than fit are left out. */
START_TEST(several_brs)
{
	ck_assert_int_eq(choose_mape(RULE_F1 BR2 BR), 0);
	ck_assert_uint_eq(choice.offer.br_count, 2);
	ck_assert(choice.offer.br[0] == ip6("2001:db8:ffff::2") && choice.offer.br[1] == ip6("2001:db8:ffff::1"));
	ck_assert_int_eq(choose_mape(RULE_F1 BR BR BR BR BR BR BR BR BR2), 0);
	ck_assert_uint_eq(choice.offer.br_count, OFFER_MAX_BRS);
}
END_TEST

/* S46-13: with PSID-len 0 the field says nothing, but the offset counts. S46-17: without port parameters it is 6. */
START_TEST(offsets)
{
	ck_assert_int_eq(choose_mape("0059 0015 00 10 18 c0000200 28 20010db800 005d 0004 0600ffff" BR), 0);
	check_ce("2001:db8:12:3400:0:c000:212:34", "192.0.2.18/32", 8, 0x34);
	ck_assert_int_eq(choose_mape("0059 0015 00 10 18 c0000200 28 20010db800 005d 0004 0400ffff" BR), 0);
	ck_assert_uint_eq(choice.offer.rules[0].psid_offset, 4);
	/* Given twice: the first time counts. */
	ck_assert_int_eq(choose_mape(
			     "0059 001d 00 10 18 c0000200 28 20010db800 005d 0004 04000000 005d 0004 05000000" BR),
	    0);
	ck_assert_uint_eq(choice.offer.rules[0].psid_offset, 4);
	ck_assert_int_eq(choose_mape("0059 000d 00 10 18 c0000200 28 20010db800" BR), 0);
	ck_assert_uint_eq(choice.offer.rules[0].psid_offset, 6);
	check_ce("2001:db8:12:3400:0:c000:212:34", "192.0.2.18/32", 8, 0x34);
}
END_TEST

/* S46-14, S46-15: RFC 7597 appendix A example 5; the PSID is in the left bits. */
START_TEST(explicit_psid)
{
	ck_assert_int_eq(choose_mape("0059 0017 00 00 20 c0000212 38 20010db8001234 005d 0004 06083400" BR), 0);
	check_ce("2001:db8:12:3400:0:c000:212:34", "192.0.2.18/32", 8, 0x34);
	ck_assert_int_eq(choose_mape("0059 0017 00 00 20 c0000212 38 20010db8001234 005d 0004 06080034" BR), 0);
	check_ce("2001:db8:12:3400:0:c000:212:0", "192.0.2.18/32", 8, 0);
}
END_TEST

/* S46-16: a PSID is of no use where the rule leads to an IPv4 prefix: RFC 7597 section 5.2. */
START_TEST(psid_and_prefix)
{
	begin("2001:db8:64::/48");
	add(94, "0059 0015 00 08 10 c6330000 28 20010db800 005d 0004 06083400" BR);
	ck_assert_int_eq(choose(ALL), 0);
	check_ce("2001:db8:64::c633:6400:0", "198.51.100.0/24", 0, 0);
	ck_assert_uint_eq(choice.note_count, 1);
	ck_assert_ptr_nonnull(strstr(choice.notes[0], "PSID 0x34"));
}
END_TEST

/* S46-18: EA bits and port parameters disagree. */
START_TEST(psid_conflict)
{
	struct s46_policy policy = { .allowed = ALL };

	ck_assert_int_eq(choose_mape("0059 0015 00 10 18 c0000200 28 20010db800 005d 0004 06080000" BR), 0);
	check_ce("2001:db8:12:3400:0:c000:212:0", "192.0.2.18/32", 8, 0);
	ck_assert(choice.psid_conflict);
	ck_assert_uint_eq(choice.note_count, 1);
	policy.psid_from_ea = true;
	ck_assert_int_eq(s46_choose(&lease, &policy, &choice, &err), 0);
	check_ce("2001:db8:12:3400:0:c000:212:34", "192.0.2.18/32", 8, 0x34);
	ck_assert(choice.psid_conflict);
	/* The same PSID in both is none. */
	ck_assert_int_eq(choose_mape("0059 0015 00 10 18 c0000200 28 20010db800 005d 0004 06083400" BR), 0);
	check_ce("2001:db8:12:3400:0:c000:212:34", "192.0.2.18/32", 8, 0x34);
	ck_assert(!choice.psid_conflict);
	/* As a forwarding rule it stays what it was. */
	ck_assert_int_eq(choose_mape("0059 0015 01 10 18 c0000200 28 20010db800 005d 0004 06080000" BR), 0);
	check_ce("2001:db8:12:3400:0:c000:212:0", "192.0.2.18/32", 8, 0);
	ck_assert_uint_eq(choice.offer.rule_count, 2);
	ck_assert(choice.offer.rules[0].fmr && !choice.offer.rules[0].has_psid);
	ck_assert(!choice.offer.rules[1].fmr && choice.offer.rules[1].has_psid);
	/* A rule that is not ours has nobody to disagree with. */
	begin("2001:db8:7700::/56");
	add(94,
	    "0059 0016 01 10 18 c0000200 28 20010db801 005d 0004 06080000"
	    "00" BR);
	ck_assert_int_eq(choose(ALL), -ENOENT);
	begin("2001:db9::/56");
	add(94, "0059 0015 01 10 18 c0000200 28 20010db800 005d 0004 06080000" BR);
	ck_assert_int_eq(choose(ALL), 0);
	ck_assert(!choice.psid_conflict);
}
END_TEST

/* Rules of an operator that still uses the draft. */
START_TEST(draft03)
{
	const struct s46_policy policy = { .allowed = ALL, .iid = MAP_IID_DRAFT03 };

	begin("2001:db8:12:3400::/56");
	add(94, RULE_F1 BR);
	ck_assert_int_eq(s46_choose(&lease, &policy, &choice, &err), 0);
	check_ce("2001:db8:12:3400:c0:2:1200:3400", "192.0.2.18/32", 8, 0x34);
}
END_TEST

/* RFC 7598 sections 4.4 and 5.3: lightweight 4over6. */
START_TEST(lightweight)
{
	char text[PREFIX_TEXT_SIZE];

	begin("2001:db8:12::/56");
	add(96, BIND BR);
	ck_assert_int_eq(choose(ALL), 0);
	ck_assert_int_eq(choice.offer.kind, OFFER_LW4O6);
	ck_assert_str_eq(offer_kind_word(choice.offer.kind), "lw4o6");
	ck_assert_str_eq(prefix4_format(&choice.offer.ipv4, text), "192.0.2.18/32");
	ck_assert_str_eq(prefix6_format(&choice.offer.local, text), "2001:db8:12:1::/64");
	ck_assert_uint_eq(choice.offer.psid_offset, 6);
	ck_assert_uint_eq(choice.offer.psid_len, 8);
	ck_assert_uint_eq(choice.offer.psid, 0x34);
	ck_assert_uint_eq(choice.offer.br_count, 1);
	ck_assert_uint_eq(choice.offer.rule_count, 0);
}
END_TEST

static const struct {
	const char *container, *text; /* NULL: ignored without a word */
} refused_lw[] = {
	{ BIND, NULL },
	{ RULE_F1 BIND BR, NULL },
	{ DMR BIND BR, NULL },
	{ BR, "no S46_V4V6BIND" },
	{ BIND BIND BR, "a second S46_V4V6BIND" },
	{ BIND BR "ea60 0000", "sub-option 60000" },
	{ BIND BR "ea", "cut off" },
	{ "005c 0004 c0000212" BR, "S46_V4V6BIND of 4 bytes" },
	{ "005c 0005 00000000 00" BR, "IPv4 address 0.0.0.0" },
	{ "005c 0006 c0000212 81 20" BR, "bindprefix6-len 129" },
	{ "005c 0006 c0000212 40 20" BR, "too short for bindprefix6-len 64" },
	{ "005c 000d c0000212 00 005d 0004 06113400" BR, "PSID-len 17" },
};

START_TEST(lightweight_refused)
{
	begin("2001:db8:12::/56");
	add(96, refused_lw[_i].container);
	ck_assert_int_eq(choose(ALL), -ENOENT);
	ck_assert_uint_eq(choice.ignored, refused_lw[_i].text == NULL);
	ck_assert_uint_eq(choice.refused, refused_lw[_i].text != NULL);
	if (refused_lw[_i].text != NULL)
		ck_assert_msg(strstr(choice.notes[0], refused_lw[_i].text) != NULL, "%s", choice.notes[0]);
}
END_TEST

/* S46-26: the first name of the first instance, complete and of letters that names have. */
START_TEST(aftr)
{
	begin("2001:db8:12::/56");
	add(64, "046166 7472 07 6578616d706c65 03 6e6574 00 0161 0162 00");
	add(64, "0178 0179 00");
	ck_assert_int_eq(choose(ALL), 0);
	ck_assert_int_eq(choice.offer.kind, OFFER_DS_LITE);
	ck_assert_str_eq(choice.offer.br_name, "aftr.example.net");
	begin(NULL);
	add(64, "04 61667472 00");
	add(64, "0178 0179 00");
	ck_assert_int_eq(choose(ALL), -ENOENT);
	ck_assert_uint_eq(choice.refused, 1);
	begin(NULL);
	add(64, "0178 021b5b 00");
	ck_assert_int_eq(choose(ALL), -ENOENT);
	begin(NULL);
	add(64, "0178 0179");
	ck_assert_int_eq(choose(ALL), -ENOENT);
}
END_TEST

/* S46-23, S46-24, S46-25: the order of RFC 8026. What is valid: 94, 96, 64 where the digits are. */
static const struct {
	const char *have, *list; /* NULL: no option 111 */
	uint32_t allowed;
	int kind; /* -1: nothing */
	bool invalid;
} orders[] = {
	{ "94 96 64", NULL, ALL, OFFER_MAP_E, false },
	{ "96 64", NULL, ALL, OFFER_LW4O6, false },
	{ "64", NULL, ALL, OFFER_DS_LITE, false },
	{ "94 96 64", NULL, 1u << OFFER_DS_LITE, OFFER_DS_LITE, false },
	{ "94 96 64", NULL, 0, -1, false },
	{ "94", "0060 005e", ALL, OFFER_MAP_E, false },
	{ "94 96", "0060 005e", ALL, OFFER_LW4O6, false },
	{ "94 96 64", "0040", ALL, OFFER_DS_LITE, false },
	{ "64", "005e", ALL, -1, false },
	{ "94", "fde8 005e", ALL, OFFER_MAP_E, false },
	{ "94", "fde8 005f 0058", ALL, -1, false },
	{ "94 64", "005e 0040", 1u << OFFER_DS_LITE, OFFER_DS_LITE, false },
	{ "94", "005e 00", ALL, OFFER_MAP_E, true },
	{ "94", "", ALL, OFFER_MAP_E, true },
	{ "94", "005e 005e", ALL, OFFER_MAP_E, true },
	{ "94 64", "0040 fde8 0040", ALL, OFFER_MAP_E, true },
};

START_TEST(order)
{
	begin("2001:db8:12:3400::/56");
	if (strstr(orders[_i].have, "64") != NULL)
		add(64, "0161 0162 00");
	if (orders[_i].list != NULL)
		add(111, orders[_i].list);
	add(96, strstr(orders[_i].have, "96") != NULL ? BIND BR : BIND);
	add(94, strstr(orders[_i].have, "94") != NULL ? RULE_F1 BR : RULE_F1);
	ck_assert_int_eq(choose(orders[_i].allowed), orders[_i].kind < 0 ? -ENOENT : 0);
	if (orders[_i].kind >= 0)
		ck_assert_int_eq((int)choice.offer.kind, orders[_i].kind);
	ck_assert(choice.priority_invalid == orders[_i].invalid);
	ck_assert_uint_eq(choice.note_count, orders[_i].invalid);
	if (orders[_i].kind < 0)
		ck_assert_str_ne(err.text, "");
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("s46");
	TCase *tcase = tcase_create("s46");

	tcase_add_test(tcase, example);
	tcase_add_test(tcase, outside);
	tcase_add_test(tcase, incomplete);
	tcase_add_loop_test(tcase, refusals, 0, COUNT(refused));
	tcase_add_test(tcase, many_refused);
	tcase_add_test(tcase, many_rules);
	tcase_add_test(tcase, prefix_bytes);
	tcase_add_test(tcase, bits_behind);
	tcase_add_test(tcase, flags);
	tcase_add_test(tcase, several_brs);
	tcase_add_test(tcase, offsets);
	tcase_add_test(tcase, explicit_psid);
	tcase_add_test(tcase, psid_and_prefix);
	tcase_add_test(tcase, psid_conflict);
	tcase_add_test(tcase, draft03);
	tcase_add_test(tcase, lightweight);
	tcase_add_loop_test(tcase, lightweight_refused, 0, COUNT(refused_lw));
	tcase_add_test(tcase, aftr);
	tcase_add_loop_test(tcase, order, 0, COUNT(orders));
	suite_add_tcase(suite, tcase);
	return suite;
}
