/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/pending.h"

#include "pkt/ethernet.h"

/* ---- taking packets out ----------------------------------------------------------------------------------------- */

static struct packet
take_oldest(struct pending *pending, struct pending_hop *hop)
{
	const struct packet p = { .mbuf = hop->packets[0].mbuf, .interface = hop->packets[0].from };

	pending->packet_count--;
	hop->count--;
	memmove(hop->packets, hop->packets + 1, hop->count * sizeof(hop->packets[0]));
	if (hop->count == 0)
		*hop = pending->hops[--pending->hop_count];
	return p;
}

static void
drop_oldest(struct worker *w, struct pending_hop *hop)
{
	struct packet p = take_oldest(w->pending, hop);

	drop(w, &p, DROP_no_neighbour);
}

static void
send_oldest(struct worker *w, struct pending_hop *hop, const struct interface *interface, const struct ether_pair *to)
{
	struct packet p = take_oldest(w->pending, hop);
	uint8_t *start = rte_pktmbuf_mtod(p.mbuf, uint8_t *);

	ethernet_out(w, &p, interface, to, start[0] >> 4 == 4 ? ETHER_TYPE_IPV4 : ETHER_TYPE_IPV6, start,
	    p.mbuf->pkt_len);
}

/* ---- putting them in -------------------------------------------------------------------------------------------- */

static void
ask(struct worker *w, struct pending_hop *hop)
{
	struct pending *pending = w->pending;

	if (pending->question_count == PENDING_MAX)
		return;
	pending->questions[pending->question_count++] = (struct question){ hop->addr, hop->interface };
	hop->asked_ms = w->now_ms;
}

static void
ask_again(struct worker *w, struct pending_hop *hop)
{
	if (w->now_ms - hop->asked_ms >= PENDING_ASK_MS)
		ask(w, hop);
}

static struct pending_hop *
find_hop(struct pending *pending, uint8_t interface, u128 addr)
{
	for (uint16_t i = 0; i < pending->hop_count; i++) {
		if (pending->hops[i].addr == addr && pending->hops[i].interface == interface)
			return &pending->hops[i];
	}
	return NULL;
}

static struct pending_hop *
find_oldest(struct pending *pending)
{
	struct pending_hop *oldest = pending->hops;

	for (uint16_t i = 1; i < pending->hop_count; i++) {
		if (pending->hops[i].packets[0].since_ms < oldest->packets[0].since_ms)
			oldest = &pending->hops[i];
	}
	return oldest;
}

enum verdict
pending_hold(struct worker *w, struct packet *p, const struct interface *interface, u128 addr, uint8_t *start,
    uint32_t len)
{
	struct pending *pending = w->pending;
	struct pending_hop *hop = find_hop(pending, interface->index, addr);

	if (hop != NULL && hop->count == PENDING_PER_HOP)
		drop_oldest(w, hop);
	else if (pending->packet_count == PENDING_MAX)
		drop_oldest(w, find_oldest(pending));
	/* That may have moved it, or, when it was the oldest, ended it. */
	hop = find_hop(pending, interface->index, addr);
	if (hop == NULL) {
		hop = &pending->hops[pending->hop_count++];
		*hop = (struct pending_hop){ .addr = addr, .interface = interface->index };
		ask(w, hop);
	} else {
		ask_again(w, hop);
	}
	packet_set_bounds(p, start, len);
	hop->packets[hop->count++] = (struct pending_packet){ p->mbuf, w->now_ms, p->interface };
	pending->packet_count++;
	return VERDICT_HELD;
}

/* ---- time passes ------------------------------------------------------------------------------------------------ */

/* Everything that waits for this hop leaves. True when the hop is gone with it. */
static bool
send_all(struct worker *w, struct pending_hop *hop, const struct interface *interface)
{
	const struct ether_pair *to = neighbours_find(&interface->neighbours, hop->addr);

	for (uint8_t left = to == NULL ? 0 : hop->count; left > 0; left--)
		send_oldest(w, hop, interface, to);
	return to != NULL;
}

static bool
give_up_late(struct worker *w, struct pending_hop *hop, pending_give_up *give_up)
{
	for (uint8_t left = hop->count; left > 0; left--) {
		struct packet p;

		if (w->now_ms - hop->packets[0].since_ms < PENDING_TIMEOUT_MS)
			return false;
		p = take_oldest(w->pending, hop);
		give_up(w, &p);
	}
	return true;
}

void
pending_tick(struct worker *w, const struct interface *interfaces, uint64_t generation, pending_give_up *give_up)
{
	struct pending *pending = w->pending;
	const bool is_new = pending->generation != generation;

	/* A hop that is gone has another in its place. */
	for (uint16_t i = 0; i < pending->hop_count;) {
		struct pending_hop *hop = &pending->hops[i];
		const bool is_gone =
		    (is_new && send_all(w, hop, &interfaces[hop->interface])) || give_up_late(w, hop, give_up);

		if (is_gone)
			continue;
		ask_again(w, hop);
		i++;
	}
	pending->generation = generation;
}

uint16_t
pending_drain(struct pending *pending, struct rte_mbuf *mbufs[PENDING_MAX])
{
	uint16_t count = 0;

	while (pending->packet_count > 0)
		mbufs[count++] = take_oldest(pending, pending->hops).mbuf;
	return count;
}
