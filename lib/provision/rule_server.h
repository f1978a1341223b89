/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the rule servers of two providers say who have no HB46PP: JPNE's ("v6 plus") and OCN's. Who may ask them, and with
 * which key, is between the provider and the vendor of a CE; here their answers are read, from wherever the operator has
 * them. Both mean draft-ietf-softwire-map-03.
 *
 *   JPNE   name({"dmr": "2404:9200:225:100::64", "ipv6_fixlen": 56,
 *           "fmr": [{"ipv6": "240b:10::/32", "ipv4": "106.72.0.0/16", "psid_offset": 4, "ea_length": 24}, …]})
 *   OCN    {"basicMapRules": [{"brIpv6Address": "2001:380:a120::9", "ipv6Prefix": "2400:4050::", "ipv6PrefixLength": "34",
 *           "ipv4Prefix": "153.240.0.0", "ipv4PrefixLength": "16", "eaBitLength": "22", "psIdOffset": "6"}, …]}
 */
#ifndef MAPEDGE_PROVISION_RULE_SERVER_H
#define MAPEDGE_PROVISION_RULE_SERVER_H

#include <stddef.h>

#include "base/error.h"
#include "provision/offer.h"

#define RULE_SERVER_MAX_SIZE (1024u * 1024u)

/*
 * Either shape, as JSON or as JSONP; numbers may be strings. Fills in the offer. 0, or -EINVAL with a reason that names key
 * and value.
 */
int rule_server_parse(const char *text, size_t len, struct offer *offer, struct error *err);

/* The same from a file; also the negative errno of what went wrong with it. */
int rule_server_load(const char *file, struct offer *offer, struct error *err);

#endif
