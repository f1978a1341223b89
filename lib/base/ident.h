/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragment identifications: unpredictable, and none comes again for a long time (RFC 7739 sections 4 and 5). A secret
 * permutation of a counter; workers count in equal steps from numbers of their own, so no two ever make the same one, and
 * each makes 2^32 / step others, 2^27 with 32 workers, before one comes again.
 */
#ifndef MAPEDGE_BASE_IDENT_H
#define MAPEDGE_BASE_IDENT_H

#include "base/random.h"

struct ident {
	struct hash_key key; /* the same for all workers of the box */
	uint32_t counter;
	uint32_t step; /* number of workers, rounded up to a power of two */
};

/* worker < workers; all workers of a box get the same key. */
void ident_init(struct ident *ident, const struct hash_key *key, uint32_t worker, uint32_t workers);

uint32_t ident_next(struct ident *ident);

/*
 * The 16 bits of IPv4: none comes again for the same destination and protocol before 2^16 / step others have been used
 * (RFC 6864 section 4.3). Counters are shared by destinations that a secret hash brings together.
 */
#define IDENT4_COUNTERS 1024

struct ident4 {
	uint32_t key;
	uint16_t worker;
	uint16_t step; /* as above */
	uint16_t counter[IDENT4_COUNTERS];
};

/* The destinations' counters begin anywhere. worker < workers. */
void ident4_init(struct ident4 *ident, struct random *random, uint32_t worker, uint32_t workers);

/* Never 0. */
uint16_t ident4_next(struct ident4 *ident, uint32_t dst, uint8_t protocol);

#endif
