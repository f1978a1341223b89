/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who has this address and port, who is behind this prefix (OPS-06): the published vectors both ways, the reasons why
 * nobody has something, and bindings from a made-up table.
 */
#include "api/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "maptext.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define VALID_ROWS 95

static struct lookup_answer answer;
static struct conf_softwire domains[2];

static struct lookup
lookup_of(const struct map_rule_spec *specs, uint32_t count)
{
	struct error err;
	uint32_t bad;
	struct lookup lookup = { .rules = ruleset_build(specs, count, &bad, &err),
		.domains = domains,
		.domain_count = 2 };

	ck_assert_msg(lookup.rules != NULL, "%s", err.text);
	memset(domains, 0, sizeof(domains));
	strcpy(domains[0].name, "lab");
	strcpy(domains[1].name, "fixed");
	domains[0].br = ip6("2001:db8:ffff::1");
	return lookup;
}

static void
done(struct lookup *lookup)
{
	ruleset_free((struct ruleset *)lookup->rules);
}

static void
ask(const struct lookup *lookup, const char *address, int port)
{
	struct error err;

	ck_assert_msg(lookup_ask(lookup, address, port, &answer, &err) == 0, "%s: %s", address, err.text);
	ck_assert_uint_eq(answer.count, answer.result == LOOKUP_CE ? answer.total : 0);
}

static void
expect_none(const struct lookup *lookup, const char *address, int port, enum lookup_result result, const char *why)
{
	ask(lookup, address, port);
	ck_assert_msg(answer.result == result, "%s %d: %d, not %d", address, port, (int)answer.result, (int)result);
	ck_assert_msg(strstr(answer.why.text, why) != NULL, "'%s' not in: %s", why, answer.why.text);
}

/* ---- published vectors ------------------------------------------------------------------------------------------ */

static void
check_ce(const struct csv *csv, const char *address)
{
	const struct lookup_ce *found = &answer.ces[0];
	const char *id = csv_get(csv, "id");

	ck_assert_msg(answer.result == LOOKUP_CE && answer.count == 1, "%s: %s: %s", id, address, answer.why.text);
	ck_assert_msg(found->ce.address == ip6(csv_get(csv, "ce_rfc7597")), "%s: the MAP address", id);
	ck_assert_msg(found->ce.ipv4.addr == ip4(csv_get(csv, "ipv4")), "%s: the IPv4 address", id);
	ck_assert_msg(found->ce.ipv4.len == csv_uint(csv, "ipv4_len"), "%s: the IPv4 prefix", id);
	ck_assert_msg(found->ce.ports.psid == csv_uint(csv, "psid_dec"), "%s: the PSID", id);
	ck_assert_msg(prefix6_contains(&found->ce.prefix, prefix6(csv_get(csv, "end_user_prefix")).addr),
	    "%s: the end-user prefix", id);
	ck_assert_msg(found->domain == &domains[0] && found->rule != NULL, "%s", id);
}

/* OPS-06, both directions, with every valid row of map-vectors.csv. */
START_TEST(vectors)
{
	struct csv csv;
	int rows = 0;

	csv_open(&csv, unit_vector("map-vectors.csv"));
	while (csv_next(&csv)) {
		struct map_rule_spec spec;
		struct lookup lookup;
		int port;

		if (csv_uint(&csv, "valid") == 0)
			continue;
		spec = rule_spec(csv_get(&csv, "rule_ipv6"), csv_get(&csv, "rule_ipv4"), csv_uint(&csv, "ea_len"),
		    csv_uint(&csv, "psid_offset"));
		spec.has_psid = *csv_get(&csv, "psid_cfg") != '\0';
		if (spec.has_psid) {
			spec.psid = (uint16_t)csv_uint(&csv, "psid_cfg");
			spec.psid_len = (uint8_t)csv_uint(&csv, "psid_len_cfg");
		}
		lookup = lookup_of(&spec, 1);
		port = *csv_get(&csv, "port_in_set") != '\0' ? (int)csv_uint(&csv, "port_in_set") : 32767;
		ask(&lookup, csv_get(&csv, "ipv4"), port);
		check_ce(&csv, csv_get(&csv, "ipv4"));
		ask(&lookup, csv_get(&csv, "end_user_prefix"), -1);
		check_ce(&csv, csv_get(&csv, "end_user_prefix"));
		ask(&lookup, csv_get(&csv, "ce_rfc7597"), -1);
		check_ce(&csv, csv_get(&csv, "ce_rfc7597"));
		if (*csv_get(&csv, "port_not_in_set") != '\0') {
			ask(&lookup, csv_get(&csv, "ipv4"), (int)csv_uint(&csv, "port_not_in_set"));
			ck_assert_msg(answer.result != LOOKUP_CE ||
				answer.ces[0].ce.address != ip6(csv_get(&csv, "ce_rfc7597")),
			    "%s: a port of somebody else", csv_get(&csv, "id"));
		}
		done(&lookup);
		rows++;
	}
	csv_close(&csv);
	ck_assert_int_eq(rows, VALID_ROWS);
}
END_TEST

/* ---- why nobody has it ------------------------------------------------------------------------------------------ */

/* OPS-06: 192.0.2.18 port 1232 is …:3400::/56, port 208 is excluded; RFC 7597 appendix A example 1. */
START_TEST(appendix_a)
{
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	struct lookup lookup = lookup_of(&spec, 1);

	ask(&lookup, "192.0.2.18", 1232);
	ck_assert_int_eq(answer.result, LOOKUP_CE);
	ck_assert(answer.ces[0].ce.prefix.addr == ip6("2001:db8:12:3400::") && answer.ces[0].ce.prefix.len == 56);
	expect_none(&lookup, "192.0.2.18", 208, LOOKUP_EXCLUDED, "ports 0-1023 belong to nobody");
	expect_none(&lookup, "192.0.2.18", 0, LOOKUP_EXCLUDED, "no CE has port 0 of 192.0.2.18");
	expect_none(&lookup, "192.0.2.18", -1, LOOKUP_SEVERAL, "shared by 256 CEs: give a port too");
	expect_none(&lookup, "192.0.3.18", 1232, LOOKUP_NO_RULE, "192.0.3.18 is outside all Rule IPv4 prefixes");
	expect_none(&lookup, "2001:db8:12::/48", -1, LOOKUP_SEVERAL, "shorter than");
	expect_none(&lookup, "2001:db9::1", -1, LOOKUP_NO_RULE, "2001:db9::1/128 is outside all Rule IPv6 prefixes");
	done(&lookup);
}
END_TEST

START_TEST(one_to_one_rules)
{
	const struct map_rule_spec specs[] = { fixed_spec("2001:db8:1::/48", "192.0.2.18/32", 6, 0x34, 8),
		fixed_spec("2001:db8:2::/48", "192.0.2.18/32", 6, 0x35, 8),
		rule_spec("2001:db8:f000::/48", "203.0.113.0/24", 8, 0) };
	struct lookup lookup = lookup_of(specs, COUNT(specs));

	ask(&lookup, "192.0.2.18", 1236);
	ck_assert_ptr_eq(answer.ces[0].rule, &lookup.rules->rules[1]);
	expect_none(&lookup, "192.0.2.18", 1240, LOOKUP_NOBODY, "its PSID is 0x36, which is not provisioned");
	/* A whole address needs no port, and has every port. */
	ask(&lookup, "203.0.113.7", -1);
	ck_assert(answer.ces[0].ce.prefix.addr == ip6("2001:db8:f000:700::"));
	ask(&lookup, "203.0.113.7", 0);
	ck_assert(answer.ces[0].ce.prefix.addr == ip6("2001:db8:f000:700::"));
	done(&lookup);
}
END_TEST

/* Where a longer rule has taken an address, the shorter rule's prefix for it leads to nobody. */
START_TEST(rule_inside_another)
{
	const struct map_rule_spec specs[] = { rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6),
		rule_spec("2001:db8:100::/48", "192.0.2.16/28", 12, 6) };
	struct lookup lookup = lookup_of(specs, COUNT(specs));

	ask(&lookup, "192.0.2.18", 1232);
	ck_assert_ptr_eq(answer.ces[0].rule, &lookup.rules->rules[1]);
	expect_none(&lookup, "2001:db8:12:3400::/56", -1, LOOKUP_NOBODY,
	    "leads to 192.0.2.18, but there it belongs to another");
	ask(&lookup, "2001:db8:4d:3400::/56", -1);
	ck_assert(answer.ces[0].ce.ipv4.addr == ip4("192.0.2.77"));
	done(&lookup);
}
END_TEST

START_TEST(wrong_questions)
{
	static const struct {
		const char *address;
		int port;
		const char *why;
	} questions[] = { { "", -1, "neither" }, { "192.0.2", -1, "neither" }, { "192.0.2.0/24", 1, "neither" },
		{ "www.example.net", 80, "neither" }, { "2001:db8::1", 80, "IPv4 address only" },
		{ "2001:db8::1/64", -1, "host bits" }, { "192.0.2.18", 65536, "0..65535" } };
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	struct lookup lookup = lookup_of(&spec, 1);

	for (int i = 0; i < COUNT(questions); i++) {
		struct error err = { 0 };

		ck_assert_int_eq(lookup_ask(&lookup, questions[i].address, questions[i].port, &answer, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, questions[i].why) != NULL, "%s: %s", questions[i].address, err.text);
	}
	done(&lookup);
}
END_TEST

/* ---- bindings --------------------------------------------------------------------------------------------------- */

#define TABLE_SIZE 20
static struct binding table[TABLE_SIZE];

static int
of_port_set(const void *context, uint32_t ipv4, uint16_t psid, struct binding *binding)
{
	ck_assert_ptr_eq(context, table);
	for (int i = 0; i < TABLE_SIZE; i++) {
		if (table[i].ipv4 == ipv4 && table[i].psid == psid) {
			*binding = table[i];
			return 1;
		}
	}
	return 0;
}

static size_t
of_softwire(const void *context, const struct prefix6 *softwire, struct binding *found, size_t max)
{
	size_t count = 0;

	ck_assert_ptr_eq(context, table);
	for (int i = 0; i < TABLE_SIZE; i++) {
		if (table[i].ipv4 == 0 || !prefix6_contains(softwire, table[i].softwire))
			continue;
		if (count < max)
			found[count] = table[i];
		count++;
	}
	return count;
}

static struct binding
bound(u128 softwire, uint32_t ipv4, uint16_t psid)
{
	return (struct binding){ .softwire = softwire, .ipv4 = ipv4, .psid = psid, .domain = 1 };
}

static const struct lookup_bindings bindings = { table, of_port_set, of_softwire };

/* A pool of shared addresses and one of whole ones, in the second domain; the two lines of docs/bindings.md. */
static struct lookup
lookup_with_pools(void)
{
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 6);
	struct lookup lookup = lookup_of(&spec, 1);

	domains[1].pools[0] = (struct conf_pool){ prefix4("203.0.113.0/24"), 6, 8, 0 };
	domains[1].pools[1] = (struct conf_pool){ prefix4("192.0.2.128/25"), 6, 0, 0 };
	domains[1].pool_count = 2;
	memset(table, 0, sizeof(table));
	table[0] = bound(ip6("2001:db8:100::1"), ip4("203.0.113.1"), 0x34);
	table[1] = bound(ip6("2001:db8:200::cafe"), ip4("203.0.113.1"), 53);
	table[2] = bound(ip6("2001:db8:200::cafe"), ip4("192.0.2.130"), 0);
	lookup.bindings = &bindings;
	return lookup;
}

START_TEST(bindings_by_port)
{
	struct lookup lookup = lookup_with_pools();

	ask(&lookup, "203.0.113.1", 1232);
	ck_assert_int_eq(answer.result, LOOKUP_CE);
	ck_assert(answer.ces[0].ce.address == ip6("2001:db8:100::1") && answer.ces[0].domain == &domains[1]);
	ck_assert_ptr_null(answer.ces[0].rule);
	ck_assert_uint_eq(portset_count(&answer.ces[0].ce.ports), 252);
	ask(&lookup, "192.0.2.130", -1); /* the longer prefix is the pool's */
	ck_assert(answer.ces[0].ce.address == ip6("2001:db8:200::cafe") && answer.ces[0].ce.kind == MAP_FULL);
	expect_none(&lookup, "203.0.113.1", 1240, LOOKUP_NOBODY, "nobody has PSID 0x36 of 203.0.113.1");
	expect_none(&lookup, "203.0.113.1", 1023, LOOKUP_EXCLUDED, "ports 0-1023");
	expect_none(&lookup, "203.0.113.1", -1, LOOKUP_SEVERAL, "shared by 256 CEs");
	expect_none(&lookup, "192.0.2.131", 1240, LOOKUP_NOBODY, "192.0.2.131");
	ask(&lookup, "192.0.2.18", 1232); /* the rule's, as before */
	ck_assert_ptr_nonnull(answer.ces[0].rule);
	lookup.bindings = NULL;
	expect_none(&lookup, "203.0.113.1", 1232, LOOKUP_UNKNOWN,
	    "in the pool 203.0.113.0/24, whose bindings are not known");
	domains[0].pools[0] = (struct conf_pool){ prefix4("203.0.0.0/16"), 6, 8, 0 };
	domains[0].pool_count = 1;
	expect_none(&lookup, "203.0.113.1", 1232, LOOKUP_UNKNOWN, "in the pool 203.0.113.0/24");
	expect_none(&lookup, "203.0.114.1", 1232, LOOKUP_UNKNOWN, "in the pool 203.0.0.0/16");
	done(&lookup);
}
END_TEST

START_TEST(bindings_by_softwire)
{
	struct lookup lookup = lookup_with_pools();

	ask(&lookup, "2001:db8:200::cafe", -1);
	ck_assert_uint_eq(answer.total, 2);
	ck_assert(answer.ces[0].ce.ipv4.addr == ip4("203.0.113.1") && answer.ces[0].ce.ports.psid == 53);
	ck_assert(answer.ces[1].ce.ipv4.addr == ip4("192.0.2.130") && answer.ces[1].ce.kind == MAP_FULL);
	ask(&lookup, "2001:db8:100::/56", -1);
	ck_assert_uint_eq(answer.total, 1);
	ask(&lookup, "2001:db8:12:3400::/56", -1);
	ck_assert_ptr_nonnull(answer.ces[0].rule);
	/* What would be 192.0.2.130's prefix by the rule: the pool has taken it. */
	expect_none(&lookup, "2001:db8:82:3400::/56", -1, LOOKUP_NOBODY, "leads to 192.0.2.130");
	done(&lookup);
}
END_TEST

/* More than an answer has room for: their number is right. */
START_TEST(many_bindings)
{
	struct lookup lookup = lookup_with_pools();
	struct error err;

	for (int i = 0; i < TABLE_SIZE; i++)
		table[i] = bound(ip6("2001:db8:300::1"), ip4("203.0.113.9"), (uint16_t)i);
	ck_assert_int_eq(lookup_ask(&lookup, "2001:db8:300::/48", -1, &answer, &err), 0);
	ck_assert_uint_eq(answer.total, TABLE_SIZE);
	ck_assert_uint_eq(answer.count, LOOKUP_MAX_CES);
	done(&lookup);
}
END_TEST

/* ---- as JSON ---------------------------------------------------------------------------------------------------- */

START_TEST(json)
{
	static const char *const want =
	    "{\"answer\": \"ce\", \"why\": \"\", \"total\": 1, \"ces\": [{"
	    "\"domain\": \"lab\", \"br\": \"2001:db8:ffff::1\", \"by\": \"rule\","
	    "\"map_address\": \"2001:db8:12:3400:0:c000:212:34\", \"kind\": \"shared\","
	    "\"ipv4\": \"192.0.2.18\", \"ipv4_prefix_len\": 32, \"psid\": 52, \"psid_len\": 8,"
	    "\"psid_offset\": 0, \"ports_total\": 256, \"port_ranges\": [[13312, 13567]],"
	    "\"end_user_prefix\": \"2001:db8:12:3400::/56\", \"iid\": \"rfc7597\","
	    "\"rule\": {\"ipv6\": \"2001:db8::/40\", \"ipv4\": \"192.0.2.0/24\", \"ea\": 16,"
	    "\"offset\": 0, \"psid_len\": 8}}]}";
	const struct map_rule_spec spec = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 0);
	struct lookup lookup = lookup_of(&spec, 1);
	json_t *object, *expected = json_loads(want, 0, NULL);

	ask(&lookup, "192.0.2.18", 13312);
	object = lookup_json(&answer);
	ck_assert_ptr_nonnull(expected);
	ck_assert_msg(json_equal(object, expected), "%s", json_dumps(object, 0));
	json_decref(object);
	json_decref(expected);

	ask(&lookup, "192.0.9.18", 13312);
	object = lookup_json(&answer);
	ck_assert_str_eq(json_string_value(json_object_get(object, "answer")), "no_rule");
	ck_assert_str_eq(json_string_value(json_object_get(object, "why")), answer.why.text);
	ck_assert_uint_eq(json_array_size(json_object_get(object, "ces")), 0);
	json_decref(object);
	done(&lookup);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("lookup");
	TCase *rules = tcase_create("rules"), *bound = tcase_create("bindings");

	tcase_add_test(rules, vectors);
	tcase_add_test(rules, appendix_a);
	tcase_add_test(rules, one_to_one_rules);
	tcase_add_test(rules, rule_inside_another);
	tcase_add_test(rules, wrong_questions);
	tcase_add_test(rules, json);
	suite_add_tcase(suite, rules);
	tcase_add_test(bound, bindings_by_port);
	tcase_add_test(bound, bindings_by_softwire);
	tcase_add_test(bound, many_bindings);
	suite_add_tcase(suite, bound);
	return suite;
}
