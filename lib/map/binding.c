/* SPDX-License-Identifier: BSD-3-Clause */
#include "map/binding.h"

/* What makes a binding visible: a slot of its bucket, or else the link in front of it in the bucket's chain. */
struct place {
	uint64_t *slot;
	uint32_t *link;
	struct binding *entry;
};

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static uint32_t
bucket_count(uint32_t capacity)
{
	return capacity / BINDING_BUCKET_LOAD + 1;
}

size_t
binding_table_size(uint32_t capacity)
{
	return sizeof(struct binding_table) + bucket_count(capacity) * sizeof(struct binding_bucket) +
	    capacity * sizeof(struct binding);
}

struct binding_table *
binding_table_init(void *memory, uint32_t capacity, const struct hash_key *key)
{
	struct binding_table *table = memory;

	*table = (struct binding_table){ .key = *key,
		.buckets = (struct binding_bucket *)(table + 1),
		.bucket_count = bucket_count(capacity),
		.capacity = capacity };
	table->entries = (struct binding *)(table->buckets + table->bucket_count);
	memset(table->buckets, 0, table->bucket_count * sizeof(*table->buckets));
	return table;
}

/* An entry that no reader has, filled in; its number, or 0. */
static uint32_t
take_entry(struct binding_table *table, const struct binding *binding)
{
	uint32_t number = table->unused;

	if (number != 0)
		table->unused = binding_at(table, number)->link;
	else if (table->fresh < table->capacity)
		number = ++table->fresh;
	if (number != 0) {
		*binding_at(table, number) = *binding;
		binding_at(table, number)->next = 0;
	}
	return number;
}

/* Readers may still have the entry, and go on from it along `next`: neither is touched before reclaim. */
static void
give_up_entry(struct binding_table *table, struct binding *entry)
{
	entry->link = table->removed;
	table->removed = binding_index(table, entry) + 1;
}

bool
binding_retire(struct binding_table *table)
{
	if (table->removed == 0 || table->waiting != 0)
		return false;
	table->waiting = table->removed;
	table->removed = 0;
	return true;
}

void
binding_reclaim(struct binding_table *table)
{
	while (table->waiting != 0) {
		const uint32_t number = table->waiting;
		struct binding *entry = binding_at(table, number);

		table->waiting = entry->link;
		entry->link = table->unused;
		table->unused = number;
	}
}

/* ---- updates ---------------------------------------------------------------------------------------------------- */

static bool
is_of(const struct binding *entry, uint32_t ipv4, uint16_t psid)
{
	return entry->ipv4 == ipv4 && entry->psid == psid;
}

static bool
find_place(const struct binding_table *table, uint64_t hash, uint32_t ipv4, uint16_t psid, struct place *place)
{
	struct binding_bucket *bucket = binding_home(table, hash);

	for (unsigned int way = 0; way < BINDING_WAYS; way++) {
		if (bucket->slot[way] >> 32 != binding_tag(hash))
			continue;
		*place = (struct place){ .slot = &bucket->slot[way],
			.entry = binding_at(table, (uint32_t)bucket->slot[way]) };
		if (is_of(place->entry, ipv4, psid))
			return true;
	}
	for (uint32_t *link = &bucket->more; *link != 0; link = &place->entry->next) {
		*place = (struct place){ .link = link, .entry = binding_at(table, *link) };
		if (is_of(place->entry, ipv4, psid))
			return true;
	}
	return false;
}

/* The first free slot, else the head of the chain. */
static struct place
new_place(const struct binding_table *table, uint64_t hash)
{
	struct binding_bucket *bucket = binding_home(table, hash);

	for (unsigned int way = 0; way < BINDING_WAYS; way++) {
		if (bucket->slot[way] == 0)
			return (struct place){ .slot = &bucket->slot[way] };
	}
	return (struct place){ .link = &bucket->more };
}

/* Release: partner of the acquire-loads in binding.h. Whoever sees the number sees the entry filled in. */
static void
publish(const struct place *place, uint64_t hash, uint32_t number)
{
	if (place->slot != NULL)
		__atomic_store_n(place->slot, (uint64_t)binding_tag(hash) << 32 | number, __ATOMIC_RELEASE);
	else
		__atomic_store_n(place->link, number, __ATOMIC_RELEASE);
}

int
binding_add(struct binding_table *table, const struct binding *binding)
{
	const uint64_t hash = binding_hash(table, binding->ipv4, binding->psid);
	struct place place;
	uint32_t number;

	if (find_place(table, hash, binding->ipv4, binding->psid, &place))
		return -EEXIST;
	number = take_entry(table, binding);
	if (number == 0)
		return -ENOSPC;
	place = new_place(table, hash);
	if (place.link != NULL)
		binding_at(table, number)->next = *place.link;
	publish(&place, hash, number);
	table->count++;
	return 0;
}

int
binding_replace(struct binding_table *table, const struct binding *binding)
{
	const uint64_t hash = binding_hash(table, binding->ipv4, binding->psid);
	struct place place;
	uint32_t number;

	if (!find_place(table, hash, binding->ipv4, binding->psid, &place))
		return -ENOENT;
	number = take_entry(table, binding);
	if (number == 0)
		return -ENOSPC;
	binding_at(table, number)->next = place.entry->next;
	publish(&place, hash, number);
	give_up_entry(table, place.entry);
	return 0;
}

int
binding_remove(struct binding_table *table, uint32_t ipv4, uint16_t psid)
{
	const uint64_t hash = binding_hash(table, ipv4, psid);
	struct place place;

	if (!find_place(table, hash, ipv4, psid, &place))
		return -ENOENT;
	/* An emptied slot leads nowhere. A link leads to the next entry, which readers must see filled in: release, as above. */
	if (place.slot != NULL)
		__atomic_store_n(place.slot, 0, __ATOMIC_RELAXED);
	else
		__atomic_store_n(place.link, place.entry->next, __ATOMIC_RELEASE);
	give_up_entry(table, place.entry);
	table->count--;
	return 0;
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

const struct binding *
binding_next(const struct binding_table *table, struct binding_cursor *cursor)
{
	for (; cursor->bucket < table->bucket_count; cursor->bucket++, cursor->way = 0) {
		const struct binding_bucket *bucket = &table->buckets[cursor->bucket];

		while (cursor->way < BINDING_WAYS) {
			const uint64_t slot = bucket->slot[cursor->way++];

			if (slot != 0)
				return binding_at(table, (uint32_t)slot);
		}
		/* Behind the slots: the chain, whose entry before this one the cursor knows. */
		cursor->number = cursor->number == 0 ? bucket->more : binding_at(table, cursor->number)->next;
		if (cursor->number != 0)
			return binding_at(table, cursor->number);
	}
	return NULL;
}
