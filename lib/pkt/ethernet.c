/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/ethernet.h"

#include "pkt/pending.h"

static u128
destination(const uint8_t *ip)
{
	return ip[0] >> 4 == 4 ? (u128)load32(ip + 16) : ip6_load(ip + 24);
}

enum verdict
ethernet_out_later(struct worker *w, struct packet *p, const struct interface *interface, uint32_t hop, uint8_t *start,
    uint32_t len)
{
	u128 addr;

	if (hop < HOP_ON_LINK)
		return drop(w, p, DROP_no_route);
	if (w->pending == NULL)
		return drop(w, p, DROP_no_neighbour);
	addr = hop == HOP_ON_LINK ? destination(start) : interface->routes->gateway[hop - HOP_GATEWAY];
	return pending_hold(w, p, interface, addr, start, len);
}
