/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/interface.h"
#include "pkt/limit.h"

#define PROTOCOL_ICMP4 1
#define PROTOCOL_UDP6 17
#define PROTOCOL_ICMP6 58
#define ND_FIRST 133 /* router solicitation … redirect: RFC 4861 section 4 */
#define ND_LAST 137
#define DHCPV6_CLIENT 546 /* RFC 8415 section 7.2 */
#define DHCPV6_SERVER 547

static enum host_class
class_of_ipv6(const uint8_t *ip, uint32_t len)
{
	const uint8_t *payload = ip + IPV6_LEN;
	uint16_t port;

	if (len < IPV6_LEN + 4)
		return HOST_OTHER;
	if (ip[6] == PROTOCOL_ICMP6)
		return payload[0] >= ND_FIRST && payload[0] <= ND_LAST ? HOST_NEIGHBOUR : HOST_ICMP;
	port = load16(payload + 2);
	if (ip[6] == PROTOCOL_UDP6 && (port == DHCPV6_CLIENT || port == DHCPV6_SERVER))
		return HOST_DHCP;
	return HOST_OTHER;
}

/* By a first look at the frame, of which a frame header and the length of an IPv4 header are there. */
static enum host_class
class_of(const uint8_t *frame, uint32_t len)
{
	const uint8_t *ip = frame + ETHER_LEN;

	switch (load16(frame + 12)) {
	case ETHER_TYPE_ARP:
		return HOST_NEIGHBOUR;
	case ETHER_TYPE_IPV4:
		return ip[9] == PROTOCOL_ICMP4 ? HOST_ICMP : HOST_OTHER;
	case ETHER_TYPE_IPV6:
		return class_of_ipv6(ip, len - ETHER_LEN);
	default:
		return HOST_OTHER;
	}
}

static bool
may_pass(struct worker *w, const struct rte_mbuf *mbuf, enum drop_reason *why)
{
	enum host_class class;

	*why = DROP_no_host;
	if (!w->host->is_on)
		return false;
	class = class_of(rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len);
	*why = DROP_host_limited;
	return limit_take(w, &w->host_bucket[class], w->host->limit[class]);
}

void
host_admit(struct worker *w, uint16_t admitted)
{
	const uint16_t count = w->to_host.count;

	w->to_host.count = admitted;
	for (uint16_t i = admitted; i < count; i++) {
		struct rte_mbuf *mbuf = w->to_host.mbufs[i];
		struct packet p = { .mbuf = mbuf, .interface = (uint8_t)mbuf->port };
		enum drop_reason why;

		if (may_pass(w, p.mbuf, &why))
			outlet_put(&w->to_host, p.mbuf);
		else
			drop(w, &p, why);
	}
}
