/* SPDX-License-Identifier: BSD-3-Clause */
/* The shipped configurations mean what their comments say, and the Japanese rules are those of the published table. */
#include <dirent.h>
#include <stddef.h>

#include "conf_files.h"
#include "csv.h"
#include "map/ruleset.h"

#define SHIPPED_CONFIGS 5
#define JP_OK_ROWS 426
#define JP_BAD_ROWS 2

/* ---- configurations --------------------------------------------------------------------------------------------- */

/* What the first softwire of a shipped configuration leads to. */
static struct map_ce
derive(const struct conf *conf)
{
	const struct conf_softwire *s = conf->softwires;
	struct error err = { 0 };
	struct map_ce ce;

	for (size_t i = 0; i < s->rule_count; i++) {
		if (prefix6_contains(&s->rules[i].ipv6, s->end_user_prefix.addr)) {
			ck_assert_msg(map_ce_derive(&s->rules[i], &s->end_user_prefix, &ce, &err) == 0, "%s", err.text);
			return ce;
		}
	}
	ck_abort_msg("no rule");
}

static void
check_ce(const struct map_ce *ce, const char *ipv4, uint16_t psid, uint32_t ports, const char *address)
{
	ck_assert_int_eq(ce->kind, MAP_SHARED);
	ck_assert_uint_eq(ce->ipv4.addr, ip4(ipv4));
	ck_assert_uint_eq(ce->ports.psid, psid);
	ck_assert_uint_eq(portset_count(&ce->ports), ports);
	ck_assert(ce->address == ip6(address));
}

START_TEST(all_shipped_configurations_load)
{
	char name[128];
	struct dirent *entry;
	DIR *configs = opendir(unit_config("."));
	int loaded = 0;

	ck_assert_ptr_nonnull(configs);
	while ((entry = readdir(configs)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot == NULL || strcmp(dot, ".conf") != 0)
			continue;
		snprintf(name, sizeof(name), "%.100s", entry->d_name);
		conf_free(load_good(unit_config(name)));
		loaded++;
	}
	closedir(configs);
	ck_assert_int_ge(loaded, SHIPPED_CONFIGS);
}
END_TEST

START_TEST(shipped_lab)
{
	struct conf *ce_conf = load_good(unit_config("ce-lab.conf")), *br_conf = load_good(unit_config("br-lab.conf"));
	const struct conf_interface *inet = &br_conf->interfaces[0];
	const struct map_ce ce = derive(ce_conf);

	/* psid 0x34, offset 4: A = 1..15, so 0x1340 = 4928 is the first port and 0xf34f = 62287 the last. */
	check_ce(&ce, "192.0.2.18", 0x34, 240, "2001:db8:12:3400:0:c000:212:34");
	ck_assert_uint_eq(portset_range_count(&ce.ports), 15);
	ck_assert_uint_eq(portset_port(&ce.ports, 0), 4928);
	ck_assert_uint_eq(portset_port(&ce.ports, 239), 62287);
	check_address(&ce_conf->interfaces[0].addresses[0], "192.168.1.1", 24);
	ck_assert_str_eq(ce_conf->interfaces[0].port,
	    "net_af_packet0,iface=lan,framecnt=4096,blocksz=65536,framesz=2048");

	ck_assert_str_eq(inet->name, "inet");
	check_address(&inet->addresses[0], "198.51.100.1", 24);
	check_address(&inet->neighbours[0].address, "198.51.100.9", 32);

	/* Both ends must agree. */
	ck_assert(ce_conf->softwires[0].br == br_conf->softwires[0].br);
	ck_assert_int_eq(ce_conf->softwires[0].rule_count, 1);
	ck_assert_int_eq(br_conf->softwires[0].rule_count, 1);
	ck_assert(memcmp(&ce_conf->softwires[0].rules[0].ipv6, &br_conf->softwires[0].rules[0].ipv6,
		      offsetof(struct prefix6, len) + 1) == 0);
	ck_assert_uint_eq(br_conf->softwires[0].rules[0].ipv4.addr, ip4("192.0.2.0"));
	ck_assert_uint_eq(br_conf->softwires[0].rules[0].ea_len, 16);
	ck_assert_uint_eq(br_conf->softwires[0].rules[0].psid_offset, 4);
	ck_assert_int_eq(br_conf->softwires[0].iid, MAP_IID_RFC7597);
	conf_free(ce_conf);
	conf_free(br_conf);
}
END_TEST

/* RFC 7597 appendix A, example 1. */
START_TEST(shipped_rfc7597_example)
{
	struct conf *conf = load_good(unit_config("rfc7597-example.conf"));
	const struct map_ce ce = derive(conf);

	check_ce(&ce, "192.0.2.18", 0x34, 252, "2001:db8:12:3400:0:c000:212:34");
	ck_assert_uint_eq(portset_port(&ce.ports, 0), 1232);
	conf_free(conf);
}
END_TEST

/* A published v6 plus line: address, ports and both interface identifiers are known. */
START_TEST(shipped_v6plus)
{
	struct conf *conf = load_good(unit_config("ce-v6plus.conf"));
	const struct conf_softwire *s = conf->softwires;
	const struct map_ce ce = derive(conf);
	const char *tail = "configs/rules/japan.conf";

	check_ce(&ce, "14.9.26.101", 161, 240, "240b:13:1a65:a100:e:91a:6500:a100");
	ck_assert_uint_eq(portset_port(&ce.ports, 0), 6672);
	ck_assert(s->br == ip6("2404:9200:225:100::64"));
	ck_assert_int_eq(s->iid, MAP_IID_DRAFT03);
	ck_assert_uint_eq(s->rule_count, 4);
	ck_assert_uint_eq(s->mtu, 1460);
	ck_assert_uint_gt(strlen(s->rule_file), strlen(tail));
	ck_assert_str_eq(s->rule_file + strlen(s->rule_file) - strlen(tail), tail);
	ck_assert_str_eq(conf->interfaces[0].port, "0000:01:00.0");
	ck_assert_str_eq(conf_port_reuse_word(&conf->nat), "on_exhaustion");
	ck_assert_str_eq(conf_df_word(&conf->nat), "honour");
	ck_assert(conf->nat.closed_early);
	conf_free(conf);
}
END_TEST

/* The reference shows an example; it must be one. */
START_TEST(example_of_the_reference)
{
	static char text[TEXT_SIZE];
	FILE *file = fopen(unit_config("../docs/config.md"), "r");
	char *begin, *end;
	struct conf *conf;

	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	begin = strstr(text, "\n## Example\n");
	ck_assert_ptr_nonnull(begin);
	begin = strstr(begin, "```\n");
	ck_assert_ptr_nonnull(begin);
	end = strstr(begin + 4, "```");
	ck_assert_ptr_nonnull(end);
	*end = '\0';
	conf = load_text(begin + 4);
	ck_assert_int_eq(conf->role, CONF_CE);
	conf_free(conf);
}
END_TEST

/* ---- rule files ------------------------------------------------------------------------------------------------- */

static struct conf_rule_file *
load_japan(void)
{
	struct error err = { 0 };
	struct conf_rule_file *file = conf_rule_file_load(unit_config("rules/japan.conf"), &err);

	ck_assert_msg(file != NULL, "%s (%s)", err.text, err.hint);
	return file;
}

START_TEST(japan_has_five_services)
{
	static const struct {
		const char *name, *br;
		size_t rules;
	} services[] = {
		{ "v6plus", "2404:9200:225:100::64", 4 },
		{ "biglobe-east", "2001:260:700:1::1:275", 129 },
		{ "biglobe-west", "2001:260:700:1::1:276", 129 },
		{ "ocn", "2001:380:a120::9", 160 },
		{ "nuro", "2001:3b8:200:ff9::1", 4 },
	};
	struct conf_rule_file *file = load_japan();
	size_t total = 0;

	ck_assert_str_eq(file->date, "2026-11");
	ck_assert_uint_gt(strlen(file->source), 0);
	ck_assert_uint_eq(file->service_count, COUNT(services));
	for (size_t i = 0; i < COUNT(services); i++) {
		const struct conf_service *service = conf_rule_file_service(file, services[i].name);

		ck_assert_ptr_eq(service, &file->services[i]);
		ck_assert(service->has_br && service->br == ip6(services[i].br));
		ck_assert_int_eq(service->iid, MAP_IID_DRAFT03);
		ck_assert_uint_eq(service->rule_count, services[i].rules);
		total += service->rule_count;
	}
	ck_assert_uint_eq(total, JP_OK_ROWS);
	ck_assert_ptr_null(conf_rule_file_service(file, "biglobe"));
	ck_assert_ptr_null(conf_rule_file_service(file, "V6PLUS"));
	ck_assert_ptr_null(conf_rule_file_service(file, ""));
	conf_rule_file_free(file);
}
END_TEST

/* Every good row of the table is in the file, and the file has no others. */
START_TEST(japan_is_the_published_table)
{
	struct conf_rule_file *file = load_japan();
	struct csv csv;
	int rows = 0;

	csv_open(&csv, unit_vector("jp-map-rules.csv"));
	while (csv_next(&csv)) {
		const struct conf_service *service = conf_rule_file_service(file, csv_get(&csv, "service"));
		const struct prefix6 ipv6 = prefix6(csv_get(&csv, "rule_ipv6"));
		const struct prefix4 ipv4 = prefix4(csv_get(&csv, "rule_ipv4"));
		const struct map_rule_spec *rule = NULL;

		ck_assert_ptr_nonnull(service);
		ck_assert(service->br == ip6(csv_get(&csv, "br")));
		for (size_t i = 0; i < service->rule_count; i++) {
			if (service->rules[i].ipv6.addr == ipv6.addr && service->rules[i].ipv6.len == ipv6.len)
				rule = &service->rules[i];
		}
		ck_assert_msg((rule != NULL) == (csv_uint(&csv, "ok") == 1), "%s", csv_get(&csv, "rule_ipv6"));
		if (rule == NULL)
			continue;
		ck_assert_uint_eq(rule->ipv4.addr, ipv4.addr);
		ck_assert_uint_eq(rule->ipv4.len, ipv4.len);
		ck_assert_uint_eq(rule->ea_len, csv_uint(&csv, "ea_len"));
		ck_assert_uint_eq(rule->psid_offset, csv_uint(&csv, "psid_offset"));
		ck_assert_uint_eq(map_rule_psid_len(rule), csv_uint(&csv, "psid_len"));
		ck_assert(rule->fmr && rule->iid == MAP_IID_DRAFT03);
		rows++;
	}
	csv_close(&csv);
	ck_assert_int_eq(rows, JP_OK_ROWS);
	conf_rule_file_free(file);
}
END_TEST

/* From a CE's prefix to address and PSID, and from these, as a BR does it, back to the CE's IPv6 address. */
static void
round_trip(const struct ruleset *set, const struct map_rule_spec *spec, uint64_t ea)
{
	const unsigned int eup_len = (unsigned int)spec->ipv6.len + spec->ea_len, k = map_rule_psid_len(spec);
	const struct prefix6 eup = { spec->ipv6.addr | (u128)ea << (128 - eup_len), (uint8_t)eup_len };
	const struct map_rule *rule;
	struct error err = { 0 };
	struct map_ce ce;
	uint16_t port;

	ck_assert_msg(map_ce_derive(spec, &eup, &ce, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(ce.ipv4.addr, spec->ipv4.addr + (uint32_t)(ea >> k));
	ck_assert_uint_eq(ce.ports.psid, ea & ((1u << k) - 1));
	ck_assert(!ce.outside_prefix);

	port = portset_port(&ce.ports, portset_count(&ce.ports) - 1);
	rule = ruleset_find4(set, ce.ipv4.addr, port);
	ck_assert_ptr_nonnull(rule);
	ck_assert(map_rule_owns(rule, port));
	ck_assert(map_rule_address(rule, ce.ipv4.addr, port) == ce.address);
	ck_assert_uint_eq(ruleset_find6(set, ce.address), (uint32_t)(rule - set->rules));
}

START_TEST(japan_rules_round_trip)
{
	struct conf_rule_file *file = load_japan();
	int rules = 0;

	for (size_t s = 0; s < file->service_count; s++) {
		const struct conf_service *service = &file->services[s];
		struct error err = { 0 };
		uint32_t bad;
		struct ruleset *set = ruleset_build(service->rules, (uint32_t)service->rule_count, &bad, &err);

		ck_assert_msg(set != NULL, "%s: %s", service->name, err.text);
		for (size_t i = 0; i < service->rule_count; i++) {
			const uint64_t last = (UINT64_C(1) << service->rules[i].ea_len) - 1;

			round_trip(set, &service->rules[i], 0);
			round_trip(set, &service->rules[i], last);
			round_trip(set, &service->rules[i], last & UINT64_C(0x1234567));
			rules++;
		}
		ruleset_free(set);
	}
	ck_assert_int_eq(rules, JP_OK_ROWS);
	conf_rule_file_free(file);
}
END_TEST

/* Two rows of the table are guesses with host bits; whoever copies them must hear of it. */
START_TEST(guesses_of_the_table_are_refused)
{
	char text[512];
	struct csv csv;
	int rows = 0;

	csv_open(&csv, unit_vector("jp-map-rules.csv"));
	while (csv_next(&csv)) {
		struct error err = { 0 };

		if (csv_uint(&csv, "ok") == 1)
			continue;
		snprintf(text, sizeof(text),
		    "services = (\n{ name = 'x'; rules = (\n"
		    "{ ipv6 = '%s'; ipv4 = '%s'; ea = %s; offset = %s; } ); } );\n",
		    csv_get(&csv, "rule_ipv6"), csv_get(&csv, "rule_ipv4"), csv_get(&csv, "ea_len"),
		    csv_get(&csv, "psid_offset"));
		write_file("test.conf", text);
		ck_assert_ptr_null(conf_rule_file_load(path_of("test.conf"), &err));
		check_error(&err, "test.conf", 3, "has host bits set", "write 219.104.128.0/20");
		rows++;
	}
	csv_close(&csv);
	ck_assert_int_eq(rows, JP_BAD_ROWS);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("configs");
	TCase *shipped = tcase_create("configurations"), *rules = tcase_create("rule files");

	tcase_add_checked_fixture(shipped, set_up, tear_down);
	tcase_add_test(shipped, all_shipped_configurations_load);
	tcase_add_test(shipped, shipped_lab);
	tcase_add_test(shipped, shipped_rfc7597_example);
	tcase_add_test(shipped, shipped_v6plus);
	tcase_add_test(shipped, example_of_the_reference);
	suite_add_tcase(suite, shipped);

	tcase_add_checked_fixture(rules, set_up, tear_down);
	tcase_add_test(rules, japan_has_five_services);
	tcase_add_test(rules, japan_is_the_published_table);
	tcase_add_test(rules, japan_rules_round_trip);
	tcase_add_test(rules, guesses_of_the_table_are_refused);
	suite_add_tcase(suite, rules);
	return suite;
}
