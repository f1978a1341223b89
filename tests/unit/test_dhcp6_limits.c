/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When the DHCPv6 client sends, over hours and over many starts: the table of RFC 8415 section 7.6 and the limit of section
 * 14.1. The servers' messages are Scapy's (tests/dhcp6/make.py builds the same ones); their transaction ID is filled in.
 */
#include <stdlib.h>

#include "hexbytes.h"
#include "provision/dhcp6_client.h"
#include "unit.h"

#define SECOND UINT64_C(1000)
#define HOUR (3600 * SECOND)
#define BEGIN (1000 * SECOND)
#define MAX_SENT 20000

/* Client ID, server ID, then: preference 255 and 2001:db8:12:3400::/56; NoPrefixAvail; UnspecFail; NoBinding; T1 of 1 s. */
#define IDS "0001000a00030001020000000001 0002000a000300010200000000aa "
#define ADVERTISE                                                                                        \
	"02000000" IDS "00070001ff 0019 0029 00000001 00000000 00000000 001a 0019 00000bb8 00000fa0 38 " \
	"20010db8001234000000000000000000"
#define NO_PREFIX "07000000" IDS "0019 0012 00000001 00000000 00000000 000d 0002 0006"
#define CANNOT "07000000" IDS "000d 0002 0001"
#define FORGOTTEN "07000000" IDS "0019 0012 00000001 00000000 00000000 000d 0002 0003"
#define LEASE          \
	"07000000" IDS \
	"0019 0029 00000001 00000001 00000002 001a 0019 00000bb8 00000fa0 38 20010db8001234000000000000000000"

struct run {
	struct random random;
	struct dhcp6_client client;
	struct dhcp6_actions actions;
	uint64_t now;
	uint32_t count;
	uint64_t sent[MAX_SENT]; /* when */
	uint8_t type[MAX_SENT];
	uint16_t elapsed[MAX_SENT];
	uint32_t xid[MAX_SENT];
};

static struct run run;

static void
begin(const struct dhcp6_config *config, uint64_t seed)
{
	struct dhcp6_config own = *config;

	memset(&run, 0, sizeof(run));
	run.random = (struct random){ .key = { { seed, 1 } } };
	run.now = BEGIN;
	own.pd_iaid = 1;
	own.na_iaid = 2;
	dhcp6_duid_from_mac(&own.duid, &(struct mac){ { 2, 0, 0, 0, 0, 1 } });
	dhcp6_client_init(&run.client, &own, &run.random);
}

/* What was sent in the last event, if anything. */
static void
record(void)
{
	struct dhcp6_option option;

	if (run.actions.send_len == 0)
		return;
	ck_assert_uint_lt(run.count, MAX_SENT);
	run.sent[run.count] = run.now;
	run.type[run.count] = run.actions.send[0];
	run.xid[run.count] = dhcp6_get32(run.actions.send) & 0xffffff;
	ck_assert(dhcp6_find((struct dhcp6_reader){ run.actions.send + 4, run.actions.send_len - 4 },
	    DHCP6_OPTION_ELAPSED_TIME, &option));
	run.elapsed[run.count++] = dhcp6_get16(option.data);
}

/* The server: which message it answers to which; NULL: it is silent. */
static void
answer(const char *const answers[DHCP6_TYPES])
{
	uint8_t bytes[512];
	size_t len;

	while (run.actions.send_len > 0 && answers[run.actions.send[0]] != NULL) {
		len = hex_bytes(answers[run.actions.send[0]], bytes, sizeof(bytes));
		memcpy(bytes + 1, run.actions.send + 1, 3);
		dhcp6_client_receive(&run.client, run.now, &(struct dhcp6_datagram){ .bytes = bytes, .len = len },
		    &run.actions);
		record();
	}
}

static void
pass(uint64_t until, const char *const answers[DHCP6_TYPES])
{
	uint64_t next;

	while ((next = dhcp6_client_next(&run.client)) <= until) {
		run.now = next > run.now ? next : run.now;
		dhcp6_client_tick(&run.client, run.now, &run.actions);
		record();
		answer(answers);
	}
	run.now = until;
}

static void
start(const char *const answers[DHCP6_TYPES])
{
	dhcp6_client_start(&run.client, run.now, NULL, &run.actions);
	record();
	answer(answers);
}

static const char *const silence[DHCP6_TYPES];

/* RT is IRT at first, then doubles, and is MRT from then on; each time a tenth more or less. Half a millisecond is rounding. */
static void
check_times(uint32_t from, uint32_t to, double irt, double mrt)
{
	double before = 0;

	for (uint32_t i = from; i + 1 < to; i++) {
		const double rt = (double)(run.sent[i + 1] - run.sent[i]);
		const double middle = i == from ? irt : 2 * before;
		const double spread = i == from ? irt / 10 : before / 10;

		if (mrt > 0 && middle + spread > mrt && rt > 0.9 * mrt - 1)
			ck_assert_msg(rt <= 1.1 * mrt + 1, "RT %f of at most %f", rt, mrt);
		else
			ck_assert_msg(rt >= middle - spread - 1 && rt <= middle + spread + 1, "RT %f after %f", rt,
			    before);
		before = rt;
	}
}

/* DHC-05: nobody answers for three hours. DHC-04: the elapsed time counts on until it is full; one transaction ID. */
START_TEST(silent_solicit)
{
	begin(&(struct dhcp6_config){ .want_pd = true }, 1 + (uint64_t)_i);
	start(silence);
	pass(BEGIN + 3 * HOUR, silence);
	ck_assert_uint_ge(run.count, 13);
	ck_assert_uint_le(run.count, 17);
	ck_assert_uint_gt(run.sent[1] - run.sent[0], 1000);
	check_times(0, run.count, 1000, 3600000);
	for (uint32_t i = 0; i < run.count; i++) {
		const uint64_t elapsed = (run.sent[i] - run.sent[0]) / 10;

		ck_assert_uint_eq(run.type[i], DHCP6_SOLICIT);
		ck_assert_uint_eq(run.xid[i], run.xid[0]);
		ck_assert_uint_eq(run.elapsed[i], elapsed < 0xffff ? elapsed : 0xffff);
	}
	ck_assert_uint_eq(run.elapsed[run.count - 1], 0xffff);
}
END_TEST

/* DHC-05: the same of an Information-request. */
START_TEST(silent_inform)
{
	begin(&(struct dhcp6_config){ .stateless = true }, 1 + (uint64_t)_i);
	start(silence);
	pass(BEGIN + 3 * HOUR, silence);
	ck_assert_uint_ge(run.count, 13);
	check_times(0, run.count, 1000, 3600000);
}
END_TEST

/* DHC-05, DHC-14: ten Requests with a cap of 30 s. */
START_TEST(silent_request)
{
	static const char *const answers[DHCP6_TYPES] = { [DHCP6_SOLICIT] = ADVERTISE };
	uint32_t last = 1;

	begin(&(struct dhcp6_config){ .want_pd = true }, 1 + (uint64_t)_i);
	start(answers);
	pass(BEGIN + 600 * SECOND, answers);
	ck_assert_uint_eq(run.type[0], DHCP6_SOLICIT);
	while (run.type[last] == DHCP6_REQUEST)
		last++;
	ck_assert_uint_eq(last, 11);
	check_times(1, last, 1000, 30000);
	ck_assert_uint_eq(run.type[last], DHCP6_SOLICIT);
}
END_TEST

/* DHC-05, DHC-23: Renew and Rebind with a cap of 600 s, until T2 and until the end. */
START_TEST(silent_renew)
{
	struct dhcp6_lease lease = { .prefix_count = 1, .server = { 3, { 0, 3, 1 } } };
	uint32_t renew, rebind, end;

	begin(&(struct dhcp6_config){ .want_pd = true }, 1 + (uint64_t)_i);
	lease.prefixes[0] = (struct dhcp6_prefix){ .prefix = { (u128)0x20010db8 << 96, 56 },
		.preferred_until = BEGIN + 2 * HOUR,
		.valid_until = BEGIN + 3 * HOUR };
	lease.renew_at = BEGIN + HOUR;
	lease.rebind_at = BEGIN + 2 * HOUR;
	dhcp6_client_start(&run.client, run.now, &lease, &run.actions);
	record();
	pass(BEGIN + 3 * HOUR, silence);
	for (renew = 0; run.type[renew] == DHCP6_REBIND; renew++)
		ck_assert_uint_le(run.sent[renew], BEGIN + 10 * SECOND);
	check_times(0, renew, 1000, 4000);
	for (rebind = renew; run.type[rebind] == DHCP6_RENEW; rebind++)
		;
	for (end = rebind; run.type[end] == DHCP6_REBIND; end++)
		;
	ck_assert_uint_eq(run.sent[renew], BEGIN + HOUR);
	check_times(renew, rebind, 10000, 600000);
	ck_assert_uint_eq(run.sent[rebind], BEGIN + 2 * HOUR);
	check_times(rebind, end, 10000, 600000);
	ck_assert_uint_eq(run.client.lease.prefix_count, 0);
	ck_assert_int_eq((int)run.client.state, DHCP6_SOLICITING);
}
END_TEST

/* DHC-03: first Solicits are spread over a second; DHC-04: each exchange has a transaction ID of its own. */
START_TEST(spread)
{
	uint64_t first = UINT64_MAX, last = 0, sum = 0;
	uint32_t xid[50];

	for (uint32_t i = 0; i < 50; i++) {
		uint64_t delay;

		begin(&(struct dhcp6_config){ .want_pd = true }, 100 + i);
		start(silence);
		pass(BEGIN + SECOND, silence);
		ck_assert_uint_eq(run.count, 1);
		delay = run.sent[0] - BEGIN;
		first = delay < first ? delay : first;
		last = delay > last ? delay : last;
		sum += delay;
		xid[i] = run.xid[0];
		for (uint32_t j = 0; j < i; j++)
			ck_assert_uint_ne(xid[i], xid[j]);
	}
	ck_assert_uint_lt(first, 150);
	ck_assert_uint_gt(last, 850);
	ck_assert_uint_gt(sum / 50, 350);
	ck_assert_uint_lt(sum / 50, 650);
}
END_TEST

static void
check_rate(void)
{
	for (uint32_t i = 20; i < run.count; i++)
		ck_assert_msg(run.sent[i] - run.sent[i - 20] >= 20 * SECOND, "21 messages in %llu ms",
		    (unsigned long long)(run.sent[i] - run.sent[i - 20]));
}

/* DHC-27: a server that offers and refuses, one whose T1 is a second, one that forgets: 20 messages in 20 s. */
START_TEST(loops)
{
	static const char *const servers[][DHCP6_TYPES] = {
		{ [DHCP6_SOLICIT] = ADVERTISE, [DHCP6_REQUEST] = NO_PREFIX },
		{ [DHCP6_SOLICIT] = ADVERTISE, [DHCP6_REQUEST] = LEASE, [DHCP6_RENEW] = LEASE, [DHCP6_REBIND] = LEASE },
		{ [DHCP6_SOLICIT] = ADVERTISE,
		    [DHCP6_REQUEST] = LEASE,
		    [DHCP6_RENEW] = FORGOTTEN,
		    [DHCP6_REBIND] = FORGOTTEN },
	};

	begin(&(struct dhcp6_config){ .want_pd = true }, 5);
	start(servers[_i]);
	pass(BEGIN + 600 * SECOND, servers[_i]);
	ck_assert_uint_gt(run.count, 500);
	ck_assert_uint_gt(run.client.counters.held_back, 0);
	check_rate();
}
END_TEST

/* DHC-27: whatever the link does. */
START_TEST(flapping)
{
	static const char *const
	    answers[DHCP6_TYPES] = { [DHCP6_SOLICIT] = ADVERTISE, [DHCP6_REQUEST] = LEASE, [DHCP6_REBIND] = LEASE };

	begin(&(struct dhcp6_config){ .want_pd = true }, 5);
	start(answers);
	pass(BEGIN + 10 * SECOND, answers);
	for (int i = 0; i < 1000; i++) {
		dhcp6_client_link_up(&run.client, run.now, &run.actions);
		record();
		answer(answers);
		pass(run.now + 500, answers);
	}
	ck_assert_uint_gt(run.count, 200);
	check_rate();
}
END_TEST

/* DHC-28: UnspecFail for ever: the Request goes on at the pace of a silent server. */
START_TEST(cannot_serve)
{
	static const char *const answers[DHCP6_TYPES] = { [DHCP6_SOLICIT] = ADVERTISE, [DHCP6_REQUEST] = CANNOT };
	uint32_t requests = 0;

	begin(&(struct dhcp6_config){ .want_pd = true }, 5);
	start(answers);
	pass(BEGIN + HOUR, answers);
	for (uint32_t i = 0; i < run.count; i++)
		requests += run.type[i] == DHCP6_REQUEST;
	/* Ten take some 200 s. */
	ck_assert_uint_gt(requests, 150);
	ck_assert_uint_lt(requests, 240);
	ck_assert_uint_eq(run.client.counters.bad[DHCP6_FAILED_STATUS], requests);
}
END_TEST

/* DHC-45: what is left, rounded down, and never more than was given. */
START_TEST(time_left)
{
	ck_assert_uint_eq(dhcp6_seconds_left(600 * SECOND, 0), 600);
	ck_assert_uint_eq(dhcp6_seconds_left(600 * SECOND, 100 * SECOND), 500);
	ck_assert_uint_eq(dhcp6_seconds_left(600 * SECOND, 100 * SECOND + 1), 499);
	ck_assert_uint_eq(dhcp6_seconds_left(600 * SECOND, 599001), 0);
	ck_assert_uint_eq(dhcp6_seconds_left(600 * SECOND, 700 * SECOND), 0);
	ck_assert_uint_eq(dhcp6_seconds_left(DHCP6_NEVER, 700 * SECOND), UINT32_MAX);
	ck_assert_uint_eq(dhcp6_seconds_left(DHCP6_NEVER - 1, 0), UINT32_MAX - 1);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("dhcp6_limits");
	TCase *tcase = tcase_create("dhcp6_limits");

	tcase_add_loop_test(tcase, silent_solicit, 0, 10);
	tcase_add_loop_test(tcase, silent_inform, 0, 10);
	tcase_add_loop_test(tcase, silent_request, 0, 10);
	tcase_add_loop_test(tcase, silent_renew, 0, 10);
	tcase_add_test(tcase, spread);
	tcase_add_loop_test(tcase, loops, 0, 3);
	tcase_add_test(tcase, flapping);
	tcase_add_test(tcase, cannot_serve);
	tcase_add_test(tcase, time_left);
	suite_add_tcase(suite, tcase);
	return suite;
}
