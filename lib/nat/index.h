/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash index: from a hash to the small numbers (ids) stored under it. It knows neither keys nor objects; whoever looks
 * something up compares the object of each id it is offered.
 *
 * A bucket is one cache line: eight signatures that one vector comparison checks, and their ids. A bucket that is full
 * goes on in overflow buckets, and all but the last of such a chain are full, so an insert fails only when the overflow
 * pool is used up: not with keyed hashes and no more ids than the index was made for.
 *
 * A signature has a mark of two bits. index_forget() takes another mark, and nothing that is there matches any more: all is
 * forgotten at once, in no time. Buckets are cleared up later, a few in a turn, or when something is put into them.
 */
#ifndef MAPEDGE_NAT_INDEX_H
#define MAPEDGE_NAT_INDEX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/likely.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define INDEX_WAYS 8
#define INDEX_NONE UINT32_MAX
#define INDEX_MARKS 3       /* 1, 2, 3 in turn; 0 is free */
#define INDEX_MARK_SHIFT 14 /* in a signature, above bits of the hash */

struct index_bucket {
	uint16_t signature[INDEX_WAYS]; /* 0 = free */
	uint32_t id[INDEX_WAYS];
	uint32_t next; /* overflow bucket, 0 = none: bucket 0 is never an overflow bucket */
	uint32_t spare[3];
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct index_bucket) == 64, "a bucket is one cache line");

struct index {
	struct index_bucket *buckets;
	uint32_t home;          /* number of home buckets, which come first */
	uint32_t free_overflow; /* list of free overflow buckets, 0 = none left */
	uint32_t clear_left;    /* home buckets not looked at since something was forgotten, the first of all */
	uint16_t mark;          /* of what counts, where it is in a signature */
	uint8_t forgotten;      /* so many other marks may be in those buckets */
};

/* Where a search stands. */
struct index_cursor {
	const struct index *index;
	const struct index_bucket *bucket;
	uint32_t matches; /* bit i: signature i matches and was not offered yet */
	uint16_t signature;
};

/* Bytes of memory for so many ids, and set-up in such memory (64-byte aligned; cleared here). */
size_t index_size(uint32_t capacity);
void index_init(struct index *index, void *memory, uint32_t capacity);

/* 0, or -ENOSPC when the overflow pool is used up. */
int index_insert(struct index *index, uint64_t hash, uint32_t id);

/* Removes the id that was inserted under this hash. */
void index_remove(struct index *index, uint64_t hash, uint32_t id);

/* Everything is forgotten. */
void index_forget(struct index *index);

/* Clears up what was forgotten, in at most `budget` home buckets. */
void index_clear_up(struct index *index, uint32_t budget);

static inline uint16_t
index_signature(const struct index *index, uint64_t hash)
{
	return (uint16_t)(hash >> (64 - INDEX_MARK_SHIFT)) | index->mark;
}

static inline struct index_bucket *
index_home(const struct index *index, uint64_t hash)
{
	return &index->buckets[(uint64_t)(uint32_t)hash * index->home >> 32];
}

static inline void
index_prefetch(const struct index *index, uint64_t hash)
{
	__builtin_prefetch(index_home(index, hash));
}

/* Bit i is set when signature i of the bucket matches. */
static inline uint32_t
index_match(const struct index_bucket *bucket, uint16_t signature)
{
#if defined(__SSE2__)
	const __m128i all = _mm_load_si128((const __m128i *)(const void *)bucket);
	const __m128i equal = _mm_cmpeq_epi16(all, _mm_set1_epi16((short)signature));

	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128()));
#else
	uint32_t matches = 0;

	for (int i = 0; i < INDEX_WAYS; i++)
		matches |= (uint32_t)(bucket->signature[i] == signature) << i;
	return matches;
#endif
}

static inline struct index_cursor
index_search(const struct index *index, uint64_t hash)
{
	struct index_cursor cursor = { .index = index,
		.bucket = index_home(index, hash),
		.signature = index_signature(index, hash) };

	cursor.matches = index_match(cursor.bucket, cursor.signature);
	return cursor;
}

/* The next id that may be the one, INDEX_NONE at the end. */
static inline uint32_t
index_next(struct index_cursor *cursor)
{
	uint32_t way;

	while (cursor->matches == 0) {
		if (cursor->bucket->next == 0)
			return INDEX_NONE;
		cursor->bucket = &cursor->index->buckets[cursor->bucket->next];
		cursor->matches = index_match(cursor->bucket, cursor->signature);
	}
	way = (uint32_t)__builtin_ctz(cursor->matches);
	cursor->matches &= cursor->matches - 1;
	return cursor->bucket->id[way];
}

/*
 * The first candidate, nearly always the only one: good enough to prefetch its object. In a full table one of fifteen is in an
 * overflow bucket, which is looked at, too: who is not found here goes a longer way.
 */
static inline uint32_t
index_peek(const struct index *index, uint64_t hash)
{
	const struct index_bucket *bucket = index_home(index, hash);
	const uint16_t signature = index_signature(index, hash);
	uint32_t matches = index_match(bucket, signature);

	while (unlikely(matches == 0)) {
		if (bucket->next == 0)
			return INDEX_NONE;
		bucket = &index->buckets[bucket->next];
		matches = index_match(bucket, signature);
	}
	return bucket->id[__builtin_ctz(matches)];
}

#endif
