/* SPDX-License-Identifier: BSD-3-Clause */
/* What an offer makes of a line: addresses and ports of the examples of RFC 7597, and which offers a line cannot have. */
#include "api/line.h"
#include "conf_files.h"
#include "conf_texts.h"

#define BR ip6("2001:db8:ffff::1")

static struct conf *conf;
static struct offer offer;
static struct error err;

static void
set_up_line(void)
{
	set_up();
	conf = load_text(line_text);
	memset(&offer, 0, sizeof(offer));
	memset(&err, 0, sizeof(err));
}

static void
tear_down_line(void)
{
	conf_free(conf);
	tear_down();
}

static int
set_line(const char *prefix)
{
	const struct prefix6 line = prefix6(prefix);

	return conf_set_line(conf, &offer, &line, BR, &err);
}

static void
offer_map_e(uint8_t offset)
{
	offer.kind = OFFER_MAP_E;
	offer.rule_count = 1;
	offer.rules[0] = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, offset);
}

static struct map_ce
derived(void)
{
	struct map_ce ce;

	ck_assert(!conf->softwires[0].is_down);
	ck_assert_int_eq(conf_derive(&conf->softwires[0], &ce, &err), 0);
	return ce;
}

static void
check_refused(const char *prefix, const char *text)
{
	const struct conf_softwire before = conf->softwires[0];

	ck_assert_int_eq(set_line(prefix), -EINVAL);
	ck_assert_msg(strstr(err.text, text) != NULL, "wanted %s, got %s", text, err.text);
	ck_assert_mem_eq(&conf->softwires[0], &before, sizeof(before));
}

/* ---- good ones -------------------------------------------------------------------------------------------------- */

/* RFC 7597 appendix A, example 1, with PSID offset 4; a forward of which the line has all ports. What was set before gives way. */
START_TEST(map_e)
{
	struct map_ce ce;

	ck_assert(conf->softwires[0].is_down);
	offer_map_e(6);
	ck_assert_int_eq(set_line("2001:db8:12:3500::/56"), 0);
	ck_assert_uint_eq(conf->nat.forwards[0].port_count, 0);
	offer_map_e(4);
	ck_assert_int_eq(set_line("2001:db8:12:3400::/56"), 0);
	ce = derived();
	ck_assert(ce.address == ip6("2001:db8:12:3400:0:c000:212:34"));
	ck_assert_uint_eq(ce.ipv4.addr, ip4("192.0.2.18"));
	ck_assert_uint_eq(ce.ports.psid, 0x34);
	ck_assert_uint_eq(portset_count(&ce.ports), 240);
	ck_assert_uint_eq(conf->softwires[0].mtu, 1400); /* the configuration's own settings stay */
	ck_assert(conf->softwires[0].br == BR);
	ck_assert_uint_eq(conf->nat.forwards[0].port_count, 16);
	conf_clear_line(conf, &(struct error){ .text = "over" });
	ck_assert(conf->softwires[0].is_down);
	ck_assert_str_eq(conf->softwires[0].why_down.text, "over");
	ck_assert_uint_eq(conf->softwires[0].rule_count, 0);
}
END_TEST

/* RFC 7596 section 5.1: the address is formed in the prefix that the binding names, or in the line's own. */
START_TEST(lw4o6)
{
	struct map_ce ce;

	offer.kind = OFFER_LW4O6;
	offer.ipv4 = prefix4("203.0.113.7/32");
	offer.psid_offset = 6;
	offer.psid_len = 8;
	offer.psid = 0x34;
	ck_assert_int_eq(set_line("2001:db8:12:3400::/56"), 0);
	ce = derived();
	ck_assert(ce.address == ip6("2001:db8:12:3400:0:cb00:7107:34"));
	ck_assert_int_eq(ce.kind, MAP_SHARED);
	offer.local = prefix6("2001:db8:12:34ab::/64");
	ck_assert_int_eq(set_line("2001:db8:12:3400::/56"), 0);
	ce = derived();
	ck_assert(ce.address == ip6("2001:db8:12:34ab:0:cb00:7107:34"));
}
END_TEST

/* RFC 2473 with the address that the contract names; RFC 6333 with that of a B4. */
START_TEST(ipip_and_ds_lite)
{
	struct map_ce ce;

	offer.kind = OFFER_IPIP;
	offer.ipv4 = prefix4("203.0.113.7/32");
	offer.local = prefix6("2001:db8:12:3400::feed/128");
	ck_assert_int_eq(set_line("2001:db8:12:3400::/56"), 0);
	ce = derived();
	ck_assert(ce.address == ip6("2001:db8:12:3400::feed"));
	ck_assert_int_eq(ce.kind, MAP_FULL);
	memset(&offer, 0, sizeof(offer));
	offer.kind = OFFER_DS_LITE;
	ck_assert_int_eq(set_line("2001:db8:12:3400::/56"), 0);
	ce = derived();
	ck_assert(ce.address == ip6("2001:db8:12:3400:0:c000:2:0"));
	ck_assert_int_eq(ce.kind, MAP_PREFIX);
}
END_TEST

/* ---- others ----------------------------------------------------------------------------------------------------- */

START_TEST(no_line_for_this_offer)
{
	offer_map_e(4);
	check_refused("2001:db9:12:3400::/56", "no rule matches the end-user prefix");
	/* What a home gateway hands on of its own prefix, which has the MAP address itself: RFC 7597 section 5.2. */
	check_refused("2001:db8:12:3410::/60",
	    "the MAP address 2001:db8:12:3400:0:c000:212:34 is not in the prefix 2001:db8:12:3410::/60");
	check_refused("2001:db8::/32", "prefix");
	ck_assert_int_eq(set_line("2001:db8:12:3400::/56"), 0);
	offer.kind = OFFER_DS_LITE;
	check_refused("2001:db8:ffff::/56",
	    "the other end 2001:db8:ffff::1 is inside the prefix"); /* RFC 7598 section 4.2 */
	offer.kind = OFFER_MAP_E;
	offer.rules[0].ipv4 = prefix4("192.168.1.0/24");
	check_refused("2001:db8:12:3400::/56", "LAN subnet 192.168.1.0/24 overlaps the IPv4 address 192.168.1.18/32");
	ck_assert(!conf->softwires[0].is_down);
}
END_TEST

/* S46-22: where no NAPT stands between, and no AFTR, the status says that there is no filter. */
START_TEST(who_has_no_filter)
{
	static const struct {
		const char *ipv4;
		enum offer_kind kind;
		bool noted;
	} cases[] = { { "203.0.113.0/29", OFFER_IPIP, true }, { "203.0.113.7/32", OFFER_IPIP, false },
		{ "0.0.0.0/0", OFFER_DS_LITE, false } };

	const struct pulse pulse = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *status;

		memset(&offer, 0, sizeof(offer));
		offer.kind = cases[i].kind;
		if (cases[i].kind == OFFER_IPIP) {
			offer.ipv4 = prefix4(cases[i].ipv4);
			offer.local = prefix6("2001:db8:12:3400::feed/128");
		}
		ck_assert_int_eq(set_line("2001:db8:12:3400::/56"), 0);
		status = line_json(conf, NULL, &(struct liveness){ 0 });
		ck_assert_int_eq(json_object_get(json_object_get(status, "softwire"), "note") != NULL, cases[i].noted);
		ck_assert_ptr_null(json_object_get(json_object_get(status, "softwire"), "probe"));
		json_decref(status);
		conf->softwires[0].probe.target = 1;
		status = line_json(conf, NULL, &(struct liveness){ .pulse = &pulse });
		ck_assert_str_eq(json_string_value(
				     json_object_get(json_object_get(json_object_get(status, "softwire"), "probe"),
					 "state")),
		    "off");
		json_decref(status);
		conf->softwires[0].probe.target = 0;
	}
}
END_TEST

/* What `status` says of a softwire that is configured: it may be reachable, carry something, or lead nowhere. */
static const struct {
	uint64_t sent[3], received[3]; /* in all, every 5 s */
	const char *reachable;         /* as JSON */
	const char *carrying, *reason;
} pulses[] = {
	{ { 7, 7, 7 }, { 5, 5, 5 }, "null", "false", "nothing was sent" },
	{ { 7, 8, 9 }, { 5, 5, 6 }, "true", "true", "packets come back" },
	{ { 7, 9, 10 }, { 5, 5, 5 }, "false", "false", "the other end is silent" },
};

START_TEST(alive_or_not)
{
	struct pulse pulse = { 0 };
	const struct liveness liveness = { .pulse = &pulse };
	json_t *status, *softwire;
	char *text;

	offer_map_e(6);
	ck_assert_int_eq(set_line("2001:db8:12:3500::/56"), 0);
	for (uint64_t i = 0; i < 3; i++)
		pulse_take(&pulse, i * PULSE_EVERY_MS, pulses[_i].sent[i], pulses[_i].received[i]);
	status = line_json(conf, NULL, &liveness);
	softwire = json_object_get(status, "softwire");
	text = json_dumps(json_object_get(softwire, "reachable"), JSON_ENCODE_ANY);
	ck_assert_str_eq(text, pulses[_i].reachable);
	free(text);
	text = json_dumps(json_object_get(softwire, "carrying"), JSON_ENCODE_ANY);
	ck_assert_str_eq(text, pulses[_i].carrying);
	free(text);
	text = json_dumps(softwire, JSON_COMPACT);
	ck_assert_ptr_nonnull(strstr(text, pulses[_i].reason));
	ck_assert_int_eq(strstr(text, "does a home gateway") != NULL, _i == 2);
	ck_assert_int_eq(strstr(text, "\"last_received_s\":0") != NULL, _i == 1);
	free(text);
	json_decref(status);
}
END_TEST

/* OPS-12: a probe knows more, and others' packets may know better. Its target is silent from second 30 on. */
static const struct {
	bool answers;
	uint64_t other_at_s; /* when others' packets last came in */
	const char *reachable, *reason, *state;
	int missed;
} probes[] = {
	{ true, 0, "true", "the probe's target answers", "up", 0 },
	{ false, 30, "false", "the probe's target is silent, and nothing else comes back", "down", 3 },
	{ false, 40, "true", "packets come back, but the probe's target is silent", "down", 3 },
};

START_TEST(probe_and_packets)
{
	struct pulse pulse = { 0 };
	struct probe probe;
	const struct liveness liveness = { &pulse, &probe, 62500000 };
	json_t *status, *softwire, *shown;
	char *text;

	offer_map_e(6);
	ck_assert_int_eq(set_line("2001:db8:12:3500::/56"), 0);
	conf->softwires[0].probe = (struct conf_probe){ ip4("198.51.100.9"), 10, 3 };
	probe_begin(&probe, 3);
	for (uint64_t s = 0; s <= 60; s += 5) {
		const bool heard = s > 0 && s == probes[_i].other_at_s;

		pulse_take(&pulse, s * 1000, s,
		    pulse.looks > 0 && probes[_i].other_at_s > 0 && s >= probes[_i].other_at_s);
		ck_assert(!heard || pulse.answered_ms == s * 1000);
		if (s % 10 != 0)
			continue;
		if (probe_send(&probe, s * 1000000) < 3 || probes[_i].answers)
			ck_assert(probe_answer(&probe, (uint16_t)(s / 10), s * 1000000 + 4100));
	}
	status = line_json(conf, NULL, &liveness);
	softwire = json_object_get(status, "softwire");
	text = json_dumps(json_object_get(softwire, "reachable"), JSON_ENCODE_ANY);
	ck_assert_str_eq(text, probes[_i].reachable);
	free(text);
	ck_assert_str_eq(json_string_value(json_object_get(softwire, "reachable_reason")), probes[_i].reason);
	shown = json_object_get(softwire, "probe");
	ck_assert_str_eq(json_string_value(json_object_get(shown, "state")), probes[_i].state);
	ck_assert_str_eq(json_string_value(json_object_get(shown, "target")), "198.51.100.9");
	ck_assert_int_eq(json_integer_value(json_object_get(shown, "sent")), 7);
	ck_assert_int_eq(json_integer_value(json_object_get(shown, "answered")), probes[_i].answers ? 7 : 3);
	ck_assert_int_eq(json_integer_value(json_object_get(shown, "missed_in_a_row")), probes[_i].missed);
	ck_assert_int_eq(json_integer_value(json_object_get(shown, "last_answer_s")), probes[_i].answers ? 2 : 42);
	ck_assert_double_eq_tol(json_real_value(json_object_get(shown, "round_trip_ms")), 4.1, 1e-9);
	ck_assert_int_eq(json_object_get(softwire, "hint") != NULL, _i == 1);
	json_decref(status);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("line");
	TCase *good = tcase_create("offers that fit"), *bad = tcase_create("offers that do not");

	tcase_add_checked_fixture(good, set_up_line, tear_down_line);
	tcase_add_test(good, map_e);
	tcase_add_test(good, lw4o6);
	tcase_add_test(good, ipip_and_ds_lite);
	tcase_add_loop_test(good, alive_or_not, 0, 3);
	tcase_add_test(good, who_has_no_filter);
	tcase_add_loop_test(good, probe_and_packets, 0, 3);
	suite_add_tcase(suite, good);
	tcase_add_checked_fixture(bad, set_up_line, tear_down_line);
	tcase_add_test(bad, no_line_for_this_offer);
	suite_add_tcase(suite, bad);
	return suite;
}
