/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Longest match on IPv4 prefixes: a trie of 16 + 8 + 8 address bits, which answers with at most three loads. What a value
 * means is its owner's: a rule, a next hop.
 */
#ifndef MAPEDGE_MAP_TRIE4_H
#define MAPEDGE_MAP_TRIE4_H

#include "base/addr.h"
#include "base/likely.h"

/* An entry is 0 = nothing, TRIE4_BLOCK | n = go on in block n, else a value. */
#define TRIE4_BLOCK 0x80000000u

/* All zero is an empty trie. */
struct trie4 {
	uint32_t blocks;        /* number of 256-entry blocks in use */
	uint32_t *block;        /* levels 2 and 3 */
	uint32_t root[1 << 16]; /* level 1 */
};

/*
 * Gives a prefix, whose host bits are zero, a value below TRIE4_BLOCK. Prefixes must come shortest first: a longer one
 * takes its part of the shorter one, an equal one replaces it. 0, or -ENOMEM.
 */
int trie4_add(struct trie4 *trie, const struct prefix4 *prefix, uint32_t value);

/* Frees what the trie has allocated, not the struct itself. */
void trie4_clear(struct trie4 *trie);

/* The value of the longest prefix that has the address in it, or 0. */
static INLINED uint32_t
trie4_find(const struct trie4 *trie, uint32_t addr)
{
	uint32_t entry = trie->root[addr >> 16];

	if (entry & TRIE4_BLOCK)
		entry = trie->block[(entry & ~TRIE4_BLOCK) * 256 + (addr >> 8 & 0xff)];
	if (entry & TRIE4_BLOCK)
		entry = trie->block[(entry & ~TRIE4_BLOCK) * 256 + (addr & 0xff)];
	return entry;
}

#endif
