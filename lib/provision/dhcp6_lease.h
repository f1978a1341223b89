/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a DHCPv6 server has given to this line: prefixes, addresses and settings (RFC 8415). A plain struct: it can be
 * copied, compared field by field and kept in a file (provision/dhcp6_store.h).
 *
 * Moments are milliseconds of the caller's clock, which never goes back. DHCP6_NEVER is how RFC 8415 section 7.7 says
 * infinity; no arithmetic reaches it.
 */
#ifndef MAPEDGE_PROVISION_DHCP6_LEASE_H
#define MAPEDGE_PROVISION_DHCP6_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define DHCP6_NEVER UINT64_MAX

#define DHCP6_MIN_DUID 3 /* RFC 8415 section 11.1: type and 1 to 128 bytes */
#define DHCP6_MAX_DUID 130
#define DHCP6_MAX_PREFIXES 8
#define DHCP6_MAX_ADDRESSES 8
#define DHCP6_MAX_SERVERS 8
#define DHCP6_MAX_NAMES 8
#define DHCP6_NAME_SIZE 254     /* RFC 1035 section 2.3.4, as text */
#define DHCP6_MAX_SOFTWIRE 8192 /* bytes: 256 mapping rules and more */

/* Who somebody is: opaque, only compared (RFC 8415 section 11). */
struct dhcp6_duid {
	uint8_t len; /* 0: unknown */
	uint8_t byte[DHCP6_MAX_DUID];
};

struct dhcp6_prefix {
	struct prefix6 prefix;
	uint64_t preferred_until;
	uint64_t valid_until;
	bool has_exclude; /* RFC 6603: the server uses this part of it on the link between us */
	struct prefix6 exclude;
};

struct dhcp6_servers {
	uint32_t count;
	u128 addr[DHCP6_MAX_SERVERS];
};

/* Letters, digits, '-', '_' and dots between labels only: a name with anything else was not taken. */
struct dhcp6_names {
	uint32_t count;
	char name[DHCP6_MAX_NAMES][DHCP6_NAME_SIZE];
};

/* What the last Reply said beside the IAs: an option that it does not repeat is gone (RFC 8415 section 18.2.10). */
struct dhcp6_settings {
	struct dhcp6_servers dns;      /* option 23 */
	struct dhcp6_names domains;    /* option 24 */
	struct dhcp6_servers time;     /* options 31 and 56 */
	struct dhcp6_names time_names; /* option 56 */

	/* Options 64, 94, 96 and 111 with their headers, in the order in which they came, for s46_choose(). */
	uint32_t softwire_len;
	uint8_t softwire[DHCP6_MAX_SOFTWIRE];
};

/* RFC 8415 section 20.4: a secret of the server that gave the lease. */
struct dhcp6_reconfigure_key {
	bool known;
	uint8_t key[16];
	uint64_t replay; /* of the last message that was believed: the next one must be higher */
};

struct dhcp6_lease {
	struct dhcp6_duid server; /* who answered last */
	uint32_t prefix_count;
	struct dhcp6_prefix prefixes[DHCP6_MAX_PREFIXES];
	uint32_t address_count;
	struct dhcp6_prefix addresses[DHCP6_MAX_ADDRESSES]; /* each a /128, nothing on the link around it */
	uint64_t renew_at;                                  /* T1: the earliest of all IAs */
	uint64_t rebind_at;                                 /* T2 */
	uint64_t refresh_at;                                /* stateless: when to ask again */
	struct dhcp6_settings settings;
	struct dhcp6_reconfigure_key key;
};

/* Seconds from `now`, rounded down, as other protocols carry them: UINT32_MAX is infinity, 0 when it is over (DHC-45). */
uint32_t dhcp6_seconds_left(uint64_t until, uint64_t now);

/* Of an Ethernet port: DUID-LL (RFC 8415 section 11.4), which needs no memory and is what NTT's network expects. */
void dhcp6_duid_from_mac(struct dhcp6_duid *duid, const struct mac *mac);

bool dhcp6_duid_equal(const struct dhcp6_duid *one, const struct dhcp6_duid *other);

#endif
