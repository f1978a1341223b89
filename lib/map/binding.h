/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bindings: one-to-one rules (EA length 0, explicit PSID) with any softwire IPv6 address, a million of them (RFC 7596; RFC
 * 7597 section 5.2 with o = 0). A pool rule (struct map_rule with `bound` set) says which IPv4 addresses have bindings
 * and with which PSID offset and length; the table says who has which port set of which address.
 *
 *   hash(IPv4 address, PSID) --> bucket: 7 x (tag, number) --> entry: the binding
 *                                `-- more --> entry --> entry     those that found the bucket full
 *
 * A lookup costs the cache line of a bucket and that of an entry, be the table small or large. In a table that is as full
 * as it can be, two bindings in a hundred hang on a bucket's chain instead. Nothing is ever moved to make room.
 *
 * One writer, many readers, in place. A reader takes no lock; it stays inside a read section of its owner's grace periods
 * (a worker's turn) for as long as it uses what it has found. The writer fills in an entry and then makes it visible with
 * one release-store of a bucket's slot or of a chain's link, whose partners are the acquire-loads in binding_find(). A
 * visible entry does not change any more: a replacement is another entry, stored over the same slot. So a lookup
 * sees a binding as it was before or as it is after an update, never a mixture, and one that is not touched at all times.
 *
 * An entry that was taken out may still be in a reader's hands. Its memory is used again only after a grace period, which
 * is the owner's to wait for: binding_retire(), then the grace period, then binding_reclaim().
 */
#ifndef MAPEDGE_MAP_BINDING_H
#define MAPEDGE_MAP_BINDING_H

#include <stddef.h>

#include "base/addr.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/likely.h"

#define BINDING_MAX_CAPACITY (1u << 24)
#define BINDING_WAYS 7
#define BINDING_BUCKET_LOAD 4 /* bindings of each bucket in a full table */

struct binding {
	u128 softwire; /* the CE's IPv6 address, host order */
	uint32_t ipv4; /* host order */
	uint16_t psid; /* right-aligned; 0 for a whole address */
	uint16_t domain;
	uint32_t next;         /* chain behind a full bucket: index + 1, 0 at the end */
	union {                /* the writer's; no reader looks here */
		uint32_t line; /* of the file it was read from, 0 when it came by command */
		uint32_t link; /* once it was taken out: list of such entries, index + 1 */
	};
};

_Static_assert(sizeof(struct binding) == 32, "two entries a cache line");

struct binding_bucket {
	uint64_t slot[BINDING_WAYS]; /* tag (32 bits) | index + 1 of an entry (32 bits); 0: free */
	uint32_t more;               /* first entry that found the bucket full: index + 1, 0: none */
	uint32_t spare;
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct binding_bucket) == 64, "a bucket is one cache line");

struct binding_table {
	/* const: read by every lookup */
	struct hash_key key;
	struct binding_bucket *buckets;
	struct binding *entries;
	uint32_t bucket_count;
	uint32_t capacity;

	/* the writer's, in a line of its own: updates must not take the one above away from the readers */
	uint32_t count __attribute__((aligned(64))); /* of bindings */
	uint32_t fresh;                              /* entries from here on were never used */
	uint32_t unused;                             /* lists of entries: to be used again, */
	uint32_t removed;                            /* taken out, */
	uint32_t waiting;                            /* waiting for the end of a grace period */
};

/*
 * Bytes of memory for so many bindings: 48 each, and a little more. Set-up in such memory (64-byte aligned, any content),
 * which the caller owns; at most BINDING_MAX_CAPACITY bindings.
 */
size_t binding_table_size(uint32_t capacity);
struct binding_table *binding_table_init(void *memory, uint32_t capacity, const struct hash_key *key);

/*
 * Updates, for one thread. softwire, ipv4, psid, domain and line are copied. 0, or -EEXIST, -ENOENT, or -ENOSPC: every entry is
 * in use or waits for a grace period. A replacement needs an entry, too.
 */
int binding_add(struct binding_table *table, const struct binding *binding);
int binding_replace(struct binding_table *table, const struct binding *binding);
int binding_remove(struct binding_table *table, uint32_t ipv4, uint16_t psid);

/*
 * What was taken out so far begins to wait for a grace period, which the owner starts now and ends with
 * binding_reclaim(). False when there is nothing to wait for, or an earlier grace period has not ended. The start has to
 * be a release, as rte_rcu_qsbr_start() is: a reader that reports itself quiet after it must not find the entries again.
 */
bool binding_retire(struct binding_table *table);
void binding_reclaim(struct binding_table *table);

/* All bindings, one after the other, for the writer's thread. NULL at the end; the cursor starts as zeros. */
struct binding_cursor {
	uint32_t bucket, way, number;
};
const struct binding *binding_next(const struct binding_table *table, struct binding_cursor *cursor);

/* ---- lookup ----------------------------------------------------------------------------------------------------- */

static inline uint64_t
binding_hash(const struct binding_table *table, uint32_t ipv4, uint16_t psid)
{
	return hash_pair(&table->key, ipv4, psid);
}

/* The upper half of the hash chooses the bucket. A multiplication is a division here: any number of buckets will do. */
static inline struct binding_bucket *
binding_home(const struct binding_table *table, uint64_t hash)
{
	return &table->buckets[(hash >> 32) * table->bucket_count >> 32];
}

/* The lower half tells bindings of one bucket apart. Never 0, which is the tag of a free slot. */
static inline uint32_t
binding_tag(uint64_t hash)
{
	return (uint32_t)hash | 1;
}

static inline struct binding *
binding_at(const struct binding_table *table, uint32_t number)
{
	return &table->entries[number - 1];
}

/* Acquire: partner of the release-store in binding.c that made the entry visible after it was filled in. */
static inline uint64_t
binding_load_slot(const struct binding_bucket *bucket, unsigned int way)
{
	return __atomic_load_n(&bucket->slot[way], __ATOMIC_ACQUIRE);
}

static inline uint32_t
binding_load_link(const uint32_t *link)
{
	return __atomic_load_n(link, __ATOMIC_ACQUIRE);
}

/* Fetches the bucket's line. */
static inline void
binding_prefetch(const struct binding_table *table, uint64_t hash)
{
	__builtin_prefetch(binding_home(table, hash));
}

/*
 * When it has come: the entry that the hash probably leads to, on its way into the cache; NULL when there is none in sight. Of a
 * chain that is the first, which seldom has another one behind it.
 */
static inline const struct binding *
binding_expect(const struct binding_table *table, uint64_t hash)
{
	const struct binding_bucket *bucket = binding_home(table, hash);
	uint32_t number = 0;

	/* All slots: which one it is, no CPU can foretell. */
#pragma GCC unroll 8
	for (unsigned int way = 0; way < BINDING_WAYS; way++) {
		const uint64_t slot = binding_load_slot(bucket, way);

		number = slot >> 32 == binding_tag(hash) ? (uint32_t)slot : number;
	}
	if (unlikely(number == 0))
		number = binding_load_link(&bucket->more);
	if (number == 0)
		return NULL;
	__builtin_prefetch(binding_at(table, number));
	return binding_at(table, number);
}

/* Who has this port set of this address, or NULL. Valid until the end of the reader's section. */
static inline const struct binding *
binding_find(const struct binding_table *table, uint32_t ipv4, uint16_t psid)
{
	const uint64_t hash = binding_hash(table, ipv4, psid);
	const struct binding_bucket *bucket = binding_home(table, hash);

	for (unsigned int way = 0; way < BINDING_WAYS; way++) {
		const uint64_t slot = binding_load_slot(bucket, way);
		const struct binding *entry;

		if (slot >> 32 != binding_tag(hash))
			continue;
		entry = binding_at(table, (uint32_t)slot);
		if (entry->ipv4 == ipv4 && entry->psid == psid)
			return entry;
	}
	for (uint32_t number = binding_load_link(&bucket->more); number != 0;) {
		const struct binding *entry = binding_at(table, number);

		if (entry->ipv4 == ipv4 && entry->psid == psid)
			return entry;
		number = binding_load_link(&entry->next);
	}
	return NULL;
}

/* 0..capacity - 1: where counters of a binding go. Another binding may have the index after a grace period. */
static inline uint32_t
binding_index(const struct binding_table *table, const struct binding *binding)
{
	return (uint32_t)(binding - table->entries);
}

#endif
