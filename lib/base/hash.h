/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keyed hashes. The keys are secret and random, so that nobody outside can choose packets that collide.
 */
#ifndef MAPEDGE_BASE_HASH_H
#define MAPEDGE_BASE_HASH_H

#include <stdint.h>

#include "base/addr.h"

struct hash_key {
	uint64_t word[2];
};

/* Folds the 128-bit product: every input bit reaches every output bit. */
static inline uint64_t
hash_fold(uint64_t a, uint64_t b)
{
	const u128 product = (u128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Hash of 16 bytes for the flow tables: fast, keyed, not a cryptographic hash. */
static inline uint64_t
hash_pair(const struct hash_key *key, uint64_t a, uint64_t b)
{
	const uint64_t mixed = hash_fold(a ^ key->word[0], b ^ key->word[1]);

	return hash_fold(mixed ^ key->word[1], UINT64_C(0x9e3779b97f4a7c15));
}

/* SipHash-2-4 of one 64-bit word: a pseudo-random function, the core of struct random. */
uint64_t hash_sip(const struct hash_key *key, uint64_t word);

#endif
