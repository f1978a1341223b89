/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mapedgectl export: the rules of a BR's domain, in the words of the servers that tell CEs about them.
 *
 *   export.c         the command line, the domain
 *   export_hb46pp.c  the answer of an HB46PP server
 *   export_kea.c     a configuration of Kea: option 94 (RFC 7598) and prefixes to delegate
 *   export_radius.c  an attribute for FreeRADIUS (RFC 8658)
 */
#ifndef MAPEDGECTL_EXPORT_H
#define MAPEDGECTL_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "conf/conf.h"

struct export_args {
	const char *config;
	const char *domain;    /* NULL: the only one */
	const char *interface; /* of Kea; NULL: not said */
	bool mesh;             /* CEs talk to each other: the rules are FMRs */
};

/* Prints what stands for the domain, whose rules are 1 to OFFER_MAX_RULES. 0, or -EINVAL with the reason. */
typedef int export_fn(const struct conf_softwire *domain, const struct export_args *args, struct error *err);

export_fn export_hb46pp, export_kea, export_radius;

/* Bytes that are written one after the other. */
struct export_bytes {
	uint8_t data[65536];
	size_t len;
};

static inline void
export_put(struct export_bytes *bytes, unsigned int width, uint32_t value)
{
	for (; width > 0; width--) {
		if (bytes->len < sizeof(bytes->data))
			bytes->data[bytes->len] = (uint8_t)(value >> 8 * (width - 1));
		bytes->len++;
	}
}

/* The first `len` bits, as whole bytes. */
static inline void
export_put_prefix6(struct export_bytes *bytes, const struct prefix6 *prefix)
{
	for (unsigned int i = 0; i < (prefix->len + 7u) / 8; i++)
		export_put(bytes, 1, (uint8_t)(prefix->addr >> (120 - 8 * i)));
}

/* Both kinds of attribute speak of RFC 7597 only; that there are other interface identifiers they cannot say. */
int export_needs_rfc7597(const struct conf_softwire *domain, const char *what, struct error *err);

#endif
