/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bindings: one-to-one rules (EA length 0, explicit PSID) with any softwire IPv6 address, a million of them (RFC 7596; RFC
 * 7597 section 5.2 with o = 0). A pool rule (struct map_rule with `bound` set) says which IPv4 addresses have bindings
 * and with which PSID offset and length; the table says who has which port set of which address.
 *
 * One writer, many readers, in place: a reader is inside a grace period and takes no lock; the writer publishes a binding with one
 * release-store, and what it takes out may be used again only after a grace period. The answer to a lookup is a
 * binding as it was before or as it is after an update, never a mixture, and a binding that is not touched is found at all times.
 */
#ifndef MAPEDGE_MAP_BINDING_H
#define MAPEDGE_MAP_BINDING_H

#include "base/addr.h"
#include "base/error.h"
#include "base/hash.h"

struct binding {
	u128 softwire; /* the CE's IPv6 address, host order */
	uint32_t ipv4; /* host order */
	uint16_t psid; /* right-aligned; 0 for a whole address */
	uint16_t domain;
};

struct binding_table;

#endif
