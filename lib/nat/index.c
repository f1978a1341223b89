/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/index.h"

#include <errno.h>
#include <stdbool.h>

#include "base/likely.h"

/* Four fifths full at capacity; of so full buckets one in five goes on in an overflow bucket. Bucket 0 is a home bucket. */
static uint32_t
home_buckets(uint32_t capacity)
{
	return (uint32_t)((uint64_t)capacity * 5 / (INDEX_WAYS * 4)) + 1;
}

static uint32_t
overflow_buckets(uint32_t capacity)
{
	return home_buckets(capacity) / 4 + 16;
}

size_t
index_size(uint32_t capacity)
{
	return ((size_t)home_buckets(capacity) + overflow_buckets(capacity)) * sizeof(struct index_bucket);
}

void
index_init(struct index *index, void *memory, uint32_t capacity)
{
	const uint32_t home = home_buckets(capacity), overflow = overflow_buckets(capacity);

	memset(memory, 0, index_size(capacity));
	index->buckets = memory;
	index->home = home;
	index->free_overflow = home;
	index->mark = 1 << INDEX_MARK_SHIFT;
	index->clear_left = index->forgotten = 0;
	for (uint32_t i = 0; i + 1 < overflow; i++)
		index->buckets[home + i].next = home + i + 1;
}

/* ---- forgetting ------------------------------------------------------------------------------------------------- */

static bool
counts(const struct index *index, uint16_t signature)
{
	return signature >> INDEX_MARK_SHIFT == index->mark >> INDEX_MARK_SHIFT;
}

/* The buckets behind the last one that is used go back to the others. */
static void
cut_chain(struct index *index, struct index_bucket *last)
{
	while (last->next != 0) {
		const uint32_t freed = last->next;

		last->next = index->buckets[freed].next;
		index->buckets[freed].next = index->free_overflow;
		index->free_overflow = freed;
	}
}

/* What counts moves to the front of the chain, nothing else stays. */
static void
clear_chain(struct index *index, struct index_bucket *first)
{
	struct index_bucket *to = first, *from = first;
	unsigned int way = 0;

	for (;; from = &index->buckets[from->next]) {
		for (unsigned int i = 0; i < INDEX_WAYS; i++) {
			const uint16_t signature = from->signature[i];

			from->signature[i] = 0;
			if (!counts(index, signature))
				continue;
			if (way == INDEX_WAYS) {
				to = &index->buckets[to->next];
				way = 0;
			}
			to->id[way] = from->id[i];
			to->signature[way++] = signature;
		}
		if (from->next == 0)
			break;
	}
	cut_chain(index, to);
}

void
index_clear_up(struct index *index, uint32_t budget)
{
	for (; index->clear_left > 0 && budget > 0; budget--)
		clear_chain(index, &index->buckets[--index->clear_left]);
	if (index->clear_left == 0)
		index->forgotten = 0;
}

void
index_forget(struct index *index)
{
	/* A mark must have gone before it is used again. Whoever forgets three times before that waits once. */
	if (index->forgotten == INDEX_MARKS - 1)
		index_clear_up(index, UINT32_MAX);
	index->mark = (uint16_t)((index->mark >> INDEX_MARK_SHIFT) % INDEX_MARKS + 1) << INDEX_MARK_SHIFT;
	index->clear_left = index->home;
	index->forgotten++;
}

/* ---- ids come and go -------------------------------------------------------------------------------------------- */

int
index_insert(struct index *index, uint64_t hash, uint32_t id)
{
	struct index_bucket *bucket = index_home(index, hash);
	uint32_t free_ways;

	if (unlikely(index->forgotten > 0))
		clear_chain(index, bucket);
	while ((free_ways = index_match(bucket, 0)) == 0) {
		if (bucket->next == 0) {
			const uint32_t fresh = index->free_overflow;

			if (fresh == 0)
				return -ENOSPC;
			index->free_overflow = index->buckets[fresh].next;
			index->buckets[fresh].next = 0;
			bucket->next = fresh;
		}
		bucket = &index->buckets[bucket->next];
	}
	bucket->id[__builtin_ctz(free_ways)] = id;
	bucket->signature[__builtin_ctz(free_ways)] = index_signature(index, hash);
	return 0;
}

/* The way of the bucket that has the id, or INDEX_WAYS. */
static unsigned int
find_way(const struct index_bucket *bucket, uint16_t signature, uint32_t id)
{
	uint32_t matches = index_match(bucket, signature);

	while (matches != 0 && bucket->id[__builtin_ctz(matches)] != id)
		matches &= matches - 1;
	return matches == 0 ? INDEX_WAYS : (unsigned int)__builtin_ctz(matches);
}

void
index_remove(struct index *index, uint64_t hash, uint32_t id)
{
	const uint16_t signature = index_signature(index, hash);
	struct index_bucket *bucket = index_home(index, hash), *last, *before = NULL;
	unsigned int way, moved;

	while ((way = find_way(bucket, signature, id)) == INDEX_WAYS) {
		if (bucket->next == 0)
			return;
		before = bucket;
		bucket = &index->buckets[bucket->next];
	}
	for (last = bucket; last->next != 0; last = &index->buckets[last->next])
		before = last;

	/* The hole is filled from the end of the chain, so churn cannot spread a few ids over many buckets. */
	moved = INDEX_WAYS - 1 - ((unsigned int)__builtin_clz(~index_match(last, 0) << (32 - INDEX_WAYS)));
	bucket->id[way] = last->id[moved];
	bucket->signature[way] = last->signature[moved];
	last->signature[moved] = 0;
	if (before != NULL && index_match(last, 0) == (1u << INDEX_WAYS) - 1) {
		last->next = index->free_overflow;
		index->free_overflow = before->next;
		before->next = 0;
	}
}
