/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A CE with two workers that hand packets to each other: fragments of both kinds, hairpin, and ICMPv6 errors of the path.
 * Every packet ends once, none goes round, and what is sent is right in its headers.
 *
 * An input is a list of records: what is to be done, a worker, two bytes of length, and that many bytes.
 */
#include <string.h>

#include "box.h"
#include "frag/virtual.h"
#include "frames.h"
#include "fuzz.h"
#include "pkt/l4.h"

enum { FROM_LAN, FROM_WAN, IN_TUNNEL, PASS_TIME };
#define OPERATION 0x03
#define MEND 0x04      /* the IPv4 header's length and checksum are made right, where there is one in front */
#define MEND_ICMP 0x08 /* that of an ICMPv6 message behind an IPv6 header of 40 bytes, too */

#define WORKERS 2
#define MAX_RECORDS 64
#define MAX_PACKET 2048
#define MAX_HOPS 4 /* where fragments meet, who has the session, whom a hairpin is for, who has that one's */
#define BUFFER_ROOM 4096

static struct box *box;
static uint64_t received, sent;

/* ---- laws ------------------------------------------------------------------------------------------------------- */

static void
check_ipv4(const uint8_t *ip, size_t len)
{
	const size_t header = (size_t)(ip[0] & 15) * 4;

	require(len >= IPV4_MIN_LEN && ip[0] >> 4 == 4 && header >= IPV4_MIN_LEN && header <= len,
	    "sent: no IPv4 header");
	require(load16(ip + 2) == len, "sent: another length than the IPv4 header says");
	require(frame_checksum(ip, header) == 0, "sent: a wrong IPv4 header checksum");
	require(ip[8] > 0, "sent: a TTL of 0");
}

/* Outside, everybody is the external address and one of our ports. */
static void
check_source(const uint8_t *ip)
{
	const uint8_t *l4 = ip + (ip[0] & 15) * 4;

	require(load32(ip + 12) == box->snapshot.external_addr, "sent: a foreign source");
	if ((load16(ip + 6) & 0x1fff) == 0 && (ip[9] == PROTOCOL_TCP || ip[9] == PROTOCOL_UDP))
		require(portset_contains(&box->snapshot.ports, load16(l4)), "sent: a port of somebody else");
}

static void
check_sent(unsigned int interface, const struct rte_mbuf *mbuf)
{
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	const size_t len = mbuf->data_len;

	require(mbuf->data_len == mbuf->pkt_len && mbuf->data_off + len <= mbuf->buf_len, "sent: beyond its buffer");
	require(len >= ETHER_LEN + IPV4_MIN_LEN + (interface == INTERFACE_V6 ? IPV6_LEN : 0), "sent: a short frame");
	if (interface == INTERFACE_V4) {
		check_ipv4(frame + ETHER_LEN, len - ETHER_LEN);
		return;
	}
	require(frame[ETHER_LEN] >> 4 == 6 && load16(frame + ETHER_LEN + 4) == len - ETHER_LEN - IPV6_LEN,
	    "sent: a wrong outer header");
	if (frame[ETHER_LEN + 6] != 4) /* a fragment, or an ICMPv6 error */
		return;
	check_ipv4(frame + ETHER_LEN + IPV6_LEN, len - ETHER_LEN - IPV6_LEN);
	check_source(frame + ETHER_LEN + IPV6_LEN);
}

static void
check_conservation(void)
{
	uint64_t made = 0, ended = sent;

	for (unsigned int i = 0; i < WORKERS; i++) {
		const struct counters *counters = &box->worker[i].counters;

		made += counters->created;
		ended += counters->merged;
		for (int reason = 0; reason < DROP_COUNT; reason++)
			ended += counters->drop[reason];
	}
	require(received + made == ended, "received + created is not sent + merged + dropped");
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

static void
fill_stock(struct worker *w)
{
	while (w->stock_count < WORKER_STOCK_SIZE / 2) {
		struct rte_mbuf *mbuf = box_buffer(NULL, BUFFER_ROOM);

		mbuf->data_len = 0;
		mbuf->pkt_len = 0;
		w->stock[w->stock_count++] = mbuf;
	}
}

static void run(struct worker *w, enum way way, struct rte_mbuf *mbuf, int hop);

static void
empty(struct worker *w, int hop)
{
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		for (uint16_t j = 0; j < w->transmit[i].count; j++)
			check_sent(i, w->transmit[i].mbufs[j]);
		sent += w->transmit[i].count;
	}
	for (unsigned int i = 0; i < WORKERS; i++) {
		const struct outlet handed = w->handoff[i];

		w->handoff[i].count = 0;
		require(handed.count == 0 || i != w->id, "handed to itself");
		for (uint16_t j = 0; j < handed.count; j++)
			run(&box->worker[i], (enum way)handed.mbufs[j]->port, handed.mbufs[j], hop + 1);
	}
	box_empty(w);
}

static void
run(struct worker *w, enum way way, struct rte_mbuf *mbuf, int hop)
{
	require(hop <= MAX_HOPS, "a packet goes round");
	require(way < WAYS, "no such way");
	fill_stock(w);
	path_run(w, way, &mbuf, 1);
	do {
		empty(w, hop);
		fill_stock(w);
	} while (path_resume(w) > 0);
}

static void
pass_time(uint32_t ms)
{
	for (unsigned int i = 0; i < WORKERS; i++) {
		struct worker *w = &box->worker[i];

		w->now_ms += ms;
		w->now = (uint32_t)(w->now_ms / 1000);
		fill_stock(w);
		path_tick(w, UINT32_MAX);
		empty(w, 0);
	}
}

/* An ICMPv6 message from somewhere on the way to the BR. */
static void
mend_icmp6(uint8_t *outer, size_t len)
{
	if (len < IPV6_LEN + 8 || outer[6] != 58)
		return;
	store16(outer + IPV6_LEN + 2, 0);
	store16(outer + IPV6_LEN + 2,
	    frame_icmp6_checksum(ip6_load(outer + 8), ip6_load(outer + 24), outer + IPV6_LEN, len - IPV6_LEN));
}

static void
send(uint8_t flags, unsigned int worker, const uint8_t *bytes, size_t len)
{
	const uint8_t from = flags & OPERATION;
	const unsigned int interface = from == FROM_LAN ? INTERFACE_V4 : INTERFACE_V6;
	const struct mac mac = box_mac(box, interface);
	struct frame frame;

	frame_payload(&frame, 0);
	frame_push(&frame, bytes, len);
	if ((flags & MEND) && from != FROM_WAN && len >= IPV4_MIN_LEN && (size_t)(bytes[0] & 15) * 4 <= len)
		frame_mend_ipv4(frame_bytes(&frame), (uint16_t)len);
	if ((flags & MEND_ICMP) && from == FROM_WAN)
		mend_icmp6(frame_bytes(&frame), len);
	if (from == IN_TUNNEL)
		frame_ipv6(&frame, BOX_BR6, BOX_CE6, 4, 0);
	frame_ethernet(&frame, &mac, interface == INTERFACE_V4 ? 0x0800 : 0x86dd);
	received++;
	run(&box->worker[worker], (enum way)interface, box_buffer(frame_bytes(&frame), frame.len), 0);
}

static void
run_record(struct input *input)
{
	const uint8_t flags = input_byte(input);
	const unsigned int worker = input_byte(input) % WORKERS;
	const size_t wanted = (size_t)input_number(input, 2) % (MAX_PACKET + 1);
	const uint8_t *bytes;
	size_t len;

	if ((flags & OPERATION) == PASS_TIME) {
		pass_time((uint32_t)wanted * 100);
		return;
	}
	bytes = input_bytes(input, wanted, &len);
	send(flags, worker, bytes, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	if (box == NULL)
		box = box_new(&(struct box_options){ .is_ce = true,
		    .workers = WORKERS,
		    .sessions = 64,
		    .offset = 6,
		    .fragments = true });
	box_reset(box);
	received = sent = 0;
	for (int i = 0; i < MAX_RECORDS && input.left > 0; i++)
		run_record(&input);
	for (int i = 0; i < 8; i++) /* nothing waits longer than that */
		pass_time(100000);
	check_conservation();
	return 0;
}
