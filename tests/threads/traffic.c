/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>

#include "../unit/frames.h"
#include "pkt/checksum.h"
#include "world.h"

#define ON_THE_WAY 3 /* packets of a flow at most */
#define PAYLOAD_LEN 64
#define LONG_PAYLOAD_LEN 192
#define FIRST_LEN 96 /* of a datagram in two fragments, UDP header included */
#define PATIENCE_MS 500

/* Every sixteenth flow sends datagrams in two fragments, and gets such answers. */
static bool
is_fragmented(uint32_t flow)
{
	return flow % 16 == 5;
}

uint32_t
flow_done(const struct flow *flow, uint32_t number)
{
	const uint32_t heads = __atomic_load_n(&flow->heads, __ATOMIC_RELAXED);
	const uint32_t tails = __atomic_load_n(&flow->tails, __ATOMIC_RELAXED);

	return is_fragmented(number) && tails < heads ? tails : heads;
}

/* ---- requests --------------------------------------------------------------------------------------------------- */

/* Each eight bytes of the payload say whose they are, so each fragment does. */
static void
build(struct world_thread *thread, uint32_t flow, struct frame *frame)
{
	const struct world *world = thread->world;
	const struct flow_ends ends = world->ends(flow);
	const size_t len = is_fragmented(flow) ? LONG_PAYLOAD_LEN : PAYLOAD_LEN;

	frame_payload(frame, len);
	for (size_t at = 0; at < len; at += 8) {
		store32(frame_bytes(frame) + at, flow);
		store32(frame_bytes(frame) + at + 4, world->flow[flow].sent);
	}
	frame_udp(frame, ends.host_port, ends.remote_port);
	frame_ipv4(frame, &(struct frame_ipv4){ .src = ends.host, .dst = ends.remote, .protocol = PROTOCOL_UDP });
	if (!is_fragmented(flow))
		return;
	/* Threads use numbers of their own, since flows of two may have the same addresses. */
	store16(frame_bytes(frame) + 4, (uint16_t)(++thread->idents * WORLD_MAX_THREADS + thread->number));
	frame_mend_ipv4(frame_bytes(frame), (uint16_t)frame->len);
}

/* The IPv4 header of the frame and `len` bytes behind it from `offset`, a multiple of 8, as a packet on the IPv4 side. */
static struct rte_mbuf *
cut(struct world *world, const struct frame *frame, uint16_t offset, uint16_t len, bool more)
{
	const uint8_t to[ETHER_LEN] = { 2, 0, 0, 0, 0x0c, 1, 2, 0, 0, 0, 1, 1, 8 };
	const uint8_t *ip = frame->room + frame->start;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(world->engine.pool);
	uint8_t *copy =
	    mbuf != NULL ? (uint8_t *)rte_pktmbuf_append(mbuf, (uint16_t)(ETHER_LEN + IPV4_MIN_LEN + len)) : NULL;

	if (copy == NULL) {
		world_note(world, "out of packet buffers");
		return NULL;
	}
	memcpy(copy, to, ETHER_LEN);
	memcpy(copy + ETHER_LEN, ip, IPV4_MIN_LEN);
	memcpy(copy + ETHER_LEN + IPV4_MIN_LEN, ip + IPV4_MIN_LEN + offset, len);
	store16(copy + ETHER_LEN + 6, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
	frame_mend_ipv4(copy + ETHER_LEN, (uint16_t)(IPV4_MIN_LEN + len));
	return mbuf;
}

static void
plug(struct world *world, unsigned int interface, unsigned int queue, struct rte_mbuf *mbuf)
{
	int rc;

	pthread_mutex_lock(&world->plugging); /* as for the pool, pool.c */
	rc = rte_ring_sp_enqueue(world->cable[interface][queue], mbuf);
	pthread_mutex_unlock(&world->plugging);
	if (rc == 0)
		return;
	world_note(world, "a cable is full");
	rte_pktmbuf_free(mbuf);
}

/* Of a datagram in two the second part comes in at another worker. */
static uint16_t
send_one(struct world_thread *thread, uint32_t number, struct rte_mbuf **mbuf)
{
	struct world *world = thread->world;
	struct flow *flow = &world->flow[number];
	struct rte_mbuf *second = NULL;
	struct frame frame;
	uint16_t len;

	build(thread, number, &frame);
	len = (uint16_t)(frame.len - IPV4_MIN_LEN);
	if (is_fragmented(number))
		second = cut(world, &frame, FIRST_LEN, (uint16_t)(len - FIRST_LEN), false);
	if (second != NULL)
		plug(world, INTERFACE_V4, (thread->number + flow->sent) % world->threads, second);
	*mbuf = cut(world, &frame, 0, is_fragmented(number) ? FIRST_LEN : len, is_fragmented(number));
	flow->last_sent = rte_rdtsc();
	__atomic_fetch_add(&flow->sent, 1, __ATOMIC_RELAXED);
	return *mbuf != NULL;
}

static bool
is_due(const struct world *world, uint32_t number)
{
	struct flow *flow = (struct flow *)&world->flow[number];
	const uint32_t missing = flow->sent - flow->forgiven - flow_done(flow, number);

	if ((int32_t)missing > 0 && __atomic_load_n(&world->may_lose, __ATOMIC_RELAXED) &&
	    rte_rdtsc() - flow->last_sent > world->engine.tsc_per_ms * PATIENCE_MS)
		__atomic_fetch_add(&flow->forgiven, missing, __ATOMIC_RELAXED);
	return flow->sent < __atomic_load_n(&world->quota, __ATOMIC_RELAXED) && (int32_t)missing < ON_THE_WAY;
}

uint16_t
traffic_send(struct world_thread *thread, struct rte_mbuf **mbufs, uint16_t room)
{
	const struct world *world = thread->world;
	uint16_t count = 0;

	for (uint32_t i = thread->number; i < WORLD_FLOWS && count < room; i += world->threads) {
		if (is_due(world, i))
			count = (uint16_t)(count + send_one(thread, i, &mbufs[count]));
	}
	return count;
}

/* ---- what the box sends ----------------------------------------------------------------------------------------- */

/* What an inner packet says of itself. */
struct seen {
	uint32_t flow, seq;
	bool is_head, is_tail;
	struct flow_ends ends; /* the packet's source as host; a tail has no ports */
};

static const char *
read_inner(const uint8_t *ip, size_t len, struct seen *seen)
{
	const uint16_t place = load16(ip + 6);
	const uint8_t *payload = ip + IPV4_MIN_LEN;
	const char *fault = frame_fault(ip, len);

	if (fault != NULL)
		return fault;
	if (ip[9] != PROTOCOL_UDP)
		return "no UDP";
	*seen = (struct seen){ .is_head = (place & 0x1fff) == 0, .is_tail = (place & 0x1fff) != 0 };
	seen->ends = (struct flow_ends){ .host = load32(ip + 12), .remote = load32(ip + 16) };
	if (seen->is_head) {
		seen->ends.host_port = load16(payload);
		seen->ends.remote_port = load16(payload + 2);
		payload += 8;
	}
	seen->flow = load32(payload);
	seen->seq = load32(payload + 4);
	if (seen->flow >= WORLD_FLOWS)
		return "a payload that nobody has sent";
	return is_fragmented(seen->flow) == ((place & 0x3fff) != 0) ? NULL : "whole, and yet in fragments";
}

/* Whole packets of a flow stay in their order; *last belongs to one worker, which ThreadSanitizer would deny. */
static bool
is_in_order(uint32_t *last, const struct seen *seen)
{
	const bool follows = *last == 0 || seen->seq + 1 > *last;

	if (is_fragmented(seen->flow))
		return true;
	*last = seen->seq + 1;
	return follows;
}

/* Addresses and ports change places, which no checksum notices. */
static void
turn_round(uint8_t *frame, bool has_ports)
{
	uint8_t *ip = frame + ETHER_LEN + IPV6_LEN, swap[16];

	memcpy(swap, frame, 6);
	memcpy(frame, frame + 6, 6);
	memcpy(frame + 6, swap, 6);
	memcpy(swap, frame + ETHER_LEN + 8, 16);
	memcpy(frame + ETHER_LEN + 8, frame + ETHER_LEN + 24, 16);
	memcpy(frame + ETHER_LEN + 24, swap, 16);
	memcpy(swap, ip + 12, 4);
	memcpy(ip + 12, ip + 16, 4);
	memcpy(ip + 16, swap, 4);
	if (!has_ports)
		return;
	memcpy(swap, ip + IPV4_MIN_LEN, 2);
	memcpy(ip + IPV4_MIN_LEN, ip + IPV4_MIN_LEN + 2, 2);
	memcpy(ip + IPV4_MIN_LEN + 2, swap, 2);
}

static void
answer(struct world_thread *thread, const struct rte_mbuf *request, const struct seen *seen)
{
	struct world *world = thread->world;
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(world->engine.pool);
	const uint32_t spread = is_fragmented(seen->flow) ? ++thread->idents : seen->flow * 7 + 3;
	uint8_t *frame = mbuf != NULL ? (uint8_t *)rte_pktmbuf_append(mbuf, request->data_len) : NULL;

	if (frame == NULL) {
		world_note(world, "out of packet buffers");
		return;
	}
	memcpy(frame, rte_pktmbuf_mtod(request, const void *), request->data_len);
	turn_round(frame, seen->is_head);
	plug(world, INTERFACE_V6, spread % world->threads, mbuf);
}

void
traffic_at_far_end(struct world_thread *thread, const struct rte_mbuf *sent)
{
	const uint8_t *outer = rte_pktmbuf_mtod(sent, const uint8_t *) + ETHER_LEN;
	struct world *world = thread->world;
	struct seen seen;
	const char *wrong = read_inner(outer + IPV6_LEN, sent->data_len - ETHER_LEN - IPV6_LEN, &seen);
	const struct flow_ends ends = wrong == NULL ? world->ends(seen.flow) : (struct flow_ends){ 0 };

	if (wrong == NULL && seen.ends.remote != ends.remote)
		wrong = "a request went to somebody else";
	if (wrong == NULL && seen.is_head && seen.ends.remote_port != ends.remote_port)
		wrong = "a request went to another port";
	if (wrong == NULL && seen.is_head)
		wrong = world->look(world, outer, seen.flow, &seen.ends);
	if (wrong == NULL && !is_in_order(&world->flow[seen.flow].far_seq, &seen))
		wrong = "requests overtook each other";
	if (wrong != NULL)
		world_note(world, wrong);
	else
		answer(thread, sent, &seen);
}

void
traffic_at_host(struct world_thread *thread, const struct rte_mbuf *sent)
{
	const uint8_t *ip = rte_pktmbuf_mtod(sent, const uint8_t *) + ETHER_LEN;
	struct world *world = thread->world;
	const bool is_error = ip[9] == PROTOCOL_ICMP && __atomic_load_n(&world->may_lose, __ATOMIC_RELAXED);
	const char *wrong = NULL;
	struct flow_ends ends;
	struct flow *flow;
	struct seen seen;

	if (is_error)
		return;
	wrong = read_inner(ip, sent->data_len - ETHER_LEN, &seen);
	if (wrong != NULL) {
		world_note(world, wrong);
		return;
	}
	ends = world->ends(seen.flow);
	flow = &world->flow[seen.flow];
	if (seen.ends.remote != ends.host || (seen.is_head && seen.ends.remote_port != ends.host_port))
		wrong = "an answer came to somebody else";
	else if (seen.ends.host != ends.remote || (seen.is_head && seen.ends.host_port != ends.remote_port))
		wrong = "an answer came from somebody else";
	else if (!is_in_order(&flow->near_seq, &seen))
		wrong = "answers overtook each other";
	if (wrong != NULL)
		world_note(world, wrong);
	if (seen.is_head)
		__atomic_fetch_add(&flow->heads, 1, __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(&flow->tails, 1, __ATOMIC_RELAXED);
}
