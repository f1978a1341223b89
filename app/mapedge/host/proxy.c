/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/proxy.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/assign.h"
#include "clock.h"
#include "host/list.h"
#include "log.h"
#include "timer.h"
#include "setting.h"

#define HOPS 255       /* RFC 4861 section 7.1.1: from this link */
#define ASKED_MAX 50   /* hosts looked for in a second: a scan of the /64 must not become one of the LAN (RFC 6583) */
#define HOSTS_MAX 4096 /* answered for */
#define MESSAGES_AT_ONCE 64

struct proxy {
	unsigned int wan, lan;
	bool is_on;
	struct prefix6 shared;
	struct list hosts; /* of u128, sorted: those that are answered for */
	int fd;            /* hears who is asked for on the WAN */
	struct event *readable;
	uint64_t second; /* of clock_ms() */
	unsigned int asked;
};

/* ---- who is asked for ------------------------------------------------------------------------------------------- */

static void
look_for(struct proxy *proxy, u128 addr)
{
	const uint64_t second = clock_ms() / 1000;

	if (!proxy->is_on || !prefix6_contains(&proxy->shared, addr))
		return;
	if (second != proxy->second)
		proxy->asked = 0;
	proxy->second = second;
	if (proxy->asked++ < ASKED_MAX)
		(void)assign_ask(proxy->lan, addr);
}

/* From the IPv6 header on. The filter has seen to the type. */
static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	uint8_t packet[sizeof(struct ip6_hdr) + sizeof(struct nd_neighbor_solicit)];
	struct sockaddr_ll from;
	socklen_t from_len = sizeof(from);

	(void)what;
	for (int i = 0; i < MESSAGES_AT_ONCE; i++) {
		const ssize_t len =
		    recvfrom(fd, packet, sizeof(packet), MSG_TRUNC, (struct sockaddr *)&from, &from_len);

		if (len < 0)
			return;
		if ((size_t)len >= sizeof(packet) && from.sll_pkttype != PACKET_OUTGOING && packet[7] == HOPS)
			look_for(argument, ip6_load(packet + sizeof(struct ip6_hdr) + 8));
	}
}

/* Neighbour solicitations, also those to groups that Linux has not joined. */
static int
open_socket(struct proxy *proxy, struct error *err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6), /* next header */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40), /* type */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_SOLICIT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 256),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };
	const struct sockaddr_ll device = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = (int)proxy->wan };

	proxy->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (proxy->fd < 0 || setsockopt(proxy->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ||
	    bind(proxy->fd, (const struct sockaddr *)&device, sizeof(device)) < 0)
		return error_set(err, errno, "lan: no socket for neighbour solicitations: %s", strerror(errno));
	return 0;
}

/* ---- who is answered for ---------------------------------------------------------------------------------------- */

/* Both are sorted by their bytes. */
static void
exchange(struct proxy *proxy, struct list *wanted)
{
	const u128 *old = proxy->hosts.items, *new = wanted->items;
	const u128 *old_end = old + proxy->hosts.count, *new_end = new + wanted->count;

	while (old < old_end || new < new_end) {
		const int order = old == old_end ? 1 : new == new_end ? -1 : memcmp(old, new, sizeof(*old));

		if (order < 0)
			(void)assign_no_proxy(proxy->wan, *old);
		if (order > 0)
			(void)assign_proxy(proxy->wan, *new);
		old += order <= 0;
		new += order >= 0;
	}
	list_clear(&proxy->hosts);
	proxy->hosts = *wanted;
}

void
proxy_follow(struct proxy *proxy, const struct link_neighbour *neighbours, size_t count)
{
	struct list wanted = { 0 };

	if (proxy == NULL)
		return;
	for (size_t i = 0; i < count && proxy->is_on && wanted.count < HOSTS_MAX; i++) {
		u128 *host = NULL;

		if (prefix6_contains(&proxy->shared, neighbours[i].addr))
			host = list_add(&wanted, sizeof(*host));
		if (host != NULL)
			*host = neighbours[i].addr;
	}
	list_sort(&wanted, sizeof(u128));
	exchange(proxy, &wanted);
}

void
proxy_set(struct proxy *proxy, const struct prefix6 *shared)
{
	char device[IF_NAMESIZE];

	if (proxy == NULL || (shared == NULL && !proxy->is_on) ||
	    (shared != NULL && proxy->is_on && shared->addr == proxy->shared.addr))
		return;
	proxy->is_on = shared != NULL;
	if (shared != NULL)
		proxy->shared = *shared;
	if (if_indextoname(proxy->wan, device) == NULL ||
	    setting_exchange(device, "proxy_ndp", proxy->is_on ? '1' : '0') < 0)
		log_error("lan: sysctl net.ipv6.conf.%s.proxy_ndp cannot be set", device);
	proxy_follow(proxy, NULL, 0);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

struct proxy *
proxy_open(unsigned int wan, unsigned int lan, struct event_base *base, struct error *err)
{
	struct proxy *proxy = calloc(1, sizeof(*proxy));

	if (proxy == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	*proxy = (struct proxy){ .wan = wan, .lan = lan };
	if (open_socket(proxy, err) < 0)
		goto fail;
	proxy->readable = event_new(base, proxy->fd, EV_READ | EV_PERSIST, on_readable, proxy);
	if (proxy->readable != NULL && event_add(proxy->readable, NULL) == 0)
		return proxy;
	error_set(err, ENOMEM, "no event for neighbour solicitations");

fail:
	proxy_close(proxy);
	return NULL;
}

void
proxy_close(struct proxy *proxy)
{
	if (proxy == NULL)
		return;
	event_end(proxy->readable);
	if (proxy->fd >= 0)
		close(proxy->fd);
	list_clear(&proxy->hosts);
	free(proxy);
}
