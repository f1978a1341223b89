/* SPDX-License-Identifier: BSD-3-Clause */
#include "map/trie4.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

static uint32_t
new_block(struct trie4 *trie, uint32_t fill)
{
	/* Powers of two: the array doubles when it is full. */
	if ((trie->blocks & (trie->blocks - 1)) == 0) {
		const size_t size = (size_t)trie->blocks * 256 * sizeof(*trie->block);
		uint32_t *grown = pages_alloc(size == 0 ? 256 * sizeof(*grown) : size * 2);

		if (grown == NULL)
			return 0;
		if (size > 0)
			memcpy(grown, trie->block, size);
		free(trie->block);
		trie->block = grown;
	}
	for (uint32_t i = 0; i < 256; i++)
		trie->block[trie->blocks * 256 + i] = fill;
	return TRIE4_BLOCK | trie->blocks++;
}

/* Index into `block` of the block below the given entry, which is made if need be; UINT32_MAX when memory is out. */
static uint32_t
descend(struct trie4 *trie, bool from_root, uint32_t at)
{
	const uint32_t entry = from_root ? trie->root[at] : trie->block[at];
	uint32_t fresh;

	if (entry & TRIE4_BLOCK)
		return (entry & ~TRIE4_BLOCK) * 256;
	fresh = new_block(trie, entry);
	if (fresh == 0)
		return UINT32_MAX;
	if (from_root)
		trie->root[at] = fresh;
	else
		trie->block[at] = fresh;
	return (fresh & ~TRIE4_BLOCK) * 256;
}

int
trie4_add(struct trie4 *trie, const struct prefix4 *prefix, uint32_t value)
{
	uint32_t *slots = trie->root;
	uint32_t first = prefix->addr >> 16;
	unsigned int bits = 16, left = prefix->len;
	bool from_root = true;

	while (left > bits) {
		const uint32_t base = descend(trie, from_root, first);

		if (base == UINT32_MAX)
			return -ENOMEM;
		left -= bits;
		first = base + (from_root ? prefix->addr >> 8 & 0xff : prefix->addr & 0xff);
		slots = trie->block;
		bits = 8;
		from_root = false;
	}
	for (uint32_t i = 0; i < 1u << (bits - left); i++)
		slots[first + i] = value;
	return 0;
}

void
trie4_clear(struct trie4 *trie)
{
	free(trie->block);
}
