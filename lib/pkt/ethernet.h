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

/* The IPv4 packet at p->ip came out of a softwire and is for us: to Linux, as if it had come in on `interface`. */
static inline enum verdict
ethernet_to_host(struct worker *w, struct packet *p, const struct interface *interface)
{
	uint8_t *frame = p->ip - ETHER_LEN;

	memcpy(frame, &interface->mac48, 6);
	memcpy(frame + 6, &interface->mac48, 6);
	store16(frame + 12, ETHER_TYPE_IPV4);
	packet_set_bounds(p, frame, (uint32_t)ETHER_LEN + p->len);
	p->interface = interface->index;
	return host(w, p);
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

/*
 * The packet of `len` bytes at `start` cannot leave yet: no route to it, or the MAC address of its next hop is not known.
 * Dropped, or held until Linux has found the neighbour.
 */
COLD enum verdict ethernet_out_later(struct worker *w, struct packet *p, const struct interface *interface,
    uint32_t hop, uint8_t *start, uint32_t len);

/* An IPv4 packet leaves on a LAN or Internet interface. */
static inline enum verdict
ethernet_out_ipv4(struct worker *w, struct packet *p, const struct interface *interface)
{
	const uint32_t hop = trie4_find(interface->trie, p->dst);
	const struct ether_pair *to = interface_ether(interface, hop, p->dst);

	if (unlikely(to == NULL))
		return ethernet_out_later(w, p, interface, hop, p->ip, p->len);
	return ethernet_out(w, p, interface, to, ETHER_TYPE_IPV4, p->ip, p->len);
}

/* An IPv6 packet of `len` bytes, from its header at `start` on, leaves on a WAN or map interface; what is at p->ip may be inside. */
static inline enum verdict
ethernet_out_ipv6(struct worker *w, struct packet *p, const struct interface *interface, uint8_t *start, uint32_t len)
{
	const struct ether_pair *to = interface->only6;

	if (unlikely(to == NULL)) {
		const u128 dst = ip6_load(start + 24);
		const uint32_t hop = table6_find(&interface->table6, dst)->hop;

		to = interface_ether(interface, hop, dst);
		if (to == NULL)
			return ethernet_out_later(w, p, interface, hop, start, len);
	}
	return ethernet_out(w, p, interface, to, ETHER_TYPE_IPV6, start, len);
}

/* An encapsulated packet leaves on the softwire's interface. */
static inline enum verdict
ethernet_out_softwire(struct worker *w, struct packet *p, const struct interface *interface)
{
	return ethernet_out_ipv6(w, p, interface, p->ip - IPV6_LEN, (uint32_t)IPV6_LEN + p->len);
}

#endif
