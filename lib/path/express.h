/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The express lane. Nearly every packet is plain: a frame for us, an IPv4 header of twenty bytes that is right, no fragment,
 * TCP or UDP with all of its header, nothing to answer, refuse or learn. What the steps of the long way ask one after the
 * other is asked of several such packets at a time (path/headers.h), and their new headers are written in one go.
 *
 * What is not plain is a stray, and goes the long way, at its place among the others. The long way defines what becomes of
 * a packet; the lane must do the same to those it takes, byte for byte and counter for counter, and may refuse any. So what
 * is rare, or changes more than the packet, belongs there. tests/unit/test_express.c holds one against the other.
 *
 * The lane goes over a burst several times: it reads all headers; seek() asks what the addresses alone tell and fetches what
 * they lead to; then judge() makes up its mind about all of them, still without a trace if that is no, and send() does it. Each of
 * these loops is short enough for the registers of the machine.
 */
#ifndef MAPEDGE_PATH_EXPRESS_H
#define MAPEDGE_PATH_EXPRESS_H

#include "path/headers.h"
#include "path/steps.h"
#include "path/suspects.h"

/* Where a packet's addresses lead, and by judge() where it goes. */
struct lead {
	const struct map_rule *rule; /* BR: of the CE's end */
	const struct softwire *softwire;
	uint64_t hash; /* of what is looked for in the sessions or the bindings */
	struct session *session;
	const struct binding *binding;  /* BR with pools: that the CE of the end probably has, or NULL */
	const struct ether_pair *ether; /* of the next hop */
	u128 outer_dst;                 /* of what is wrapped */
};

/* A packet as its headers say. */
struct plain {
	struct rte_mbuf *mbuf;
	uint8_t *ip;   /* the IPv4 header, inner if there is an outer one */
	uint64_t *src; /* these five as in struct headers */
	const uint64_t *dst;
	const uint64_t *outer;
	const uint32_t *spent;
	uint32_t len;
};

/* Of packets that took the lane together, what their softwire's counters gain. */
struct tally {
	const struct softwire *softwire;
	uint64_t packets;
	uint64_t bytes; /* IPv4 */
};

static INLINED struct plain
plain_of(struct headers *h, struct rte_mbuf *const *mbufs, unsigned int i)
{
	return (struct plain){ .mbuf = mbufs[i],
		.ip = (uint8_t *)(uintptr_t)h->ip[i],
		.src = &h->src[i],
		.dst = &h->dst[i],
		.outer = &h->outer[i],
		.spent = &h->spent[i],
		.len = h->len[i] };
}

/* Do both traffic classes say the same, as far as it counts? */
static INLINED bool
plain_class(const struct plain *p, const struct softwire *softwire)
{
	const uint8_t outer = (uint8_t)(load16(p->ip - IPV6_LEN) >> 4);

	return ((outer ^ p->ip[1]) & softwire->decap_mask) == 0;
}

/* ---- out -------------------------------------------------------------------------------------------------------- */

/* Where the softwire's packets go, NULL when that must be found out first. */
static INLINED const struct ether_pair *
plain_way_to_softwire(const struct interface *out, u128 dst)
{
	if (likely(out->only6 != NULL))
		return out->only6;
	return interface_ether(out, table6_find(&out->table6, dst)->hop, dst);
}

static INLINED const struct ether_pair *
plain_way_to_ipv4(const struct interface *out, uint32_t dst)
{
	return interface_ether(out, trie4_find(out->trie, dst), dst);
}

/* The frame's header goes `shift` bytes further to the back now (or to the front), `before` bytes in front of p->ip. */
static INLINED void
plain_transmit(struct worker *w, const struct plain *p, const struct lead *lead, unsigned int interface,
    unsigned int before, int shift)
{
	const uint32_t len = before + p->len;
	uint8_t *frame = p->ip - before;

	memcpy(frame, lead->ether, sizeof(*lead->ether));
	store16(frame + 12, interface == INTERFACE_V6 ? ETHER_TYPE_IPV6 : ETHER_TYPE_IPV4);
	p->mbuf->data_off = (uint16_t)(p->mbuf->data_off + shift);
	p->mbuf->data_len = (uint16_t)len;
	p->mbuf->pkt_len = len;
	outlet_put(&w->transmit[interface], p->mbuf);
}

/* The TTL is spent. */
static INLINED void
plain_spend_ttl(const struct plain *p)
{
	memcpy(p->ip + 8, p->spent, sizeof(*p->spent));
}

/* And more of the header has changed: `difference` is the sum of at most three such. */
static INLINED void
plain_spend_ttl_and(const struct plain *p, uint32_t difference)
{
	uint32_t sum = (*p->spent >> 16 ^ 0xffff) + difference;
	uint16_t field;

	plain_spend_ttl(p);
	sum = (sum & 0xffff) + (sum >> 16); /* of four words at most three carries, which may bring one more */
	field = (uint16_t) ~(sum + (sum >> 16));
	memcpy(p->ip + 10, &field, sizeof(field));
}

/* Of the flow, which has its new addresses by now. */
static INLINED uint32_t
plain_flow_label(const struct plain *p)
{
	return flow_label(session_end_addr(*p->src), session_end_addr(*p->dst),
	    (uint32_t)session_end_port(*p->src) << 16 | session_end_port(*p->dst), p->ip[9]);
}

/* A native packet goes into the softwire. */
static INLINED void
plain_wrap(struct worker *w, const struct plain *p, const struct lead *lead)
{
	const struct softwire *softwire = lead->softwire;
	uint8_t *outer = p->ip - IPV6_LEN;
	uint64_t first;

	memcpy(&first, softwire->outer, sizeof(first));
	first |= *p->outer & softwire->inherited;
	if (softwire->flow_label)
		first |= __builtin_bswap32(plain_flow_label(p));
	memcpy(outer, &first, sizeof(first));
	memcpy(outer + 8, softwire->outer + 8, sizeof(struct ip6));
	ip6_store(outer + 24, lead->outer_dst);
	plain_transmit(w, p, lead, INTERFACE_V6, ETHER_LEN + IPV6_LEN, -IPV6_LEN);
}

/* A packet leaves its softwire. */
static INLINED void
plain_unwrap(struct worker *w, const struct plain *p, const struct lead *lead)
{
	plain_transmit(w, p, lead, INTERFACE_V4, ETHER_LEN, IPV6_LEN);
}

/* ---- counting --------------------------------------------------------------------------------------------------- */

typedef void tally_close(struct worker *w, const struct tally *tally);

static inline void
tally_wrapped(struct worker *w, const struct tally *tally)
{
	struct softwire_counters *counters = &w->counters.softwire[tally->softwire->index];

	traffic_add_many(&counters->rcvd_ipv4, tally->packets, tally->bytes);
	traffic_add_many(&counters->sent_ipv6, tally->packets, tally->bytes + IPV6_LEN * tally->packets);
}

static inline void
tally_unwrapped(struct worker *w, const struct tally *tally)
{
	struct softwire_counters *counters = &w->counters.softwire[tally->softwire->index];

	traffic_add_many(&counters->rcvd_ipv6, tally->packets, tally->bytes + IPV6_LEN * tally->packets);
	traffic_add_many(&counters->sent_ipv4, tally->packets, tally->bytes);
}

static INLINED void
tally_add(struct worker *w, struct tally *tally, const struct softwire *softwire, uint32_t bytes, tally_close *close)
{
	if (unlikely(tally->softwire != softwire)) {
		if (tally->packets > 0)
			close(w, tally);
		*tally = (struct tally){ .softwire = softwire };
	}
	tally->packets++;
	tally->bytes += bytes;
}

/* ---- fetching --------------------------------------------------------------------------------------------------- */

/* Both cache lines that will be touched: a native packet grows 40 bytes in front, a tunnelled one has 40 more inside. */
static inline void
express_prefetch(struct rte_mbuf *const *mbufs, uint16_t count, enum way way)
{
	const int behind = way_interface(way) == INTERFACE_V6 ? 64 : -IPV6_LEN;

	for (uint16_t i = 0; i < count; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(mbufs[i], uint8_t *);

		__builtin_prefetch(frame, 1);
		__builtin_prefetch(frame + behind, 1);
	}
}

/* ---- strays ----------------------------------------------------------------------------------------------------- */

/* The packet is none for the lane, and so many before it have not gone yet. How many are to go the long way now: none when it has gone. */
typedef unsigned int stray_taken(struct worker *w, enum way way, struct rte_mbuf **mbuf, unsigned int strays);

static inline unsigned int
stray_waits(struct worker *w, enum way way, struct rte_mbuf **mbuf, unsigned int strays)
{
	(void)w;
	(void)way;
	(void)mbuf;
	return strays + 1;
}

/* Native IPv6 of a CE does not wait: path/forward_express.c. */
stray_taken forward_stray_up, forward_stray_down;

/* ---- the lanes of all ways -------------------------------------------------------------------------------------- */

/* Sends a burst its way: the plain packets of it at once, the rest by path_run_long(). */
typedef void express_lane(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);

express_lane br_down_express, br_up_express, ce_up_express, ce_down_express, forward_express;

/* As they are built for one kind of CPU. NULL: that way is the long way as a whole. */
struct lanes {
	const char *cpu; /* path_cpu() */
	express_lane *of[WORKS][WAYS];
};
extern const struct lanes express_lanes;

/* Those that this program has chosen. */
const struct lanes *express_chosen(void);

/* ---- the lane --------------------------------------------------------------------------------------------------- */

struct lane {
	unsigned int before; /* bytes of a frame in front of its IPv4 header */
	stray_taken *stray;  /* what becomes of packets that are none for the lane */
	void (*read)(struct headers *h, const struct interface *in, unsigned int count);
	bool (*seek)(const struct worker *w, const struct plain *p, struct lead *lead);
	void (*fetch)(const struct worker *w, struct lead *lead); /* NULL, or a second round of fetching */
	bool (*judge)(const struct worker *w, const struct plain *p, struct lead *lead);
	void (*send)(struct worker *w, const struct plain *p, const struct lead *lead);
	tally_close *close;
};

/* Headers and leads of a burst. */
static INLINED void
lane_look(const struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count, struct lane lane,
    struct headers *h, struct lead *lead)
{
	headers_find(h, mbufs, count, lane.before);
	lane.read(h, &w->snapshot->interface[way_interface(way)], count);
	for (unsigned int i = 0; i < count; i++) {
		if (likely(h->plain[i] != 0)) {
			const struct plain p = plain_of(h, mbufs, i);

			h->plain[i] = lane.seek(w, &p, &lead[i]);
		}
	}
	for (unsigned int i = 0; lane.fetch != NULL && i < count; i++) {
		if (likely(h->plain[i] != 0))
			lane.fetch(w, &lead[i]);
	}
}

/* Are all of them plain? */
static INLINED bool
lane_judge(const struct worker *w, struct rte_mbuf **mbufs, uint16_t count, struct lane lane, struct headers *h,
    struct lead *lead)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct plain p = plain_of(h, mbufs, i);

		if (unlikely(h->plain[i] == 0 || !lane.judge(w, &p, &lead[i])))
			return false;
	}
	return true;
}

static INLINED void
lane_send(struct worker *w, struct rte_mbuf **mbufs, uint16_t count, struct lane lane, struct headers *h,
    const struct lead *lead)
{
	struct tally tally = { .packets = 0 };

	for (unsigned int i = 0; i < count; i++) {
		const struct plain p = plain_of(h, mbufs, i);

		lane.send(w, &p, &lead[i]);
		tally_add(w, &tally, lead[i].softwire, p.len, lane.close);
	}
	lane.close(w, &tally);
}

/* With strays among them, which may end a session that others have been judged by: each is judged when it is its turn. */
static INLINED void
lane_send_among_strays(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count, struct lane lane,
    struct headers *h, struct lead *lead)
{
	struct tally tally = { .packets = 0 };
	unsigned int strays = 0;

	for (unsigned int i = 0; i < count; i++) {
		const struct plain p = plain_of(h, mbufs, i);

		if (unlikely(h->plain[i] == 0 || !lane.judge(w, &p, &lead[i]))) {
			strays = lane.stray(w, way, &mbufs[i], strays);
			continue;
		}
		if (unlikely(strays > 0)) {
			path_run_long(w, way, mbufs + i - strays, (uint16_t)strays);
			strays = !lane.judge(w, &p, &lead[i]);
			if (strays > 0)
				continue;
		}
		lane.send(w, &p, &lead[i]);
		tally_add(w, &tally, lead[i].softwire, p.len, lane.close);
	}
	if (tally.packets > 0)
		lane.close(w, &tally);
	if (strays > 0)
		path_run_long(w, way, mbufs + count - strays, (uint16_t)strays);
}

/* Inline, with a constant lane, so that its functions are, too. */
static INLINED void
lane_run(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count, struct lane lane)
{
	struct headers headers;
	struct lead lead[BURST_SIZE];

	lane_look(w, way, mbufs, count, lane, &headers, lead);
	if (likely(lane_judge(w, mbufs, count, lane, &headers, lead)))
		lane_send(w, mbufs, count, lane, &headers, lead);
	else
		lane_send_among_strays(w, way, mbufs, count, lane, &headers, lead);
}

#endif
