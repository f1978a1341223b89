/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/assign.h"

#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "host/netlink.h"

#define BUFFER_SIZE 512
#define PROTOCOL 109          /* ours, in `ip -6 route`: who made a route */
#define LAST_METRIC INT32_MAX /* whoever else has a route to the same prefix is right */

/* IPv4 as below 2^32. */
static bool
is_ipv4(u128 addr)
{
	return addr >> 32 == 0;
}

static void
put_address(struct nlmsghdr *request, uint16_t type, u128 addr)
{
	struct ip6 wire;

	ip6_store(&wire, addr);
	if (is_ipv4(addr))
		mnl_attr_put_u32(request, type, htonl((uint32_t)addr));
	else
		mnl_attr_put(request, type, sizeof(wire), &wire);
}

/* What is there already is as it should be. */
static int
unless_there(int rc)
{
	return rc == -EEXIST ? 0 : rc;
}

/* ---- addresses -------------------------------------------------------------------------------------------------- */

static struct nlmsghdr *
address_request(char buffer[BUFFER_SIZE], uint16_t type, unsigned int ifindex, const struct prefix6 *address)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(request, sizeof(*ifa));

	request->nlmsg_type = type;
	ifa->ifa_family = is_ipv4(address->addr) ? AF_INET : AF_INET6;
	ifa->ifa_prefixlen = address->len;
	ifa->ifa_index = ifindex;
	put_address(request, IFA_LOCAL, address->addr);
	put_address(request, IFA_ADDRESS, address->addr);
	return request;
}

int
assign_address(unsigned int ifindex, const struct prefix6 *address, const struct assign_lifetimes *lifetimes,
    uint32_t metric)
{
	const struct ifa_cacheinfo info = { .ifa_prefered = lifetimes->preferred, .ifa_valid = lifetimes->valid };
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = address_request(buffer, RTM_NEWADDR, ifindex, address);

	request->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
	mnl_attr_put(request, IFA_CACHEINFO, sizeof(info), &info);
	if (metric > 0)
		mnl_attr_put_u32(request, IFA_RT_PRIORITY, metric);
	return netlink_demand(request);
}

int
assign_no_address(unsigned int ifindex, const struct prefix6 *address)
{
	char buffer[BUFFER_SIZE];

	return netlink_demand(address_request(buffer, RTM_DELADDR, ifindex, address));
}

int
assign_for_good(unsigned int ifindex, u128 addr, uint8_t len)
{
	const struct prefix6 address = { addr, len };
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = address_request(buffer, RTM_NEWADDR, ifindex, &address);

	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	return unless_there(netlink_demand(request));
}

/* An address with an end is taken away when its test fails, so that it is the last word about it that has the flag. */
static enum assign_state
state_of(uint16_t type, uint32_t flags)
{
	if ((flags & IFA_F_DADFAILED) != 0)
		return ASSIGN_DUPLICATE;
	if (type == RTM_DELADDR)
		return ASSIGN_ABSENT;
	return (flags & IFA_F_TENTATIVE) != 0 ? ASSIGN_TENTATIVE : ASSIGN_READY;
}

bool
assign_read(const struct nlmsghdr *message, unsigned int ifindex, u128 *addr, enum assign_state *state)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	uint32_t flags = ifa->ifa_flags;

	if ((message->nlmsg_type != RTM_NEWADDR && message->nlmsg_type != RTM_DELADDR) || ifa->ifa_family != AF_INET6 ||
	    ifa->ifa_index != ifindex)
		return false;
	*addr = 0;
	mnl_attr_for_each(attribute, message, sizeof(*ifa))
	{
		if (mnl_attr_get_type(attribute) == IFA_FLAGS)
			flags = mnl_attr_get_u32(attribute);
		if (mnl_attr_get_type(attribute) == IFA_ADDRESS)
			*addr = ip6_load(mnl_attr_get_payload(attribute));
	}
	*state = state_of(message->nlmsg_type, flags);
	return true;
}

struct search {
	unsigned int ifindex;
	u128 addr;
	enum assign_state state;
};

static bool
look_at(const struct nlmsghdr *message, void *argument)
{
	struct search *search = argument;
	enum assign_state state;
	u128 addr;

	if (assign_read(message, search->ifindex, &addr, &state) && addr == search->addr)
		search->state = state;
	return true;
}

enum assign_state
assign_look(unsigned int ifindex, u128 addr)
{
	struct search search = { .ifindex = ifindex, .addr = addr };

	(void)netlink_dump(RTM_GETADDR, look_at, &search);
	return search.state;
}

/* ---- routes ----------------------------------------------------------------------------------------------------- */

static struct nlmsghdr *
route_request(char buffer[BUFFER_SIZE], uint16_t type, const struct prefix6 *prefix)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof(*route));

	request->nlmsg_type = type;
	*route = (struct rtmsg){ .rtm_family = AF_INET6,
		.rtm_dst_len = prefix->len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = PROTOCOL,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNREACHABLE };
	put_address(request, RTA_DST, prefix->addr);
	mnl_attr_put_u32(request, RTA_PRIORITY, LAST_METRIC);
	return request;
}

int
assign_unreachable(const struct prefix6 *prefix, uint32_t seconds)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = route_request(buffer, RTM_NEWROUTE, prefix);

	request->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
	if (seconds != UINT32_MAX)
		mnl_attr_put_u32(request, RTA_EXPIRES, seconds);
	return netlink_demand(request);
}

int
assign_no_unreachable(const struct prefix6 *prefix)
{
	char buffer[BUFFER_SIZE];

	return netlink_demand(route_request(buffer, RTM_DELROUTE, prefix));
}

int
assign_default4(unsigned int ifindex, uint32_t metric)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(request, sizeof(*route));

	request->nlmsg_type = RTM_NEWROUTE;
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	*route = (struct rtmsg){ .rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST };
	mnl_attr_put_u32(request, RTA_OIF, ifindex);
	mnl_attr_put_u32(request, RTA_PRIORITY, metric);
	return unless_there(netlink_demand(request));
}

static bool
forget_route(const struct nlmsghdr *message, void *argument)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct prefix6 prefix = { .len = route->rtm_dst_len };

	(void)argument;
	if (route->rtm_family != AF_INET6 || route->rtm_protocol != PROTOCOL || route->rtm_type != RTN_UNREACHABLE)
		return true;
	mnl_attr_for_each(attribute, message, sizeof(*route))
	{
		if (mnl_attr_get_type(attribute) == RTA_DST &&
		    mnl_attr_get_payload_len(attribute) == sizeof(struct ip6))
			prefix.addr = ip6_load(mnl_attr_get_payload(attribute));
	}
	(void)assign_no_unreachable(&prefix);
	return true;
}

void
assign_forget_unreachable(void)
{
	(void)netlink_dump(RTM_GETROUTE, forget_route, NULL);
}

/* ---- neighbours ------------------------------------------------------------------------------------------------- */

static int
change_neighbour(uint16_t type, uint8_t flags, unsigned int ifindex, u128 addr)
{
	char buffer[BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ndmsg *neighbour = mnl_nlmsg_put_extra_header(request, sizeof(*neighbour));

	request->nlmsg_type = type;
	request->nlmsg_flags = type == RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_REPLACE : 0;
	neighbour->ndm_family = is_ipv4(addr) ? AF_INET : AF_INET6;
	neighbour->ndm_ifindex = (int)ifindex;
	neighbour->ndm_state = NUD_NONE;
	neighbour->ndm_flags = flags;
	put_address(request, NDA_DST, addr);
	return netlink_demand(request);
}

int
assign_ask(unsigned int ifindex, u128 addr)
{
	return change_neighbour(RTM_NEWNEIGH, NTF_USE, ifindex, addr);
}

int
assign_proxy(unsigned int ifindex, u128 addr)
{
	return change_neighbour(RTM_NEWNEIGH, NTF_PROXY, ifindex, addr);
}

int
assign_no_proxy(unsigned int ifindex, u128 addr)
{
	return change_neighbour(RTM_DELNEIGH, NTF_PROXY, ifindex, addr);
}
