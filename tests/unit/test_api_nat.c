/* SPDX-License-Identifier: BSD-3-Clause */
/* sessions-get, hosts-get and ports-get over the NATs of two workers. */
#include "api/plan.h"
#include "api_fake.h"
#include "nat_fixture.h"

static struct nat_fixture workers[2];

static void
begin(void)
{
	const struct nat_config config = fixture_config(4096);

	set_up();
	for (uint64_t i = 0; i < 2; i++) {
		fixture_make(&workers[i], &config, i + 1);
		fake.nat[i] = workers[i].nat;
	}
	fake.bank = workers[0].bank;
}

static void
finish(void)
{
	for (int i = 0; i < 2; i++)
		fixture_free(&workers[i]);
	tear_down();
}

static const struct session *
open_udp(int worker, uint32_t host, uint16_t port, uint32_t now)
{
	return fixture_open(&workers[worker], session_end(host, port, L4_UDP), session_end(SERVER, 3478, L4_UDP), 0,
	    now);
}

static const char *
text(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

START_TEST(every_state_has_a_word)
{
	struct session *s = (struct session *)open_udp(0, HOST, 5000, 60);

	for (uint8_t state = 0; state < SESSION_STATES; state++) {
		json_t *reply, *row;

		s->state = state;
		reply = ask("{\"command\": \"sessions-get\"}");
		row = json_array_get(json_object_get(arguments_of(reply), "sessions"), 0);
		ck_assert_ptr_nonnull(text(row, "state"));
		json_decref(reply);
	}
	s->state = SESSION_UDP;
}
END_TEST

START_TEST(a_session_as_it_is_told)
{
	const struct session *s = open_udp(1, HOST, 5000, 60);
	json_t *reply = ask("{\"command\": \"sessions-get\"}");
	json_t *list = json_object_get(arguments_of(reply), "sessions"), *row = json_array_get(list, 0);

	ck_assert_uint_eq(json_array_size(list), 1);
	ck_assert_str_eq(text(row, "space"), "udp");
	ck_assert_str_eq(text(row, "inside"), "192.168.1.10:5000");
	ck_assert_str_eq(text(row, "remote"), "198.51.100.9:3478");
	ck_assert_str_eq(text(row, "state"), "udp");
	ck_assert_int_eq(number(row, "external_port"), s->external_port);
	ck_assert_int_eq(number(row, "idle_s"), 40);
	ck_assert_int_eq(number(row, "left_s"), 260);
	ck_assert_int_eq(number(row, "worker"), 1);
	ck_assert(json_is_false(json_object_get(row, "shares_port")));
	ck_assert(json_is_null(json_object_get(arguments_of(reply), "next")));
	json_decref(reply);
}
END_TEST

/* Every session once, whatever the size of the pages; among places that were left. */
START_TEST(every_session_once)
{
	static const json_int_t sizes[] = { 1, 7, 64, 1000 };
	uint8_t seen[2][240] = { 0 };
	json_int_t start = 0;
	unsigned int told = 0;

	for (int worker = 0; worker < 2; worker++) {
		for (uint16_t i = 0; i < 240; i++)
			open_udp(worker, HOST + (uint32_t)worker, (uint16_t)(5000 + i), i % 3 == 0 ? 0 : 90);
		for (int turns = 0; turns < 100; turns++)
			(void)nat_expire(workers[worker].nat, 350, 32);
	}
	while (start >= 0) {
		char request[128];
		json_t *reply, *row, *next;
		size_t i;

		snprintf(request, sizeof(request),
		    "{\"command\": \"sessions-get\", \"arguments\": {\"start\": %lld, \"count\": %lld}}",
		    (long long)start, (long long)sizes[_i]);
		reply = ask(request);
		json_array_foreach(json_object_get(arguments_of(reply), "sessions"), i, row)
		{
			seen[number(row, "worker")][atoi(strchr(text(row, "inside"), ':') + 1) - 5000]++;
			told++;
		}
		ck_assert_int_le((json_int_t)i, sizes[_i]);
		next = json_object_get(arguments_of(reply), "next");
		start = json_is_null(next) ? -1 : json_integer_value(next);
		json_decref(reply);
	}
	ck_assert_uint_eq(told, 320);
	for (int i = 0; i < 480; i++)
		ck_assert_uint_eq(seen[i / 240][i % 240], i % 240 % 3 != 0);
}
END_TEST

START_TEST(only_those_asked_for)
{
	static const struct {
		const char *arguments;
		size_t count;
	} cases[] = { { "{}", 6 }, { "{\"inside\": \"192.168.1.11\"}", 3 }, { "{\"space\": \"tcp\"}", 1 },
		{ "{\"space\": \"udp\", \"inside\": \"192.168.1.10\"}", 2 }, { "{\"space\": \"other\"}", 0 },
		{ "{\"space\": \"call\"}", 0 }, { "{\"remote\": \"198.51.100.9\"}", 5 },
		{ "{\"remote\": \"198.51.100.10\"}", 1 }, { "{\"count\": 0}", 0 },
		{ "{\"start\": 1099511627776}", 0 } };
	char request[160];
	json_t *reply;

	for (uint16_t i = 0; i < 2; i++)
		open_udp(0, HOST, (uint16_t)(5000 + i), 100);
	for (uint16_t i = 0; i < 3; i++)
		open_udp(1, HOST + 1, (uint16_t)(5000 + i), 100);
	fixture_open(&workers[0], session_end(HOST, 6000, L4_TCP), session_end(SERVER + 1, 443, L4_TCP), SYN, 100);
	for (int i = 0; i < COUNT(cases); i++) {
		snprintf(request, sizeof(request), "{\"command\": \"sessions-get\", \"arguments\": %s}",
		    cases[i].arguments);
		reply = ask(request);
		ck_assert_msg(json_array_size(json_object_get(arguments_of(reply), "sessions")) == cases[i].count, "%s",
		    request);
		json_decref(reply);
	}
	snprintf(request, sizeof(request), "{\"command\": \"sessions-get\", \"arguments\": {\"port\": %u}}",
	    open_udp(0, HOST, 5000, 100)->external_port);
	reply = ask(request);
	ck_assert_uint_ge(json_array_size(json_object_get(arguments_of(reply), "sessions")), 1);
	json_decref(reply);
}
END_TEST

/* Most ports first; a host that two workers know is one. */
START_TEST(hosts)
{
	json_t *reply, *list;

	for (uint16_t i = 0; i < 5; i++)
		open_udp(0, HOST, (uint16_t)(5000 + i), 100);
	for (uint16_t i = 0; i < 9; i++)
		open_udp(1, HOST + 7, (uint16_t)(5000 + i), 100);
	open_udp(1, HOST, 7000, 100);
	fixture_open(&workers[0], session_end(HOST, 6000, L4_TCP), session_end(SERVER, 443, L4_TCP), SYN, 100);
	open_udp(0, HOST + 1, 1, 0);
	(void)nat_expire(workers[0].nat, 320, 1000); /* a record of somebody who has gone */
	reply = ask("{\"command\": \"hosts-get\"}");
	list = json_object_get(arguments_of(reply), "hosts");
	ck_assert_int_eq(number(arguments_of(reply), "total"), 2);
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_str_eq(text(json_array_get(list, 0), "host"), "192.168.1.17");
	ck_assert_int_eq(number(json_array_get(list, 0), "udp_ports"), 9);
	ck_assert_str_eq(text(json_array_get(list, 1), "host"), "192.168.1.10");
	ck_assert_int_eq(number(json_array_get(list, 1), "udp_ports"), 6);
	ck_assert_int_eq(number(json_array_get(list, 1), "tcp_ports"), 1);
	ck_assert_int_eq(number(json_array_get(list, 1), "sessions"), 7);
	json_decref(reply);
	reply = ask("{\"command\": \"hosts-get\", \"arguments\": {\"count\": 1}}");
	ck_assert_uint_eq(json_array_size(json_object_get(arguments_of(reply), "hosts")), 1);
	ck_assert_int_eq(number(arguments_of(reply), "total"), 2);
	json_decref(reply);
}
END_TEST

START_TEST(ports)
{
	const struct session *s = open_udp(0, HOST, 5000, 100);
	json_t *reply = ask("{\"command\": \"ports-get\"}"), *list = json_object_get(arguments_of(reply), "ranges"),
	       *range;
	size_t i;

	ck_assert_int_eq(number(arguments_of(reply), "ports"), PORTS);
	ck_assert_int_eq(number(arguments_of(reply), "total"), RANGES);
	ck_assert_uint_eq(json_array_size(list), RANGES);
	json_array_foreach(list, i, range)
	{
		const bool is_its =
		    s->external_port >= number(range, "first") && s->external_port <= number(range, "last");

		ck_assert_int_eq(number(range, "first"), 4096 * ((int)i + 1) + 0x340);
		ck_assert_int_eq(number(range, "udp_used"), is_its);
		ck_assert_int_eq(number(range, "tcp_used"), 0);
	}
	json_decref(reply);
	reply = ask("{\"command\": \"ports-get\", \"arguments\": {\"start\": 14, \"count\": 9}}");
	ck_assert_uint_eq(json_array_size(json_object_get(arguments_of(reply), "ranges")), 1);
	json_decref(reply);
	fake.bank = NULL;
	reply = ask("{\"command\": \"ports-get\"}");
	ck_assert_int_eq(result_of(reply), API_FAILED);
	json_decref(reply);
}
END_TEST

/* Sessions that a change of forwards ends: on a port that a forward loses, or takes; and of a host that gets another one. */
static struct conf now, next;

static void
check_cut(bool all_end, json_int_t session_count, json_int_t host_count, bool is_complete)
{
	json_t *cut = plan_cut_json(&backend, &now, &next, all_end);

	ck_assert_int_eq(number(cut, "sessions"), session_count);
	ck_assert_int_eq(number(cut, "hosts"), host_count);
	ck_assert_int_eq(json_is_true(json_object_get(cut, "complete")), is_complete);
	json_decref(cut);
}

static void
add_forward(struct conf *conf, uint16_t first, uint16_t last, uint32_t to, uint16_t to_port)
{
	conf->nat.forwards[conf->nat.forward_count++] =
	    (struct conf_forward){ .udp = true, .ports = { first, last }, .to = to, .to_port = to_port };
}

START_TEST(who_is_cut_off)
{
	const uint16_t one = open_udp(0, HOST, 5000, 1)->external_port;
	const uint16_t other = open_udp(1, HOST + 1, 6000, 1)->external_port;

	memset(&now, 0, sizeof(now));
	open_udp(1, HOST + 1, 6001, 1);
	next = now;
	check_cut(false, 0, 0, true);
	add_forward(&now, one, one, HOST, 5000); /* it goes */
	check_cut(false, 1, 1, true);
	add_forward(&next, one, one, HOST, 5000); /* it stays */
	check_cut(false, 0, 0, true);
	next.nat.forwards[0].tcp = true; /* another */
	check_cut(false, 1, 1, true);
	next.nat.forwards[0].tcp = false;
	ck_assert_uint_ne(one, other);
	add_forward(&next, other, other, HOST + 9, 80); /* takes the port of a session */
	check_cut(false, 1, 1, true);
	next.nat.forward_count = 1;
	add_forward(&next, 65000, 65001, HOST + 1, 6000); /* its host has other ports now */
	check_cut(false, 2, 1, true);
	next.nat.forwards[1].to_port = 6001;
	check_cut(false, 1, 1, true);
	next.nat.forwards[1].to_port = 6002;
	check_cut(false, 0, 0, true);
	next.nat.forwards[1].to_port = 6000;
	next.nat.forwards[1].udp = false;
	check_cut(false, 0, 0, true);
	fake.gauges[0].sessions = 4;
	fake.gauges[1].sessions = 5;
	fake.gauges[1].hosts = 2;
	check_cut(true, 9, 2, true);
	fake.hangs = true;
	check_cut(false, 0, 0, false);
}
END_TEST

START_TEST(a_worker_that_hangs)
{
	static const char *const requests[] = { "{\"command\": \"sessions-get\"}", "{\"command\": \"hosts-get\"}" };

	open_udp(0, HOST, 5000, 100);
	fake.hangs = true;
	for (int i = 0; i < COUNT(requests); i++) {
		json_t *reply = ask(requests[i]);

		ck_assert_int_eq(result_of(reply), API_FAILED);
		ck_assert_str_eq(text_of(reply), "worker 1 does not answer");
		json_decref(reply);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("api_nat");
	TCase *tcase = tcase_create("tables");

	tcase_add_checked_fixture(tcase, begin, finish);
	tcase_add_test(tcase, every_state_has_a_word);
	tcase_add_test(tcase, a_session_as_it_is_told);
	tcase_add_loop_test(tcase, every_session_once, 0, 4);
	tcase_add_test(tcase, only_those_asked_for);
	tcase_add_test(tcase, hosts);
	tcase_add_test(tcase, ports);
	tcase_add_test(tcase, who_is_cut_off);
	tcase_add_test(tcase, a_worker_that_hangs);
	suite_add_tcase(suite, tcase);
	return suite;
}
