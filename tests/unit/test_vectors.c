/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Published examples: map-vectors.csv (RFC 7597 appendix A, vendors' documentation, public calculators, lines in the
 * field, a sweep and must-reject rows) and jp-map-rules.csv (the public rules of Japanese services).
 */
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "map/ruleset.h"
#include "maptext.h"

#define VECTOR_ROWS 103
#define VALID_ROWS 95
#define JP_ROWS 428
#define JP_OK_ROWS 426
#define JP_SERVICES 5
#define ROUND_TRIP_PORTS 64u

/* The columns that both tables have. */
static struct map_rule_spec
row_spec(const struct csv *csv, enum map_iid iid)
{
	struct map_rule_spec spec = rule_spec(csv_get(csv, "rule_ipv6"), csv_get(csv, "rule_ipv4"),
	    csv_uint(csv, "ea_len"), csv_uint(csv, "psid_offset"));

	spec.iid = iid;
	return spec;
}

static struct map_rule_spec
vector_spec(const struct csv *csv, enum map_iid iid)
{
	struct map_rule_spec spec = row_spec(csv, iid);

	if (*csv_get(csv, "psid_cfg") != '\0') {
		spec.has_psid = true;
		spec.psid = (uint16_t)csv_uint(csv, "psid_cfg");
		spec.psid_len = (uint8_t)csv_uint(csv, "psid_len_cfg");
	}
	return spec;
}

/* ---- map-vectors.csv -------------------------------------------------------------------------------------------- */

typedef void (
    *vector_check)(const struct csv *csv, const char *id, const struct map_rule_spec *spec, const struct map_ce *ce);

/* Runs a check over the valid rows, in both formats of the interface identifier. */
static void
for_each_valid_row(vector_check check)
{
	struct csv csv;
	int checked = 0;

	csv_open(&csv, unit_vector("map-vectors.csv"));
	while (csv_next(&csv)) {
		const struct prefix6 eup = prefix6(csv_get(&csv, "end_user_prefix"));
		const char *id = csv_get(&csv, "id");

		if (csv_uint(&csv, "valid") == 0)
			continue;
		for (enum map_iid iid = MAP_IID_RFC7597; iid <= MAP_IID_DRAFT03; iid++) {
			const struct map_rule_spec spec = vector_spec(&csv, iid);
			struct map_ce ce;
			struct error err;

			ck_assert_msg(map_ce_derive(&spec, &eup, &ce, &err) == 0, "%s refused: %s", id, err.text);
			check(&csv, id, &spec, &ce);
		}
		checked++;
	}
	csv_close(&csv);
	ck_assert_int_eq(checked, VALID_ROWS);
}

static void
check_address(const struct csv *csv, const char *id, const struct map_rule_spec *spec, const struct map_ce *ce)
{
	static const char *const kinds[] = { [MAP_SHARED] = "shared", [MAP_FULL] = "full", [MAP_PREFIX] = "prefix" };
	const uint32_t ipv4 = ip4(csv_get(csv, "ipv4"));

	ck_assert_msg(strcmp(kinds[ce->kind], csv_get(csv, "kind")) == 0, "%s: kind %s", id, kinds[ce->kind]);
	ck_assert_msg(ce->ipv4.addr == ipv4, "%s: IPv4 address 0x%08x", id, ce->ipv4.addr);
	ck_assert_msg(ce->ipv4.len == csv_uint(csv, "ipv4_len"), "%s: IPv4 length %u", id, ce->ipv4.len);
	ck_assert_msg(map_rule_kind(spec) == ce->kind, "%s", id);
}

/* MAPE-11, MAPE-12, MAPE-13, MAPE-14, MAPE-15 */
START_TEST(vectors_ipv4_address_and_kind)
{
	for_each_valid_row(check_address);
}
END_TEST

static void
check_psid(const struct csv *csv, const char *id, const struct map_rule_spec *spec, const struct map_ce *ce)
{
	ck_assert_msg(ce->ports.psid == csv_uint(csv, "psid_dec"), "%s: PSID %u", id, ce->ports.psid);
	ck_assert_msg(ce->ports.psid == csv_uint(csv, "psid_hex"), "%s: PSID %u", id, ce->ports.psid);
	ck_assert_msg(ce->ports.psid_len == csv_uint(csv, "psid_len"), "%s: k %u", id, ce->ports.psid_len);
	ck_assert_msg(1u << ce->ports.psid_len == csv_uint(csv, "sharing_ratio"), "%s", id);
	ck_assert_msg(map_rule_psid_len(spec) == ce->ports.psid_len, "%s", id);
}

/* MAPE-13, MAPE-15, MAPE-16, MAPE-17 */
START_TEST(vectors_psid)
{
	for_each_valid_row(check_psid);
}
END_TEST

static void
check_range(const struct csv *csv, const char *column, const struct portset *set, uint32_t index)
{
	const struct port_range range = portset_range(set, index);
	char text[16];

	snprintf(text, sizeof(text), "%u-%u", range.first, range.last);
	ck_assert_msg(strcmp(csv_get(csv, column), text) == 0, "%s %s: %s", csv_get(csv, "id"), column, text);
}

static void
check_ports(const struct csv *csv, const char *id, const struct map_rule_spec *spec, const struct map_ce *ce)
{
	const struct portset *set = &ce->ports;
	const uint32_t ranges = portset_range_count(set);

	(void)spec;
	ck_assert_msg(ranges == csv_uint(csv, "ranges"), "%s: %u ranges", id, ranges);
	ck_assert_msg(portset_count(set) == csv_uint(csv, "ports_total"), "%s: %u ports", id, portset_count(set));
	ck_assert_msg(portset_range_size(set) == csv_uint(csv, "contiguous"), "%s", id);
	check_range(csv, "first_range", set, 0);
	check_range(csv, "last_range", set, ranges - 1);
	if (*csv_get(csv, "second_range") != '\0')
		check_range(csv, "second_range", set, 1);
	else
		ck_assert_msg(ranges == 1, "%s: %u ranges", id, ranges);
	if (*csv_get(csv, "port_in_set") != '\0')
		ck_assert_msg(portset_contains(set, (uint16_t)csv_uint(csv, "port_in_set")), "%s", id);
	if (*csv_get(csv, "port_not_in_set") != '\0')
		ck_assert_msg(!portset_contains(set, (uint16_t)csv_uint(csv, "port_not_in_set")), "%s", id);
}

/* MAPE-18, MAPE-19, MAPE-20 */
START_TEST(vectors_ports)
{
	for_each_valid_row(check_ports);
}
END_TEST

static void
check_map_address(const struct csv *csv, const char *id, const struct map_rule_spec *spec, const struct map_ce *ce)
{
	const char *column = spec->iid == MAP_IID_RFC7597 ? "ce_rfc7597" : "ce_draft03";
	const unsigned int eup_len = (unsigned int)spec->ipv6.len + spec->ea_len;
	char text[IP6_TEXT_SIZE];

	ck_assert_msg(ce->address == ip6(csv_get(csv, column)), "%s %s: %s", id, column, ip6_format(ce->address, text));
	ck_assert_msg(ce->outside_prefix == (csv_uint(csv, "eup_outside_first_64") != 0), "%s", id);
	ck_assert_msg(ce->prefix.len == eup_len, "%s", id);
	ck_assert_msg(prefix6_is_aligned(&ce->prefix) && prefix6_contains(&ce->prefix, ce->address), "%s", id);
}

/* MAPE-09, MAPE-23, MAPE-24, MAPE-25, MAPE-26, MAPE-27, MAPE-60 */
START_TEST(vectors_map_address)
{
	for_each_valid_row(check_map_address);
}
END_TEST

/* Spread over the set: the first, the last and what lies between. */
static void
check_reverse(const struct csv *csv, const char *id, const struct map_rule_spec *spec, const struct map_ce *ce)
{
	const uint32_t last = portset_count(&ce->ports) - 1;
	const uint32_t asked = last < ROUND_TRIP_PORTS ? last + 1 : ROUND_TRIP_PORTS;
	const uint32_t hosts = 1u << (ce->ipv4.len > 24 ? 32 - ce->ipv4.len : 8); /* of a prefix: 256 are enough */
	struct map_rule rule;
	struct error err;

	(void)csv;
	ck_assert_int_eq(map_rule_compile(spec, &rule, &err), 0);
	for (uint32_t i = 0; i < asked; i++) {
		const uint16_t port = portset_port(&ce->ports, asked == 1 ? 0 : i * last / (asked - 1));
		const uint32_t host = ce->ipv4.addr | (i * 37 & (hosts - 1));
		const u128 address = map_rule_address(&rule, host, port);

		if (!map_rule_owns(&rule, port) || address != ce->address ||
		    !map_rule_same_ce(&rule, address, ce->prefix.addr))
			ck_abort_msg("%s: port %u", id, port);
	}
}

/* MAPE-06, MAPE-22, MAPE-24, MAPE-25: from address and port back to the CE, in both formats. */
START_TEST(vectors_reverse)
{
	for_each_valid_row(check_reverse);
}
END_TEST

/* What the refusal must say; the table's own words are another program's. */
static const char *
wanted_text(const char *error)
{
	if (strstr(error, "outside the rule") != NULL)
		return "is outside the Rule IPv6 prefix";
	if (strstr(error, "shorter than rule+EA") != NULL)
		return "is shorter than Rule IPv6 prefix and EA bits";
	if (strstr(error, "PSID length") != NULL)
		return "are more than the 16 bits of a port";
	if (strstr(error, "host bits set") != NULL)
		return "has host bits set";
	return "no text is known for this row";
}

/* MAPE-01, MAPE-10, MAPE-16 */
START_TEST(vectors_must_reject)
{
	struct csv csv;
	int rejected = 0;

	csv_open(&csv, unit_vector("map-vectors.csv"));
	while (csv_next(&csv)) {
		const struct map_rule_spec spec = vector_spec(&csv, MAP_IID_RFC7597);
		const struct prefix6 eup = prefix6(csv_get(&csv, "end_user_prefix"));
		const char *id = csv_get(&csv, "id"), *want = wanted_text(csv_get(&csv, "error"));
		struct error err;
		struct map_ce ce;

		if (csv_uint(&csv, "valid") != 0)
			continue;
		rejected++;
		ck_assert_msg(map_ce_derive(&spec, &eup, &ce, &err) == -EINVAL, "%s accepted", id);
		ck_assert_msg(strstr(err.text, want) != NULL, "%s: '%s', not '%s'", id, err.text, want);
	}
	ck_assert_int_eq(csv.row, VECTOR_ROWS);
	ck_assert_int_eq(rejected, VECTOR_ROWS - VALID_ROWS);
	csv_close(&csv);
}
END_TEST

/* ---- jp-map-rules.csv ------------------------------------------------------------------------------------------- */

static struct map_rule_spec jp_spec[JP_OK_ROWS];

/* Reads the good rules of a service, NULL for all; returns their number. */
static uint32_t
read_jp(const char *service)
{
	struct csv csv;
	uint32_t count = 0;

	csv_open(&csv, unit_vector("jp-map-rules.csv"));
	while (csv_next(&csv)) {
		if (csv_uint(&csv, "ok") == 0 || (service != NULL && strcmp(csv_get(&csv, "service"), service) != 0))
			continue;
		ck_assert_uint_lt(count, JP_OK_ROWS);
		jp_spec[count++] = row_spec(&csv, MAP_IID_DRAFT03);
	}
	ck_assert_int_eq(csv.row, JP_ROWS);
	csv_close(&csv);
	return count;
}

static struct ruleset *
build_jp(uint32_t count)
{
	struct error err = { .text = "" };
	uint32_t bad;
	struct ruleset *set = ruleset_build(jp_spec, count, &bad, &err);

	ck_assert_msg(set != NULL, "rule %u: %s", bad, err.text);
	ck_assert_uint_eq(set->count, count);
	return set;
}

static const struct {
	const char *name;
	uint32_t rules, ports; /* ports of a CE */
} jp_service[JP_SERVICES] = {
	{ "v6plus", 4, 240 },
	{ "biglobe-east", 129, 240 },
	{ "biglobe-west", 129, 240 },
	{ "ocn", 160, 1008 },
	{ "nuro", 4, 240 },
};

/* MAPE-02, MAPE-21: each service is a rule set. */
START_TEST(jp_rules_by_service)
{
	const uint32_t count = read_jp(jp_service[_i].name);
	struct ruleset *set;

	ck_assert_uint_eq(count, jp_service[_i].rules);
	set = build_jp(count);
	ruleset_free(set);
}
END_TEST

/* The CE with EA bits `ea` under rule i, found from its prefix, and found again from its address and ports. */
static void
round_trip(const struct ruleset *set, uint32_t i, uint64_t ea)
{
	const struct map_rule_spec *spec = &jp_spec[i];
	const uint8_t len = (uint8_t)(spec->ipv6.len + spec->ea_len);
	const struct prefix6 eup = { spec->ipv6.addr | (u128)ea << (128 - len), len };
	struct error err;
	struct map_ce ce;

	ck_assert_int_eq(len, 56); /* true of every public Japanese rule */
	ck_assert_uint_eq(ruleset_find6(set, eup.addr), i);
	ck_assert_int_eq(map_ce_derive(spec, &eup, &ce, &err), 0);
	for (uint32_t n = 0; n < ROUND_TRIP_PORTS; n++) {
		const uint16_t port = portset_port(&ce.ports, n * 3);
		const struct map_rule *rule = ruleset_find4(set, ce.ipv4.addr, port);

		if (rule != &set->rules[i] || !map_rule_owns(rule, port) ||
		    map_rule_address(rule, ce.ipv4.addr, port) != ce.address)
			ck_abort_msg("rule %u, port %u", i, port);
	}
	ck_assert_uint_eq(ruleset_find6(set, ce.address), i);
}

/* MAPE-01, MAPE-07, MAPE-22: all services together; first, last and scattered CEs of every rule. */
START_TEST(jp_rules_together)
{
	const uint32_t count = read_jp(NULL);
	struct ruleset *set;

	ck_assert_uint_eq(count, JP_OK_ROWS);
	set = build_jp(count);
	for (uint32_t i = 0; i < count; i++) {
		const uint64_t all = (UINT64_C(1) << jp_spec[i].ea_len) - 1;

		round_trip(set, i, 0);
		round_trip(set, i, all);
		for (uint64_t n = 1; n < 8; n++)
			round_trip(set, i, UINT64_C(0x9e3779b97f4a7c15) * n >> 20 & all);
	}
	ruleset_free(set);
}
END_TEST

/* MAPE-20: ports per CE as the table says. */
START_TEST(jp_rules_ports)
{
	struct csv csv;

	csv_open(&csv, unit_vector("jp-map-rules.csv"));
	while (csv_next(&csv)) {
		const struct map_rule_spec spec = row_spec(&csv, MAP_IID_DRAFT03);
		const struct portset set = { .psid_len = map_rule_psid_len(&spec), .offset = spec.psid_offset };

		ck_assert_uint_eq(map_rule_psid_len(&spec), csv_uint(&csv, "psid_len"));
		ck_assert_uint_eq(portset_count(&set), csv_uint(&csv, "ports_per_ce"));
	}
	csv_close(&csv);
}
END_TEST

/* Two published rows have host bits in the IPv4 prefix: refused, with the prefix to write instead. */
START_TEST(jp_rules_refused)
{
	struct csv csv;
	int refused = 0;

	csv_open(&csv, unit_vector("jp-map-rules.csv"));
	while (csv_next(&csv)) {
		const struct map_rule_spec spec = row_spec(&csv, MAP_IID_DRAFT03);
		struct map_rule rule;
		struct error err;

		if (csv_uint(&csv, "ok") != 0)
			continue;
		refused++;
		ck_assert_int_eq(map_rule_compile(&spec, &rule, &err), -EINVAL);
		ck_assert_msg(strstr(err.text, "has host bits set") != NULL, "%s", err.text);
		ck_assert_str_eq(err.hint, "write 219.104.128.0/20");
	}
	csv_close(&csv);
	ck_assert_int_eq(refused, JP_ROWS - JP_OK_ROWS);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("vectors");
	TCase *examples = tcase_create("map-vectors.csv"), *jp = tcase_create("jp-map-rules.csv");

	tcase_add_test(examples, vectors_ipv4_address_and_kind);
	tcase_add_test(examples, vectors_psid);
	tcase_add_test(examples, vectors_ports);
	tcase_add_test(examples, vectors_map_address);
	tcase_add_test(examples, vectors_reverse);
	tcase_add_test(examples, vectors_must_reject);
	suite_add_tcase(suite, examples);

	tcase_add_loop_test(jp, jp_rules_by_service, 0, JP_SERVICES);
	tcase_add_test(jp, jp_rules_together);
	tcase_add_test(jp, jp_rules_ports);
	tcase_add_test(jp, jp_rules_refused);
	suite_add_tcase(suite, jp);
	return suite;
}
