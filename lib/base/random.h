/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unpredictable numbers: SipHash in counter mode under a secret key, which is the caller's: getrandom(2) in the daemon,
 * the --seed in a replay. One struct random belongs to one thread.
 */
#ifndef MAPEDGE_BASE_RANDOM_H
#define MAPEDGE_BASE_RANDOM_H

#include "base/hash.h"

struct random {
	struct hash_key key;
	uint64_t counter;
};

static inline uint64_t
random_u64(struct random *random)
{
	return hash_sip(&random->key, random->counter++);
}

/* Uniform in 0..bound-1 without division (the bias is below 2^-32); bound > 0. */
static inline uint32_t
random_below(struct random *random, uint32_t bound)
{
	return (uint32_t)((u128)random_u64(random) * bound >> 64);
}

/* An independent generator, e.g. one for each worker. */
static inline struct random
random_fork(struct random *random)
{
	const uint64_t high = random_u64(random), low = random_u64(random);

	return (struct random){ .key = { { high, low } } };
}

#endif
