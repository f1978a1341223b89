/* SPDX-License-Identifier: BSD-3-Clause */
#include "home/lan.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "home/network.h"
#include "home/services.h"
#include "home/ula.h"
#include "host/assign.h"
#include "host/ingress.h"
#include "host/proxy.h"
#include "log.h"
#include "setting.h"

struct lan {
	struct lan_devices devices;
	struct lan_line line;
	struct conf_network conf[CONF_MAX_NETWORKS]; /* of the networks but the first */
	uint32_t network_count;
	struct network networks[LAN_MAX_NETWORKS]; /* the LAN, then the others */
	struct prefix6 ula;                        /* length 0: none */
	uint32_t discard_count;                    /* routes to nowhere */
	struct prefix6 discard[HOME_MAX_DISCARD];
	struct ingress *ingress;
	struct proxy *proxy;
	struct services *services; /* NULL: none are wanted */
	struct lan_report report;
};
_Static_assert(LAN_MAX_NETWORKS == 1 + CONF_MAX_NETWORKS && INGRESS_MAX_NETWORKS == LAN_MAX_NETWORKS, "all fit");

/* ---- Linux ------------------------------------------------------------------------------------------------------ */

static void
clear_discard(struct lan *lan)
{
	for (uint32_t i = 0; i < lan->discard_count; i++)
		(void)assign_no_unreachable(&lan->discard[i]);
	lan->discard_count = 0;
}

/* RFC 7084 WPD-5. A /64 that is shared with the link to the provider is no space that only we have. */
static void
set_discard(struct lan *lan)
{
	const uint32_t valid = dhcp6_seconds_left(lan->line.prefix.valid_until, clock_ms());
	char text[PREFIX_TEXT_SIZE];
	int rc;

	clear_discard(lan);
	if (lan->line.is_shared)
		return;
	lan->discard_count = home_discard(&lan->line.prefix, lan->discard);
	for (uint32_t i = 0; i < lan->discard_count; i++) {
		rc = assign_unreachable(&lan->discard[i], valid);
		if (rc < 0)
			log_error("lan: cannot route %s to nowhere: %s", prefix6_format(&lan->discard[i], text),
			    strerror(-rc));
	}
}

/* RFC 7084 section 4.3 has the LAN delegate what it does not use; of the others it is their /64. */
static uint32_t
list_sources(const struct lan *lan, struct ingress_network sources[LAN_MAX_NETWORKS])
{
	for (uint32_t i = 0; i < lan->network_count; i++) {
		const struct network *network = &lan->networks[i];

		sources[i] = (struct ingress_network){ .ifindex = network->ifindex, .ula = network->ula };
		sources[i].ula.addr &= mask6(network->ula.len);
		if (network->has_subnet)
			sources[i].prefix = i == 0 ? lan->line.prefix.prefix : network->subnet;
		if (i > 0)
			sources[i].subnet4 = conf_network_subnet(&lan->conf[i - 1]);
	}
	return lan->network_count;
}

static void
allow_sources(struct lan *lan)
{
	struct ingress_network sources[LAN_MAX_NETWORKS];
	const int rc = ingress_set(lan->ingress, sources, list_sources(lan, sources));

	if (rc < 0)
		log_error("lan: cannot tell Linux which sources to forward: %s", strerror(-rc));
}

/* RFC 7084 G-3: to and from the line it is the sources that are allowed which count. */
static void
forward_ipv6(void)
{
	if (setting_exchange("all", "forwarding", '1') < 0)
		log_error("lan: cannot forward IPv6: sysctl net.ipv6.conf.all.forwarding=1");
}

/* ---- the line --------------------------------------------------------------------------------------------------- */

/* Nothing about the prefix is other than it was. */
static bool
is_same(const struct dhcp6_prefix *one, const struct dhcp6_prefix *other)
{
	return one->prefix.addr == other->prefix.addr && one->prefix.len == other->prefix.len &&
	    one->preferred_until == other->preferred_until && one->valid_until == other->valid_until &&
	    one->has_exclude == other->has_exclude && one->exclude.addr == other->exclude.addr;
}

/* Where the provider has a part of the prefix (RFC 6603), the LAN's own number may have become another's. */
static bool
is_taken(const struct lan *lan, const struct network *network, const struct prefix6 subnets[LAN_MAX_NETWORKS])
{
	const size_t count = (size_t)(network - lan->networks);

	for (size_t i = 0; i < count; i++) {
		if (subnets[i].len > 0 && subnets[i].addr == subnets[count].addr)
			return true;
	}
	return false;
}

/* What each network has of the line; length 0: nothing, and the network says why. */
static void
choose_subnets(struct lan *lan, const struct lan_line *line, struct prefix6 subnets[LAN_MAX_NETWORKS])
{
	for (uint32_t i = 0; i < lan->network_count; i++) {
		struct network *network = &lan->networks[i];

		network->trouble = (struct error){ .text = "" };
		subnets[i] = (struct prefix6){ 0 };
		if (!line->has_prefix ||
		    home_subnet(&line->prefix, network->number, &subnets[i], &network->trouble) < 0 ||
		    !is_taken(lan, network, subnets))
			continue;
		subnets[i].len = 0;
		error_set(&network->trouble, EINVAL, "subnet %d is another network's", network->number);
		error_hint(&network->trouble, "lan.networks: another subnet for %s", network->name);
	}
}

/* Hosts have another subnet than before, or one at all, or none. */
static bool
is_other(const struct network *network, const struct prefix6 *subnet)
{
	return network->has_subnet != (subnet->len > 0) ||
	    (network->has_subnet && network->subnet.addr != subnet->addr);
}

/* True when it is so for some; what is over is so before what is new begins. */
static bool
change_subnets(struct lan *lan, const struct lan_line *line)
{
	const bool is_other_line =
	    line->is_shared != lan->line.is_shared || line->prefix.prefix.len != lan->line.prefix.prefix.len;
	struct prefix6 subnets[LAN_MAX_NETWORKS];
	bool change[LAN_MAX_NETWORKS], any = false;

	choose_subnets(lan, line, subnets);
	for (uint32_t i = 0; i < lan->network_count; i++) {
		change[i] = is_other(&lan->networks[i], &subnets[i]) || (lan->networks[i].has_subnet && is_other_line);
		any |= change[i];
		if (change[i])
			network_withdraw(&lan->networks[i]);
	}
	for (uint32_t i = 0; i < lan->network_count; i++) {
		if (change[i] && subnets[i].len > 0)
			network_begin(&lan->networks[i], line, &subnets[i]);
	}
	return any;
}

static bool
has_any_subnet(const struct lan *lan)
{
	for (uint32_t i = 0; i < lan->network_count; i++) {
		if (lan->networks[i].has_subnet)
			return true;
	}
	return false;
}

/* RFC 9096 L-15: the lifetimes are the line's. */
static void
assign(struct lan *lan)
{
	for (uint32_t i = 0; i < lan->network_count; i++) {
		if (lan->networks[i].has_subnet)
			network_assign(&lan->networks[i], &lan->line);
	}
	clear_discard(lan);
	if (has_any_subnet(lan))
		set_discard(lan);
}

static void
keep(struct lan *lan, bool is_changed)
{
	for (uint32_t i = 0; i < lan->network_count; i++) {
		if (home_stale_expire(&lan->networks[i].stale, clock_ms()) || is_changed)
			network_keep(&lan->networks[i]);
	}
}

void
lan_follow(struct lan *lan, const struct lan_line *line)
{
	bool is_changed, is_moved;

	if (lan == NULL)
		return;
	is_changed = change_subnets(lan, line);
	is_moved = is_changed || !is_same(&line->prefix, &lan->line.prefix);
	lan->line = *line;
	if (is_changed)
		allow_sources(lan);
	if (is_changed && has_any_subnet(lan))
		forward_ipv6();
	if (is_moved)
		assign(lan);
	keep(lan, is_changed);
	proxy_set(lan->proxy, lan->networks[0].has_subnet && line->is_shared ? &lan->networks[0].subnet : NULL);
	services_follow(lan->services, &(struct services_state){ &lan->line, lan->networks, &lan->ula }, is_changed);
}

void
lan_neighbours(struct lan *lan, const struct link_neighbour *neighbours, size_t count)
{
	if (lan != NULL)
		proxy_follow(lan->proxy, neighbours, count);
}

/* ---- what people are told --------------------------------------------------------------------------------------- */

static struct lan_network_report
report_network(const struct network *network)
{
	return (struct lan_network_report){ .device = network->name,
		.has_subnet = network->has_subnet,
		.address = network->address,
		.ula = network->ula,
		.reason = network->trouble.text,
		.hint = network->trouble.hint,
		.stale = network->stale };
}

const struct lan_report *
lan_report(struct lan *lan)
{
	if (lan == NULL)
		return NULL;
	lan->report = (struct lan_report){ .preferred_until = lan->line.prefix.preferred_until,
		.valid_until = lan->line.prefix.valid_until,
		.has_router = lan->networks[0].has_subnet && lan->line.has_router,
		.dns = lan->line.dns,
		.network_count = lan->network_count };
	for (uint32_t i = 0; i < lan->network_count; i++)
		lan->report.networks[i] = report_network(&lan->networks[i]);
	services_report(lan->services, &lan->report);
	return &lan->report;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

/* What Linux forwards for further networks comes in on their devices, the LAN's, and the softwire's. */
static int
forward_ipv4(const struct lan *lan, const struct conf *conf, struct error *err)
{
	const char *device = conf->softwires[0].name;
	int rc = 0;

	for (uint32_t i = 0; i < lan->network_count && rc >= 0; i++) {
		rc = setting_exchange4(device, "forwarding", '1');
		device = lan->networks[i].name;
	}
	if (rc >= 0)
		rc = setting_exchange4(device, "forwarding", '1');
	if (rc < 0)
		return error_set(err, -rc, "lan.networks: cannot forward what comes in on %s: %s", device,
		    strerror(-rc));
	return 0;
}

/* Its routers are nobody's (ND-17), and our IPv4 address there is as configured. */
static int
open_device(const struct conf_network *conf, unsigned int *ifindex, struct error *err)
{
	int rc;

	*ifindex = if_nametoindex(conf->device);
	if (*ifindex == 0) {
		error_set(err, ENODEV, "lan.networks: there is no device %s", conf->device);
		error_hint(err, "make it before mapedge starts: ip link add link eth1 name %s type vlan id 2",
		    conf->device);
		return -ENODEV;
	}
	rc = assign_for_good(*ifindex, conf->address, conf->len);
	if (rc == 0)
		rc = setting_exchange(conf->device, "accept_ra", '0');
	if (rc < 0)
		return error_set(err, -rc, "lan.networks: cannot set device %s up: %s", conf->device, strerror(-rc));
	return 0;
}

static int
open_networks(struct lan *lan, const struct conf *conf, struct error *err)
{
	lan->network_count = 1 + (uint32_t)conf->lan.network_count;
	lan->networks[0] =
	    (struct network){ .ifindex = lan->devices.lan, .mac = lan->devices.mac, .number = conf->lan.subnet };
	for (uint32_t i = 1; i < lan->network_count; i++) {
		lan->conf[i - 1] = conf->lan.networks[i - 1];
		lan->networks[i] = (struct network){ .number = lan->conf[i - 1].subnet };
		if (open_device(&lan->conf[i - 1], &lan->networks[i].ifindex, err) < 0)
			return -ENODEV;
	}
	for (uint32_t i = 0; i < lan->network_count; i++) {
		if (network_open(&lan->networks[i], conf->access.state, i > 0, err) < 0)
			return -EIO;
	}
	if (ula_open(conf, &lan->ula, err) < 0)
		return -EIO;
	for (uint32_t i = 0; i < lan->network_count && lan->ula.len > 0; i++) {
		network_have_ula(&lan->networks[i], &lan->ula);
		network_keep(&lan->networks[i]);
	}
	return lan->network_count > 1 ? forward_ipv4(lan, conf, err) : 0;
}

/* The line's router is listened to though we forward. */
static int
set_up_devices(struct lan *lan, struct event_base *base, struct error *err)
{
	struct ingress_network sources[LAN_MAX_NETWORKS];
	const uint32_t count = list_sources(lan, sources);
	char wan_name[IF_NAMESIZE];

	if (if_indextoname(lan->devices.wan, wan_name) == NULL)
		return error_set(err, errno, "lan: the WAN's device: %s", strerror(errno));
	if (setting_exchange(wan_name, "accept_ra", '2') < 0) {
		error_set(err, errno, "lan: cannot set accept_ra of %s: %s", wan_name, strerror(errno));
		error_hint(err, "has this kernel IPv6? mapedge needs CAP_NET_ADMIN");
		return -EIO;
	}
	lan->ingress = ingress_open(lan->devices.wan, sources, count, err);
	if (lan->ingress == NULL)
		return -EIO;
	lan->proxy = proxy_open(lan->devices.wan, lan->devices.lan, base, err);
	if (lan->proxy == NULL)
		return -EIO;
	assign_forget_unreachable();
	if (lan->ula.len > 0)
		forward_ipv6(); /* between the networks: the line has nothing to do with it */
	return 0;
}

int
lan_open(const struct conf *conf, const struct lan_devices *devices, struct event_base *base, struct lan **lan,
    struct error *err)
{
	struct lan *new;
	int rc;

	*lan = NULL;
	if (!conf->lan.is_given)
		return 0;
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return error_set(err, ENOMEM, "out of memory");
	new->devices = *devices;
	rc = open_networks(new, conf, err);
	if (rc == 0)
		rc = set_up_devices(new, base, err);
	if (rc == 0 && conf->lan.services)
		rc = services_open(conf, devices->wan, new->networks, base, &new->services, err);
	if (rc < 0) {
		lan_close(new);
		return rc;
	}
	*lan = new;
	return 0;
}

void
lan_leave(struct lan *lan)
{
	if (lan != NULL)
		services_leave(lan->services);
}

void
lan_close(struct lan *lan)
{
	if (lan == NULL)
		return;
	services_close(lan->services);
	clear_discard(lan);
	ingress_close(lan->ingress);
	proxy_close(lan->proxy);
	free(lan);
}
