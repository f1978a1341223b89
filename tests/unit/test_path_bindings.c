/* SPDX-License-Identifier: BSD-3-Clause */
/* What a worker counts for a binding: what went to its CE, and what of its CE's went on. docs/bindings.md. */
#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "maptext.h"
#include "unit.h"

#define LEN 48 /* of each packet: headers of 28 bytes, and 20 */
#define SHARED "192.0.2.18"
#define FAR "8.8.8.8"

enum { ONE, OTHER, BINDINGS };

static struct box *br;
static struct binding_table *table;
static struct binding_counters counters[4];
static const char *const softwires[BINDINGS] = { "2001:db8:100::1", "2001:db8:200::cafe" };

/* PSIDs 0x34 and 0x35: ports 1232-1235 and 1236-1239. */
static void
set_up(void)
{
	const struct map_rule_spec pool = pool_spec("192.0.2.0/24", 6, 8);
	static const struct hash_key key = { { 1, 2 } };

	br = box_new(&(struct box_options){ .rules = &pool, .rule_count = 1 });
	table = binding_table_init(aligned_alloc(64, binding_table_size(4)), 4, &key);
	for (uint16_t i = 0; i < BINDINGS; i++) {
		const struct binding binding = { .softwire = ip6(softwires[i]),
			.ipv4 = ip4(SHARED),
			.psid = (uint16_t)(0x34 + i) };

		ck_assert_int_eq(binding_add(table, &binding), 0);
	}
	memset(counters, 0, sizeof(counters));
	br->snapshot.bindings = table;
	br->snapshot.binding_counters[0] = counters;
	path_adopt(&br->worker[0], &br->snapshot);
}

static void
tear_down(void)
{
	box_free(br);
	free(table);
}

static void
send(const char *softwire, const char *src, uint16_t src_port, const char *dst, uint16_t dst_port, uint8_t ttl)
{
	const unsigned int interface = softwire == NULL ? INTERFACE_V4 : INTERFACE_V6;
	const struct mac mac = box_mac(br, interface);
	struct frame frame;
	struct box_end end;

	frame_payload(&frame, 20);
	frame_udp(&frame, src_port, dst_port);
	frame_ipv4(&frame,
	    &(struct frame_ipv4){ .src = ip4(src), .dst = ip4(dst), .protocol = PROTOCOL_UDP, .ttl = ttl });
	if (softwire != NULL)
		frame_ipv6(&frame, ip6(softwire), BOX_BR6, 4, 0);
	frame_ethernet(&frame, &mac, softwire == NULL ? 0x0800 : 0x86dd);
	box_run_one(br, 0, interface, frame.room + frame.start, frame.len, &end);
	ck_assert_msg(end.broken == NULL, "%s", end.broken);
}

static void
check(int which, uint64_t sent_ipv6, uint64_t sent_ipv4)
{
	const struct binding *binding = binding_find(table, ip4(SHARED), (uint16_t)(0x34 + which));
	const struct binding_counters *now = &counters[binding_index(table, binding)];

	ck_assert_uint_eq(now->sent_ipv6.packets, sent_ipv6);
	ck_assert_uint_eq(now->sent_ipv6.bytes, sent_ipv6 * (IPV6_LEN + LEN));
	ck_assert_uint_eq(now->sent_ipv4.packets, sent_ipv4);
	ck_assert_uint_eq(now->sent_ipv4.bytes, sent_ipv4 * LEN);
}

START_TEST(both_directions)
{
	send(NULL, FAR, 53, SHARED, 1232, 64);
	send(NULL, FAR, 53, SHARED, 1235, 64);
	check(ONE, 2, 0);
	send(softwires[ONE], SHARED, 1232, FAR, 53, 64);
	check(ONE, 2, 1);
	check(OTHER, 0, 0);
	send(softwires[OTHER], SHARED, 1236, FAR, 53, 64);
	check(ONE, 2, 1);
	check(OTHER, 0, 1);
}
END_TEST

/* From CE to CE it is decapsulated, but not to the Internet: as a domain's counters have it. */
START_TEST(hairpin)
{
	send(softwires[ONE], SHARED, 1232, SHARED, 1236, 64);
	check(ONE, 0, 0);
	check(OTHER, 1, 0);
}
END_TEST

START_TEST(what_is_dropped)
{
	send(NULL, FAR, 53, SHARED, 1232, 1);
	send(NULL, FAR, 53, SHARED, 1240, 64);
	send(softwires[ONE], SHARED, 1232, FAR, 53, 1);
	send(softwires[ONE], SHARED, 1236, FAR, 53, 64);
	send(softwires[ONE], SHARED, 1232, SHARED, 1233, 64);
	check(ONE, 0, 0);
	check(OTHER, 0, 0);
	ck_assert_uint_eq(br->worker[0].counters.drop[DROP_ttl], 2);
	ck_assert_uint_eq(br->worker[0].counters.drop[DROP_no_rule], 1);
	ck_assert_uint_eq(br->worker[0].counters.drop[DROP_spoof_v6], 1);
	ck_assert_uint_eq(br->worker[0].counters.drop[DROP_loop], 1);
}
END_TEST

/* The next packet goes to whoever is bound then. */
START_TEST(replacement)
{
	const struct binding binding = { .softwire = ip6("2001:db8:300::1"), .ipv4 = ip4(SHARED), .psid = 0x34 };

	send(softwires[ONE], SHARED, 1232, FAR, 53, 64);
	ck_assert_int_eq(binding_replace(table, &binding), 0);
	send(softwires[ONE], SHARED, 1232, FAR, 53, 64);
	ck_assert_uint_eq(br->worker[0].counters.drop[DROP_spoof_v6], 1);
	send("2001:db8:300::1", SHARED, 1232, FAR, 53, 64);
	check(ONE, 0, 1);
	ck_assert_int_eq(binding_remove(table, ip4(SHARED), 0x34), 0);
	send("2001:db8:300::1", SHARED, 1232, FAR, 53, 64);
	ck_assert_uint_eq(br->worker[0].counters.drop[DROP_spoof_v4], 1);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("path_bindings");
	TCase *tcase = tcase_create("counters");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, both_directions);
	tcase_add_test(tcase, hairpin);
	tcase_add_test(tcase, what_is_dropped);
	tcase_add_test(tcase, replacement);
	suite_add_tcase(suite, tcase);
	return suite;
}
