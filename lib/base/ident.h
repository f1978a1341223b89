/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragment identifications: unpredictable, and none comes again before 2^32 others of the whole box have been used
 * (RFC 7739 sections 4 and 5). A secret permutation of a counter; workers count in steps of their number, so no two collide.
 */
#ifndef MAPEDGE_BASE_IDENT_H
#define MAPEDGE_BASE_IDENT_H

#include "base/hash.h"

struct ident {
	struct hash_key key; /* the same for all workers of the box */
	uint32_t counter;
	uint32_t step;
};

/* worker < workers; all workers of a box get the same key. */
void ident_init(struct ident *ident, const struct hash_key *key, uint32_t worker, uint32_t workers);

uint32_t ident_next(struct ident *ident);

#endif
