/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The express lane of native IPv6 through a CE. Why each question is asked stands in forward.c. One packet at a time: most of the work
 * is to find two addresses in the table, so that reading several headers at once would save little, and IPv6 comes
 * mixed with IPv4.
 */
#include "path/express.h"
#include "path/forward.h"

struct native6 {
	uint8_t *ip;
	uint32_t len; /* of the packet, bytes */
	const struct ether_pair *ether;
};

/* A frame for us with a whole IPv6 packet of TCP or UDP in it. */
static INLINED bool
read_headers(const struct interface *in, const struct rte_mbuf *mbuf, struct native6 *p)
{
	uint8_t *frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
	const uint8_t *ip = frame + ETHER_LEN;

	if (mbuf->nb_segs != 1 || mbuf->data_len < ETHER_LEN + IPV6_LEN)
		return false;
	p->ip = frame + ETHER_LEN;
	p->len = (uint32_t)IPV6_LEN + load16(ip + 4);
	return ethernet_address(frame) == in->mac48 && load16(frame + 12) == ETHER_TYPE_IPV6 && ip[0] >> 4 == 6 &&
	    (ip[6] == NEXT_HEADER_TCP || ip[6] == NEXT_HEADER_UDP) && p->len <= (uint32_t)mbuf->data_len - ETHER_LEN;
}

/* May it cross the box this way? */
static INLINED bool
may_cross(const struct range6 *from, const struct range6 *to, unsigned int interface)
{
	if (from->is_martian || to->is_martian || !forward_leads_to(to, !interface))
		return false;
	return interface == INTERFACE_V4 ? forward_leads_to(from, INTERFACE_V4) : !forward_is_inside(from);
}

static INLINED bool
judge(const struct worker *w, struct native6 *p, unsigned int interface)
{
	const struct snapshot *snapshot = w->snapshot;
	const struct fib6 *fib = &snapshot->fib6;
	const struct interface *out = &snapshot->interface[!interface];
	const u128 dst = ip6_load(p->ip + 24);
	const struct range6 *to = fib6_find(fib, dst);

	if (interface == INTERFACE_V6 && snapshot_terminating(snapshot, dst) != NULL)
		return false;
	if (!may_cross(fib6_find(fib, ip6_load(p->ip + 8)), to, interface) || p->ip[7] <= 1 || p->len > out->mtu)
		return false;
	p->ether = fib6_ether(fib, out, to, dst);
	return p->ether != NULL;
}

static INLINED void
send(struct worker *w, struct rte_mbuf *mbuf, const struct native6 *p, unsigned int interface)
{
	uint8_t *frame = p->ip - ETHER_LEN;

	event(w, interface == INTERFACE_V4 ? EVENT_forwarded_up : EVENT_forwarded_down);
	p->ip[7]--;
	memcpy(frame, p->ether, sizeof(*p->ether));
	mbuf->data_len = (uint16_t)(ETHER_LEN + p->len);
	mbuf->pkt_len = mbuf->data_len;
	outlet_put(&w->transmit[!interface], mbuf);
}

static INLINED unsigned int
take_stray(struct worker *w, enum way way, struct rte_mbuf **mbuf, unsigned int strays, unsigned int interface)
{
	const struct snapshot *snapshot = w->snapshot;
	struct native6 p;

	if (snapshot->fib6.table.ranges == NULL || !read_headers(&snapshot->interface[interface], *mbuf, &p) ||
	    !judge(w, &p, interface))
		return strays + 1;
	if (unlikely(strays > 0))
		path_run_long(w, way, mbuf - strays, (uint16_t)strays);
	send(w, *mbuf, &p, interface);
	return 0;
}

unsigned int
forward_stray_up(struct worker *w, enum way way, struct rte_mbuf **mbuf, unsigned int strays)
{
	return take_stray(w, way, mbuf, strays, INTERFACE_V4);
}

unsigned int
forward_stray_down(struct worker *w, enum way way, struct rte_mbuf **mbuf, unsigned int strays)
{
	return take_stray(w, way, mbuf, strays, INTERFACE_V6);
}

/* Where there is no lane for IPv4. */
void
forward_express(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	stray_taken *const stray = way_interface(way) == INTERFACE_V4 ? forward_stray_up : forward_stray_down;
	unsigned int strays = 0;

	express_prefetch(mbufs, count, way);
	for (uint16_t i = 0; i < count; i++)
		strays = stray(w, way, &mbufs[i], strays);
	if (strays > 0)
		path_run_long(w, way, mbufs + count - strays, (uint16_t)strays);
}
