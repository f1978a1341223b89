/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both kinds of reassembly keep their datagrams in: found by the hash of a key, forgotten in the order of their age,
 * so many in all and so many for each source. Nothing here searches, so a flood of fragments costs each of them the same.
 *
 * An entry is a struct whose first member is a struct table_entry; keys and everything else are its owner's.
 */
#ifndef MAPEDGE_FRAG_TABLE_H
#define MAPEDGE_FRAG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define TABLE_SHARE 8 /* one source may have one of so many parts of the table */

struct table_entry {
	LIST_ENTRY(table_entry) chain; /* those in the same bucket, or those that are free */
	TAILQ_ENTRY(table_entry) age;
	uint64_t born_ms;
	uint32_t *source; /* how many its source has */
};

LIST_HEAD(table_chain, table_entry);
TAILQ_HEAD(table_ages, table_entry);

struct table {
	struct table_chain *buckets;
	uint32_t
	    *sources; /* by hash: two sources that share a counter share their part, but nobody can choose with whom */
	struct table_chain free;
	struct table_ages ages; /* the oldest first */
	uint32_t mask;          /* buckets - 1 */
	uint32_t source_mask;   /* counters - 1 */
	uint32_t used;
	uint32_t share; /* entries that one source may have */
};

/* Bytes for `capacity` entries of `entry_size` bytes (a multiple of 64); a multiple of 64. */
size_t table_size(uint32_t capacity, size_t entry_size);

/* Sets a table up in so many bytes, 64-byte aligned. */
void table_init(struct table *table, void *memory, uint32_t capacity, size_t entry_size);

/* The entries whose key may have this hash. */
static inline struct table_chain *
table_chain(const struct table *table, uint64_t hash)
{
	return &table->buckets[hash & table->mask];
}

/* A new entry for a key that is not there; NULL when the table is full or the source has its share. */
void *table_add(struct table *table, uint64_t hash, uint64_t source_hash, uint64_t now_ms);

void table_remove(struct table *table, struct table_entry *entry);

/* The next to expire, or NULL. */
static inline void *
table_oldest(const struct table *table)
{
	return TAILQ_FIRST(&table->ages);
}

/* What a part of one memory block takes, so that the next part is aligned again. */
static inline size_t
table_align(size_t size)
{
	return (size + 63) / 64 * 64;
}

#endif
