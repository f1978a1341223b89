/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What dnsmasq is to do on the networks of a CE, as the text of its configuration file: DHCP, router advertisements, stateless DHCPv6, a
 * DNS proxy (RFC 7084 section 4.3, RFC 8585 L-1). It takes their prefixes and lifetimes from the addresses of the devices.
 */
#ifndef MAPEDGE_PROVISION_DNSMASQ_H
#define MAPEDGE_PROVISION_DNSMASQ_H

#include "provision/dhcp6_lease.h"

#define DNSMASQ_TEXT_SIZE 8192

/* RFC 9096 section 3.4: not more than this, in seconds. */
#define DNSMASQ_ROUTER_LIFETIME 2700

#define DNSMASQ_MAX_NETWORKS 9

/* The LAN, or another network of the home. */
struct dnsmasq_network {
	const char *device;
	struct prefix4 subnet; /* length 0: no DHCP */
	uint32_t first, last;  /* addresses to give out, host order */
	bool
	    has_router; /* the line has a default router: be the hosts' (RFC 7084 G-4, G-5); not with unique local addresses alone */
};

struct dnsmasq {
	const char *wan;       /* the device that link-local name servers are on */
	const char *user;      /* whose rights it runs with */
	const char *directory; /* for its files */
	uint32_t lease_s;
	uint16_t mtu; /* for the hosts; 0: not said */
	uint32_t network_count;
	struct dnsmasq_network networks[DNSMASQ_MAX_NETWORKS];
	struct dhcp6_servers dns;
	const struct dhcp6_names *domains; /* NULL: none */
};

/* The addresses that are given out unless the configuration says so: the half of the subnet that `own` is not in. */
void dnsmasq_range(struct dnsmasq_network *network, uint32_t own);

/* The length of the text. */
size_t dnsmasq_write(const struct dnsmasq *dnsmasq, char text[DNSMASQ_TEXT_SIZE]);

#endif
