/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The answers of the rule servers of JPNE and OCN, in the shapes that routers get them in; rules and addresses are public
 * ones (tests/vectors/jp-map-rules.csv, map-vectors.csv).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "provision/rule_server.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define JPNE                                                                                          \
	"{\"dmr\":\"2404:9200:225:100::64\",\"id\":\"0123456789abcdef\",\"ipv6_fixlen\":56,\"fmr\":[" \
	"{\"ipv6\":\"240b:10::/32\",\"ipv4\":\"106.72.0.0/16\",\"psid_offset\":4,\"ea_length\":24},"  \
	"{\"ipv6\":\"240b:11::/32\",\"ipv4\":\"106.73.0.0/16\",\"psid_offset\":4,\"ea_length\":24},"  \
	"{\"ipv6\":\"240b:12::/32\",\"ipv4\":\"14.8.0.0/16\",\"psid_offset\":4,\"ea_length\":24},"    \
	"{\"ipv6\":\"240b:13::/32\",\"ipv4\":\"14.9.0.0/16\",\"psid_offset\":\"4\",\"ea_length\":\"24\"}]}"
#define OCN_RULE(br, ipv6, len6, ipv4, len4, ea, offset)                                                              \
	"{\"brIpv6Address\":\"" br "\",\"eaBitLength\":" ea ",\"ipv4Prefix\":\"" ipv4 "\",\"ipv4PrefixLength\":" len4 \
	",\"ipv6Prefix\":\"" ipv6 "\",\"ipv6PrefixLength\":" len6 ",\"psIdOffset\":" offset "}"
#define OCN_BR "2001:380:a120::9"
#define OCN_1 OCN_RULE(OCN_BR, "2400:4050::", "\"34\"", "153.240.0.0", "\"16\"", "\"22\"", "\"6\"")
#define OCN_2 OCN_RULE(OCN_BR, "2400:4050:8000::", "\"33\"", "153.242.0.0", "\"15\"", "\"23\"", "\"6\"")
#define OCN "{\"basicMapRules\":[" OCN_1 "," OCN_2 "]}"

static struct offer offer;
static struct error err;

static int
parse(const char *text)
{
	err = (struct error){ .text = "" };
	return rule_server_parse(text, strlen(text), &offer, &err);
}

/* What a CE with this prefix derives of the offer. */
static void
derives(const char *line, const char *ipv4, unsigned int psid, const char *address)
{
	char text[IP6_TEXT_SIZE];
	struct prefix6 prefix;
	struct map_ce ce;

	ck_assert_int_eq(prefix6_parse(line, &prefix), 0);
	ck_assert_ptr_nonnull(map_find_bmr(offer.rules, offer.rule_count, &prefix));
	ck_assert_int_eq(map_ce_derive(map_find_bmr(offer.rules, offer.rule_count, &prefix), &prefix, &ce, &err), 0);
	ck_assert_str_eq(ip4_format(ce.ipv4.addr, text), ipv4);
	ck_assert_uint_eq(ce.ports.psid, psid);
	ck_assert_str_eq(ip6_format(ce.address, text), address);
}

START_TEST(jpne)
{
	static const char *const wrapped[] = { JPNE, "v6plus(" JPNE ")", "?(" JPNE ")", " cb ( " JPNE " ) ;\r\n",
		JPNE "\n" };
	char text[IP6_TEXT_SIZE];

	for (size_t i = 0; i < COUNT(wrapped); i++) {
		ck_assert_msg(parse(wrapped[i]) == 0, "%s", err.text);
		ck_assert_int_eq(offer.kind, OFFER_MAP_E);
		ck_assert_uint_eq(offer.rule_count, 4);
		ck_assert_uint_eq(offer.br_count, 1);
		ck_assert_str_eq(ip6_format(offer.br[0], text), "2404:9200:225:100::64");
		ck_assert(!offer.mesh);
		/* D001, D003 */
		derives("240b:11:bd73:e900::/56", "106.73.189.115", 0xe9, "240b:11:bd73:e900:6a:49bd:7300:e900");
		derives("240b:13:90f2:7600::/56", "14.9.144.242", 0x76, "240b:13:90f2:7600:e:990:f200:7600");
	}
}
END_TEST

START_TEST(ocn)
{
	static const char numbers[] =
	    "{\"basicMapRules\":[" OCN_RULE(OCN_BR, "2400:4050::", "34", "153.240.0.0", "16", "22", "6") "]}";
	char text[IP6_TEXT_SIZE];

	ck_assert_msg(parse(OCN) == 0, "%s", err.text);
	ck_assert_uint_eq(offer.rule_count, 2);
	ck_assert_str_eq(ip6_format(offer.br[0], text), OCN_BR);
	/* D023, D029 */
	derives("2400:4050:3d42:5100::/56", "153.240.245.9", 0x11, "2400:4050:3d42:5100:99:f0f5:900:1100");
	derives("2400:4050:9177:1500::/56", "153.242.69.220", 0x15, "2400:4050:9177:1500:99:f245:dc00:1500");
	ck_assert_int_eq(parse("v6plus(" OCN ");"), 0);
	ck_assert_int_eq(parse(numbers), 0);
	derives("2400:4050:3d42:5100::/56", "153.240.245.9", 0x11, "2400:4050:3d42:5100:99:f0f5:900:1100");
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "", "not JSON" },
		{ "Forbidden", "not JSON" },
		{ "v6plus()", "not JSON" },
		{ "v6plus({}", "not JSON" },
		{ "(", "not JSON" },
		{ "f(alert(1))", "not JSON" },
		{ "[]", "neither basicMapRules (OCN) nor fmr (JPNE)" },
		{ "f({\"error\":\"no\"})", "neither basicMapRules (OCN) nor fmr (JPNE)" },
		{ "{\"fmr\":[]}", "dmr: missing" },
		{ "{\"dmr\":\"2001:db8::1\",\"fmr\":[]}", "fmr: [] is empty" },
		{ "{\"dmr\":\"2001:db8::1\",\"fmr\":[{\"ipv6\":\"240b:10::/32\",\"ipv4\":\"106.72.0.0/"
		  "16\",\"psid_offset\":4,"
		  "\"ea_length\":\"2x\"}]}",
		    "fmr[0].ea_length: \"2x\" is not a whole number from 0 to 48" },
		{ "{\"basicMapRules\":[{}]}", "basicMapRules[0].ipv6Prefix: missing" },
		{ "{\"basicMapRules\":[" OCN_1 "," OCN_1 "]}", "basicMapRules[1]: " },
		{ "{\"basicMapRules\":[" OCN_1
		  "," OCN_RULE("2001:db8::9", "2400:4051::", "\"35\"", "122.26.0.0", "\"17\"", "\"21\"", "\"6\"") "]}",
		    "basicMapRules[1].brIpv6Address: \"2001:db8::9\" is not the BR of the first rule" },
		{ "{\"basicMapRules\":[" OCN_RULE(OCN_BR, "2400:4050::", "\"129\"", "153.240.0.0", "\"16\"", "\"22\"",
		      "\"6\"") "]}",
		    "basicMapRules[0].ipv6PrefixLength: \"129\" is not a whole number from 0 to 128" },
		{ "{\"basicMapRules\":[" OCN_RULE(OCN_BR, "2400:4050::", "\"34\"", "153.240.0.0", "\"33\"", "\"22\"",
		      "\"6\"") "]}",
		    "basicMapRules[0].ipv4Prefix: \"153.240.0.0\" and ipv4PrefixLength are not an IPv4 prefix" },
		{ "{\"basicMapRules\":[" OCN_RULE(OCN_BR, "2400:4050::x", "\"34\"", "153.240.0.0", "\"16\"", "\"22\"",
		      "\"6\"") "]}",
		    "basicMapRules[0].ipv6Prefix: \"2400:4050::x\" is not an IPv6 address" },
		{ "{\"basicMapRules\":[" OCN_RULE(OCN_BR, "2400:4050::", "\"34\"", "153.240.0.0", "\"16\"", "\"\"",
		      "\"6\"") "]}",
		    "basicMapRules[0].eaBitLength: \"\" is not a whole number" },
		{ "{\"basicMapRules\":[" OCN_RULE(OCN_BR, "2400:4050::", "\"34\"", "153.240.0.0", "\"16\"", "\"-1\"",
		      "\"6\"") "]}",
		    "basicMapRules[0].eaBitLength: \"-1\" is not a whole number" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_int_eq(parse(cases[i].text), -EINVAL);
		ck_assert_msg(strstr(err.text, cases[i].reason) != NULL, "%s: %s", cases[i].text, err.text);
	}
}
END_TEST

START_TEST(files)
{
	char name[] = "/tmp/mapedge-rule-server-XXXXXX";
	const int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "v6plus(" JPNE ")", strlen("v6plus(" JPNE ")")), (int)strlen("v6plus(" JPNE ")"));
	ck_assert_msg(rule_server_load(name, &offer, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(offer.rule_count, 4);
	ck_assert_int_eq(ftruncate(fd, RULE_SERVER_MAX_SIZE + 1), 0);
	ck_assert_int_eq(rule_server_load(name, &offer, &err), -EFBIG);
	close(fd);
	unlink(name);
	ck_assert_int_eq(rule_server_load(name, &offer, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, name));
	ck_assert_int_eq(rule_server_load("/tmp", &offer, &err), -EIO);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("rule_server");
	TCase *tcase = tcase_create("rule_server");

	tcase_add_test(tcase, jpne);
	tcase_add_test(tcase, ocn);
	tcase_add_test(tcase, refused);
	tcase_add_test(tcase, files);
	suite_add_tcase(suite, tcase);
	return suite;
}
