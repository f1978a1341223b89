/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of reassembly share. After each fragment received = whole + refused + dropped while held + merged + held,
 * and its buffer is in one place.
 */
#ifndef MAPEDGE_TESTS_REASSEMBLY_FIXTURE_H
#define MAPEDGE_TESTS_REASSEMBLY_FIXTURE_H

#include <stdlib.h>

#include "fragments.h"
#include "frag/reassembly.h"
#include "pkt/interface.h"
#include "pkt/ipv6.h"
#include "unit.h"

/* What becomes of a fragment, beside the reasons for which it is refused. */
enum { WHOLE = -1, HELD = -2 };

#define CE6 ((u128)UINT64_C(0x20010db800123400) << 64 | UINT64_C(0x0000c00002120034))
#define BR6 ((u128)UINT64_C(0x20010db8ffff0000) << 64 | 1)
#define PATH_MRU 1540
#define ROOM 2048 /* of a packet buffer */

static struct worker *w;
static struct reassembly *r;
static void *memory;
static uint64_t received, wholes;
static bool room_is_in_front; /* of the frame, else behind it */
static struct reassembly_refusal refusal;
static struct frame whole; /* the last one, from the Ethernet header on */
static struct packet whole_packet;
static uint8_t whole_next_header;

static inline void
set_up_with(uint32_t datagrams, uint16_t path_mru)
{
	const struct reassembly_config config = { .datagrams = datagrams, .path_mru = path_mru };
	const struct hash_key key = { { 4, 17 } };

	w = fragment_worker_new(0);
	memory = aligned_alloc(64, reassembly_size(&config));
	ck_assert_ptr_nonnull(memory);
	memset(memory, 0xa5, reassembly_size(&config));
	r = reassembly_init(memory, &config, &key);
	received = wholes = 0;
	room_is_in_front = true;
}

static inline void
set_up(void)
{
	set_up_with(64, PATH_MRU);
}

static inline void
tear_down(void)
{
	free(memory);
	fragment_worker_free(w);
}

static inline void
check_law(void)
{
	ck_assert_uint_eq(received, wholes + fragment_drops(w) + w->counters.merged + reassembly_held(r));
}

static inline void
note_whole(const struct packet *p)
{
	const struct rte_mbuf *mbuf = p->mbuf;

	ck_assert_uint_eq(mbuf->data_len, mbuf->pkt_len);
	ck_assert_uint_le(mbuf->data_off + mbuf->data_len, mbuf->buf_len);
	whole.start = 0;
	whole.len = mbuf->data_len;
	memcpy(whole.room, rte_pktmbuf_mtod(mbuf, const void *), whole.len);
	whole_packet = *p;
	ck_assert_uint_eq(mbuf->data_len, (size_t)(p->ip - rte_pktmbuf_mtod(mbuf, uint8_t *)) + p->outer_len);
}

static inline int
run(struct rte_mbuf *mbuf)
{
	enum reassembly_result result;
	struct packet p;

	received++;
	fragment6_packet(w, mbuf, &p);
	result = reassemble(w, &p, r, &whole_next_header, &refusal);
	ck_assert_ptr_eq(p.mbuf, mbuf);
	if (result == REASSEMBLY_WHOLE) {
		ck_assert_uint_eq(w->dropped.count, 0);
		note_whole(&p);
		wholes++;
		free(mbuf);
		check_law();
		return WHOLE;
	}
	if (result == REASSEMBLY_REFUSED)
		drop(w, &p, refusal.reason);
	ck_assert_ptr_eq(w->dropped.mbufs[0], mbuf);
	ck_assert_uint_eq(fragment_empty(w), 1);
	check_law();
	return result == REASSEMBLY_HELD ? HELD : (int)refusal.reason;
}

static inline int
send(const struct fragment6 *fragment)
{
	struct frame frame;

	fragment6_frame(&frame, fragment);
	return run(
	    fragment_buffer(&frame, room_is_in_front ? ROOM : RTE_PKTMBUF_HEADROOM, room_is_in_front ? 0 : ROOM));
}

static inline struct fragment6
piece_of(uint32_t id, uint32_t start, uint32_t end, bool more)
{
	return (struct fragment6){ .src = CE6,
		.dst = BR6,
		.id = id,
		.start = start,
		.more = more,
		.next_header = NEXT_HEADER_IPV4,
		.len = (uint16_t)(end - start) };
}

/* Bytes start..end-1 of an IPv4 packet in a softwire; more follow unless it is the last. */
static inline int
put(uint32_t id, uint32_t start, uint32_t end, bool more)
{
	const struct fragment6 fragment = piece_of(id, start, end, more);

	return send(&fragment);
}

/* What must come out: `len` bytes of datagram `id` behind so many options. NULL, or what is wrong with the last whole. */
static inline const char *
find_fault(uint32_t id, uint16_t len, uint8_t options, uint8_t traffic_class)
{
	const struct mac mac = { { 2, 0, 0, 0, 0, 1 } };
	uint8_t next_header = NEXT_HEADER_IPV4;
	struct frame want;

	frame_payload(&want, len);
	for (uint32_t i = 0; i < len; i++)
		frame_bytes(&want)[i] = fragment_byte(id, i);
	for (uint8_t i = 0; i < options; i++) {
		const uint8_t padding[8] = { next_header, 0, 1, 4 };

		frame_push(&want, padding, sizeof(padding));
		next_header = NEXT_HEADER_HOP_BY_HOP;
	}
	frame_ipv6(&want, CE6, BR6, next_header, traffic_class);
	frame_ethernet(&want, &mac, ETHER_TYPE_IPV6);
	if (whole.len != want.len)
		return "its length";
	if (memcmp(whole.room, frame_bytes(&want), want.len) != 0)
		return "its bytes";
	if (whole_packet.outer_class != traffic_class || whole_packet.outer_len != len)
		return "what struct packet says of it";
	return whole_next_header == NEXT_HEADER_IPV4 ? NULL : "what is behind its headers";
}

static inline uint64_t
dropped(enum drop_reason reason)
{
	return w->counters.drop[reason];
}

#endif
