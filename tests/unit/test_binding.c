/* SPDX-License-Identifier: BSD-3-Clause */
/* The binding table against a sorted array: random updates, chains, full tables, and when an entry may be used again. */
#include "map/binding.h"

#include <stdlib.h>

#include "base/random.h"
#include "maptext.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_MODEL 4096

static struct binding_table *table;
static struct random random_state;

static void
make(uint32_t capacity, uint64_t seed)
{
	const struct hash_key key = random_fork(&(struct random){ .key = { { seed, 1 } } }).key;
	const size_t size = (binding_table_size(capacity) + 63) / 64 * 64;
	void *memory = aligned_alloc(64, size);

	ck_assert_ptr_nonnull(memory);
	memset(memory, 0xee, size); /* binding_table_init() has to clear what needs it */
	table = binding_table_init(memory, capacity, &key);
	random_state = (struct random){ .key = key };
}

static void
tear_down(void)
{
	free(table);
	table = NULL;
}

static struct binding
binding_of(uint32_t ipv4, uint16_t psid, uint64_t version)
{
	return (struct binding){ .softwire = u128_make((uint64_t)ipv4 << 16 | psid, version),
		.ipv4 = ipv4,
		.psid = psid,
		.domain = (uint16_t)(version % 64),
		.line = (uint32_t)version };
}

/* Often asked: only what is wrong becomes an assertion, each of which check writes to a file. */
static void
check_found(uint32_t ipv4, uint16_t psid, uint64_t version)
{
	const struct binding want = binding_of(ipv4, psid, version), *found = binding_find(table, ipv4, psid);

	if (found == NULL)
		ck_abort_msg("%x psid %u is gone", ipv4, psid);
	if (found->softwire != want.softwire || found->ipv4 != ipv4 || found->psid != psid ||
	    found->domain != want.domain || found->line != want.line || binding_index(table, found) >= table->capacity)
		ck_abort_msg("%x psid %u is another", ipv4, psid);
}

static void
check_absent(uint32_t ipv4, uint16_t psid)
{
	if (binding_find(table, ipv4, psid) != NULL)
		ck_abort_msg("%x psid %u is there", ipv4, psid);
}

static int
add(uint32_t ipv4, uint16_t psid, uint64_t version)
{
	const struct binding binding = binding_of(ipv4, psid, version);

	return binding_add(table, &binding);
}

static void
must_add(uint32_t ipv4, uint16_t psid, uint64_t version)
{
	const int rc = add(ipv4, psid, version);

	if (rc != 0)
		ck_abort_msg("%x psid %u is refused: %d", ipv4, psid, rc);
}

static int
replace(uint32_t ipv4, uint16_t psid, uint64_t version)
{
	const struct binding binding = binding_of(ipv4, psid, version);

	return binding_replace(table, &binding);
}

/* ---- a model ---------------------------------------------------------------------------------------------------- */

/* What ought to be in the table, sorted by key, and what every entry is for at the moment. */
static struct {
	struct {
		uint64_t key; /* address, PSID */
		uint64_t version;
	} pair[MAX_MODEL];
	uint32_t count;
	enum { FREE, USED, REMOVED, WAITING } state[MAX_MODEL]; /* of entries, by index */
	uint32_t capacity;
	uint64_t versions;
} model;

static uint32_t
model_find(uint64_t key)
{
	uint32_t at = 0;

	while (at < model.count && model.pair[at].key < key)
		at++;
	return at;
}

static bool
model_has(uint64_t key)
{
	const uint32_t at = model_find(key);

	return at < model.count && model.pair[at].key == key;
}

static uint32_t
entries_in(int state)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < model.capacity; i++)
		count += (int)model.state[i] == state;
	return count;
}

static void
become(int from, int to)
{
	for (uint32_t i = 0; i < model.capacity; i++) {
		if ((int)model.state[i] == from)
			model.state[i] = (unsigned int)to;
	}
}

/* The entry of a key that was just added or replaced: it must have been free. */
static void
check_fresh(uint64_t key)
{
	const struct binding *found = binding_find(table, (uint32_t)(key >> 16), (uint16_t)key);

	ck_assert_ptr_nonnull(found);
	ck_assert_msg(model.state[binding_index(table, found)] == FREE,
	    "an entry that readers may have was used again");
	model.state[binding_index(table, found)] = USED;
}

static void
try_add(uint64_t key)
{
	const uint32_t at = model_find(key);
	const uint64_t version = ++model.versions;
	const int want = model_has(key) ? -EEXIST : entries_in(FREE) == 0 ? -ENOSPC : 0;

	ck_assert_int_eq(add((uint32_t)(key >> 16), (uint16_t)key, version), want);
	if (want != 0)
		return;
	memmove(&model.pair[at + 1], &model.pair[at], (model.count - at) * sizeof(model.pair[0]));
	model.pair[at].key = key;
	model.pair[at].version = version;
	model.count++;
	check_fresh(key);
}

static void
try_replace(uint64_t key)
{
	const uint64_t version = ++model.versions;
	const int want = !model_has(key) ? -ENOENT : entries_in(FREE) == 0 ? -ENOSPC : 0;
	const struct binding *old = binding_find(table, (uint32_t)(key >> 16), (uint16_t)key);

	ck_assert_int_eq(replace((uint32_t)(key >> 16), (uint16_t)key, version), want);
	if (want != 0)
		return;
	model.state[binding_index(table, old)] = REMOVED;
	model.pair[model_find(key)].version = version;
	check_fresh(key);
}

static void
try_remove(uint64_t key)
{
	const uint32_t at = model_find(key);
	const struct binding *old = binding_find(table, (uint32_t)(key >> 16), (uint16_t)key);
	const bool known = model_has(key);

	ck_assert_int_eq(binding_remove(table, (uint32_t)(key >> 16), (uint16_t)key), known ? 0 : -ENOENT);
	if (!known)
		return;
	model.state[binding_index(table, old)] = REMOVED;
	model.count--;
	memmove(&model.pair[at], &model.pair[at + 1], (model.count - at) * sizeof(model.pair[0]));
}

static void
try_grace_period(void)
{
	const bool want = entries_in(REMOVED) > 0 && entries_in(WAITING) == 0;

	ck_assert_int_eq(binding_retire(table), want);
	if (want)
		become(REMOVED, WAITING);
}

/* The table has what the model has, and nothing else. */
static void
check_all(const uint64_t *keys, uint32_t key_count)
{
	struct binding_cursor cursor = { 0 };
	uint32_t seen = 0;

	ck_assert_uint_eq(table->count, model.count);
	for (uint32_t i = 0; i < key_count; i++) {
		if (model_has(keys[i]))
			check_found((uint32_t)(keys[i] >> 16), (uint16_t)keys[i],
			    model.pair[model_find(keys[i])].version);
		else
			check_absent((uint32_t)(keys[i] >> 16), (uint16_t)keys[i]);
	}
	for (const struct binding *b; (b = binding_next(table, &cursor)) != NULL; seen++) {
		if (!model_has((uint64_t)b->ipv4 << 16 | b->psid))
			ck_abort_msg("%x psid %u should not be there", b->ipv4, b->psid);
	}
	ck_assert_uint_eq(seen, model.count);
	ck_assert_uint_eq(entries_in(USED), model.count);
}

static void
run_model(uint32_t capacity, const uint64_t *keys, uint32_t key_count, unsigned int steps)
{
	memset(&model, 0, sizeof(model));
	model.capacity = capacity;
	for (unsigned int step = 0; step < steps; step++) {
		const uint64_t key = keys[random_below(&random_state, key_count)];
		const uint32_t what = random_below(&random_state, 100);

		if (what < 40)
			try_add(key);
		else if (what < 60)
			try_replace(key);
		else if (what < 90)
			try_remove(key);
		else if (what < 95)
			try_grace_period();
		else {
			binding_reclaim(table);
			become(WAITING, FREE);
		}
		if (step % 50 == 0)
			check_all(keys, key_count);
	}
	check_all(keys, key_count);
}

/* ---- random updates --------------------------------------------------------------------------------------------- */

static const struct {
	uint32_t capacity, keys;
} sizes[] = { { 1, 3 }, { 2, 4 }, { 7, 10 }, { 8, 30 }, { 60, 100 }, { 500, 400 }, { 500, 1500 } };

START_TEST(random_updates)
{
	static uint64_t keys[MAX_MODEL];

	make(sizes[_i].capacity, (uint64_t)_i + 1);
	for (uint32_t i = 0; i < sizes[_i].keys; i++) /* few addresses, many PSIDs */
		keys[i] = (uint64_t)(0xcb007100 + i % 5) << 16 | (i * 7919 & 0xffff);
	run_model(sizes[_i].capacity, keys, sizes[_i].keys, 20000);
}
END_TEST

/* Keys that the table's own hash puts into one bucket: one chain of a hundred entries, changed all along. */
static void
colliding_keys(uint64_t *keys, uint32_t count)
{
	for (uint32_t found = 0, ipv4 = 1; found < count; ipv4++) {
		if (binding_home(table, binding_hash(table, ipv4, 5)) == &table->buckets[3])
			keys[found++] = (uint64_t)ipv4 << 16 | 5;
	}
}

START_TEST(one_bucket_for_all)
{
	uint64_t keys[100];

	make(400, 99);
	colliding_keys(keys, COUNT(keys));
	run_model(400, keys, COUNT(keys), 20000);
}
END_TEST

/* From the head, the middle and the end of a chain; what stays is found at every step. */
START_TEST(chain_in_every_order)
{
	uint64_t keys[BINDING_WAYS + 5];

	make(400, 7);
	colliding_keys(keys, COUNT(keys));
	for (uint32_t first = 0; first < COUNT(keys); first++) {
		for (uint32_t i = 0; i < COUNT(keys); i++)
			must_add((uint32_t)(keys[i] >> 16), 5, 1);
		for (uint32_t i = 0; i < COUNT(keys); i++) {
			const uint64_t gone = keys[(first + 5 * i) % COUNT(keys)];

			ck_assert_int_eq(binding_remove(table, (uint32_t)(gone >> 16), 5), 0);
			check_absent((uint32_t)(gone >> 16), 5);
			for (uint32_t j = i + 1; j < COUNT(keys); j++)
				check_found((uint32_t)(keys[(first + 5 * j) % COUNT(keys)] >> 16), 5, 1);
		}
		ck_assert(binding_retire(table));
		binding_reclaim(table);
	}
}
END_TEST

/* SEC-12: who knows which keys collide in one table knows nothing about the next one. */
START_TEST(collisions_are_secret)
{
	uint64_t keys[100];
	uint32_t chained = 0;

	make(400, 99);
	colliding_keys(keys, COUNT(keys));
	tear_down();
	make(400, 100);
	for (uint32_t i = 0; i < COUNT(keys); i++)
		must_add((uint32_t)(keys[i] >> 16), 5, 1);
	for (uint32_t i = 0; i < table->bucket_count; i++)
		chained += table->buckets[i].more != 0;
	ck_assert_uint_le(chained, 1);
}
END_TEST

/* ---- sizes ------------------------------------------------------------------------------------------------------ */

/* MAPE-15: every PSID of every length, and none that the length does not have. */
START_TEST(psid_lengths)
{
	const uint32_t count = 1u << _i, ipv4 = 0xcb007101;

	make(count, 3);
	for (uint32_t psid = 0; psid < count; psid++)
		must_add(ipv4, (uint16_t)psid, psid + 1);
	for (uint32_t psid = 0; psid < count; psid++)
		check_found(ipv4, (uint16_t)psid, psid + 1);
	for (uint32_t psid = count; psid < 65536; psid += 1 + psid / 16)
		check_absent(ipv4, (uint16_t)psid);
	check_absent(ipv4 - 1, 0);
	check_absent(ipv4 + 1, (uint16_t)(count - 1));
}
END_TEST

/* SEC-13: a full table refuses what is new and keeps what it has; it has room again after a grace period, not before. */
START_TEST(full)
{
	make(100, 4);
	for (uint32_t i = 0; i < 100; i++)
		must_add(i, 0, i);
	ck_assert_int_eq(add(100, 0, 1), -ENOSPC);
	ck_assert_int_eq(replace(5, 0, 1), -ENOSPC);
	ck_assert_int_eq(binding_remove(table, 7, 0), 0);
	ck_assert_int_eq(add(100, 0, 1), -ENOSPC);
	ck_assert(binding_retire(table));
	ck_assert_int_eq(add(100, 0, 1), -ENOSPC);
	binding_reclaim(table);
	ck_assert_int_eq(add(100, 0, 1), 0);
	ck_assert_int_eq(add(101, 0, 1), -ENOSPC);
	ck_assert_uint_eq(table->count, 100);
	for (uint32_t i = 0; i < 100; i++) {
		if (i != 7)
			check_found(i, 0, i);
	}
	ck_assert(!binding_retire(table));
}
END_TEST

/* What is taken out while others wait for a grace period waits for the next one. */
START_TEST(one_grace_period_after_the_other)
{
	make(3, 5);
	for (uint32_t i = 0; i < 3; i++)
		must_add(i, 0, i);
	ck_assert_int_eq(binding_remove(table, 0, 0), 0);
	ck_assert(binding_retire(table));
	ck_assert_int_eq(binding_remove(table, 1, 0), 0);
	ck_assert(!binding_retire(table));
	binding_reclaim(table);
	ck_assert_int_eq(add(10, 0, 1), 0);
	ck_assert_int_eq(add(11, 0, 1), -ENOSPC);
	ck_assert(binding_retire(table));
	binding_reclaim(table);
	ck_assert_int_eq(add(11, 0, 1), 0);
	check_found(2, 0, 2);
}
END_TEST

/* At most 64 bytes for each binding of a file that fills four fifths of the table. */
START_TEST(memory)
{
	for (uint32_t bindings = 52429; bindings <= BINDING_MAX_CAPACITY / 5 * 4; bindings += 1 + bindings / 3) {
		const uint32_t capacity = bindings + (bindings + 3) / 4;

		ck_assert_uint_le(binding_table_size(capacity), (size_t)bindings * 64);
	}
	ck_assert_uint_ge(binding_table_size(BINDING_MAX_CAPACITY), (size_t)BINDING_MAX_CAPACITY * 48);
}
END_TEST

/* A hundred thousand in a table for as many: few hang on chains, as said in binding.h. */
START_TEST(few_chains)
{
	const uint32_t capacity = 100000;
	uint32_t chained = 0, expected = 0;

	make(capacity, 6);
	for (uint32_t i = 0; i < capacity; i++)
		must_add(0xcb000000 + i / 64, (uint16_t)(i % 64), i);
	for (uint32_t i = 0; i < table->bucket_count; i++) {
		for (uint32_t n = table->buckets[i].more; n != 0; n = binding_at(table, n)->next)
			chained++;
	}
	ck_assert_uint_gt(chained, 0);
	ck_assert_uint_lt(chained, capacity / 40);
	for (uint32_t i = 0; i < capacity; i++) {
		const uint64_t hash = binding_hash(table, 0xcb000000 + i / 64, (uint16_t)(i % 64));

		check_found(0xcb000000 + i / 64, (uint16_t)(i % 64), i);
		expected += binding_expect(table, hash) == binding_find(table, 0xcb000000 + i / 64, (uint16_t)(i % 64));
	}
	/* The second of a chain is not, nor who has the tag of another one of its bucket. */
	ck_assert_uint_gt(expected, capacity - chained);
	ck_assert_uint_gt(expected, capacity - capacity / 100);
}
END_TEST

START_TEST(empty)
{
	struct binding_cursor cursor = { 0 };

	make(10, 8);
	check_absent(0, 0);
	ck_assert_ptr_null(binding_next(table, &cursor));
	ck_assert_int_eq(binding_remove(table, 0, 0), -ENOENT);
	ck_assert_int_eq(replace(0, 0, 1), -ENOENT);
	ck_assert(!binding_retire(table));
	binding_reclaim(table);
	ck_assert_ptr_null(binding_expect(table, binding_hash(table, 0, 0)));
	ck_assert_uint_eq(table->count, 0);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("binding");
	TCase *tcase = tcase_create("binding");

	tcase_add_checked_fixture(tcase, NULL, tear_down);
	tcase_add_loop_test(tcase, random_updates, 0, COUNT(sizes));
	tcase_add_test(tcase, one_bucket_for_all);
	tcase_add_test(tcase, chain_in_every_order);
	tcase_add_test(tcase, collisions_are_secret);
	tcase_add_loop_test(tcase, psid_lengths, 0, 17);
	tcase_add_test(tcase, full);
	tcase_add_test(tcase, one_grace_period_after_the_other);
	tcase_add_test(tcase, memory);
	tcase_add_test(tcase, few_chains);
	tcase_add_test(tcase, empty);
	suite_add_tcase(suite, tcase);
	return suite;
}
