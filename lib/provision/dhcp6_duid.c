/* SPDX-License-Identifier: BSD-3-Clause */
/* A DUID is made and compared here; nobody looks into one (RFC 8415 section 11). */
#include <string.h>

#include "provision/dhcp6_lease.h"

#define DUID_LL 3
#define HARDWARE_ETHERNET 1

void
dhcp6_duid_from_mac(struct dhcp6_duid *duid, const struct mac *mac)
{
	memset(duid, 0, sizeof(*duid));
	duid->byte[1] = DUID_LL;
	duid->byte[3] = HARDWARE_ETHERNET;
	memcpy(duid->byte + 4, mac->byte, sizeof(mac->byte));
	duid->len = 4 + sizeof(mac->byte);
}

bool
dhcp6_duid_equal(const struct dhcp6_duid *one, const struct dhcp6_duid *other)
{
	return one->len == other->len && memcmp(one->byte, other->byte, one->len) == 0;
}
