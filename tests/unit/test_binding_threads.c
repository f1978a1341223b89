/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The binding table with one writer and readers beside it, in long chains. What nobody touches is found at all times; what
 * is touched is found as the writer left it, unless a lookup and an update overlap, and then as before or after. `make tsan`
 * runs it under ThreadSanitizer as well.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "base/random.h"
#include "map/binding.h"
#include "unit.h"

#define READERS 2
#define KEYS 4096
#define BUCKETS_USED 256 /* 16 keys each: more hang on chains than sit in slots */
#define CAPACITY 6000
#define UPDATES 300000
#define LOOKUPS 300000 /* of each reader, at least */
#define SECTION 64     /* lookups in one read section */
#define ABSENT 0

/* Even keys are never touched after the start; of the odd ones every second is replaced, but never removed. */
static struct {
	uint32_t ipv4;
	uint64_t turn;    /* odd while the writer is at it */
	uint64_t version; /* as the writer left it, ABSENT when there is none */
} keys[KEYS];

static struct binding_table *table;
static pthread_barrier_t start;
static uint64_t grace;              /* number of the last grace period that was started */
static uint64_t quiet[READERS];     /* the last one that a reader has seen between two sections */
static const char *broken[READERS]; /* what a reader found wrong */
static bool writer_done;
static uint64_t reused, versions = 1;

static struct binding
binding_of(uint32_t i, uint64_t version)
{
	return (struct binding){ .softwire = u128_make(keys[i].ipv4, version),
		.ipv4 = keys[i].ipv4,
		.psid = 7,
		.domain = (uint16_t)version };
}

/* ---- the writer ------------------------------------------------------------------------------------------------- */

static bool
all_quiet(uint64_t number)
{
	for (int i = 0; i < READERS; i++) {
		if (__atomic_load_n(&quiet[i], __ATOMIC_ACQUIRE) < number)
			return false;
	}
	return true;
}

/* As the daemon does it: start a grace period when something was taken out, and look whether the last one is over. */
static void
tidy(void)
{
	if (table->waiting != 0 && all_quiet(grace)) {
		binding_reclaim(table);
		reused++;
	}
	if (binding_retire(table))
		__atomic_fetch_add(&grace, 1, __ATOMIC_RELEASE);
}

static int
apply(uint32_t i, bool removes, uint64_t version)
{
	const struct binding binding = binding_of(i, version);

	if (keys[i].version == ABSENT)
		return binding_add(table, &binding);
	return !removes ? binding_replace(table, &binding) : binding_remove(table, keys[i].ipv4, 7);
}

static void *
write_all(void *unused)
{
	struct random random = { .key = { { 1, 2 } } };

	(void)unused;
	pthread_barrier_wait(&start);
	for (uint32_t done = 0; done < UPDATES;) {
		const uint32_t i = random_below(&random, KEYS / 2) * 2 + 1;
		const bool removes = i % 4 == 3 && keys[i].version != ABSENT && random_below(&random, 2) == 0;

		__atomic_fetch_add(&keys[i].turn, 1, __ATOMIC_SEQ_CST);
		if (apply(i, removes, versions + 1) == 0) {
			__atomic_store_n(&keys[i].version, removes ? ABSENT : ++versions, __ATOMIC_RELAXED);
			done++;
		} else {
			sched_yield(); /* every entry is in use or waits */
		}
		__atomic_fetch_add(&keys[i].turn, 1, __ATOMIC_SEQ_CST);
		tidy();
	}
	__atomic_store_n(&writer_done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* ---- the readers ------------------------------------------------------------------------------------------------ */

/* The versions that this reader has seen last: none comes back. */
struct reader {
	int number;
	uint64_t seen[KEYS];
};

static const char *
look_up(struct reader *reader, uint32_t i)
{
	const uint64_t turn = __atomic_load_n(&keys[i].turn, __ATOMIC_ACQUIRE);
	const uint64_t wanted = __atomic_load_n(&keys[i].version, __ATOMIC_ACQUIRE);
	const struct binding *found = binding_find(table, keys[i].ipv4, 7);
	const uint64_t version = found == NULL ? ABSENT : (uint64_t)found->softwire;
	const bool overlaps = turn % 2 != 0 || __atomic_load_n(&keys[i].turn, __ATOMIC_ACQUIRE) != turn;

	if (found != NULL && (found->softwire >> 64 != keys[i].ipv4 || found->ipv4 != keys[i].ipv4 || found->psid != 7))
		return "another's binding";
	if (found != NULL && found->domain != (uint16_t)version)
		return "a mixture of two bindings";
	if (version != ABSENT && version < reader->seen[i])
		return "a binding from before came back";
	if (version == ABSENT && i % 4 != 3)
		return "a binding that is never removed was gone";
	if (!overlaps && version != wanted)
		return "not what the writer left";
	if (version != ABSENT)
		reader->seen[i] = version;
	return NULL;
}

static void *
read_all(void *argument)
{
	struct reader *reader = argument;
	struct random random = { .key = { { 3, (uint64_t)reader->number } } };
	const char *wrong = NULL;

	pthread_barrier_wait(&start);
	for (uint64_t done = 0;
	     wrong == NULL && (done < LOOKUPS || !__atomic_load_n(&writer_done, __ATOMIC_ACQUIRE));) {
		const uint64_t number = __atomic_load_n(&grace, __ATOMIC_ACQUIRE);

		/* Between two sections; the next one sees all that was taken out before this grace period began. */
		__atomic_store_n(&quiet[reader->number], number, __ATOMIC_RELEASE);
		for (int i = 0; i < SECTION && wrong == NULL; i++, done++)
			wrong = look_up(reader, random_below(&random, KEYS));
	}
	__atomic_store_n(&quiet[reader->number], UINT64_MAX, __ATOMIC_RELEASE);
	broken[reader->number] = wrong;
	return NULL;
}

/* ---- the test --------------------------------------------------------------------------------------------------- */

/* Keys of a few buckets; the first half of their chains and slots is of untouched ones, mixed with the others. */
static void
fill_table(void)
{
	const struct hash_key key = { { UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210) } };
	void *memory = aligned_alloc(64, (binding_table_size(CAPACITY) + 63) / 64 * 64);
	uint32_t ipv4 = 0;

	ck_assert_ptr_nonnull(memory);
	table = binding_table_init(memory, CAPACITY, &key);
	for (uint32_t i = 0; i < KEYS; i++) {
		struct binding binding;

		do
			keys[i].ipv4 = ++ipv4;
		while (binding_home(table, binding_hash(table, ipv4, 7)) >= &table->buckets[BUCKETS_USED]);
		keys[i].version = ++versions;
		binding = binding_of(i, versions);
		if (binding_add(table, &binding) != 0)
			ck_abort_msg("binding %u is refused", i);
	}
}

START_TEST(one_writer_many_readers)
{
	static struct reader readers[READERS];
	pthread_t thread[READERS + 1];

	fill_table();
	ck_assert_int_eq(pthread_barrier_init(&start, NULL, READERS + 1), 0);
	for (int i = 0; i < READERS; i++) {
		readers[i].number = i;
		ck_assert_int_eq(pthread_create(&thread[i], NULL, read_all, &readers[i]), 0);
	}
	ck_assert_int_eq(pthread_create(&thread[READERS], NULL, write_all, NULL), 0);
	for (int i = 0; i <= READERS; i++)
		ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
	for (int i = 0; i < READERS; i++)
		ck_assert_msg(broken[i] == NULL, "reader %d: %s", i, broken[i]);
	ck_assert_uint_gt(reused, 0);
	for (uint32_t i = 0; i < KEYS; i++) {
		const struct binding *found = binding_find(table, keys[i].ipv4, 7);

		if ((found == NULL ? ABSENT : (uint64_t)found->softwire) != keys[i].version)
			ck_abort_msg("key %u is not as the writer left it", i);
	}
	pthread_barrier_destroy(&start);
	free(table);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("binding_threads");
	TCase *tcase = tcase_create("threads");

	tcase_add_test(tcase, one_writer_many_readers);
	suite_add_tcase(suite, tcase);
	return suite;
}
