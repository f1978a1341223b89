/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/netlink.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>

#define BUFFER_SIZE 32768
#define RECEIVE_BUFFER (4 << 20) /* bytes of messages Linux may keep for us */

struct netlink {
	struct mnl_socket *events;
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
netlink_open(uint32_t groups, struct error *err)
{
	struct netlink *netlink = calloc(1, sizeof(*netlink));
	int size = RECEIVE_BUFFER, fd;

	if (netlink == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	netlink->events = mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (netlink->events == NULL || mnl_socket_bind(netlink->events, groups, MNL_SOCKET_AUTOPID) < 0) {
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

/* ---- a demand --------------------------------------------------------------------------------------------------- */

int
netlink_demand(struct nlmsghdr *request)
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
