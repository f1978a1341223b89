/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a provider says about the softwire of a line, by whatever way it came: an S46 container of DHCPv6 (RFC 7598), an
 * answer of an HB46PP server, a table of rules. It is complete in itself, but still of no particular line: the End-user
 * IPv6 prefix, which decides about address and ports, comes from elsewhere.
 */
#ifndef MAPEDGE_PROVISION_OFFER_H
#define MAPEDGE_PROVISION_OFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "map/rule.h"

#define OFFER_MAX_RULES 256 /* HB46PP section 3.4 */
#define OFFER_MAX_BRS 8
#define OFFER_NAME_SIZE 254 /* RFC 1035 section 2.3.4, as text */

enum offer_kind {
	OFFER_MAP_E,   /* RFC 7597 */
	OFFER_LW4O6,   /* RFC 7596: the port set is given, not calculated */
	OFFER_IPIP,    /* RFC 2473: an IPv4 address or prefix with all its ports */
	OFFER_DS_LITE, /* RFC 6333: the provider translates */
};

struct offer {
	enum offer_kind kind;

	/* The far end: BR, lwAFTR, AFTR. The first address is used, the others are in reserve. None: the name is looked up. */
	u128 br[OFFER_MAX_BRS];
	uint32_t br_count;
	char br_name[OFFER_NAME_SIZE]; /* "": none */

	/* MAP-E; the rules have iid and fmr filled in, and domain 0 */
	bool mesh;
	uint32_t rule_count;
	struct map_rule_spec rules[OFFER_MAX_RULES];

	/* Lw4o6 and IPIP */
	struct prefix6
	    local; /* the whole of our address (/128), or the prefix that it is formed in: RFC 7598 section 4.4 */
	struct prefix4 ipv4; /* lw4o6: /32 */
	uint8_t psid_offset; /* a */
	uint8_t psid_len;    /* k; 0: all ports */
	uint16_t psid;       /* right-aligned */
};

/* As configurations write them: "map-e", "lw4o6", "ipip", "ds-lite". */
const char *offer_kind_word(enum offer_kind kind);

#endif
