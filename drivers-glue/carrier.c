/* SPDX-License-Identifier: BSD-3-Clause */
#include "carrier.h"

#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE 32768 /* of a link with all that Linux says about it */

/* Ethtool tells at once; IFF_RUNNING may be a second late. */
bool
carrier_is_up(const char *device)
{
	const int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ethtool_value link = { .cmd = ETHTOOL_GLINK, .data = 1 };
	struct ifreq request = { .ifr_data = (char *)&link };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	(void)ioctl(sock, SIOCETHTOOL, &request);
	if (sock >= 0)
		close(sock);
	return link.data != 0;
}

static int
on_link(const struct nlmsghdr *message, void *argument)
{
	const struct nlattr *attribute;
	uint32_t *changes = argument;

	mnl_attr_for_each(attribute, message, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attribute) == IFLA_CARRIER_CHANGES)
			*changes = mnl_attr_get_u32(attribute);
	}
	return MNL_CB_OK;
}

/* Messages about links come together where they follow each other fast, so it is asked for; a link that was gone for a moment counts two. */
uint32_t
carrier_changes(const char *device)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	uint32_t changes = 0;
	ssize_t len = -1;

	if (sock == NULL)
		return 0;
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST;
	link->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(request, IFLA_IFNAME, device);
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    mnl_socket_sendto(sock, request, request->nlmsg_len) >= 0)
		len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
	if (len > 0)
		(void)mnl_cb_run(buffer, (size_t)len, 0, mnl_socket_get_portid(sock), on_link, &changes);
	mnl_socket_close(sock);
	return changes;
}
