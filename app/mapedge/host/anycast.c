/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/anycast.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "pkt/interface.h"

#define PROTOCOL_ICMP6 58

static bool
change(const struct anycast *anycast, int option, u128 addr)
{
	struct ipv6_mreq membership = { .ipv6mr_interface = anycast->ifindex };
	struct ip6 wire;

	ip6_store(&wire, addr);
	memcpy(&membership.ipv6mr_multiaddr, &wire, sizeof(wire));
	return setsockopt(anycast->fd, IPPROTO_IPV6, option, &membership, sizeof(membership)) == 0;
}

static bool
has(const u128 *list, uint32_t count, u128 addr)
{
	for (uint32_t i = 0; i < count; i++) {
		if (list[i] == addr)
			return true;
	}
	return false;
}

/* A host, as Linux calls what does not forward, may only have one in a subnet of the device's. */
static bool
join(const struct anycast *anycast, u128 addr)
{
	char text[IP6_TEXT_SIZE];

	if (change(anycast, IPV6_JOIN_ANYCAST, addr))
		return true;
	if (errno == EADDRNOTAVAIL)
		log_error("host: no anycast address %s: set net.ipv6.conf.all.forwarding=1, then mapedgectl "
			  "config-reload",
		    ip6_format(addr, text));
	else
		log_error("host: no anycast address %s: %s", ip6_format(addr, text),
		    errno == EINVAL ? "Linux has it as a unicast address" : strerror(errno));
	return false;
}

void
anycast_follow(struct anycast *anycast, unsigned int ifindex, const struct conf *conf)
{
	u128 wanted[CONF_MAX_DOMAINS];
	uint32_t count = 0, kept = 0;

	for (size_t i = 0; i < conf->softwire_count; i++) {
		if (conf->softwires[i].anycast && !conf->is_drained)
			wanted[count++] = conf->softwires[i].br;
	}
	anycast->ifindex = ifindex;
	if (count > 0 && anycast->fd < 0)
		anycast->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (uint32_t i = 0; i < anycast->count; i++) {
		if (has(wanted, count, anycast->addr[i]))
			anycast->addr[kept++] = anycast->addr[i];
		else
			(void)change(anycast, IPV6_LEAVE_ANYCAST, anycast->addr[i]);
	}
	anycast->count = kept;
	for (uint32_t i = 0; i < count; i++) {
		if (!has(anycast->addr, kept, wanted[i]) && join(anycast, wanted[i]))
			anycast->addr[anycast->count++] = wanted[i];
	}
}

bool
anycast_forbids(const struct anycast *anycast, const struct rte_mbuf *mbuf)
{
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	return anycast->count > 0 && mbuf->data_len >= ETHER_LEN + IPV6_LEN && load16(frame + 12) == ETHER_TYPE_IPV6 &&
	    frame[ETHER_LEN + 6] == PROTOCOL_ICMP6 &&
	    has(anycast->addr, anycast->count, ip6_load(frame + ETHER_LEN + 8));
}

void
anycast_close(struct anycast *anycast)
{
	if (anycast->fd >= 0)
		close(anycast->fd);
}
