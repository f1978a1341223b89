/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/ethernet.h"

#include "pkt/checksum.h"
#include "pkt/pending.h"

static u128
destination(const uint8_t *ip)
{
	return ip[0] >> 4 == 4 ? (u128)load32(ip + 16) : ip6_load(ip + 24);
}

#define DUMMY_ADDRESS \
	UINT32_C(0xc0000008) /* 192.0.0.8, RFC 7600 section 6: of a node that has no other to speak from */

static void
set_src(uint8_t *ip, uint32_t src)
{
	uint32_t before, after;

	memcpy(&before, ip + 12, sizeof(before));
	store32(ip + 12, src);
	memcpy(&after, ip + 12, sizeof(after));
	checksum_patch(ip + 10, checksum_difference32(before, after));
}

/*
 * An IPv4 packet for Linux itself that has come through the NAPT; its frame header is of no use there and will be taken off. Our
 * own errors come from an address that is Linux's, too, and Linux believes nothing that comes from itself.
 */
static enum verdict
to_device(struct worker *w, struct packet *p, const struct interface *interface)
{
	enum verdict verdict;

	if (load32(p->ip + 12) == interface->address)
		set_src(p->ip, DUMMY_ADDRESS);
	verdict = ethernet_to_host(w, p, interface);
	p->mbuf->port = INTERFACE_DEVICE;
	return verdict;
}

enum verdict
ethernet_out_later(struct worker *w, struct packet *p, const struct interface *interface, uint32_t hop, uint8_t *start,
    uint32_t len)
{
	u128 addr;

	if (hop == HOP_DEVICE)
		return to_device(w, p, interface);
	if (hop < HOP_ON_LINK)
		return drop(w, p, DROP_no_route);
	if (w->pending == NULL)
		return drop(w, p, DROP_no_neighbour);
	addr = hop == HOP_ON_LINK ? destination(start) : interface->routes->gateway[hop - HOP_GATEWAY];
	return pending_hold(w, p, interface, addr, start, len);
}
