/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Router advertisements (RFC 4861 section 4.2): what the line's router says, and what we say to the LAN beside dnsmasq. Lifetimes
 * are seconds, UINT32_MAX is infinity.
 */
#ifndef MAPEDGE_PROVISION_RA_H
#define MAPEDGE_PROVISION_RA_H

#include "provision/dhcp6_lease.h"

#define RA_MAX_PREFIXES 9
#define RA_MAX_ROUTES 2
#define RA_MAX_LEN 512 /* of what we write */

struct ra_prefix {
	struct prefix6 prefix;
	bool on_link;
	bool autonomous;
	uint32_t valid;
	uint32_t preferred;
};

struct ra_route {
	struct prefix6 prefix;
	uint32_t lifetime;
};

struct ra {
	uint8_t hop_limit;
	bool managed; /* M: addresses by DHCPv6 */
	bool other;   /* O: other things by DHCPv6 */
	uint16_t router_lifetime;
	uint32_t prefix_count;
	struct ra_prefix prefixes[RA_MAX_PREFIXES];
	struct dhcp6_servers dns; /* RFC 8106, those that last */
	uint32_t dns_lifetime;    /* of the one that lasts longest */
	uint32_t route_count;
	struct ra_route routes[RA_MAX_ROUTES]; /* RFC 4191, only written */
};

/*
 * An ICMPv6 message whose checksum, hop limit and source have been judged. Options that nobody knows are passed over, and so are
 * impossible values of known ones. 0, or -EINVAL: it is no router advertisement, or an option has no length (RFC 4861 section 6.1.2).
 */
int ra_read(const uint8_t *message, size_t len, struct ra *ra);

/* The message without its checksum, which the kernel fills in; its length. Servers are not written: they are dnsmasq's to say. */
size_t ra_write(const struct ra *ra, uint8_t data[RA_MAX_LEN]);

#endif
