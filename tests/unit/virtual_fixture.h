/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of virtual reassembly share: fragments go through the steps that a way has for them. After each of them
 * received = passed + dropped + held, the drop outlet has what the counters say, and what passes has the right ports.
 */
#ifndef MAPEDGE_TESTS_VIRTUAL_FIXTURE_H
#define MAPEDGE_TESTS_VIRTUAL_FIXTURE_H

#include <stdlib.h>

#include "fragments.h"
#include "frag/virtual.h"
#include "unit.h"

/* What becomes of a fragment, beside the reasons for which it is dropped. */
enum { PASSED = -1, HELD = -2 };

#define SRC UINT32_C(0xc6336409)
#define DST UINT32_C(0xc0000212)
#define CE6 ((u128)UINT64_C(0x20010db800123400) << 64 | UINT64_C(0x0000c00002120034))
#define TIMEOUT 15000
#define MAX_PASSED 4096

static struct worker *w;
static struct virtual *v;
static void *memory;
static u128 peer;         /* outer source of what is sent next */
static bool first_is_bad; /* its transport header is */
static uint64_t received;
static uint32_t passed;
static struct {
	uint16_t id;
	uint32_t start, end;
} passes[MAX_PASSED];

static inline void
set_up_with(uint32_t datagrams, uint32_t held)
{
	const struct virtual_config config = { .datagrams = datagrams, .held = held, .timeout_ms = TIMEOUT };
	const struct hash_key key = { { 17, 4 } };

	w = fragment_worker_new(0);
	memory = aligned_alloc(64, virtual_size(&config));
	ck_assert_ptr_nonnull(memory);
	memset(memory, 0xa5, virtual_size(&config));
	v = virtual_init(memory, &config, &key);
	peer = 0;
	first_is_bad = false;
	received = passed = 0;
}

static inline void
set_up(void)
{
	set_up_with(64, 256);
}

static inline void
tear_down(void)
{
	struct rte_mbuf *mbufs[7];
	uint16_t count;

	while ((count = virtual_drain(v, mbufs, 7)) > 0) {
		while (count > 0)
			free(mbufs[--count]);
	}
	ck_assert_uint_eq(virtual_held(v), 0);
	ck_assert_uint_eq(virtual_datagrams(v), 0);
	free(memory);
	fragment_worker_free(w);
}

/* The steps of a way that concern fragments; a first fragment's ports come from its datagram's number. */
static inline enum verdict
judge(struct packet *p)
{
	const uint16_t id = load16(p->ip + 4);
	struct datagram *datagram;

	TRY(fragment_in(w, p));
	TRY(virtual_find(w, p, v, peer, &datagram));
	if ((load16(p->ip + 6) & IPV4_OFFSET) != 0)
		return virtual_recall(w, p, v, datagram);
	if (first_is_bad) {
		virtual_refuse(v, datagram, DROP_l4_bad);
		return drop(w, p, DROP_l4_bad);
	}
	p->kind = L4_UDP;
	p->tcp_flags = 0;
	p->src_port = (uint16_t)(1000 + id);
	p->dst_port = (uint16_t)(2000 + id);
	p->quoted = UINT32_C(0x01000000) + id;
	virtual_learn(v, datagram, p);
	return VERDICT_NEXT;
}

static inline void
check_law(void)
{
	ck_assert_uint_eq(received, passed + fragment_drops(w) + virtual_held(v));
}

static inline void
note_pass(const struct packet *p)
{
	const uint16_t id = load16(p->ip + 4), start = (uint16_t)((load16(p->ip + 6) & IPV4_OFFSET) * 8);
	const uint32_t end = start + (uint32_t)packet_l4_len(p);
	uint8_t wrong = 0;

	ck_assert_int_eq(p->kind, L4_UDP);
	ck_assert_uint_eq(p->src_port, (uint16_t)(1000 + id));
	ck_assert_uint_eq(p->dst_port, (uint16_t)(2000 + id));
	ck_assert_uint_eq(p->quoted, UINT32_C(0x01000000) + id);
	ck_assert_uint_eq(p->tcp_flags, 0);
	for (uint32_t i = 0; i < packet_l4_len(p); i++)
		wrong |= p->l4[i] ^ fragment_byte(id, start + i);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_lt(passed, MAX_PASSED);
	passes[passed].id = id;
	passes[passed].start = start;
	passes[passed++].end = end;
}

static inline int
run(struct rte_mbuf *mbuf)
{
	const struct counters before = w->counters;
	const uint32_t held = virtual_held(v);
	const uint16_t data_off = mbuf->data_off, data_len = mbuf->data_len;
	enum verdict verdict;
	struct packet p;

	fragment4_packet(mbuf, &p);
	p.interface = 1;
	p.tcp_flags = 0xff;
	verdict = judge(&p);
	if (verdict == VERDICT_DROP) {
		ck_assert_ptr_eq(w->dropped.mbufs[0], mbuf);
		ck_assert_uint_eq(fragment_empty(w), 1);
		check_law();
		return (int)fragment_reason(&before, &w->counters);
	}
	ck_assert_int_eq(fragment_reason(&before, &w->counters), DROP_COUNT);
	ck_assert_uint_eq(w->dropped.count, 0);
	if (verdict == VERDICT_HELD) {
		ck_assert_uint_eq(virtual_held(v), held + 1);
		ck_assert_uint_eq(w->counters.event[EVENT_fragments_held], before.event[EVENT_fragments_held] + 1);
		ck_assert_uint_eq(mbuf->port, 1);
		ck_assert(mbuf->data_off == data_off && mbuf->data_len == data_len);
		check_law();
		return HELD;
	}
	ck_assert_int_eq(verdict, VERDICT_NEXT);
	note_pass(&p);
	free(mbuf);
	check_law();
	return PASSED;
}

static inline int
send(const struct fragment4 *fragment)
{
	struct frame frame;

	fragment4_frame(&frame, fragment);
	received++;
	return run(fragment_buffer(&frame, RTE_PKTMBUF_HEADROOM, 0));
}

/* Bytes start..end-1 of a UDP datagram; more follow unless it is the last. */
static inline int
put(uint16_t id, uint32_t start, uint32_t end, bool more)
{
	return send(&(struct fragment4){ SRC, DST, id, PROTOCOL_UDP, 0, start, more, (uint16_t)(end - start) });
}

/* All that is ready goes its way once more; returns how many those were. */
static inline uint32_t
go_again(void)
{
	struct rte_mbuf *mbufs[3];
	uint32_t total = 0;
	uint16_t count;

	while ((count = virtual_next(v, mbufs, 3)) > 0) {
		received -= count; /* not for a second time */
		for (uint16_t i = 0; i < count; i++) {
			received++;
			run(mbufs[i]);
		}
		total += count;
	}
	return total;
}

/* Has every byte before `len` of the datagram passed, once? */
static inline bool
has_passed(uint16_t id, uint32_t len)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < passed; i++) {
		if (passes[i].id != id)
			continue;
		sum += passes[i].end - passes[i].start;
		for (uint32_t j = 0; j < i; j++) {
			if (passes[j].id == id && passes[j].start < passes[i].end && passes[i].start < passes[j].end)
				return false;
		}
	}
	return sum == len;
}

static inline uint64_t
dropped(enum drop_reason reason)
{
	return w->counters.drop[reason];
}

#endif
