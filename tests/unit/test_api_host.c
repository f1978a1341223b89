/* SPDX-License-Identifier: BSD-3-Clause */
/* diagnose host: one thing wrong with a host at a time, over the NATs of two workers. */
#include "api_fake.h"
#include "nat_fixture.h"

static struct nat_fixture workers[2];
static struct map_rule_spec rule;
static struct conf_softwire softwire;
static struct conf conf;
static struct route lan;
static json_t *reply;

static void
begin(void)
{
	const struct nat_config config = fixture_config(4096);
	const struct mac mac = { { 2, 0, 0, 0, 1, 10 } };

	set_up();
	for (uint64_t i = 0; i < 2; i++) {
		fixture_make(&workers[i], &config, i + 1);
		fake.nat[i] = workers[i].nat;
	}
	rule = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 4);
	softwire = (struct conf_softwire){ .name = "map0",
		.kind = OFFER_MAP_E,
		.br = ip6("2001:db8:ffff::1"),
		.end_user_prefix = prefix6("2001:db8:12:3400::/56"),
		.mtu = 1460,
		.rules = &rule,
		.rule_count = 1 };
	memset(&conf, 0, sizeof(conf));
	conf.role = CONF_CE;
	conf.softwires = &softwire;
	conf.softwire_count = 1;
	fake.conf = &conf;
	lan = (struct route){ ip4("192.168.1.0"), 0, HOP_ON_LINK, 0, 24, 0 };
	fake.routes[0] = (struct api_routes){ &lan, 1, "ipv4", "config", 0, true };
	fake.route_lists = 1;
	fake.neighbours[0] = (struct api_neighbour){ HOST, true, mac, 0, "reachable", "linux", true };
	fake.neighbour_count = 1;
}

static void
finish(void)
{
	json_decref(reply);
	reply = NULL;
	for (int i = 0; i < 2; i++)
		fixture_free(&workers[i]);
	tear_down();
}

static void
open_session(int worker, uint16_t port, uint8_t space, uint8_t flags)
{
	ck_assert_ptr_nonnull(fixture_open(&workers[worker], session_end(HOST, port, space),
	    session_end(SERVER, 443, space), flags, 100));
}

static void
diagnose(void)
{
	json_decref(reply);
	reply = ask("{\"command\": \"diagnose\", \"arguments\": {\"topic\": \"host\", \"address\": \"192.168.1.10\"}}");
	ck_assert_int_eq(result_of(reply), API_OK);
}

static bool
has(const char *level, const char *text)
{
	json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(arguments_of(reply), "findings"), i, finding)
	{
		if (strcmp(json_string_value(json_object_get(finding, "level")), level) == 0 &&
		    strstr(json_string_value(json_object_get(finding, "text")), text) != NULL)
			return true;
	}
	return false;
}

/* The only problem there is. */
static void
check_problem(const char *text)
{
	diagnose();
	ck_assert_msg(has("problem", text), "no %s", text);
	ck_assert_int_eq(number(arguments_of(reply), "problems"), 1);
}

START_TEST(all_is_well)
{
	open_session(0, 5000, L4_UDP, 0);
	fixture_open(&workers[1], session_end(HOST, 5001, L4_TCP), session_end(SERVER, 443, L4_TCP), ACK, 100)->state =
	    SESSION_TCP_ESTABLISHED;
	open_session(1, 5002, L4_UDP, 0);
	conf.nat.sessions_per_host = 4;
	conf.nat.forwards[0] =
	    (struct conf_forward){ .tcp = true, .ports = { 4928, 4931 }, .to = HOST, .to_port = 80, .port_count = 4 };
	conf.nat.forwards[1] =
	    (struct conf_forward){ .tcp = true, .ports = { 9024, 9024 }, .to = HOST + 1, .port_count = 0 };
	conf.nat.forward_count = 2;
	diagnose();
	ck_assert_int_eq(number(arguments_of(reply), "problems"), 0);
	ck_assert(has("ok", "192.168.1.10 is a neighbour, reachable"));
	ck_assert(has("ok", "1 TCP connections of it are established, 0 have had no answer"));
	ck_assert(has("ok", "3 sessions of 4 that a host may have"));
	ck_assert(has("ok", "2 UDP ports; there is no limit"));
	ck_assert(has("ok", "ports 4928-4931 are forwarded to its port 80"));
	ck_assert(!has("ok", "9024"));
}
END_TEST

START_TEST(on_the_link)
{
	open_session(0, 5000, L4_UDP, 0);
	fake.neighbours[0].is_used = false;
	fake.neighbours[0].state = "failed";
	check_problem("is a neighbour that is failed");
	fake.neighbours[0].addr = HOST + 1;
	check_problem("nobody on the links has the address 192.168.1.10");
	fake.neighbours[0].addr = HOST;
	fake.neighbours[0].is_used = true;
	lan.len = 29;
	check_problem("on no subnet of the LAN");
	lan.len = 24;
	lan.hop = HOP_DEVICE; /* a network of Linux's */
	diagnose();
	ck_assert_int_eq(number(arguments_of(reply), "problems"), 0);
}
END_TEST

START_TEST(its_share)
{
	open_session(0, 5000, L4_UDP, 0);
	open_session(1, 5001, L4_UDP, 0);
	conf.nat.sessions_per_host = 2;
	check_problem("it has 2 sessions, which is all that a host may have");
	conf.nat.sessions_per_host = 3;
	conf.nat.ports_per_host = 2;
	check_problem("it has 2 UDP ports, which is all");
	conf.nat.ports_per_host = 0;
	fake.gauges[0].ports_total[L4_UDP] = 240;
	fake.gauges[0].ports_used[L4_UDP] = 216;
	check_problem("216 of 240 UDP ports of the box are in use, 2 of them by this host");
	fake.gauges[0].ports_used[L4_UDP] = 215;
	diagnose();
	ck_assert_int_eq(number(arguments_of(reply), "problems"), 0);
	workers[1].nat->hosts.host[nat_hosts_find(&workers[1].nat->hosts, HOST)].refused = 7;
	check_problem("7 sessions of this host were refused");
}
END_TEST

START_TEST(its_sessions)
{
	check_problem("it has no session");
	open_session(0, 5000, L4_TCP, SYN);
	open_session(1, 5001, L4_TCP, SYN);
	check_problem("2 TCP connections of it have had no answer, and none is established");
	open_session(1, 5002, L4_UDP, 0);
	conf.nat.forwards[0] = (struct conf_forward){ .tcp = true, .ports = { 80, 80 }, .to = HOST };
	conf.nat.forward_count = 1;
	diagnose();
	ck_assert(has("problem", "ports 80-80 are to be forwarded to it, and none is in the port set"));
}
END_TEST

/* What concerns every host. */
START_TEST(the_box)
{
	open_session(0, 5000, L4_UDP, 0);
	fake.drained_ms = 1;
	check_problem("the box is being drained");
	fake.drained_ms = 0;
	fake.counters[1].drop[DROP_lan_spoof] = 5;
	check_problem("5 packets were dropped as lan_spoof");
	fake.counters[1].drop[DROP_lan_spoof] = 0;
	softwire.kind = OFFER_DS_LITE;
	softwire.local = ip6("2001:db8:12:3400::1");
	diagnose();
	ck_assert(has("ok", "hosts keep their addresses here"));
	ck_assert_int_eq(number(arguments_of(reply), "problems"), 0);
	softwire.is_down = true;
	check_problem("there is no softwire");
}
END_TEST

START_TEST(no_answer)
{
	reply = ask("{\"command\": \"diagnose\", \"arguments\": {\"topic\": \"host\"}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "which host?"));
	json_decref(reply);
	fake.hangs = true;
	reply = ask("{\"command\": \"diagnose\", \"arguments\": {\"topic\": \"host\", \"address\": \"192.168.1.10\"}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_str_eq(text_of(reply), "worker 1 does not answer");
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("api_host");
	TCase *tcase = tcase_create("host");

	tcase_add_checked_fixture(tcase, begin, finish);
	tcase_add_test(tcase, all_is_well);
	tcase_add_test(tcase, on_the_link);
	tcase_add_test(tcase, its_share);
	tcase_add_test(tcase, its_sessions);
	tcase_add_test(tcase, the_box);
	tcase_add_test(tcase, no_answer);
	suite_add_tcase(suite, tcase);
	return suite;
}
