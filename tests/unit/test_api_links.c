/* SPDX-License-Identifier: BSD-3-Clause */
/* neighbours-get, routes-get, workers-get, softwire-get and provision-get. */
#include "api_fake.h"

static const char *
text(json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	ck_assert_msg(value != NULL, "no text %s", name);
	return value;
}

static json_t *
list_of(json_t *reply, const char *name)
{
	json_t *list = json_object_get(arguments_of(reply), name);

	ck_assert_msg(json_is_array(list), "no list %s: %s", name, text_of(reply));
	return list;
}

/* ---- neighbours ------------------------------------------------------------------------------------------------- */

static void
set_up_neighbours(void)
{
	const struct mac mac = { { 2, 0, 0, 0, 6, 1 } };

	set_up();
	fake.neighbours[0] = (struct api_neighbour){ ip6("fe80::1"), true, mac, 1, "reachable", "linux", true };
	fake.neighbours[1] = (struct api_neighbour){ ip6("fe80::9"), false, { { 0 } }, 1, "failed", "linux", false };
	fake.neighbours[2] = (struct api_neighbour){ ip4("192.168.1.10"), true, mac, 0, "stale", "linux", true };
	fake.neighbours[3] = (struct api_neighbour){ ip6("fe80::1"), true, mac, 1, "configured", "config", false };
	fake.neighbour_count = 4;
}

START_TEST(neighbours)
{
	static const char *const addresses[] = { "192.168.1.10", "fe80::1", "fe80::1", "fe80::9" };
	json_t *reply = ask("{\"command\": \"neighbours-get\"}"), *list = list_of(reply, "neighbours");

	ck_assert_int_eq(number(arguments_of(reply), "total"), 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(text(json_array_get(list, i), "address"), addresses[i]);
	ck_assert_str_eq(text(json_array_get(list, 0), "interface"), "lan");
	ck_assert_str_eq(text(json_array_get(list, 0), "mac"), "02:00:00:00:06:01");
	ck_assert_str_eq(text(json_array_get(list, 1), "from"), "config");
	ck_assert_str_eq(text(json_array_get(list, 2), "state"), "reachable");
	ck_assert(json_is_true(json_object_get(json_array_get(list, 2), "used")));
	ck_assert(json_is_null(json_object_get(json_array_get(list, 3), "mac")));
	json_decref(reply);
}
END_TEST

START_TEST(neighbours_in_pages)
{
	json_t *reply = ask("{\"command\": \"neighbours-get\", \"arguments\": "
			    "{\"interface\": \"wan\", \"start\": 1, \"count\": 1}}");

	ck_assert_int_eq(number(arguments_of(reply), "total"), 3);
	ck_assert_int_eq(number(arguments_of(reply), "start"), 1);
	ck_assert_uint_eq(json_array_size(list_of(reply, "neighbours")), 1);
	ck_assert_str_eq(text(json_array_get(list_of(reply, "neighbours"), 0), "state"), "reachable");
	json_decref(reply);
	fake.reload_text = "Linux does not say";
	reply = ask("{\"command\": \"neighbours-get\"}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
}
END_TEST

/* ---- routes ----------------------------------------------------------------------------------------------------- */

static struct route linux4[3], own4[2], outer[1], native[2];

static void
set_up_routes(void)
{
	set_up();
	linux4[0] = (struct route){ ip4("10.0.0.0"), ip4("192.168.1.254"), HOP_GATEWAY, 100, 8, 0 };
	linux4[1] = (struct route){ ip4("10.1.0.0"), ip6("fe80::7"), HOP_GATEWAY, 100, 16, 0 };
	linux4[2] = (struct route){ ip4("192.168.1.0"), 0, HOP_ON_LINK, 0, 24, 0 };
	own4[0] = (struct route){ ip4("192.168.1.1"), 0, HOP_OWN, 0, 32, 0 };
	own4[1] = (struct route){ ip4("10.1.0.0"), ip4("192.168.1.253"), HOP_GATEWAY, 50, 16, 0 };
	outer[0] = (struct route){ 0, ip6("fe80::1"), HOP_GATEWAY, UINT32_MAX, 0, 0 };
	native[0] = (struct route){ ip6("2001:db8:12:3400::"), 0, HOP_REJECT, UINT32_MAX, 56, 0 };
	native[1] = (struct route){ ip6("2001:db8:12:3401::"), 0, HOP_ON_LINK, 256, 64, 0 };
	fake.routes[0] = (struct api_routes){ linux4, 3, "ipv4", "linux", 0, true };
	fake.routes[1] = (struct api_routes){ own4, 2, "ipv4", "config", 0, true };
	fake.routes[2] = (struct api_routes){ outer, 1, "softwire", "config", 1, false };
	fake.routes[3] = (struct api_routes){ native, 2, "ipv6", "linux", 1, false };
	fake.route_lists = 4;
}

START_TEST(routes)
{
	json_t *reply = ask("{\"command\": \"routes-get\"}"), *list = list_of(reply, "routes");
	json_t *first = json_array_get(list, 0), *second = json_array_get(list, 1), *last = json_array_get(list, 7);

	ck_assert_int_eq(number(arguments_of(reply), "total"), 8);
	ck_assert_str_eq(text(first, "prefix"), "10.0.0.0/8");
	ck_assert_str_eq(text(first, "via"), "192.168.1.254");
	ck_assert_str_eq(text(first, "kind"), "gateway");
	ck_assert_int_eq(number(first, "metric"), 100);
	ck_assert_str_eq(text(second, "via"), "fe80::7"); /* RFC 8950 */
	ck_assert_str_eq(text(json_array_get(list, 5), "prefix"), "::/0");
	ck_assert_str_eq(text(json_array_get(list, 5), "interface"), "wan");
	ck_assert_str_eq(text(last, "table"), "ipv6");
	ck_assert_str_eq(text(last, "interface"), "lan"); /* as the route itself says */
	ck_assert(json_is_null(json_object_get(last, "via")));
	json_decref(reply);
}
END_TEST

static const struct {
	const char *arguments;
	int total;
	const char *prefix, *from; /* of the first one */
} questions[] = {
	{ "{\"table\": \"ipv6\"}", 2, "2001:db8:12:3400::/56", "linux" },
	{ "{\"interface\": \"wan\"}", 1, "::/0", "config" },
	{ "{\"start\": 3, \"count\": 1}", 8, "192.168.1.1/32", "config" },
	{ "{\"address\": \"10.2.0.1\"}", 1, "10.0.0.0/8", "linux" },
	{ "{\"address\": \"10.1.0.1\"}", 1, "10.1.0.0/16", "config" }, /* the metric is less */
	{ "{\"address\": \"192.168.1.1\"}", 1, "192.168.1.1/32", "config" },
	{ "{\"address\": \"192.168.1.2\"}", 1, "192.168.1.0/24", "linux" },
	{ "{\"address\": \"172.16.0.1\"}", 0, NULL, NULL },
	{ "{\"address\": \"2001:db8:12:3401::5\", \"table\": \"ipv6\"}", 1, "2001:db8:12:3401::/64", "linux" },
	{ "{\"address\": \"2001:db8:12:3401::5\"}", 2, "::/0", "config" }, /* one of each table */
	{ "{\"address\": \"::c0a8:101\", \"table\": \"ipv4\"}", 0, NULL, NULL },
};

START_TEST(routes_asked_for)
{
	char request[160];
	json_t *reply, *first;

	snprintf(request, sizeof(request), "{\"command\": \"routes-get\", \"arguments\": %s}", questions[_i].arguments);
	reply = ask(request);
	ck_assert_int_eq(number(arguments_of(reply), "total"), questions[_i].total);
	if (questions[_i].total > 0) {
		first = json_array_get(list_of(reply, "routes"), 0);
		ck_assert_str_eq(text(first, "prefix"), questions[_i].prefix);
		ck_assert_str_eq(text(first, "from"), questions[_i].from);
	}
	json_decref(reply);
}
END_TEST

START_TEST(routes_refused)
{
	json_t *reply = ask("{\"command\": \"routes-get\", \"arguments\": {\"address\": \"10.1.0.0/16\"}}");

	ck_assert_int_eq(result_of(reply), API_BAD_REQUEST);
	json_decref(reply);
}
END_TEST

/* ---- workers ---------------------------------------------------------------------------------------------------- */

START_TEST(workers)
{
	const struct load_look look = { 5000, 1000, 10000, 100 };
	json_t *reply, *one;

	fake.counters[1].interface[0].rx.packets = 600;
	fake.counters[1].event[EVENT_handoff] = 9;
	fake.gauges[1] = (struct gauges){ .cycles = 20000,
		.busy_cycles = 3500,
		.taken_over = 400,
		.held = 5,
		.sessions = 6,
		.generation = 3,
		.ports_used = { 7, 8, 9 } };
	reply = ask("{\"command\": \"workers-get\"}");
	one = json_array_get(list_of(reply, "workers"), 1);
	ck_assert(json_is_null(json_object_get(one, "busy_percent")));
	ck_assert(json_is_null(json_object_get(one, "packets_per_s")));
	json_decref(reply);

	load_take(&fake.load, &look);
	reply = ask("{\"command\": \"workers-get\"}");
	ck_assert_uint_eq(json_array_size(list_of(reply, "workers")), 2);
	one = json_array_get(list_of(reply, "workers"), 1);
	ck_assert_int_eq(number(one, "worker"), 1);
	ck_assert_int_eq(number(one, "lcore"), 2);
	ck_assert_int_eq(number(one, "packets"), 1000);
	ck_assert_int_eq(number(one, "taken_over"), 400);
	ck_assert_int_eq(number(one, "passed_on"), 9);
	ck_assert_int_eq(number(one, "busy_percent"), 25);
	ck_assert_int_eq(number(one, "busy_percent_minute"), 25);
	ck_assert_int_eq(number(one, "packets_per_s"), 180);
	ck_assert_int_eq(number(one, "waiting"), 1);
	ck_assert_int_eq(number(one, "ring_room"), 2047);
	ck_assert_int_eq(number(one, "held"), 5);
	ck_assert_int_eq(number(one, "sessions"), 6);
	ck_assert_int_eq(number(one, "tcp_ports"), 7);
	ck_assert_int_eq(number(one, "udp_ports"), 8);
	ck_assert_int_eq(number(one, "icmp_ids"), 9);
	ck_assert_int_eq(number(one, "generation"), 3);
	ck_assert_int_eq(number(one, "silent_ms"), 2);
	json_decref(reply);
}
END_TEST

/* ---- the softwire ------------------------------------------------------------------------------------------------ */

/* A CE whose softwire stands on the second prefix of a lease. */
static struct map_rule_spec rule;
static struct conf_softwire softwires[2];
static struct conf conf;
static struct dhcp6_client client;
static struct hb46pp_answer answer;
static struct hb46pp_client hb46pp;
static struct line_report line;

static void
set_up_softwire(void)
{
	static const struct far_names names;

	set_up();
	rule = rule_spec("2001:db8::/40", "192.0.2.0/24", 16, 4);
	softwires[0] = (struct conf_softwire){ .name = "map0",
		.provisioned = true,
		.source = SOURCE_HB46PP,
		.kind = OFFER_MAP_E,
		.br = ip6("2001:db8:ffff::1"),
		.end_user_prefix = prefix6("2001:db8:12:3400::/56"),
		.mtu = 1460,
		.rules = &rule,
		.rule_count = 1 };
	conf = (struct conf){ .role = CONF_CE, .softwires = softwires, .softwire_count = 1 };
	answer =
	    (struct hb46pp_answer){ .enabler_name = "an enabler", .has_ttl = true, .ttl = 86400, .offer_count = 2 };
	hb46pp = (struct hb46pp_client){ .state = HB46PP_DONE,
		.server = { .url = "https://prov.example.net/" },
		.answer = &answer };
	client = (struct dhcp6_client){ .state = DHCP6_BOUND };
	client.lease.prefix_count = 2;
	client.lease.prefixes[0] = (struct dhcp6_prefix){ prefix6("2001:db8:99::/56"), 0, 5000, false, { 0, 0 } };
	client.lease.prefixes[1] = (struct dhcp6_prefix){ prefix6("2001:db8:12:3400::/56"), 0, 61000, false, { 0, 0 } };
	line = (struct line_report){ .in_use = SOURCE_HB46PP,
		.names = &names,
		.resolvers_from = "dhcpv6",
		.hb46pp = &hb46pp,
		.client = &client,
		.now = 1000 };
	fake.conf = &conf;
	fake.line = &line;
	fake.counters[0].softwire[0].sent_ipv6 = (struct traffic){ 5, 500 };
	fake.counters[1].softwire[0].sent_ipv6 = (struct traffic){ 2, 200 };
}

START_TEST(softwire_of_a_ce)
{
	json_t *reply = ask("{\"command\": \"softwire-get\"}"), *one = json_array_get(list_of(reply, "softwires"), 0);

	ck_assert_str_eq(text(arguments_of(reply), "role"), "ce");
	ck_assert_str_eq(text(one, "provision"), "hb46pp");
	ck_assert_str_eq(text(one, "ipv4"), "192.0.2.18/32");
	ck_assert_int_eq(number(one, "psid"), 0x34);
	ck_assert_int_eq(number(one, "sent_ipv6_packets"), 7);
	ck_assert_int_eq(number(one, "sent_ipv6_bytes"), 700);
	ck_assert_str_eq(text(one, "discontinuity_time"), "1970-01-01T00:00:00.000Z");
	json_decref(reply);
	reply = ask("{\"command\": \"softwire-get\", \"arguments\": {\"name\": \"map1\"}}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	ck_assert_ptr_nonnull(strstr(text_of(reply), "there is no softwire \"map1\""));
	json_decref(reply);
}
END_TEST

START_TEST(domains_of_a_br)
{
	json_t *reply, *list;

	softwires[1] = (struct conf_softwire){ .name = "two",
		.br = ip6("2001:db8:ffff::2"),
		.anycast = true,
		.mtu = 1500,
		.source_check = CONF_EABITS,
		.pool_count = 3,
		.bindings_file = "bindings.txt" };
	conf.role = CONF_BR;
	conf.softwire_count = 2;
	reply = ask("{\"command\": \"softwire-get\"}");
	list = list_of(reply, "softwires");
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_str_eq(text(json_array_get(list, 0), "source_check"), "strict");
	ck_assert_int_eq(number(json_array_get(list, 0), "rules"), 1);
	ck_assert_int_eq(number(json_array_get(list, 0), "sent_ipv6_packets"), 7);
	json_decref(reply);
	reply = ask("{\"command\": \"softwire-get\", \"arguments\": {\"name\": \"two\"}}");
	list = list_of(reply, "softwires");
	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_str_eq(text(json_array_get(list, 0), "local"), "2001:db8:ffff::2");
	ck_assert_str_eq(text(json_array_get(list, 0), "source_check"), "eabits");
	ck_assert(json_is_true(json_object_get(json_array_get(list, 0), "anycast")));
	ck_assert(json_is_true(json_object_get(json_array_get(list, 0), "bindings_file")));
	ck_assert_int_eq(number(json_array_get(list, 0), "pools"), 3);
	json_decref(reply);
	reply = ask("{\"command\": \"provision-get\"}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
}
END_TEST

START_TEST(provision)
{
	json_t *reply, *server;

	fake.past = (struct softwire_past){ 2000, 1000, "the line has no prefix" };
	reply = ask("{\"command\": \"provision-get\"}");
	ck_assert_str_eq(text(arguments_of(reply), "method"), "hb46pp");
	ck_assert_str_eq(text(arguments_of(reply), "since"), "1970-01-01T00:00:02.000Z");
	ck_assert_int_eq(number(arguments_of(reply), "valid_s"), 60);
	ck_assert_str_eq(text(json_object_get(arguments_of(reply), "last_down"), "reason"), "the line has no prefix");
	ck_assert_str_eq(text(json_object_get(arguments_of(reply), "softwire"), "kind"), "map-e");
	server = json_object_get(arguments_of(reply), "server");
	ck_assert_str_eq(text(server, "url"), "https://prov.example.net/");
	ck_assert_str_eq(text(server, "enabler"), "an enabler");
	ck_assert_int_eq(number(server, "ttl_s"), 86400);
	ck_assert_int_eq(number(server, "offers"), 2);
	ck_assert_str_eq(text(json_object_get(arguments_of(reply), "dhcpv6"), "state"), "bound");
	json_decref(reply);
}
END_TEST

/* The configuration says it all: nobody is asked, and nothing ends by itself. */
START_TEST(no_provision)
{
	json_t *reply;

	softwires[0].provisioned = false;
	fake.line = NULL;
	reply = ask("{\"command\": \"provision-get\"}");
	ck_assert_str_eq(text(arguments_of(reply), "method"), "configuration");
	ck_assert_ptr_null(json_object_get(arguments_of(reply), "valid_s"));
	ck_assert_ptr_null(json_object_get(arguments_of(reply), "since"));
	ck_assert_ptr_null(json_object_get(arguments_of(reply), "dhcpv6"));
	json_decref(reply);
}
END_TEST

/* Down, there is nothing that could end; DS-Lite has no End-user prefix, and stands on its own address. */
START_TEST(what_it_stands_on)
{
	json_t *reply;

	softwires[0].kind = OFFER_DS_LITE;
	softwires[0].end_user_prefix = (struct prefix6){ 0, 0 };
	softwires[0].local = ip6("2001:db8:99::5");
	reply = ask("{\"command\": \"provision-get\"}");
	ck_assert_int_eq(number(arguments_of(reply), "valid_s"), 4);
	json_decref(reply);
	softwires[0].is_down = true;
	reply = ask("{\"command\": \"provision-get\"}");
	ck_assert_ptr_null(json_object_get(arguments_of(reply), "valid_s"));
	json_decref(reply);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("api_links");
	TCase *who = tcase_create("neighbours"), *where = tcase_create("routes"), *what = tcase_create("softwire"),
	      *work = tcase_create("workers");

	tcase_add_checked_fixture(who, set_up_neighbours, tear_down);
	tcase_add_test(who, neighbours);
	tcase_add_test(who, neighbours_in_pages);
	suite_add_tcase(suite, who);
	tcase_add_checked_fixture(where, set_up_routes, tear_down);
	tcase_add_test(where, routes);
	tcase_add_loop_test(where, routes_asked_for, 0, COUNT(questions));
	tcase_add_test(where, routes_refused);
	suite_add_tcase(suite, where);
	tcase_add_checked_fixture(work, set_up, tear_down);
	tcase_add_test(work, workers);
	suite_add_tcase(suite, work);
	tcase_add_checked_fixture(what, set_up_softwire, tear_down);
	tcase_add_test(what, softwire_of_a_ce);
	tcase_add_test(what, domains_of_a_br);
	tcase_add_test(what, provision);
	tcase_add_test(what, no_provision);
	tcase_add_test(what, what_it_stands_on);
	suite_add_tcase(suite, what);
	return suite;
}
