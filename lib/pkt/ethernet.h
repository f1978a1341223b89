/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps: a frame comes in; a packet gets its frame header and leaves. */
#ifndef MAPEDGE_PKT_ETHERNET_H
#define MAPEDGE_PKT_ETHERNET_H

#include "pkt/interface.h"

/* Is the frame for us? Broadcast and multicast are Linux's. Leaves p->ip behind the frame header. */
static inline enum verdict
ethernet_in(struct worker *w, struct packet *p, const struct interface *interface)
{
	uint8_t *frame = rte_pktmbuf_mtod(p->mbuf, uint8_t *);

	if (p->mbuf->nb_segs != 1)
		return drop(w, p, DROP_segmented);
	if (p->mbuf->data_len < ETHER_LEN + IPV4_MIN_LEN)
		return drop(w, p, DROP_l2_short);
	p->ip = frame + ETHER_LEN;
	p->ether_type = load16(frame + 12);
	if (unlikely(ethernet_address(frame) != interface->mac48))
		return frame[0] & 1 ? host(w, p) : drop(w, p, DROP_l2_other);
	return VERDICT_NEXT;
}

/* Writes the frame header in front of `start`, gives the buffer its new bounds and sends it. */
static inline enum verdict
ethernet_out(struct worker *w, struct packet *p, const struct interface *interface, const struct ether_pair *to,
    uint16_t ether_type, uint8_t *start, uint32_t len)
{
	uint8_t *frame = start - ETHER_LEN;

	memcpy(frame, to, sizeof(*to));
	store16(frame + 12, ether_type);
	packet_set_bounds(p, frame, ETHER_LEN + len);
	return forward(w, p, interface->index);
}

/* An IPv4 packet leaves on a LAN or Internet interface: to its neighbour if on-link, else to the gateway. */
static inline enum verdict
ethernet_out_ipv4(struct worker *w, struct packet *p, const struct interface *interface)
{
	const struct ether_pair *to;

	if (interface_is_on_link(interface, p->dst))
		to = interface_neighbour(interface, p->dst);
	else
		to = interface->has_gateway ? &interface->gateway : NULL;
	if (to == NULL)
		return drop(w, p, DROP_no_neighbour);
	return ethernet_out(w, p, interface, to, ETHER_TYPE_IPV4, p->ip, p->len);
}

/* The IPv6 packet of `len` bytes at `start` leaves; its only next hop is the gateway. */
static inline enum verdict
ethernet_out_ipv6(struct worker *w, struct packet *p, const struct interface *interface, uint8_t *start, uint32_t len)
{
	return ethernet_out(w, p, interface, &interface->gateway, ETHER_TYPE_IPV6, start, len);
}

/* An encapsulated packet leaves on the softwire's interface. */
static inline enum verdict
ethernet_out_softwire(struct worker *w, struct packet *p, const struct interface *interface)
{
	return ethernet_out_ipv6(w, p, interface, p->ip - IPV6_LEN, (uint32_t)IPV6_LEN + p->len);
}

#endif
