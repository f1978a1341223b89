/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of the 8-byte units in which fragments count their offsets: one bit each, for packets of up to 2048 bytes. */
#ifndef MAPEDGE_FRAG_UNITS_H
#define MAPEDGE_FRAG_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#define UNITS_LEN 8 /* bytes of one */
#define UNITS_WORDS 4
#define UNITS_MAX (UNITS_WORDS * 64)

struct units {
	uint64_t word[UNITS_WORDS];
};

/* The bits of units first..end-1 that are in this word. */
static inline uint64_t
units_in_word(uint32_t first, uint32_t end, uint32_t word)
{
	const uint32_t base = word * 64;
	const uint32_t from = first > base ? first - base : 0, to = end > base ? end - base : 0;

	if (from >= 64 || to == 0)
		return 0;
	return UINT64_MAX << from & UINT64_MAX >> (to < 64 ? 64 - to : 0);
}

static inline void
units_set(struct units *units, uint32_t first, uint32_t end)
{
	for (uint32_t i = 0; i < UNITS_WORDS; i++)
		units->word[i] |= units_in_word(first, end, i);
}

/* How many of first..end-1 are set. */
static inline uint32_t
units_count(const struct units *units, uint32_t first, uint32_t end)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < UNITS_WORDS; i++)
		count += (uint32_t)__builtin_popcountll(units->word[i] & units_in_word(first, end, i));
	return count;
}

static inline bool
units_has(const struct units *units, uint32_t unit)
{
	return units->word[unit / 64] >> unit % 64 & 1;
}

#endif
