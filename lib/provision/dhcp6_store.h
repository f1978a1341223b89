/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a DHCPv6 client must not forget when the box restarts: who it is (RFC 8415 sections 11 and 12) and what it was given
 * (section 18.2.12), as bytes for a file. Moments are kept as time left; the wall clock tells how much has passed.
 */
#ifndef MAPEDGE_PROVISION_DHCP6_STORE_H
#define MAPEDGE_PROVISION_DHCP6_STORE_H

#include "base/error.h"
#include "provision/dhcp6_lease.h"

#define DHCP6_STORE_SIZE 16384 /* always enough */

struct dhcp6_store {
	struct dhcp6_duid duid;
	uint32_t pd_iaid;
	uint32_t na_iaid;
	struct dhcp6_lease lease;
};

/* `wall_ms` since 1970. Returns the number of bytes. */
size_t
dhcp6_store_write(const struct dhcp6_store *store, uint64_t now, uint64_t wall_ms, uint8_t data[DHCP6_STORE_SIZE]);

/*
 * 0, or -EINVAL with the reason and nothing written: another file, another version, cut off, changed. Nothing in the bytes
 * is believed before the checksum has been. A wall clock that has gone back counts as no time passed: the server is asked
 * before long anyway.
 */
int dhcp6_store_read(const uint8_t *data, size_t len, uint64_t now, uint64_t wall_ms, struct dhcp6_store *store,
    struct error *err);

#endif
