/* SPDX-License-Identifier: BSD-3-Clause */
#include "frag/table.h"

#include <string.h>

#define LEAST_SOURCES 1024 /* in a small table too: one source in so many suffers with another one that floods */

static uint32_t
round_up(uint32_t count)
{
	uint32_t power = 1;

	while (power < count)
		power *= 2;
	return power;
}

static uint32_t
source_count(uint32_t capacity)
{
	return round_up(capacity < LEAST_SOURCES ? LEAST_SOURCES : capacity);
}

size_t
table_size(uint32_t capacity, size_t entry_size)
{
	return capacity * entry_size + table_align(round_up(capacity) * sizeof(struct table_chain)) +
	    table_align(source_count(capacity) * sizeof(uint32_t));
}

void
table_init(struct table *table, void *memory, uint32_t capacity, size_t entry_size)
{
	const uint32_t buckets = round_up(capacity);
	const size_t entries_size = capacity * entry_size;
	uint8_t *entries = memory, *next = entries + entries_size;

	memset(next, 0, table_size(capacity, entry_size) - entries_size);
	*table = (struct table){ .mask = buckets - 1,
		.source_mask = source_count(capacity) - 1,
		.share = capacity / TABLE_SHARE };
	table->buckets = (void *)next;
	table->sources = (void *)(next + table_align(buckets * sizeof(struct table_chain)));
	TAILQ_INIT(&table->ages);
	for (uint32_t i = capacity; i-- > 0;) {
		struct table_entry *entry = (void *)(entries + i * entry_size);

		LIST_INSERT_HEAD(&table->free, entry, chain);
	}
}

void *
table_add(struct table *table, uint64_t hash, uint64_t source_hash, uint64_t now_ms)
{
	struct table_entry *entry = LIST_FIRST(&table->free);
	uint32_t *source = &table->sources[source_hash & table->source_mask];

	if (entry == NULL || *source >= table->share)
		return NULL;
	LIST_REMOVE(entry, chain);
	LIST_INSERT_HEAD(table_chain(table, hash), entry, chain);
	TAILQ_INSERT_TAIL(&table->ages, entry, age);
	entry->born_ms = now_ms;
	entry->source = source;
	(*source)++;
	table->used++;
	return entry;
}

void
table_remove(struct table *table, struct table_entry *entry)
{
	(*entry->source)--;
	table->used--;
	TAILQ_REMOVE(&table->ages, entry, age);
	LIST_REMOVE(entry, chain);
	LIST_INSERT_HEAD(&table->free, entry, chain);
}
