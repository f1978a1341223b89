/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/index.h"

#include <errno.h>

/* Three quarters full at capacity, and an eighth as many overflow buckets; bucket 0 is a home bucket. */
static uint32_t
home_buckets(uint32_t capacity)
{
	uint32_t buckets = 1;

	while ((uint64_t)buckets * INDEX_WAYS * 3 / 4 < capacity)
		buckets *= 2;
	return buckets;
}

static uint32_t
overflow_buckets(uint32_t capacity)
{
	return home_buckets(capacity) / 8 + 16;
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
	index->mask = home - 1;
	index->free_overflow = home;
	for (uint32_t i = 0; i + 1 < overflow; i++)
		index->buckets[home + i].next = home + i + 1;
}

int
index_insert(struct index *index, uint64_t hash, uint32_t id)
{
	struct index_bucket *bucket = index_home(index, hash);
	uint32_t free_ways;

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
	bucket->signature[__builtin_ctz(free_ways)] = index_signature(hash);
	return 0;
}

void
index_remove(struct index *index, uint64_t hash, uint32_t id)
{
	const uint16_t signature = index_signature(hash);
	struct index_bucket *bucket = index_home(index, hash), *before = NULL;

	for (;; before = bucket, bucket = &index->buckets[bucket->next]) {
		uint32_t matches = index_match(bucket, signature);

		while (matches != 0 && bucket->id[__builtin_ctz(matches)] != id)
			matches &= matches - 1;
		if (matches != 0) {
			bucket->signature[__builtin_ctz(matches)] = 0;
			break;
		}
		if (bucket->next == 0)
			return;
	}
	/* An empty overflow bucket goes back to the pool, so churn cannot use the pool up. */
	if (before != NULL && index_match(bucket, 0) == (1u << INDEX_WAYS) - 1) {
		const uint32_t number = before->next;

		before->next = bucket->next;
		bucket->next = index->free_overflow;
		index->free_overflow = number;
	}
}
