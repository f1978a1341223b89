/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses as JSON strings: new references. */
#ifndef MAPEDGE_API_ADDRESS_JSON_H
#define MAPEDGE_API_ADDRESS_JSON_H

#include <jansson.h>

#include "base/addr.h"

static inline json_t *
ip4_json(uint32_t addr)
{
	char text[IP4_TEXT_SIZE];

	return json_string(ip4_format(addr, text));
}

static inline json_t *
ip6_json(u128 addr)
{
	char text[IP6_TEXT_SIZE];

	return json_string(ip6_format(addr, text));
}

/* Of either family, as in pkt/neighbours.h. */
static inline json_t *
address_json(u128 addr)
{
	return addr >> 32 == 0 ? ip4_json((uint32_t)addr) : ip6_json(addr);
}

#endif
