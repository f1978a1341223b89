/* SPDX-License-Identifier: BSD-3-Clause */
/* The hash index against a plain list: what is in is found under its hash, what is out is not, and nothing gets lost. */
#include "nat/index.h"

#include <errno.h>
#include <stdlib.h>

#include "base/random.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define MAX_IDS 2000

/* What ought to be in the index. */
struct list {
	bool in[MAX_IDS]; /* by id */
	uint64_t hash[MAX_IDS];
};

static struct index set;
static void *memory;
static struct list list;

static void
make(uint32_t capacity)
{
	memory = aligned_alloc(64, index_size(capacity));
	ck_assert_ptr_nonnull(memory);
	memset(memory, 0xee, index_size(capacity)); /* index_init() has to clear it */
	index_init(&set, memory, capacity);
	memset(&list, 0, sizeof(list));
}

static void
tear_down(void)
{
	free(memory);
	memory = NULL;
}

/* Every id that a search under the hash offers, counted by id; the number of all. */
static unsigned int
search_all(uint64_t hash, uint8_t offered[MAX_IDS])
{
	struct index_cursor cursor = index_search(&set, hash);
	unsigned int count = 0;
	uint32_t id;

	memset(offered, 0, MAX_IDS);
	while ((id = index_next(&cursor)) != INDEX_NONE) {
		if (id >= MAX_IDS || count++ > MAX_IDS)
			ck_abort_msg("a search that does not end, or an id from nowhere: %u", id);
		offered[id]++;
	}
	return count;
}

/* Under a hash: every id of the list once, and no id that is not in the index. Others may be offered, by chance. */
static void
check_search(uint64_t hash)
{
	uint8_t offered[MAX_IDS];

	search_all(hash, offered);
	for (uint32_t id = 0; id < MAX_IDS; id++) {
		if (list.in[id] && list.hash[id] == hash && offered[id] != 1)
			ck_abort_msg("id %u offered %u times", id, offered[id]);
		if (offered[id] > (list.in[id] ? 1 : 0))
			ck_abort_msg("id %u is not in and offered", id);
	}
}

static int
insert(uint64_t hash, uint32_t id)
{
	const int rc = index_insert(&set, hash, id);

	if (rc == 0) {
		list.in[id] = true;
		list.hash[id] = hash;
	}
	return rc;
}

static void
remove_id(uint32_t id)
{
	index_remove(&set, list.hash[id], id);
	list.in[id] = false;
}

static void
check_all(void)
{
	for (uint32_t id = 0; id < MAX_IDS; id++) {
		if (list.in[id])
			check_search(list.hash[id]);
	}
	check_search(0);
}

static unsigned int
overflow_left(void)
{
	unsigned int count = 0;

	for (uint32_t i = set.free_overflow; i != 0; i = set.buckets[i].next)
		count++;
	return count;
}

/* ---- against the list ------------------------------------------------------------------------------------------- */

/* The fewer the hashes, the longer the chains: with one, everything is behind one bucket. */
static const struct {
	uint32_t capacity, ids, hashes;
	bool same_bucket; /* all hashes share their low bits */
} mixtures[] = {
	{ 64, 64, UINT32_MAX, false },
	{ 64, 60, 4, false },
	{ 64, 60, 1, true },
	{ 1000, 300, 3, true },
	{ 1000, 1000, UINT32_MAX, false },
	{ 100, 100, 20, false },
	{ 1, 8, 2, true },
	{ 2000, 400, 100, true },
};

START_TEST(random_operations)
{
	const uint32_t ids = mixtures[_i].ids;
	struct random random = { .key = { { 11, (uint64_t)_i } } };
	uint64_t hashes[MAX_IDS];
	unsigned int inserted = 0;

	make(mixtures[_i].capacity);
	for (uint32_t i = 0; i < MAX_IDS; i++) {
		hashes[i] = random_u64(&random);
		if (mixtures[_i].same_bucket)
			hashes[i] &= ~UINT64_C(0xffffffff);
	}
	for (int step = 0; step < 30000; step++) {
		const uint32_t id = random_below(&random, ids);
		const uint32_t hash =
		    mixtures[_i].hashes == UINT32_MAX ? id : random_below(&random, mixtures[_i].hashes);

		if (list.in[id])
			remove_id(id);
		else if (insert(hashes[hash], id) == 0)
			inserted++;
		check_search(hashes[hash]);
		if (step % 10000 == 0)
			check_all();
	}
	check_all();
	ck_assert_uint_gt(inserted, 10000);
	for (uint32_t id = 0; id < ids; id++) {
		if (list.in[id])
			remove_id(id);
	}
	check_all();
}
END_TEST

/* A table takes what it was made for, whatever the hashes are, as long as they are hashes. */
START_TEST(holds_its_capacity)
{
	static const uint32_t capacities[] = { 1, 2, 6, 7, 64, 96, 97, 1000, 1536, 2000 };

	for (int i = 0; i < COUNT(capacities); i++) {
		struct random random = { .key = { { 12, (uint64_t)i } } };

		make(capacities[i]);
		for (uint32_t id = 0; id < capacities[i]; id++)
			ck_assert_int_eq(insert(random_u64(&random), id), 0);
		check_all();
		tear_down();
	}
}
END_TEST

/* ---- the overflow pool ------------------------------------------------------------------------------------------ */

START_TEST(full_pool_refuses_and_loses_nothing)
{
	unsigned int before, count = 0;

	make(64);
	before = overflow_left();
	ck_assert_uint_gt(before, 0);
	while (insert(UINT64_C(0x5) << 48, count) == 0)
		count++;
	/* the home bucket and every overflow bucket, eight each */
	ck_assert_uint_eq(count, (before + 1) * INDEX_WAYS);
	ck_assert_uint_eq(overflow_left(), 0);
	check_all();
	ck_assert_int_eq(insert(UINT64_C(0x7) << 48, count), -ENOSPC);
	check_all();
	ck_assert_int_eq(insert(UINT64_C(0x7) << 48 | UINT32_MAX, count), 0); /* another home bucket has room */
	check_all();
	remove_id(3);
	ck_assert_int_eq(insert(UINT64_C(0x7) << 48, 3), 0);
	check_all();
	for (uint32_t id = 0; id <= count; id++)
		remove_id(id);
	ck_assert_uint_eq(overflow_left(), before);
	check_all();
}
END_TEST

/* Filling and emptying in every order gives every bucket back. */
START_TEST(churn_does_not_leak_overflow_buckets)
{
	struct random random = { .key = { { 13, 0 } } };
	unsigned int before;

	make(64);
	before = overflow_left();
	for (int round = 0; round < 2000; round++) {
		const uint32_t ids = 1 + random_below(&random, 100);
		const uint64_t bucket = (uint64_t)random_below(&random, 2) << 31;
		uint32_t left = ids;

		for (uint32_t id = 0; id < ids; id++)
			ck_assert_int_eq(insert(random_u64(&random) << 32 | bucket, id), 0);
		ck_assert(ids <= INDEX_WAYS || overflow_left() < before);
		while (left > 0) {
			const uint32_t id = random_below(&random, ids);

			if (list.in[id]) {
				remove_id(id);
				left--;
			}
		}
		ck_assert_uint_eq(overflow_left(), before);
	}
}
END_TEST

/* ---- corners ---------------------------------------------------------------------------------------------------- */

/* A hash whose high bits are zero must not look like a free place. */
START_TEST(hash_without_high_bits)
{
	make(64);
	for (uint32_t id = 0; id < 20; id++)
		ck_assert_int_eq(insert(id % 2, id), 0);
	check_all();
	for (uint32_t id = 0; id < 20; id += 3)
		remove_id(id);
	check_all();
}
END_TEST

/* Two hashes with the same bucket and signature: both are offered, and each id is removed for itself. */
START_TEST(equal_signatures)
{
	const uint64_t one = UINT64_C(0x8001000000000003), other = UINT64_C(0x8001ffff00000003);
	uint8_t offered[MAX_IDS];

	make(64);
	ck_assert_int_eq(insert(one, 1), 0);
	ck_assert_int_eq(insert(other, 2), 0);
	ck_assert_uint_eq(search_all(one, offered), 2);
	remove_id(1);
	ck_assert_uint_eq(search_all(one, offered), 1);
	ck_assert_uint_eq(offered[2], 1);
	index_remove(&set, one, 77); /* not in: nothing happens */
	ck_assert_uint_eq(search_all(other, offered), 1);
}
END_TEST

/* ---- forgetting ------------------------------------------------------------------------------------------------- */

static void
forget_all(void)
{
	index_forget(&set);
	memset(list.in, 0, sizeof(list.in));
}

/* Long chains and short ones. */
static uint64_t
some_hash(uint32_t id)
{
	return (id % 3 == 0 ? id % 30 : (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15)) | UINT64_C(7) << 60;
}

static void
insert_some(uint32_t first, uint32_t count)
{
	for (uint32_t id = first; id < first + count; id++)
		ck_assert_int_eq(insert(some_hash(id), id), 0);
}

/* From that moment on nothing of what was is offered, and what comes is, while the rest is cleared up bucket by bucket. */
START_TEST(forgotten_at_once)
{
	uint8_t offered[MAX_IDS];
	unsigned int room;

	make(1000);
	room = overflow_left();
	insert_some(0, 500);
	forget_all();
	for (uint32_t id = 0; id < 500; id++)
		ck_assert_uint_eq(search_all(some_hash(id), offered), 0);
	insert_some(200, 500);
	check_all();
	for (uint32_t i = 0; set.clear_left > 0; i++) {
		ck_assert_uint_eq(set.clear_left, set.home - 3 * i);
		remove_id(200 + i % 250);
		index_clear_up(&set, 3);
		check_search(some_hash(200 + i % 250));
		ck_assert_int_eq(insert(some_hash(200 + i % 250), 200 + i % 250), 0);
	}
	check_all();
	for (uint32_t id = 200; id < 700; id++)
		remove_id(id);
	ck_assert_uint_eq(overflow_left(), room);
	for (uint32_t i = 0; i < set.home; i++)
		ck_assert_uint_eq(index_match(&set.buckets[i], 0), 0xff);
}
END_TEST

/* As often as one likes: before a mark comes round again, nothing has it any more. */
START_TEST(forgotten_again_and_again)
{
	uint8_t offered[MAX_IDS];
	unsigned int room;

	make(1000);
	room = overflow_left();
	for (uint32_t round = 0; round < 20; round++) {
		insert_some(round * 50, 300);
		check_all();
		forget_all();
		for (uint32_t id = 0; id < round * 50 + 300; id++)
			ck_assert_uint_eq(search_all(some_hash(id), offered), 0);
		index_clear_up(&set, round % 7 * 20);
	}
	index_clear_up(&set, UINT32_MAX);
	ck_assert_uint_eq(overflow_left(), room);
}
END_TEST

START_TEST(peek_offers_the_first_candidate)
{
	const uint64_t hash = UINT64_C(0x1234000000000007);

	make(64);
	ck_assert_uint_eq(index_peek(&set, hash), INDEX_NONE);
	ck_assert_int_eq(insert(hash, 5), 0);
	ck_assert_uint_eq(index_peek(&set, hash), 5);
	ck_assert_uint_eq(index_peek(&set, hash ^ UINT64_C(0xffff) << 48), INDEX_NONE);
	ck_assert_uint_eq(index_peek(&set, hash ^ UINT64_C(1) << 31), INDEX_NONE);
}
END_TEST

/* Also in a full index, where one id of fifteen is in an overflow bucket: all but those whose signature another one has, too. */
START_TEST(peek_finds_nearly_all)
{
	struct random rng = { .key = { { 2, 4 } } };
	unsigned int room, found = 0;

	make(MAX_IDS);
	room = overflow_left();
	for (uint32_t id = 0; id < MAX_IDS; id++)
		ck_assert_int_eq(insert(random_u64(&rng), id), 0);
	ck_assert_uint_lt(overflow_left(), room);
	for (uint32_t id = 0; id < MAX_IDS; id++)
		found += index_peek(&set, list.hash[id]) == id;
	ck_assert_uint_ge(found, MAX_IDS - 3);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("index");
	TCase *against = tcase_create("list"), *pool = tcase_create("overflow"), *corners = tcase_create("corners");

	tcase_add_checked_fixture(against, NULL, tear_down);
	tcase_add_loop_test(against, random_operations, 0, COUNT(mixtures));
	tcase_add_test(against, holds_its_capacity);
	suite_add_tcase(suite, against);
	tcase_add_checked_fixture(pool, NULL, tear_down);
	tcase_add_test(pool, full_pool_refuses_and_loses_nothing);
	tcase_add_test(pool, churn_does_not_leak_overflow_buckets);
	suite_add_tcase(suite, pool);
	tcase_add_checked_fixture(corners, NULL, tear_down);
	tcase_add_test(corners, hash_without_high_bits);
	tcase_add_test(corners, equal_signatures);
	tcase_add_test(corners, forgotten_at_once);
	tcase_add_test(corners, forgotten_again_and_again);
	tcase_add_test(corners, peek_offers_the_first_candidate);
	tcase_add_test(corners, peek_finds_nearly_all);
	suite_add_tcase(suite, corners);
	return suite;
}
