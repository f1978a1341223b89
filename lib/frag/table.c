/* SPDX-License-Identifier: BSD-3-Clause */
#include "frag/table.h"

#include <string.h>

static uint32_t
bucket_count(uint32_t capacity)
{
	uint32_t count = 1;

	while (count < capacity)
		count *= 2;
	return count;
}

size_t
table_size(uint32_t capacity, size_t entry_size)
{
	const size_t buckets = bucket_count(capacity);

	return capacity * entry_size + table_align(buckets * sizeof(struct table_chain)) +
	    table_align(buckets * sizeof(uint32_t));
}

void
table_init(struct table *table, void *memory, uint32_t capacity, size_t entry_size)
{
	const uint32_t buckets = bucket_count(capacity);
	uint8_t *entries = memory, *next = entries + capacity * entry_size;

	memset(memory, 0, table_size(capacity, entry_size));
	*table = (struct table){ .mask = buckets - 1, .share = capacity / TABLE_SHARE };
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
	uint32_t *source = &table->sources[source_hash & table->mask];

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
