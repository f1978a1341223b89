/* SPDX-License-Identifier: BSD-3-Clause */
/* Bits that lie apart. */
#ifndef MAPEDGE_BASE_BITS_H
#define MAPEDGE_BASE_BITS_H

#include <stdint.h>

#if defined(__BMI2__)
#include <immintrin.h>
#endif

/* The same as below, for any machine. */
static inline uint64_t
bits_extract_one_by_one(uint64_t value, uint64_t mask)
{
	uint64_t result = 0;

	for (unsigned int at = 0; mask != 0; mask &= mask - 1, at++)
		result |= (value >> __builtin_ctzll(mask) & 1) << at;
	return result;
}

/* The bits of the value that the mask has, side by side at the lower end, in their order. */
static inline uint64_t
bits_extract(uint64_t value, uint64_t mask)
{
#if defined(__BMI2__)
	return _pext_u64(value, mask);
#else
	return bits_extract_one_by_one(value, mask);
#endif
}

#endif
