/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/netlink.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#define BUFFER_SIZE 32768
#define RECEIVE_BUFFER (4 << 20) /* bytes of messages Linux may keep for us */
#define GROUPS \
	(RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)

struct netlink {
	struct mnl_socket *events;
	struct mnl_socket *wishes;
};

struct call {
	netlink_handler *handler;
	void *argument;
};

static int
on_message(const struct nlmsghdr *message, void *argument)
{
	const struct call *call = argument;

	if (call->handler(message, call->argument))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

struct netlink *
netlink_open(struct error *err)
{
	struct netlink *netlink = calloc(1, sizeof(*netlink));
	int size = RECEIVE_BUFFER, fd;

	if (netlink == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	netlink->events = mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
	netlink->wishes = mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (netlink->events == NULL || netlink->wishes == NULL ||
	    mnl_socket_bind(netlink->events, GROUPS, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_bind(netlink->wishes, 0, MNL_SOCKET_AUTOPID) < 0) {
		error_set(err, errno, "no netlink socket: %s", strerror(errno));
		netlink_close(netlink);
		return NULL;
	}
	fd = mnl_socket_get_fd(netlink->events);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return netlink;
}

void
netlink_close(struct netlink *netlink)
{
	if (netlink == NULL)
		return;
	if (netlink->events != NULL)
		mnl_socket_close(netlink->events);
	if (netlink->wishes != NULL)
		mnl_socket_close(netlink->wishes);
	free(netlink);
}

int
netlink_fd(const struct netlink *netlink)
{
	return mnl_socket_get_fd(netlink->events);
}

/* ---- what there is ---------------------------------------------------------------------------------------------- */

bool
netlink_receive(struct netlink *netlink, netlink_handler *handler, void *argument)
{
	struct call call = { handler, argument };
	char buffer[BUFFER_SIZE];
	bool whole = true;

	for (;;) {
		const ssize_t len = mnl_socket_recvfrom(netlink->events, buffer, sizeof(buffer));

		if (len < 0 && errno == EAGAIN)
			return whole;
		if (len < 0 || mnl_cb_run(buffer, (size_t)len, 0, 0, on_message, &call) < 0)
			whole = false;
		if (len < 0 && errno != ENOBUFS && errno != EINTR)
			return false;
	}
}

/* On a socket of its own, so that nothing is left in it. */
int
netlink_dump(uint16_t kind, netlink_handler *handler, void *argument)
{
	struct call call = { handler, argument };
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtgenmsg *family;
	ssize_t len;
	int rc = -1;

	if (sock == NULL)
		return -errno;
	request->nlmsg_type = kind;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = 1;
	family = mnl_nlmsg_put_extra_header(request, sizeof(*family));
	family->rtgen_family = AF_UNSPEC;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    mnl_socket_sendto(sock, request, request->nlmsg_len) >= 0)
		rc = MNL_CB_OK;
	while (rc == MNL_CB_OK) {
		len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
		rc = len < 0 ? -1 : mnl_cb_run(buffer, (size_t)len, 1, mnl_socket_get_portid(sock), on_message, &call);
	}
	rc = rc < 0 ? -errno : 0;
	mnl_socket_close(sock);
	return rc;
}

/* ---- a wish ----------------------------------------------------------------------------------------------------- */

void
netlink_resolve(struct netlink *netlink, unsigned int ifindex, u128 addr)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request;
	struct ndmsg *neighbour;

	/* Refusals of earlier wishes are of no use: the neighbour is not there, and will be asked for again. */
	while (mnl_socket_recvfrom(netlink->wishes, buffer, sizeof(buffer)) > 0)
		;
	request = mnl_nlmsg_put_header(buffer);
	request->nlmsg_type = RTM_NEWNEIGH;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE;
	neighbour = mnl_nlmsg_put_extra_header(request, sizeof(*neighbour));
	neighbour->ndm_ifindex = (int)ifindex;
	neighbour->ndm_state = NUD_NONE;
	neighbour->ndm_flags = NTF_USE;
	if (addr >> 32 == 0) {
		const uint32_t ipv4 = __builtin_bswap32((uint32_t)addr);

		neighbour->ndm_family = AF_INET;
		mnl_attr_put(request, NDA_DST, sizeof(ipv4), &ipv4);
	} else {
		struct ip6 ipv6;

		ip6_store(&ipv6, addr);
		neighbour->ndm_family = AF_INET6;
		mnl_attr_put(request, NDA_DST, sizeof(ipv6), &ipv6);
	}
	(void)mnl_socket_sendto(netlink->wishes, request, request->nlmsg_len);
}

/* ---- a demand --------------------------------------------------------------------------------------------------- */

/* Waits for Linux's answer, which comes at once. */
static int
demand(struct nlmsghdr *request)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buffer[BUFFER_SIZE];
	ssize_t len = -1;
	int rc = -1;

	if (sock == NULL)
		return -errno;
	request->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = 1;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    mnl_socket_sendto(sock, request, request->nlmsg_len) >= 0)
		len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
	if (len >= 0)
		rc = mnl_cb_run(buffer, (size_t)len, 1, mnl_socket_get_portid(sock), NULL, NULL);
	rc = rc < 0 ? -errno : 0;
	mnl_socket_close(sock);
	return rc;
}

static void
put_address(struct nlmsghdr *request, u128 addr)
{
	const uint32_t ipv4 = __builtin_bswap32((uint32_t)addr);
	struct ip6 ipv6;

	if (addr >> 32 == 0) {
		mnl_attr_put(request, IFA_LOCAL, sizeof(ipv4), &ipv4);
		mnl_attr_put(request, IFA_ADDRESS, sizeof(ipv4), &ipv4);
		return;
	}
	ip6_store(&ipv6, addr);
	mnl_attr_put(request, IFA_ADDRESS, sizeof(ipv6), &ipv6);
}

int
netlink_add_address(unsigned int ifindex, u128 addr, uint8_t len)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *address;
	int rc;

	request->nlmsg_type = RTM_NEWADDR;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	address = mnl_nlmsg_put_extra_header(request, sizeof(*address));
	address->ifa_family = addr >> 32 == 0 ? AF_INET : AF_INET6;
	address->ifa_prefixlen = len;
	address->ifa_index = ifindex;
	put_address(request, addr);
	rc = demand(request);
	return rc == -EEXIST ? 0 : rc;
}

int
netlink_add_default(unsigned int ifindex, uint32_t metric)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route;
	int rc;

	request->nlmsg_type = RTM_NEWROUTE;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	*route = (struct rtmsg){ .rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST };
	mnl_attr_put_u32(request, RTA_OIF, ifindex);
	mnl_attr_put_u32(request, RTA_PRIORITY, metric);
	rc = demand(request);
	return rc == -EEXIST ? 0 : rc;
}

int
netlink_demand(struct nlmsghdr *request)
{
	return demand(request);
}
