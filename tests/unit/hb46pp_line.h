/* SPDX-License-Identifier: BSD-3-Clause */
/* A line for HB46PP's client: its clock, and a resolver and a server that say what a test tells them to. */
#ifndef MAPEDGE_TESTS_HB46PP_LINE_H
#define MAPEDGE_TESTS_HB46PP_LINE_H

#include <stdlib.h>
#include <string.h>

#include "provision/hb46pp.h"
#include "unit.h"

#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define TOKEN "640756965820d3b9025b6941f9590af6802830ba58663fe8f043dc92b576f17a"
#define MAP_E                                                                                                       \
	"\"map_e\":{\"br\":\"2001:db8:1::1\",\"rules\":[{\"ipv6\":\"2001:db8:1:2000::/52\",\"ipv4\":\"203.0.113.0/" \
	"24\","                                                                                                     \
	"\"ea_length\":12,\"psid_offset\":4}]}"
#define GOOD "{\"order\":[\"map_e\"],\"ttl\":86400,\"token\":\"" TOKEN "\"," MAP_E "}"

static const struct hb46pp_identity identity = {
	.vendorid = "acde48-mapedge",
	.product = "mapedge",
	.version = "0_1",
	.capabilities = HB46PP_CAN(HB46PP_MAP_E) | HB46PP_CAN(HB46PP_DSLITE) | HB46PP_CAN_HUBSPOKE,
};

static struct hb46pp_client client;
static uint64_t now;

static inline void
set_up(void)
{
	const struct random random = { .key = { { 1, 2 } } };

	now = 1000 * HOUR;
	hb46pp_init(&client, &identity, &random);
}

static inline void
tear_down(void)
{
	hb46pp_fini(&client);
}

/* ---- what comes back -------------------------------------------------------------------------------------------- */

static inline uint32_t
record(const char *text)
{
	const struct hb46pp_string string = { .text = text, .len = strlen(text), .starts_record = true };

	return hb46pp_dns(&client, now, client.serial, HB46PP_DNS_OK, &string, 1);
}

static inline uint32_t
failure(enum hb46pp_dns result)
{
	return hb46pp_dns(&client, now, client.serial, result, NULL, 0);
}

static inline uint32_t
reply(int status, const char *body)
{
	const struct hb46pp_reply answer = { .status = status, .body = body, .len = strlen(body) };

	return hb46pp_http(&client, now, client.serial, &answer);
}

static inline uint32_t
moved(const char *location)
{
	const struct hb46pp_reply answer = { .status = 307, .location = location, .body = "", .len = 0 };

	return hb46pp_http(&client, now, client.serial, &answer);
}

static inline uint32_t
silence(const char *error)
{
	const struct hb46pp_reply answer = { .error = error };

	return hb46pp_http(&client, now, client.serial, &answer);
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

static inline void
in_state(enum hb46pp_state state)
{
	ck_assert_msg(client.state == state, "%s, not %s: %s", hb46pp_state_word(client.state),
	    hb46pp_state_word(state), client.reason);
}

/* It waits from..to, and does nothing before. Returns with the clock at the end of the wait, the query asked. */
static inline uint64_t
waits(uint64_t from, uint64_t to)
{
	const uint64_t wait = client.next_ms - now;

	ck_assert_msg(wait >= from && wait <= to, "%llu s: %s", (unsigned long long)(wait / 1000), client.reason);
	ck_assert_uint_eq(hb46pp_tick(&client, client.next_ms - 1), 0);
	now = client.next_ms;
	ck_assert_uint_eq(hb46pp_tick(&client, now), HB46PP_QUERY);
	in_state(HB46PP_ASK_DNS);
	return wait;
}

static inline void
finds_server(void)
{
	ck_assert_uint_eq(record("v=v6mig-1 url=https://vne.example.jp/rule.cgi t=b"), HB46PP_GET);
	in_state(HB46PP_ASK_SERVER);
	ck_assert(client.get.verify);
}

static inline void
comes_up(void)
{
	ck_assert_uint_eq(hb46pp_start(&client, now), HB46PP_QUERY);
	in_state(HB46PP_ASK_DNS);
	finds_server();
	ck_assert_uint_eq(reply(200, GOOD), HB46PP_STORE | HB46PP_CONFIGURE);
	in_state(HB46PP_DONE);
	ck_assert(client.active);
}

static inline void
says(const char *words)
{
	ck_assert_msg(strstr(client.reason, words) != NULL, "\"%s\" not in: %s", words, client.reason);
}

#endif
