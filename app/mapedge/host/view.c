/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/view.h"

#include <linux/neighbour.h>

#include "host/assign.h"

#define USABLE_STATES (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP)

/* The attributes of a message by their type, as far as `max`; NULL: not there. */
static void
attributes(const struct nlmsghdr *message, size_t header_len, uint16_t max, const struct nlattr **found)
{
	const struct nlattr *attribute;

	memset(found, 0, (max + 1u) * sizeof(*found));
	mnl_attr_for_each(attribute, message, header_len)
	{
		if (mnl_attr_get_type(attribute) <= max)
			found[mnl_attr_get_type(attribute)] = attribute;
	}
}

/* An address of either family, as in pkt/neighbours.h; 0 when there is none. */
static u128
address_of(const struct nlattr *attribute)
{
	if (attribute == NULL)
		return 0;
	if (mnl_attr_get_payload_len(attribute) == sizeof(uint32_t))
		return load32(mnl_attr_get_payload(attribute));
	return mnl_attr_get_payload_len(attribute) == sizeof(struct ip6) ? ip6_load(mnl_attr_get_payload(attribute))
									 : 0;
}

/* ---- addresses -------------------------------------------------------------------------------------------------- */

static bool
add_host_route(struct view *view, uint32_t addr, enum hop hop)
{
	struct route *route = list_add(&view->routes, sizeof(*route));

	if (route == NULL)
		return false;
	route->addr = addr;
	route->len = 32;
	route->hop = hop;
	return true;
}

/* What has come to an address on lo is for us, too: routers have their own address there. */
static bool
on_address4(struct view_reader *reader, const struct ifaddrmsg *ifa, uint32_t addr)
{
	struct view *view = &reader->view[INTERFACE_V4];

	if (ifa->ifa_index != LOOPBACK_IFINDEX && ifa->ifa_index != reader->ifindex[INTERFACE_V4])
		return true;
	if (addr >> 24 == 127)
		return true;
	if (view->address == 0 && ifa->ifa_index != LOOPBACK_IFINDEX && ifa->ifa_scope == RT_SCOPE_UNIVERSE)
		view->address = addr;
	return add_host_route(view, addr, HOP_OWN) &&
	    (ifa->ifa_prefixlen > 30 || add_host_route(view, addr | ~mask4(ifa->ifa_prefixlen), HOP_BROADCAST));
}

/* Sources of what we send: an address that is being tested, or on its way out, is none. */
static bool
on_address6(struct view_reader *reader, const struct ifaddrmsg *ifa, uint32_t flags, u128 addr)
{
	u128 *address;

	const unsigned int i = view_interface(reader->ifindex, ifa->ifa_index);

	if (i == INTERFACE_COUNT || ifa->ifa_scope != RT_SCOPE_UNIVERSE ||
	    (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)) != 0)
		return true;
	address = list_add(&reader->view[i].addresses6, sizeof(*address));
	if (address != NULL)
		*address = addr;
	return address != NULL;
}

bool
view_address(const struct nlmsghdr *message, void *reader)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	const struct nlattr *found[IFA_MAX + 1];
	uint32_t flags;
	u128 addr;

	attributes(message, sizeof(*ifa), IFA_MAX, found);
	addr = address_of(found[IFA_LOCAL] != NULL ? found[IFA_LOCAL] : found[IFA_ADDRESS]);
	flags = found[IFA_FLAGS] != NULL ? mnl_attr_get_u32(found[IFA_FLAGS]) : ifa->ifa_flags;
	return ifa->ifa_family == AF_INET ? on_address4(reader, ifa, (uint32_t)addr)
					  : on_address6(reader, ifa, flags, addr);
}

/* ---- routes ----------------------------------------------------------------------------------------------------- */

bool
view_is_main_route(const struct nlmsghdr *message)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	const struct nlattr *found[RTA_MAX + 1];

	attributes(message, sizeof(*rtm), RTA_MAX, found);
	return (found[RTA_TABLE] != NULL ? mnl_attr_get_u32(found[RTA_TABLE]) : rtm->rtm_table) == RT_TABLE_MAIN;
}

/* RFC 8950: the gateway of an IPv4 route may speak IPv6. */
static u128
gateway_of(const struct nlattr *gateway, const struct nlattr *via)
{
	const struct rtvia *other;

	if (via == NULL)
		return address_of(gateway);
	other = mnl_attr_get_payload(via);
	return other->rtvia_family == AF_INET6 && mnl_attr_get_payload_len(via) >= sizeof(*other) + sizeof(struct ip6)
	    ? ip6_load(other->rtvia_addr)
	    : 0;
}

/* The first of several next hops that is on the device; false when none is. */
static bool
pick_hop(const struct nlattr *multipath, unsigned int ifindex, u128 *via)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	int left = mnl_attr_get_payload_len(multipath);

	while (RTNH_OK(hop, left)) {
		const struct nlattr *attr, *gateway = NULL, *other = NULL; /* the macro wants that name */

		if ((unsigned int)hop->rtnh_ifindex != ifindex) {
			left -= (int)RTNH_ALIGN(hop->rtnh_len);
			hop = RTNH_NEXT(hop);
			continue;
		}
		mnl_attr_for_each_payload((const void *)RTNH_DATA(hop), hop->rtnh_len - sizeof(*hop))
		{
			gateway = mnl_attr_get_type(attr) == RTA_GATEWAY ? attr : gateway;
			other = mnl_attr_get_type(attr) == RTA_VIA ? attr : other;
		}
		*via = gateway_of(gateway, other);
		return true;
	}
	return false;
}

/* Nothing that we forward goes to such an address; without their routes an ordinary link has only one route. */
static bool
is_local6(u128 addr)
{
	return addr >> 118 == 0x3fa /* fe80::/10 */ || addr >> 120 == 0xff;
}

/* Does it say where packets of our kind go, and through the device? Then `via` is the gateway, or 0. */
static bool
leads_to(const struct nlmsghdr *message, const struct nlattr **found, unsigned int ifindex, u128 *via)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);

	if (!view_is_main_route(message) || rtm->rtm_type != RTN_UNICAST || rtm->rtm_tos != 0 ||
	    (rtm->rtm_flags & RTM_F_CLONED) != 0 || found[RTA_ENCAP] != NULL)
		return false;
	if (found[RTA_MULTIPATH] != NULL)
		return pick_hop(found[RTA_MULTIPATH], ifindex, via);
	*via = gateway_of(found[RTA_GATEWAY], found[RTA_VIA]);
	return found[RTA_OIF] != NULL && mnl_attr_get_u32(found[RTA_OIF]) == ifindex;
}

bool
view_is_own_route(const struct nlmsghdr *message)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);

	return rtm->rtm_family == AF_INET6 && (rtm->rtm_type == RTN_LOCAL || rtm->rtm_type == RTN_ANYCAST);
}

/* What a route that leads through no device of ours means for what we forward: what Linux has a link to is Linux's. HOP_NONE: nothing. */
static enum hop
hop_without_device(const struct nlmsghdr *message, const struct nlattr **found)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);

	if (view_is_own_route(message))
		return HOP_OWN;
	if (!view_is_main_route(message))
		return HOP_NONE;
	switch (rtm->rtm_type) {
	case RTN_UNICAST:
		return rtm->rtm_protocol == RTPROT_KERNEL && found[RTA_GATEWAY] == NULL ? HOP_OWN : HOP_NONE;
	case RTN_UNREACHABLE:
		return HOP_REJECT;
	case RTN_PROHIBIT:
		return HOP_PROHIBIT;
	case RTN_BLACKHOLE:
		return HOP_BLACKHOLE;
	default:
		return HOP_NONE;
	}
}

static uint32_t
metric_of(const struct nlattr **found)
{
	return found[RTA_PRIORITY] != NULL ? mnl_attr_get_u32(found[RTA_PRIORITY]) : 0;
}

/* Of the routes of both devices together the longest prefix counts, so they are one list. */
static bool
add_transit(struct view_reader *reader, const struct nlmsghdr *message, const struct nlattr **found)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	struct route *route,
	    one = { .addr = address_of(found[RTA_DST]), .metric = metric_of(found), .len = rtm->rtm_dst_len };

	for (unsigned int i = 0; i < INTERFACE_COUNT && one.hop == HOP_NONE; i++) {
		if (!leads_to(message, found, reader->ifindex[i], &one.via))
			continue;
		one.hop = one.via == 0 ? HOP_ON_LINK : HOP_GATEWAY;
		one.interface = (uint8_t)i;
	}
	if (one.hop == HOP_NONE)
		one.hop = hop_without_device(message, found);
	if (one.hop == HOP_NONE || is_local6(one.addr))
		return true;
	route = list_add(&reader->view[INTERFACE_V6].transit, sizeof(*route));
	if (route == NULL)
		return false;
	route->addr = one.addr;
	route->via = one.via;
	route->hop = one.hop;
	route->metric = one.metric;
	route->len = one.len;
	route->interface = one.interface;
	return true;
}

bool
view_route(const struct nlmsghdr *message, void *argument)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	const unsigned int i = rtm->rtm_family == AF_INET ? INTERFACE_V4 : INTERFACE_V6;
	const struct nlattr *found[RTA_MAX + 1];
	struct view_reader *reader = argument;
	struct route *route;
	u128 addr, via;

	attributes(message, sizeof(*rtm), RTA_MAX, found);
	addr = address_of(found[RTA_DST]);
	if (i == INTERFACE_V6 && reader->wants_transit && !add_transit(reader, message, found))
		return false;
	if (!leads_to(message, found, reader->ifindex[i], &via) || (i == INTERFACE_V6 && is_local6(addr)))
		return true;
	route = list_add(&reader->view[i].routes, sizeof(*route));
	if (route == NULL)
		return false;
	route->addr = addr;
	route->len = rtm->rtm_dst_len;
	route->via = via;
	route->hop = via == 0 ? HOP_ON_LINK : HOP_GATEWAY;
	route->metric = metric_of(found);
	return true;
}

/* ---- neighbours ------------------------------------------------------------------------------------------------- */

bool
view_neighbour_ends(const struct nlmsghdr *message, u128 *addr, const struct nlattr **mac)
{
	const struct nlattr *found[NDA_MAX + 1];

	attributes(message, sizeof(struct ndmsg), NDA_MAX, found);
	*addr = address_of(found[NDA_DST]);
	*mac = found[NDA_LLADDR];
	if (*mac != NULL && mnl_attr_get_payload_len(*mac) != sizeof(struct mac))
		*mac = NULL;
	return *addr != 0;
}

bool
view_is_group(u128 addr)
{
	return addr >> 32 == 0 ? addr >> 28 == 0xe || (uint32_t)addr == UINT32_MAX : addr >> 120 == 0xff;
}

bool
view_neighbour(const struct nlmsghdr *message, void *argument)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(message);
	struct view_reader *reader = argument;
	const unsigned int i = view_interface(reader->ifindex, (unsigned int)ndm->ndm_ifindex);
	struct link_neighbour *neighbour;
	const struct nlattr *lladdr;
	const uint8_t *mac;
	u128 addr;

	if (!view_neighbour_ends(message, &addr, &lladdr) || lladdr == NULL || i == INTERFACE_COUNT ||
	    (ndm->ndm_state & USABLE_STATES) == 0)
		return true;
	mac = mnl_attr_get_payload(lladdr);
	if (mac[0] & 1) /* the subnet's broadcast address, multicast groups: RFC 2644 */
		return true;
	/* Linux does not see our packets, and so would not notice that a neighbour has gone: RFC 4861 section 7.3. */
	if (ndm->ndm_state == NUD_STALE)
		(void)assign_ask((unsigned int)ndm->ndm_ifindex, addr);
	neighbour = list_add(&reader->view[i].neighbours, sizeof(*neighbour));
	if (neighbour == NULL)
		return false;
	neighbour->addr = addr;
	memcpy(neighbour->mac.byte, mac, sizeof(neighbour->mac.byte));
	return true;
}

void
view_clear(struct view view[INTERFACE_COUNT])
{
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		list_clear(&view[i].addresses6);
		list_clear(&view[i].routes);
		list_clear(&view[i].transit);
		list_clear(&view[i].neighbours);
		view[i].address = 0;
	}
}
