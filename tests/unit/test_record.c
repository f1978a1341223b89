/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rule log (OPS-05): what a record says is what was in use, and the record of a moment is the last one before it, with
 * the bindings that came and went since; also in a log that was cut, or that something else has written into.
 */
#include "api/record.h"

#include <stdlib.h>
#include <unistd.h>

#include "maptext.h"

static char file[] = "/tmp/mapedge-record-XXXXXX";
static struct record record;
static struct error err;

static void
set_up(void)
{
	strcpy(file + strlen(file) - 6, "XXXXXX");
	close(mkstemp(file));
	err = (struct error){ 0 };
}

static void
tear_down(void)
{
	unlink(file);
}

static void
append(const char *text)
{
	FILE *out = fopen(file, "a");

	fputs(text, out);
	fclose(out);
}

/* Takes the text over. */
static void
append_line(char *text)
{
	ck_assert_ptr_nonnull(text);
	append(text);
	free(text);
}

/* ---- a domain, a moment ----------------------------------------------------------------------------------------- */

static uint64_t
moment(const char *text)
{
	uint64_t ms = 0;

	ck_assert_msg(timestamp_parse(text, &ms) == 0, "no moment: %s", text);
	return ms;
}

/* A whole record of one domain with one rule. */
static void
append_rules(const char *time, enum record_event event, uint64_t generation, const char *ipv6)
{
	const struct record_head head = { moment(time), event, generation };
	struct map_rule_spec rule = rule_spec(ipv6, "192.0.2.0/24", 16, 6);
	struct conf_softwire conf = { .name = "lab", .br = ip6("2001:db8:ffff::1"), .rules = &rule, .rule_count = 1 };
	struct record_domain domain = { .text = record_domain_text(&conf, NULL) };

	append_line(record_rules(&head, CONF_BR, NULL, &domain, 1));
	free(domain.text);
}

static int
find(const char *time)
{
	return record_find(file, moment(time), &record, &err);
}

/* The record that holds at a time has this generation and this rule. */
static void
expect(const char *time, uint64_t generation, const char *ipv6)
{
	ck_assert_msg(find(time) == 0, "%s: %s", time, err.text);
	ck_assert_msg(record.head.generation == generation, "%s: generation %lu", time,
	    (unsigned long)record.head.generation);
	ck_assert(record.rules->rules[0].base == prefix6(ipv6).addr);
	record_free(&record);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* OPS-05: every field that is needed later, in one line; the names are those of the configuration. */
START_TEST(whole_record)
{
	static const char *const want =
	    "{\"time\":\"2026-11-03T08:30:00.250Z\",\"event\":\"start\",\"generation\":7,\"algorithm\":\"map-e "
	    "rfc7597\","
	    "\"software\":\"mapedge " MAPEDGE_VERSION
	    "\",\"role\":\"br\",\"domains\":[{\"name\":\"isp\",\"br\":\"2001:db8:ffff::1\","
	    "\"iid\":\"draft03\",\"pools\":[{\"ipv4\":\"203.0.113.0/24\",\"offset\":6,\"psid_len\":8}],"
	    "\"bindings_file\":\"/etc/b.txt\",\"bindings\":12,\"sha256\":\"cafe\",\"rules\":["
	    "{\"ipv6\":\"2001:db8::/40\",\"ipv4\":\"192.0.2.0/24\",\"ea\":16,\"offset\":4,\"psid_len\":8},"
	    "{\"ipv6\":\"2001:db8:1234:5678::/64\",\"ipv4\":\"198.51.100.7/"
	    "32\",\"ea\":0,\"offset\":6,\"psid_len\":8,\"psid\":52}"
	    "]}]}\n";
	const struct record_head head = { moment("2026-11-03T08:30:00.250Z"), RECORD_START, 7 };
	const struct record_file bindings = { 12, "cafe" };
	struct map_rule_spec rules[] = { rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 4),
		fixed_spec("2001:db8:1234:5678::/64", "198.51.100.7/32", 6, 0x34, 8) };
	struct conf_softwire conf = { .name = "isp",
		.br = ip6("2001:db8:ffff::1"),
		.iid = MAP_IID_DRAFT03,
		.pools = { { prefix4("203.0.113.0/24"), 6, 8, 0 } },
		.pool_count = 1,
		.bindings_file = "/etc/b.txt",
		.rules = rules,
		.rule_count = 2 };
	struct record_domain domain = { .text = record_domain_text(&conf, &bindings) };
	char *text = record_rules(&head, CONF_BR, NULL, &domain, 1);
	struct map_rule_spec fixed;

	ck_assert_str_eq(text, want);
	append(text);
	free(text);
	free(domain.text);

	/* And back. */
	ck_assert_int_eq(find("2026-11-03T08:30:00.250Z"), 0);
	ck_assert_uint_eq(record.head.generation, 7);
	ck_assert_int_eq(record.head.event, RECORD_START);
	ck_assert_uint_eq(record.domain_count, 1);
	ck_assert_str_eq(record.domains[0].name, "isp");
	ck_assert(record.domains[0].br == conf.br && record.domains[0].iid == MAP_IID_DRAFT03);
	ck_assert_uint_eq(record.domains[0].pool_count, 1);
	ck_assert_uint_eq(record.domains[0].pools[0].psid_len, 8);
	ck_assert_uint_eq(record.rules->count, 2);
	fixed = map_rule_spec_of(&record.rules->rules[1]);
	ck_assert(fixed.has_psid && fixed.psid == 0x34 && fixed.psid_len == 8 && fixed.iid == MAP_IID_DRAFT03);
	ck_assert_uint_eq(map_rule_spec_of(&record.rules->rules[0]).psid_offset, 4);
	record_free(&record);
}
END_TEST

START_TEST(other_records)
{
	const struct binding binding = { .softwire = ip6("2001:db8:100::1"), .ipv4 = ip4("203.0.113.1"), .psid = 0x34 };
	struct record_head head = { moment("2026-11-03T08:30:00Z"), RECORD_BINDING_ADD, 7 };
	struct record_changes changes = { json_pack("[s]", "new"), json_array(), json_pack("[s, s]", "a", "b") };
	char *text = record_binding(&head, "fixed", &binding);

	ck_assert_str_eq(text,
	    "{\"time\":\"2026-11-03T08:30:00.000Z\",\"event\":\"binding-add\",\"generation\":7,"
	    "\"domain\":\"fixed\",\"ipv4\":\"203.0.113.1\",\"psid\":52,\"softwire\":\"2001:db8:100::1\"}\n");
	free(text);
	head.event = RECORD_REFUSED;
	text = record_text(&head, "/tmp/\xff.conf:3: error");
	ck_assert_str_eq(text,
	    "{\"time\":\"2026-11-03T08:30:00.000Z\",\"event\":\"refused\",\"generation\":7,"
	    "\"text\":\"/tmp/?.conf:3: error\"}\n");
	free(text);
	head.event = RECORD_STOP;
	text = record_text(&head, NULL);
	ck_assert_str_eq(text, "{\"time\":\"2026-11-03T08:30:00.000Z\",\"event\":\"stop\",\"generation\":7}\n");
	free(text);
	head.event = RECORD_RELOAD;
	text = record_rules(&head, CONF_CE, &changes, NULL, 0);
	ck_assert_ptr_nonnull(strstr(text,
	    "\"role\":\"ce\",\"added\":[\"new\"],\"removed\":[],\"modified\":[\"a\",\"b\"],"
	    "\"domains\":[]}\n"));
	free(text);
	json_decref(changes.added);
	json_decref(changes.removed);
	json_decref(changes.modified);
}
END_TEST

/* ---- reading ---------------------------------------------------------------------------------------------------- */

START_TEST(last_one_before)
{
	append_rules("2026-11-01T00:00:00Z", RECORD_START, 1, "2001:db8::/40");
	append_rules("2026-11-02T00:00:00Z", RECORD_DAILY, 1, "2001:db8::/40");
	append_rules("2026-11-02T12:00:00.500Z", RECORD_RELOAD, 2, "2001:db8:100::/40");
	append_rules("2026-11-03T00:00:00Z", RECORD_DAILY, 2, "2001:db8:100::/40");
	append_rules("2026-11-03T01:00:00Z", RECORD_RELOAD, 3, "2001:db8:200::/40");

	expect("2026-11-01T00:00:00Z", 1, "2001:db8::/40");
	expect("2026-11-02T12:00:00.499Z", 1, "2001:db8::/40");
	expect("2026-11-02T12:00:00.500Z", 2, "2001:db8:100::/40");
	expect("2026-11-02T21:00:00.500+09:00", 2, "2001:db8:100::/40");
	expect("2026-11-03T00:59:59Z", 2, "2001:db8:100::/40");
	expect("2030-01-01T00:00:00Z", 3, "2001:db8:200::/40");
	ck_assert_int_eq(find("2026-10-31T23:59:59.999Z"), -ENOENT);
	ck_assert_msg(strstr(err.text, "no record of 2026-10-31T23:59:59.999Z or before") != NULL, "%s", err.text);
	record_free(&record);
}
END_TEST

START_TEST(stopped)
{
	const struct record_head stop = { moment("2026-11-01T10:00:00Z"), RECORD_STOP, 1 };
	json_t *object;

	append_rules("2026-11-01T00:00:00Z", RECORD_START, 1, "2001:db8::/40");
	append_line(record_text(&stop, NULL));
	append_rules("2026-11-01T11:00:00Z", RECORD_START, 1, "2001:db8:100::/40");
	expect("2026-11-01T09:59:59Z", 1, "2001:db8::/40");
	ck_assert(!record.is_stopped);
	ck_assert_int_eq(find("2026-11-01T10:30:00Z"), 0);
	ck_assert(record.is_stopped && record.stopped_ms == stop.time_ms);
	object = record_json(&record);
	ck_assert_str_eq(json_string_value(json_object_get(object, "stopped")), "2026-11-01T10:00:00.000Z");
	json_decref(object);
	record_free(&record);
	ck_assert_int_eq(find("2026-11-01T11:00:00Z"), 0);
	ck_assert(!record.is_stopped);
	record_free(&record);
}
END_TEST

/* Lines that are no records are told, when they may hide a change; a record that is cut is not passed over. */
START_TEST(damaged_logs)
{
	append("not a record\n\n");
	append_rules("2026-11-01T00:00:00Z", RECORD_START, 1, "2001:db8::/40");
	append("{\"time\":\"2026-11-01T05:00:00.000Z\",\"event\":\"frobnicate\",\"generation\":2}\n");
	append("{\"time\":\"2026-11-01T06:0\n");
	append("{\"event\":\"stop\",\"time\":\"2026-11-01T06:00:00.000Z\"}\n");
	append_rules("2026-11-02T00:00:00Z", RECORD_DAILY, 1, "2001:db8::/40");
	append("{\"time\":\"2026-11-02T10:00:00.000Z\",\"event\":\"reload\",\"generation\":2,\"domains\":[{\"na\n");
	append_rules("2026-11-03T00:00:00Z", RECORD_START, 1, "2001:db8:100::/40");
	append("{\"time\":\"2026-11-03T10:00:00.000Z\",\"event\":\"reload\",\"generation\":2,\"domains\":[{\"name\":"
	       "\"x\"}]}\n");
	append("{\"time\":\"2026-11-03T11:00:00.000Z\",\"event\":\"reload\",\"generation\":3,\"domains\":[{\"name\":"
	       "\"x\",\"br\":\"::1\","
	       "\"iid\":\"rfc7597\",\"rules\":[{\"ipv6\":\"2001:db8::/40\"}]}]}");

	ck_assert_int_eq(find("2026-11-01T12:00:00Z"), 0);
	ck_assert_uint_eq(record.damaged, 3);
	record_free(&record);
	ck_assert_int_eq(find("2026-11-02T05:00:00Z"), 0);
	ck_assert_uint_eq(record.damaged, 0);
	record_free(&record);
	ck_assert_int_eq(find("2026-11-02T12:00:00Z"), -EINVAL);
	ck_assert_msg(strstr(err.text, ":8: the record that holds cannot be used: it is damaged") != NULL, "%s",
	    err.text);
	record_free(&record);
	expect("2026-11-03T05:00:00Z", 1, "2001:db8:100::/40");
	ck_assert_int_eq(find("2026-11-03T10:00:00Z"), -EINVAL);
	ck_assert_msg(strstr(err.text, "domain 1 lacks something") != NULL, "%s", err.text);
	record_free(&record);
	ck_assert_int_eq(find("2026-11-03T11:00:00Z"), -EINVAL);
	ck_assert_msg(strstr(err.text, "rule 2001:db8::/40 has no IPv4 prefix") != NULL, "%s", err.text);
	record_free(&record);
	ck_assert_int_eq(record_find("/nonexistent/log", 0, &record, &err), -ENOENT);
	record_free(&record);
}
END_TEST

/* ---- bindings --------------------------------------------------------------------------------------------------- */

/* A whole record of a domain whose bindings stand in a file, if there is one. */
static void
append_pool(const char *time, enum record_event event, const char *bindings_file)
{
	const struct record_head head = { moment(time), event, 1 };
	const struct record_file bindings = { 0, "cafe" };
	struct conf_softwire conf = { .name = "fixed",
		.br = ip6("2001:db8:ffff::2"),
		.pools = { { prefix4("203.0.113.0/24"), 6, 8, 0 } },
		.pool_count = 1 };
	struct record_domain domain = { 0 };

	if (bindings_file != NULL)
		strcpy(conf.bindings_file, bindings_file);
	domain.text = record_domain_text(&conf, bindings_file != NULL ? &bindings : NULL);
	append_line(record_rules(&head, CONF_BR, NULL, &domain, 1));
	free(domain.text);
}

static void
append_change(const char *time, bool added, uint16_t psid, const char *softwire)
{
	const struct record_head head = { moment(time), added ? RECORD_BINDING_ADD : RECORD_BINDING_REMOVE, 1 };
	const struct binding binding = { .softwire = ip6(softwire), .ipv4 = ip4("203.0.113.1"), .psid = psid };

	append_line(record_binding(&head, "fixed", &binding));
}

static enum lookup_result
ask(const char *time, int port, const char **softwire)
{
	static char text[IP6_TEXT_SIZE];
	struct lookup_answer answer;
	struct lookup lookup;

	ck_assert_msg(find(time) == 0, "%s", err.text);
	lookup = record_lookup(&record);
	ck_assert_int_eq(lookup_ask(&lookup, "203.0.113.1", port, &answer, &err), 0);
	*softwire = answer.count > 0 ? ip6_format(answer.ces[0].ce.address, text) : "";
	record_free(&record);
	return answer.result;
}

/* Port 1232 is PSID 0x34. The daily record does not know what came and went; a reload begins anew. */
START_TEST(bindings_come_and_go)
{
	struct lookup_answer answer;
	const char *softwire;
	struct lookup lookup;

	append_pool("2026-11-01T00:00:00Z", RECORD_START, "b.txt");
	append_change("2026-11-01T01:00:00Z", true, 0x34, "2001:db8:100::1");
	append_change("2026-11-01T02:00:00Z", false, 0x34, "2001:db8:100::1");
	append_change("2026-11-01T03:00:00Z", true, 0x34, "2001:db8:200::1");
	append_change("2026-11-01T03:00:00Z", true, 0x35, "2001:db8:200::1");
	append_pool("2026-11-02T00:00:00Z", RECORD_DAILY, "b.txt");
	append_pool("2026-11-02T12:00:00Z", RECORD_RELOAD, "b.txt");

	ck_assert_int_eq(ask("2026-11-01T00:30:00Z", 1232, &softwire), LOOKUP_UNKNOWN);
	ck_assert_int_eq(ask("2026-11-01T01:30:00Z", 1232, &softwire), LOOKUP_CE);
	ck_assert_str_eq(softwire, "2001:db8:100::1");
	ck_assert_int_eq(ask("2026-11-01T02:30:00Z", 1232, &softwire), LOOKUP_NOBODY);
	ck_assert_int_eq(ask("2026-11-02T01:00:00Z", 1232, &softwire), LOOKUP_CE);
	ck_assert_str_eq(softwire, "2001:db8:200::1");
	ck_assert_int_eq(ask("2026-11-02T13:00:00Z", 1232, &softwire), LOOKUP_UNKNOWN);

	ck_assert_int_eq(find("2026-11-02T01:00:00Z"), 0);
	lookup = record_lookup(&record);
	ck_assert_int_eq(lookup_ask(&lookup, "2001:db8:200::/56", -1, &answer, &err), 0);
	ck_assert_uint_eq(answer.total, 2);
	ck_assert_int_eq(lookup_ask(&lookup, "2001:db8:100::1", -1, &answer, &err), 0);
	ck_assert_int_eq(answer.result, LOOKUP_NO_RULE);
	record_free(&record);
}
END_TEST

/* Without a file the log knows all bindings. A line about a domain that is not there is one that cannot be read. */
START_TEST(bindings_without_a_file)
{
	const char *softwire;

	append_pool("2026-11-01T00:00:00Z", RECORD_START, NULL);
	append_change("2026-11-01T01:00:00Z", true, 0x34, "2001:db8:100::1");
	append("{\"time\":\"2026-11-01T02:00:00.000Z\",\"event\":\"binding-add\",\"generation\":1,\"domain\":\"other\","
	       "\"ipv4\":\"203.0.113.1\",\"psid\":1,\"softwire\":\"::1\"}\n");
	append("{\"time\":\"2026-11-01T02:00:00.000Z\",\"event\":\"binding-add\",\"generation\":1\n");
	ck_assert_int_eq(ask("2026-11-01T00:30:00Z", 1232, &softwire), LOOKUP_NOBODY);
	ck_assert_int_eq(ask("2026-11-01T01:30:00Z", 1232, &softwire), LOOKUP_CE);
	ck_assert_int_eq(find("2026-11-01T03:00:00Z"), 0);
	ck_assert_uint_eq(record.damaged, 2);
	ck_assert_uint_eq(record.change_count, 1);
	record_free(&record);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("record");
	TCase *writing = tcase_create("writing"), *reading = tcase_create("reading"), *bound = tcase_create("bindings");

	tcase_add_checked_fixture(writing, set_up, tear_down);
	tcase_add_test(writing, whole_record);
	tcase_add_test(writing, other_records);
	suite_add_tcase(suite, writing);
	tcase_add_checked_fixture(reading, set_up, tear_down);
	tcase_add_test(reading, last_one_before);
	tcase_add_test(reading, stopped);
	tcase_add_test(reading, damaged_logs);
	suite_add_tcase(suite, reading);
	tcase_add_checked_fixture(bound, set_up, tear_down);
	tcase_add_test(bound, bindings_come_and_go);
	tcase_add_test(bound, bindings_without_a_file);
	suite_add_tcase(suite, bound);
	return suite;
}
