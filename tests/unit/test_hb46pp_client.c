/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HB46PP section 3.6 (S46-31): the client over virtual days. Each test is a line with a resolver and a server that say what
 * the test tells them to; the clock jumps to where the client wants to act next.
 */
#include "hb46pp_line.h"

/* ---- the way that all goes well --------------------------------------------------------------------------------- */

START_TEST(a_week)
{
	comes_up();
	says("offers map-e");
	ck_assert_str_eq(client.token, TOKEN);
	ck_assert_uint_eq(client.answer->offer_count, 1);
	for (int day = 0; day < 7; day++) {
		ck_assert_uint_eq(waits(24 * HOUR, 24 * HOUR), 24 * HOUR);
		finds_server();
		ck_assert_ptr_nonnull(strstr(client.get.url, "&token=" TOKEN));
		/* i.1: nothing has changed, so nothing is configured. */
		ck_assert_uint_eq(reply(200, GOOD), HB46PP_STORE);
	}
	/* i.1: another BR. */
	waits(24 * HOUR, 24 * HOUR);
	finds_server();
	ck_assert_uint_eq(reply(200, "{\"order\":[\"dslite\"],\"dslite\":{\"aftr\":\"aftr.example.net\"}}"),
	    HB46PP_STORE | HB46PP_CONFIGURE);
	ck_assert_int_eq(client.answer->offers[0].kind, OFFER_DS_LITE);
	/* The token is the last one that came. */
	ck_assert_str_eq(client.token, TOKEN);
}
END_TEST

START_TEST(without_ttl)
{
	uint64_t first;

	comes_up();
	waits(24 * HOUR, 24 * HOUR);
	finds_server();
	reply(200, "{\"order\":[\"map_e\"]," MAP_E "}");
	first = waits(20 * HOUR, 24 * HOUR);
	finds_server();
	reply(200, "{\"order\":[\"map_e\"]," MAP_E "}");
	ck_assert_uint_ne(client.next_ms - now, first); /* drawn anew */
}
END_TEST

START_TEST(shortest_and_longest_ttl)
{
	comes_up();
	waits(24 * HOUR, 24 * HOUR);
	finds_server();
	reply(200, "{\"order\":[\"map_e\"],\"ttl\":0," MAP_E "}");
	waits(HB46PP_MIN_TTL * SECOND, HB46PP_MIN_TTL * SECOND);
	finds_server();
	reply(200, "{\"order\":[\"map_e\"],\"ttl\":604800," MAP_E "}");
	waits(7 * 24 * HOUR, 7 * 24 * HOUR);
	finds_server();
	reply(200, "{\"order\":[\"map_e\"],\"ttl\":1000000," MAP_E "}");
	says("ttl: 1000000 is more than 604800");
	waits(7 * 24 * HOUR, 7 * 24 * HOUR);
}
END_TEST

/* ---- c: DNS ----------------------------------------------------------------------------------------------------- */

/* c.2, and 1.2: a record that is wrong. The softwire goes, and what was stored, and the token. */
START_TEST(no_service)
{
	static const struct {
		enum hb46pp_dns result;
		const char *text, *reason;
	} cases[] = {
		{ HB46PP_DNS_NODATA, NULL, "no TXT record" },
		{ HB46PP_DNS_NXDOMAIN, NULL, "does not exist" },
		{ HB46PP_DNS_OK, "v=spf1 -all", "\"v=spf1 -all\", not v=v6mig-1; so say the Internet's resolvers" },
		{ HB46PP_DNS_OK, "v=v6mig-1 url=http://a.example/ t=b", "http URL" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		set_up();
		comes_up();
		waits(24 * HOUR, 24 * HOUR);
		ck_assert_uint_eq(cases[i].text != NULL ? record(cases[i].text) : failure(cases[i].result),
		    HB46PP_DISABLE | HB46PP_ERASE);
		in_state(HB46PP_NO_SERVICE);
		says(cases[i].reason);
		ck_assert(!client.active);
		ck_assert_ptr_null(client.answer);
		waits(1 * HOUR, 3 * HOUR);
		/* Still none: there is nothing to disable. */
		ck_assert_uint_eq(failure(HB46PP_DNS_NXDOMAIN), HB46PP_ERASE);
		waits(1 * HOUR, 3 * HOUR);
		finds_server();
		ck_assert_ptr_null(strstr(client.get.url, "token="));
		ck_assert_uint_eq(reply(200, GOOD), HB46PP_STORE | HB46PP_CONFIGURE);
		tear_down();
	}
	set_up();
}
END_TEST

/* c.3: what runs goes on. */
START_TEST(resolver_fails)
{
	comes_up();
	waits(24 * HOUR, 24 * HOUR);
	for (int i = 0; i < 50; i++) {
		ck_assert_uint_eq(failure(i % 2 == 0 ? HB46PP_DNS_SERVFAIL : HB46PP_DNS_TIMEOUT), 0);
		in_state(HB46PP_RETRY);
		ck_assert(client.active);
		waits(1 * MINUTE, 10 * MINUTE);
	}
	/* A caller that never answers. */
	now = client.next_ms;
	ck_assert_uint_eq(hb46pp_tick(&client, now), 0);
	says("does not answer");
	waits(1 * MINUTE, 10 * MINUTE);
	finds_server();
	ck_assert_uint_eq(reply(200, GOOD), HB46PP_STORE);
}
END_TEST

/* ---- f, h: the server ------------------------------------------------------------------------------------------- */

START_TEST(server_fails)
{
	static const struct {
		int status;
		const char *text, *reason;
	} cases[] = {
		{ 0, "certificate has expired\x1b[2J",
		    "no answer from https://vne.example.jp/rule.cgi: certificate has expired?[2J" },
		{ 204, "", "answers 204" },
		{ 301, "", "answers 301" },
		{ 302, "", "answers 302" },
		{ 308, "", "answers 308" },
		{ 403, "", "answers 403: it does not know our IPv6 address" },
		{ 404, "", "answers 404: it does not know our IPv6 address" },
		{ 500, "", "answers 500" },
		{ 200, "", "not JSON" },
		{ 200, "{\"order\":[\"map_e\"],\"map_e\":{\"br\":\"2001:db8:1::1\",\"rul", "not JSON" },
		{ 200, "{}", "order: missing" },
		{ 200, "{\"order\":[\"map_e\"],\"map_e\":{\"br\":\"2001:db8:1::1\"}}", "map_e.rules: missing" },
		{ 200, "{\"order\":[\"map_e\"]}", "map_e: missing" },
	};

	comes_up();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const bool up = i % 2 == 0;

		if (!up) {
			tear_down();
			set_up();
			hb46pp_start(&client, now);
		} else {
			tear_down();
			set_up();
			comes_up();
			waits(24 * HOUR, 24 * HOUR);
		}
		finds_server();
		ck_assert_uint_eq(cases[i].status == 0 ? silence(cases[i].text) : reply(cases[i].status, cases[i].text),
		    0);
		in_state(HB46PP_RETRY);
		says(cases[i].reason);
		ck_assert_int_eq(client.active, up);
		ck_assert_int_eq(client.answer != NULL, up);
		waits(10 * MINUTE, 30 * MINUTE);
	}
}
END_TEST

START_TEST(server_is_silent)
{
	hb46pp_start(&client, now);
	finds_server();
	now = client.next_ms;
	ck_assert_uint_eq(hb46pp_tick(&client, now), 0);
	says("no reply in time");
	waits(10 * MINUTE, 30 * MINUTE);
}
END_TEST

/* An answer without offers is an answer: what runs ends, and the server says when to ask again. */
START_TEST(nothing_for_us)
{
	comes_up();
	waits(24 * HOUR, 24 * HOUR);
	finds_server();
	ck_assert_uint_eq(reply(200, "{\"order\":[],\"ttl\":3600,\"auth\":\"bad\"}"), HB46PP_DISABLE | HB46PP_ERASE);
	in_state(HB46PP_DONE);
	says("nothing for us: order: empty");
	says("does not know user and pass");
	waits(1 * HOUR, 1 * HOUR);
	finds_server();
	/* A method that we cannot. */
	ck_assert_uint_eq(reply(200, "{\"order\":[\"map_t\"],\"ttl\":3600,\"map_t\":{}}"), HB46PP_ERASE);
	says("map_t: not known here");
	waits(1 * HOUR, 1 * HOUR);
	finds_server();
	ck_assert_uint_eq(reply(200, GOOD), HB46PP_STORE | HB46PP_CONFIGURE);
}
END_TEST

/* Something is broken, something else can be used: the server is asked again as after an error. */
START_TEST(half_broken)
{
	hb46pp_start(&client, now);
	finds_server();
	ck_assert_uint_eq(reply(200,
			      "{\"order\":[\"map_e\",\"dslite\"],\"ttl\":604800,\"map_e\":{\"br\":7},\"dslite\":{"
			      "\"aftr\":\"a.example\"}}"),
	    HB46PP_STORE | HB46PP_CONFIGURE);
	says("offers ds-lite; map_e.br: 7 is not a string");
	waits(10 * MINUTE, 30 * MINUTE);

	/* What we would not have taken may be broken. */
	finds_server();
	ck_assert_uint_eq(reply(200,
			      "{\"order\":[\"lw4o6\",\"dslite\",\"map_e\"],\"ttl\":3600,\"lw4o6\":7,\"map_e\":7,"
			      "\"dslite\":{\"aftr\":\"a.example\"}}"),
	    HB46PP_STORE | HB46PP_CONFIGURE);
	waits(1 * HOUR, 1 * HOUR);
	finds_server();
	ck_assert_uint_eq(reply(200, "{\"order\":[\"lw4o6\"],\"ttl\":3600,\"lw4o6\":7}"),
	    HB46PP_DISABLE | HB46PP_ERASE);
	waits(1 * HOUR, 1 * HOUR);
}
END_TEST

/* ---- redirections ----------------------------------------------------------------------------------------------- */

START_TEST(chain)
{
	hb46pp_start(&client, now);
	finds_server();
	for (int i = 1; i <= HB46PP_MAX_REDIRECTS; i++) {
		ck_assert_uint_eq(moved(i == 1 ? "https://other.example/c" : "next"), HB46PP_GET);
		ck_assert_str_eq(client.get.shown, i == 1 ? "https://other.example/c" : "https://other.example/next");
		/* The query is ours, each time anew. */
		ck_assert_ptr_nonnull(strstr(client.get.url, "?vendorid=acde48-mapedge&"));
		ck_assert(client.get.verify);
	}
	ck_assert_uint_eq(moved("https://another.example/"), 0);
	in_state(HB46PP_RETRY);
	says("307 for the 6th time");
	/* The next attempt begins with the TXT record's server, and may be led on as often. */
	waits(10 * MINUTE, 30 * MINUTE);
	finds_server();
	ck_assert_str_eq(client.get.shown, "https://vne.example.jp/rule.cgi");
	for (int i = 1; i <= HB46PP_MAX_REDIRECTS; i++)
		ck_assert_uint_eq(moved("/"), HB46PP_GET);
	ck_assert_uint_eq(reply(200, GOOD), HB46PP_STORE | HB46PP_CONFIGURE);
}
END_TEST

START_TEST(wrong_ways)
{
	static const char *const locations[] = { "http://vne.example.jp/", "https://", "ftp://a.example/", "/a b",
		NULL };

	for (size_t i = 0; i < COUNT(locations); i++) {
		tear_down();
		set_up();
		hb46pp_start(&client, now);
		finds_server();
		ck_assert_uint_eq(moved(locations[i]), 0);
		in_state(HB46PP_RETRY);
		says("307");
		waits(10 * MINUTE, 30 * MINUTE);
	}
}
END_TEST

/* SEC-20: user and pass stay with the server that they are for, also on the way. */
START_TEST(password_on_the_way)
{
	tear_down();
	set_up();
	strcpy(client.identity.user, "tanaka");
	strcpy(client.identity.pass, "se_cret");
	strcpy(client.identity.server_name, "vne.example.jp");
	hb46pp_start(&client, now);
	finds_server();
	ck_assert(client.get.with_pass);
	ck_assert_uint_eq(moved("https://other.example/"), HB46PP_GET);
	ck_assert(!client.get.with_pass);
	ck_assert_ptr_null(strstr(client.get.url, "cret"));
	ck_assert_uint_eq(reply(200, "{\"order\":[\"map_e\"],\"auth\":\"req\"," MAP_E "}"),
	    HB46PP_STORE | HB46PP_CONFIGURE);
	says("wants user and pass, which were not sent");
	waits(20 * HOUR, 24 * HOUR);
	/* t=a: nobody knows who that is. */
	ck_assert_uint_eq(record("v=v6mig-1 url=https://vne.example.jp/ t=a"), HB46PP_GET);
	ck_assert(!client.get.with_pass);
	ck_assert(!client.get.verify);
	ck_assert_uint_eq(reply(200, "{\"order\":[\"map_e\"],\"auth\":\"ok\"," MAP_E "}"), HB46PP_STORE);
	ck_assert_ptr_null(strstr(client.reason, "pass"));
}
END_TEST

/* ---- addresses -------------------------------------------------------------------------------------------------- */

/* k: another address ends the wait; the offer is configured again, for it is another line's. */
START_TEST(address_changes)
{
	comes_up();
	now += 5 * HOUR;
	ck_assert_uint_eq(hb46pp_address(&client, now, true), HB46PP_QUERY);
	finds_server();
	ck_assert_uint_eq(reply(200, GOOD), HB46PP_STORE | HB46PP_CONFIGURE);

	/* While a request is under way: its reply counts no longer. */
	waits(24 * HOUR, 24 * HOUR);
	now += 11 * SECOND;
	finds_server();
	{
		const struct hb46pp_reply late = { .status = 200, .body = "{\"order\":[]}", .len = 12 };
		const uint32_t before = client.serial;

		ck_assert_uint_eq(hb46pp_address(&client, now, true), HB46PP_QUERY);
		ck_assert_uint_eq(hb46pp_http(&client, now, before, &late), 0);
		ck_assert_uint_eq(hb46pp_dns(&client, now, before, HB46PP_DNS_NXDOMAIN, NULL, 0), 0);
		ck_assert_uint_eq(hb46pp_http(&client, now, client.serial, &late), 0); /* nobody has asked */
	}
	in_state(HB46PP_ASK_DNS);

	/* And from a long wait for a provider. */
	ck_assert_uint_eq(failure(HB46PP_DNS_NXDOMAIN), HB46PP_DISABLE | HB46PP_ERASE);
	now += 20 * MINUTE;
	ck_assert_uint_eq(hb46pp_address(&client, now, true), HB46PP_QUERY);
}
END_TEST

/* An address that comes and goes: not a query each time. */
START_TEST(address_flaps)
{
	unsigned int queries = 0;

	comes_up();
	now += HOUR;
	for (int i = 0; i < 600; i++, now += 100) {
		queries += hb46pp_address(&client, now, true) == HB46PP_QUERY;
		queries += hb46pp_tick(&client, now) == HB46PP_QUERY;
	}
	ck_assert_uint_ge(queries, 2);
	ck_assert_uint_le(queries, 7);
	now = client.next_ms;
	(void)hb46pp_tick(&client, now);
	in_state(HB46PP_ASK_DNS);
}
END_TEST

/* No address, nobody to ask: not in silence. */
START_TEST(no_address)
{
	ck_assert_uint_eq(hb46pp_address(&client, now, false), 0);
	in_state(HB46PP_NO_ADDRESS);
	says("no global IPv6 address");
	ck_assert_uint_eq(hb46pp_start(&client, now), 0);
	ck_assert_uint_eq(client.next_ms, UINT64_MAX);
	ck_assert_uint_eq(hb46pp_refresh(&client, now), 0);
	now += 50 * HOUR;
	ck_assert_uint_eq(hb46pp_tick(&client, now), 0);
	ck_assert_uint_eq(hb46pp_address(&client, now, true), HB46PP_QUERY);
	finds_server();
	ck_assert_uint_eq(hb46pp_address(&client, now, false), 0);
	ck_assert_uint_eq(reply(200, GOOD), 0); /* too late */
	in_state(HB46PP_NO_ADDRESS);
}
END_TEST

START_TEST(address_before_start)
{
	ck_assert_uint_eq(hb46pp_address(&client, now, true), 0);
	in_state(HB46PP_OFF);
	ck_assert_uint_eq(client.next_ms, UINT64_MAX);
	comes_up();
	ck_assert_uint_eq(hb46pp_start(&client, now), 0); /* once is enough */
}
END_TEST

/* ---- 3.5: what was stored --------------------------------------------------------------------------------------- */

static void
restores(void)
{
	struct error err = { .text = "" };

	ck_assert_msg(hb46pp_restore(&client, GOOD, strlen(GOOD), &err) == 0, "%s", err.text);
}

/* Used when nobody can be reached, and replaced by what comes in the end. */
START_TEST(stored_is_used)
{
	for (int way = 0; way < 3; way++) {
		tear_down();
		set_up();
		restores();
		hb46pp_start(&client, now);
		if (way == 0) {
			ck_assert_uint_eq(failure(HB46PP_DNS_TIMEOUT), HB46PP_CONFIGURE);
		} else {
			finds_server();
			ck_assert_ptr_nonnull(strstr(client.get.url, TOKEN)); /* a token is for the next life, too */
			ck_assert_uint_eq(way == 1 ? silence("no route") : reply(500, ""), HB46PP_CONFIGURE);
		}
		ck_assert(client.active);
		ck_assert(client.from_store);
		in_state(HB46PP_RETRY);
		waits(MINUTE, 30 * MINUTE);
		ck_assert_uint_eq(failure(HB46PP_DNS_TIMEOUT), 0); /* once */
		waits(MINUTE, 10 * MINUTE);
		finds_server();
		ck_assert_uint_eq(reply(200, GOOD), HB46PP_STORE); /* the same: nothing to configure */
		ck_assert(!client.from_store);
	}
}
END_TEST

START_TEST(stored_is_not_used)
{
	struct error err;

	/* Another provider's line. */
	restores();
	hb46pp_start(&client, now);
	ck_assert_uint_eq(failure(HB46PP_DNS_NXDOMAIN), HB46PP_ERASE);
	waits(1 * HOUR, 3 * HOUR);
	ck_assert_uint_eq(failure(HB46PP_DNS_TIMEOUT), 0);
	ck_assert(!client.active);

	/* The operator does not want it. */
	tear_down();
	set_up();
	restores();
	ck_assert_uint_eq(hb46pp_forget(&client), HB46PP_ERASE);
	hb46pp_start(&client, now);
	ck_assert_uint_eq(failure(HB46PP_DNS_TIMEOUT), 0);

	/* The server has said something newer. */
	tear_down();
	set_up();
	restores();
	hb46pp_start(&client, now);
	finds_server();
	ck_assert_uint_eq(reply(200, "{\"order\":[]}"), HB46PP_ERASE);
	ck_assert_ptr_null(client.stored);

	/* Something runs. */
	tear_down();
	set_up();
	comes_up();
	restores();
	waits(24 * HOUR, 24 * HOUR);
	ck_assert_uint_eq(failure(HB46PP_DNS_TIMEOUT), 0);
	ck_assert(!client.from_store);

	/* Nothing of use. */
	ck_assert_int_eq(hb46pp_restore(&client, "{", 1, &err), -EINVAL);
	ck_assert_int_eq(hb46pp_restore(&client, "{\"order\":[\"map_t\"]}", 19, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "nothing for us"));
}
END_TEST

/* ---- the operator ----------------------------------------------------------------------------------------------- */

START_TEST(refresh)
{
	ck_assert_uint_eq(hb46pp_refresh(&client, now), 0); /* not started */
	comes_up();
	ck_assert_uint_eq(hb46pp_refresh(&client, now), HB46PP_QUERY);
	finds_server();
	ck_assert_uint_eq(hb46pp_refresh(&client, now), HB46PP_QUERY);
}
END_TEST

START_TEST(words)
{
	const char *const want[] = { "off", "no-address", "asking-dns", "asking-server", "retry", "no-service",
		"done" };

	for (unsigned int i = HB46PP_OFF; i <= HB46PP_DONE; i++)
		ck_assert_str_eq(hb46pp_state_word(i), want[i]);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("hb46pp_client");
	TCase *lines = tcase_create("lines"), *servers = tcase_create("servers"), *others = tcase_create("others");

	tcase_add_checked_fixture(lines, set_up, tear_down);
	tcase_add_test(lines, a_week);
	tcase_add_test(lines, without_ttl);
	tcase_add_test(lines, shortest_and_longest_ttl);
	tcase_add_test(lines, no_service);
	tcase_add_test(lines, resolver_fails);
	suite_add_tcase(suite, lines);

	tcase_add_checked_fixture(servers, set_up, tear_down);
	tcase_add_test(servers, server_fails);
	tcase_add_test(servers, server_is_silent);
	tcase_add_test(servers, nothing_for_us);
	tcase_add_test(servers, half_broken);
	tcase_add_test(servers, chain);
	tcase_add_test(servers, wrong_ways);
	tcase_add_test(servers, password_on_the_way);
	suite_add_tcase(suite, servers);

	tcase_add_checked_fixture(others, set_up, tear_down);
	tcase_add_test(others, address_changes);
	tcase_add_test(others, address_flaps);
	tcase_add_test(others, no_address);
	tcase_add_test(others, address_before_start);
	tcase_add_test(others, stored_is_used);
	tcase_add_test(others, stored_is_not_used);
	tcase_add_test(others, refresh);
	tcase_add_test(others, words);
	suite_add_tcase(suite, others);
	return suite;
}
