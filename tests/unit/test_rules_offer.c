/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of rules for a line whose provider says nothing: in the shapes of two rule servers, and the shipped table, of which the right
 * service is found by the prefix of the line. Addresses are public ones (tests/vectors).
 */
#include "conf_files.h"

#define JPNE                                                                                    \
	"{'dmr': '2404:9200:225:100::64', 'ipv6_fixlen': 56, 'fmr': [{'ipv6': '240b:10::/32', " \
	"'ipv4': '106.72.0.0/16', 'psid_offset': 4, 'ea_length': 24}]}"
#define OCN                                                                                      \
	"{'basicMapRules': [{'brIpv6Address': '2001:380:a120::9', 'ipv6Prefix': '2400:4050::', " \
	"'ipv6PrefixLength': '34', 'ipv4Prefix': '153.240.0.0', 'ipv4PrefixLength': '16', "      \
	"'eaBitLength': '22', 'psIdOffset': '6'}]}"

static struct offer offer;
static struct error err;

static int
offer_of(const char *path, const char *prefix)
{
	const struct prefix6 line = prefix6(prefix);

	memset(&offer, 0, sizeof(offer));
	memset(&err, 0, sizeof(err));
	return conf_rules_offer(path, &line, &offer, &err);
}

static int
offer_of_text(const char *text, const char *prefix)
{
	write_file("test.conf", text);
	return offer_of(path_of("test.conf"), prefix);
}

static void
check_offer(const char *br, uint32_t rules)
{
	ck_assert_int_eq(offer.kind, OFFER_MAP_E);
	ck_assert(offer.br_count == 1 && offer.br[0] == ip6(br));
	ck_assert_uint_eq(offer.rule_count, rules);
	ck_assert_int_eq(offer.rules[0].iid, MAP_IID_DRAFT03);
}

START_TEST(rule_servers)
{
	static const char *const jpne[] = { JPNE, "\n " JPNE, "v6plus(" JPNE ");", "?(" JPNE ")",
		" cb.x ( " JPNE " )\n" };

	for (size_t i = 0; i < COUNT(jpne); i++) {
		ck_assert_int_eq(offer_of_text(jpne[i], "240b:10:1234:5600::/56"), 0);
		check_offer("2404:9200:225:100::64", 1);
	}
	ck_assert_int_eq(offer_of_text(OCN, "2400:4050:1234:5600::/56"), 0);
	check_offer("2001:380:a120::9", 1);
}
END_TEST

START_TEST(the_shipped_table)
{
	static const struct {
		const char *prefix, *br;
		uint32_t rules;
	} lines[] = { { "240b:252:1234:5600::/56", "2404:9200:225:100::64", 4 },
		{ "2404:7a80:1234:5600::/56", "2001:260:700:1::1:275", 129 },
		{ "2404:7a84:1234:5600::/56", "2001:260:700:1::1:276", 129 },
		{ "2400:4051:1234:5600::/56", "2001:380:a120::9", 160 } };

	for (size_t i = 0; i < COUNT(lines); i++) {
		ck_assert_int_eq(offer_of(unit_config("rules/japan.conf"), lines[i].prefix), 0);
		check_offer(lines[i].br, lines[i].rules);
	}
}
END_TEST

/* The longest rule knows best whose line it is. */
START_TEST(nearest_service)
{
	static const char text[] =
	    "services = (\n"
	    "  { name = 'wide'; br = '2001:db8:aaaa::1'; iid = 'draft03';\n"
	    "    rules = ( { ipv6 = '2001:db8::/32'; ipv4 = '198.51.100.0/24'; ea = 16; } ); },\n"
	    "  { name = 'near'; br = '2001:db8:bbbb::1'; iid = 'draft03';\n"
	    "    rules = ( { ipv6 = '2001:db8:12::/48'; ipv4 = '192.0.2.0/28'; ea = 8; } ); },\n"
	    "  { name = 'last'; br = '2001:db8:cccc::1'; iid = 'draft03';\n"
	    "    rules = ( { ipv6 = '2001:db8::/32'; ipv4 = '198.51.100.0/24'; ea = 16; } ); },\n"
	    "  { name = 'nobr'; rules = ( { ipv6 = '2001:db8:13::/48'; ipv4 = '192.0.2.0/28'; ea = 8; } ); } );\n";

	ck_assert_int_eq(offer_of_text(text, "2001:db8:12:3400::/56"), 0);
	check_offer("2001:db8:bbbb::1", 1);
	ck_assert_int_eq(offer_of_text(text, "2001:db8:14:3400::/56"), 0);
	check_offer("2001:db8:aaaa::1", 1);
	ck_assert_int_eq(offer_of_text(text, "2001:db8:13:3400::/56"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "service \"nobr\""));
	ck_assert_ptr_nonnull(strstr(err.text, "has no br"));
}
END_TEST

START_TEST(no_rule)
{
	static const char *const texts[] = { JPNE, OCN,
		("services = ( { name = 'a'; br = '2001:db8:aaaa::1'; rules = ( { ipv6 = '2001:db8::/40'; ipv4 = "
		 "'192.0.2.0/24'; ea = 16; } ); } );") };

	for (size_t i = 0; i < COUNT(texts); i++) {
		ck_assert_int_eq(offer_of_text(texts[i], "2001:db8:ffff:3400::/56"), -ENOENT);
		ck_assert_ptr_nonnull(strstr(err.text, path_of("test.conf")));
		ck_assert_ptr_nonnull(strstr(err.text, "is for 2001:db8:ffff:3400::/56"));
		/* Nobody's prefix: it only has to be readable. */
		ck_assert_int_eq(conf_rules_offer(path_of("test.conf"), NULL, &offer, &err), 0);
	}
}
END_TEST

START_TEST(broken)
{
	static const char *const texts[] = { "", "{", "{}", "{'fmr': []}", "rules", "cb(", "services = ( );",
		"<html>Sorry</html>" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		ck_assert_int_eq(offer_of_text(texts[i], "2001:db8:12:3400::/56"), -EINVAL);
		ck_assert_ptr_nonnull(strstr(err.text, path_of("test.conf")));
	}
	ck_assert_int_eq(offer_of("/nowhere/rules", "2001:db8:12:3400::/56"), -EIO);
	ck_assert_ptr_nonnull(strstr(err.text, "/nowhere/rules"));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("rules_offer");
	TCase *files = tcase_create("files");

	tcase_add_checked_fixture(files, set_up, tear_down);
	tcase_add_test(files, rule_servers);
	tcase_add_test(files, the_shipped_table);
	tcase_add_test(files, nearest_service);
	tcase_add_test(files, no_rule);
	tcase_add_test(files, broken);
	suite_add_tcase(suite, files);
	return suite;
}
