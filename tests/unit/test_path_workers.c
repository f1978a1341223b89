/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole ways among workers: a flow stays with its own, wherever its packets arrive. */
#include "path_packets.h"

/* Runs it with any worker; if it is handed over, then with its owner, who keeps it. The worker that kept it. */
static unsigned int
run_anywhere(struct box *box, unsigned int worker, unsigned int interface, const struct frame *frame)
{
	run(box, worker, interface, frame);
	if (end.how == BOX_HANDED) {
		ck_assert_uint_ne(end.to, worker);
		worker = end.to;
		run(box, worker, interface, frame);
	}
	ck_assert_int_ne(end.how, BOX_HANDED);
	return worker;
}

/* What belongs to a host's flow ends with the flow's owner, whichever worker it comes to first. */
static void
check_owner(struct box *box, uint32_t host, uint16_t port, unsigned int at, unsigned int owner)
{
	struct frame frame;

	udp_packet(&frame, host, 5000, BOX_SERVER, (uint16_t)(54 + at), 64);
	native(&frame, box);
	ck_assert_uint_eq(run_anywhere(box, at, INTERFACE_V4, &frame), owner);
	udp_packet(&frame, BOX_SERVER, 53, BOX_EXTERNAL, port, 64);
	tunnelled(&frame, box, BOX_BR6, BOX_CE6);
	ck_assert_uint_eq(run_anywhere(box, at, INTERFACE_V6, &frame), owner);
	check_sent(INTERFACE_V4);
	error_packet(&frame, BOX_EXTERNAL, port, BOX_SERVER, 53);
	tunnelled(&frame, box, BOX_BR6, BOX_CE6);
	ck_assert_uint_eq(run_anywhere(box, at, INTERFACE_V6, &frame), owner);
	check_sent(INTERFACE_V4);
	error_packet(&frame, BOX_SERVER, 53, host, 5000);
	native(&frame, box);
	ck_assert_uint_eq(run_anywhere(box, at, INTERFACE_V4, &frame), owner);
	check_sent(INTERFACE_V6);

	/* a router behind the CE reports the same */
	udp_packet(&frame, BOX_SERVER, 53, host, 5000, 64);
	frame_icmp(&frame, ICMP_UNREACHABLE, 1, 0);
	frame_ipv4(&frame,
	    &(struct frame_ipv4){ .src = UINT32_C(0xc0a801fa) - at, .dst = BOX_SERVER, .protocol = PROTOCOL_ICMP });
	native(&frame, box);
	ck_assert_uint_eq(run_anywhere(box, at, INTERFACE_V4, &frame), owner);
	check_sent(INTERFACE_V6);
}

/* A host's flows are all with one worker, and come back to it, errors included, wherever the packets arrive. */
START_TEST(flows_stay_with_their_worker)
{
	struct box *box = box_new(&(struct box_options){ .is_ce = true, .workers = (unsigned int)_i });
	struct interface *lan = &box->snapshot.interface[INTERFACE_V4];
	unsigned int used = 0;

	for (uint32_t host = UINT32_C(0xc0a80102); host < UINT32_C(0xc0a8012a); host++) {
		struct frame frame;
		unsigned int owner;
		uint16_t port;

		/* room for one more in the small table */
		memset(lan->neighbours.slot, 0, (lan->neighbours.mask + 1) * sizeof(*lan->neighbours.slot));
		neighbours_add(&lan->neighbours, &(struct neighbour){ host, { { 2 } } });
		udp_packet(&frame, host, 5000, BOX_SERVER, 53, 64);
		native(&frame, box);
		owner = run_anywhere(box, host % box->worker_count, INTERFACE_V4, &frame);
		check_sent(INTERFACE_V6);
		port = load16(end.frame + ETHER_LEN + IPV6_LEN + IPV4_MIN_LEN);
		ck_assert_uint_eq(bank_owner(box->snapshot.bank, L4_UDP, port), owner);
		used |= 1u << owner;
		for (unsigned int at = 0; at < box->worker_count; at++)
			check_owner(box, host, port, at, owner);
	}
	ck_assert_uint_eq(used, (1u << box->worker_count) - 1);
	box_free(box);
}
END_TEST

/*
 * NAT-03, NAT-30, NAT-52: one host uses every port of the set, with however many workers; the next flow is refused with ICMP
 * 3/13. What comes back reaches the host from whichever worker receives it.
 */
static const unsigned int worker_counts[] = { 1, 2, 3, 4, 8 };

START_TEST(every_port_for_one_host)
{
	struct box *box = box_new(&(struct box_options){ .is_ce = true, .workers = worker_counts[_i] });
	const unsigned int owner = snapshot_host_owner(BOX_HOST, (uint16_t)box->worker_count);
	static uint8_t used[PORTSET_PORTS];
	struct frame frame;

	memset(used, 0, sizeof(used));
	for (uint16_t i = 0; i <= 240; i++) {
		udp_packet(&frame, BOX_HOST, (uint16_t)(5000 + i), BOX_SERVER, 53, 64);
		native(&frame, box);
		ck_assert_uint_eq(run_anywhere(box, i % box->worker_count, INTERFACE_V4, &frame), owner);
		if (i == 240)
			break;
		check_sent(INTERFACE_V6);
		used[load16(end.frame + ETHER_LEN + IPV6_LEN + IPV4_MIN_LEN)]++;
	}
	ck_assert_int_eq(end.how, BOX_DROPPED);
	ck_assert_int_eq(end.reason, DROP_nat_no_port);
	ck_assert_uint_eq(load16(end.answer + ETHER_LEN + IPV4_MIN_LEN), 0x030d);
	for (uint32_t port = 0; port < PORTSET_PORTS; port++) {
		ck_assert_uint_eq(used[port], portset_contains(&box->snapshot.ports, (uint16_t)port));
		if (used[port] == 0)
			continue;
		udp_packet(&frame, BOX_SERVER, 53, BOX_EXTERNAL, (uint16_t)port, 64);
		tunnelled(&frame, box, BOX_BR6, BOX_CE6);
		ck_assert_uint_eq(run_anywhere(box, port % box->worker_count, INTERFACE_V6, &frame), owner);
		check_sent(INTERFACE_V4);
		ck_assert_uint_eq(load32(end.frame + ETHER_LEN + 16), BOX_HOST);
	}
	box_free(box);
}
END_TEST

/* Fragments of two workers never have one identification: that takes one key (RFC 8200 section 4.5). */
START_TEST(one_key_for_identifications)
{
	struct box *box = box_new(&(struct box_options){ .is_ce = true, .workers = 2 });

	ck_assert_mem_eq(&box->worker[0].ident.key, &box->worker[1].ident.key, sizeof(struct hash_key));
	box_free(box);
}
END_TEST

/* Under a whole address: sessions of a protocol without ports are with the worker that the remote address says. */
START_TEST(protocols_without_ports_stay_with_their_worker)
{
	struct box *box = box_new(&(struct box_options){ .is_ce = true, .workers = (unsigned int)_i });
	unsigned int used = 0;

	box->snapshot.ports.psid_len = 0;
	for (uint32_t server = BOX_SERVER; server < BOX_SERVER + 40; server++) {
		const unsigned int owner = snapshot_host_owner(server, (uint16_t)box->worker_count);
		struct frame frame;

		used |= 1u << owner;
		for (unsigned int at = 0; at < box->worker_count; at++) {
			frame_payload(&frame, 20);
			frame_ipv4(&frame, &(struct frame_ipv4){ .src = BOX_HOST, .dst = server, .protocol = 50 });
			native(&frame, box);
			ck_assert_uint_eq(run_anywhere(box, at, INTERFACE_V4, &frame), owner);
			check_sent(INTERFACE_V6);
			frame_payload(&frame, 20);
			frame_ipv4(&frame, &(struct frame_ipv4){ .src = server, .dst = BOX_EXTERNAL, .protocol = 50 });
			tunnelled(&frame, box, BOX_BR6, BOX_CE6);
			ck_assert_uint_eq(run_anywhere(box, at, INTERFACE_V6, &frame), owner);
			check_sent(INTERFACE_V4);
		}
	}
	ck_assert_uint_eq(used, (1u << box->worker_count) - 1);
	box_free(box);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("path_workers");
	TCase *workers = tcase_create("workers");

	tcase_add_loop_test(workers, flows_stay_with_their_worker, 1, BOX_MAX_WORKERS + 1);
	tcase_add_loop_test(workers, every_port_for_one_host, 0, COUNT(worker_counts));
	tcase_add_test(workers, one_key_for_identifications);
	tcase_add_loop_test(workers, protocols_without_ports_stay_with_their_worker, 1, BOX_MAX_WORKERS + 1);
	suite_add_tcase(suite, workers);
	return suite;
}
