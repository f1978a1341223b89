/* SPDX-License-Identifier: BSD-3-Clause */
/* The bindings of a running border relay: whose counts are whose, over removals, replacements and reloads. */
#include "engine/bindings.h"

#include <stdlib.h>

#include "bindings_files.h"

#define WORKERS 2
#define FIRST_TEXT "203.0.113.1 1 2001:db8::1\n203.0.113.1 2 2001:db8::2\n198.51.100.1 - 2001:db8::3\n"

static struct engine engine;
static struct conf conf;
static struct conf_softwire domain;
static struct bindings *bindings;
static struct snapshot snapshot;

static void
set_up_engine(void)
{
	const size_t size = rte_rcu_qsbr_get_memsize(1);

	set_up_files();
	engine = (struct engine){ .grace = aligned_alloc(64, (size + 63) / 64 * 64) };
	ck_assert_ptr_nonnull(engine.grace);
	ck_assert_int_eq(rte_rcu_qsbr_init(engine.grace, 1), 0);
	ck_assert_int_eq(rte_rcu_qsbr_thread_register(engine.grace, 0), 0);
	domain = (struct conf_softwire){ .name = "fixed", .br = ip6("2001:db8:ffff::1"), .pool_count = COUNT(pools) };
	memcpy(domain.pools, pools, sizeof(pools));
	snprintf(domain.bindings_file, sizeof(domain.bindings_file), "%s", path_of("b.txt"));
	conf = (struct conf){ .role = CONF_BR, .softwires = &domain, .softwire_count = 1 };
	memset(&snapshot, 0, sizeof(snapshot));
}

static void
tear_down_engine(void)
{
	bindings_free(bindings);
	bindings = NULL;
	free(engine.grace);
	tear_down_files();
}

/* What a start does, and a reload. */
static void
begin(const char *text)
{
	write_raw("b.txt", text, strlen(text));
	ck_assert_msg(bindings_load(&conf, WORKERS, &bindings, &err) == 0, "%s", err.text);
	bindings_attach(bindings, &snapshot);
}

/* ---- what workers and clients do -------------------------------------------------------------------------------- */

static struct api_binding
key(uint32_t ipv4, int psid)
{
	return (struct api_binding){ .ipv4 = ipv4, .psid = psid };
}

/* As the data path will: find, then count. */
static void
count(const struct snapshot *seen, unsigned int worker, uint32_t ipv4, uint16_t psid, uint64_t bytes)
{
	const struct binding *binding = binding_find(seen->bindings, ipv4, psid);
	struct binding_counters *counters;

	ck_assert_ptr_nonnull(binding);
	counters = &seen->binding_counters[worker][binding_index(seen->bindings, binding)];
	traffic_add(&counters->sent_ipv6, bytes);
	traffic_add(&counters->sent_ipv4, bytes + 1000);
}

static void
check_counts(uint32_t ipv4, int psid, uint64_t packets, uint64_t bytes)
{
	struct api_binding wanted = key(ipv4, psid);

	ck_assert_msg(bindings_get(bindings, &conf, &wanted, &err) == 0, "%s", err.text);
	ck_assert_uint_eq(wanted.counters.sent_ipv6.packets, packets);
	ck_assert_uint_eq(wanted.counters.sent_ipv6.bytes, bytes);
	ck_assert_uint_eq(wanted.counters.sent_ipv4.packets, packets);
	ck_assert_uint_eq(wanted.counters.sent_ipv4.bytes, bytes + 1000 * packets);
}

static int
put(uint32_t ipv4, int psid, const char *softwire, bool replace)
{
	struct api_binding wanted = key(ipv4, psid);

	wanted.softwire = ip6(softwire);
	return bindings_add(bindings, &conf, &wanted, replace, &err);
}

static void
take_out(uint32_t ipv4, int psid)
{
	const struct api_binding wanted = key(ipv4, psid);

	ck_assert_int_eq(bindings_remove(bindings, &conf, &wanted, &err), 0);
}

static uint32_t
index_of(uint32_t ipv4, uint16_t psid)
{
	return binding_index(snapshot.bindings, binding_find(snapshot.bindings, ipv4, psid));
}

#define A1 0xcb007101u /* 203.0.113.1 */
#define WHOLE 0xc6336401u

/* ---- counters --------------------------------------------------------------------------------------------------- */

/* The sum of all workers, each binding its own. */
START_TEST(counts_of_all_workers)
{
	begin(FIRST_TEXT);
	check_counts(A1, 1, 0, 0);
	count(&snapshot, 0, A1, 1, 100);
	count(&snapshot, 1, A1, 1, 20);
	count(&snapshot, 1, A1, 2, 7);
	check_counts(A1, 1, 2, 120);
	check_counts(A1, 2, 1, 7);
	check_counts(WHOLE, CONF_NO_PSID, 0, 0);
}
END_TEST

/* Whoever gets an index that somebody had before begins at 0, though no worker ever sets a counter back. */
START_TEST(an_index_that_is_used_again)
{
	uint32_t index;

	begin(FIRST_TEXT);
	index = index_of(A1, 1);
	count(&snapshot, 0, A1, 1, 100);
	count(&snapshot, 1, A1, 1, 100);
	take_out(A1, 1);
	ck_assert(bindings_tidy(bindings, &engine));
	ck_assert(!bindings_tidy(bindings, &engine)); /* no worker is online */
	ck_assert_int_eq(put(A1, 9, "2001:db8::9", false), 0);
	ck_assert_uint_eq(index_of(A1, 9), index);
	check_counts(A1, 9, 0, 0);
	count(&snapshot, 1, A1, 9, 5);
	check_counts(A1, 9, 1, 5);
}
END_TEST

/* An index is not used again while a worker may have the old binding. */
START_TEST(a_worker_that_takes_its_time)
{
	uint32_t index;

	begin(FIRST_TEXT);
	rte_rcu_qsbr_thread_online(engine.grace, 0);
	index = index_of(A1, 1);
	take_out(A1, 1);
	ck_assert(bindings_tidy(bindings, &engine));
	ck_assert(bindings_tidy(bindings, &engine));
	ck_assert_int_eq(put(A1, 9, "2001:db8::9", false), 0);
	ck_assert_uint_ne(index_of(A1, 9), index);
	rte_rcu_qsbr_quiescent(engine.grace, 0);
	ck_assert(!bindings_tidy(bindings, &engine));
	ck_assert_int_eq(put(A1, 10, "2001:db8::a", false), 0);
	ck_assert_uint_eq(index_of(A1, 10), index);
	rte_rcu_qsbr_thread_offline(engine.grace, 0);
}
END_TEST

/* Another CE begins at 0; the same one again goes on. */
START_TEST(replaced)
{
	begin(FIRST_TEXT);
	count(&snapshot, 0, A1, 1, 100);
	ck_assert_int_eq(put(A1, 1, "2001:db8::1", false), -EEXIST);
	ck_assert_int_eq(put(A1, 1, "2001:db8::1", true), 1);
	check_counts(A1, 1, 1, 100);
	ck_assert_int_eq(put(A1, 1, "2001:db8::99", true), 1);
	check_counts(A1, 1, 0, 0);
	count(&snapshot, 0, A1, 1, 3);
	check_counts(A1, 1, 1, 3);
}
END_TEST

/* ---- reloads ---------------------------------------------------------------------------------------------------- */

/* What the workers counted until they let go of the old table, and what they count now, is one binding's if it is the same. */
START_TEST(reloaded)
{
	struct snapshot before;
	struct bindings *old;

	begin(FIRST_TEXT);
	ck_assert_int_eq(put(A1, 3, "2001:db8::33", false), 0);
	count(&snapshot, 0, A1, 1, 100);
	count(&snapshot, 0, A1, 2, 100);
	count(&snapshot, 0, A1, 3, 100);
	before = snapshot;
	old = bindings;
	begin("203.0.113.1 1 2001:db8::1\n203.0.113.1 2 2001:db8::22\n203.0.113.1 3 2001:db8::33\n203.0.113.1 4 "
	      "2001:db8::4\n");
	count(&snapshot, 1, A1, 1, 20);
	count(&before, 0, A1, 1, 5); /* a worker that has not seen the new snapshot yet */
	bindings_carry_on(bindings, old);
	bindings_free(old);
	check_counts(A1, 1, 3, 125);
	check_counts(A1, 2, 0, 0); /* another softwire */
	check_counts(A1, 3, 1, 100);
	check_counts(A1, 4, 0, 0);
	count(&snapshot, 0, A1, 1, 1);
	check_counts(A1, 1, 4, 126);

	/* And once more. */
	old = bindings;
	begin(FIRST_TEXT);
	bindings_carry_on(bindings, old);
	bindings_free(old);
	check_counts(A1, 1, 4, 126);
	check_counts(A1, 2, 0, 0);
}
END_TEST

/* Two reloads while a worker is busy: both old tables count for the newest, whichever the worker leaves first. */
START_TEST(reloaded_twice_at_once)
{
	struct snapshot first_seen, second_seen;
	struct bindings *first, *second;

	begin(FIRST_TEXT);
	count(&snapshot, 0, A1, 1, 1);
	first = bindings;
	first_seen = snapshot;
	begin(FIRST_TEXT);
	count(&snapshot, 1, A1, 1, 10);
	second = bindings;
	second_seen = snapshot;
	begin(FIRST_TEXT);
	count(&first_seen, 0, A1, 1, 100);
	count(&second_seen, 1, A1, 1, 1000);
	bindings_carry_on(bindings, second);
	bindings_free(second);
	bindings_carry_on(bindings, first);
	bindings_free(first);
	check_counts(A1, 1, 4, 1111);
}
END_TEST

START_TEST(capacity)
{
	static char text[40 * 65536];
	struct report report = { 0 };
	size_t len = 0;

	begin("");
	bindings_report(bindings, &report);
	ck_assert_uint_eq(report.bindings.count, 0);
	ck_assert_uint_eq(report.bindings.capacity, 65536);
	ck_assert_uint_ge(report.bindings.memory, binding_table_size(65536) + (WORKERS + 1) * 65536 * 32);
	bindings_free(bindings);
	for (unsigned int i = 0; i < 60001; i++)
		len += (size_t)sprintf(text + len, "192.0.2.7 %u 2001:db8::1\n", i);
	begin(text);
	bindings_report(bindings, &report);
	ck_assert_uint_eq(report.bindings.count, 60001);
	ck_assert_uint_eq(report.bindings.capacity, 75002); /* a quarter more, rounded up */
}
END_TEST

/* No pools, no table; pools without a file, an empty table; a file that is not good, nothing. */
START_TEST(no_bindings)
{
	write_raw("b.txt", "x\n", 2);
	ck_assert_int_eq(bindings_load(&conf, WORKERS, &bindings, &err), -EINVAL);
	ck_assert_ptr_null(bindings);
	domain.bindings_file[0] = '\0';
	ck_assert_int_eq(bindings_load(&conf, WORKERS, &bindings, &err), 0);
	ck_assert_uint_eq(bindings_count(bindings), 0);
	bindings_free(bindings);
	domain.pool_count = 0;
	ck_assert_int_eq(bindings_load(&conf, WORKERS, &bindings, &err), 0);
	ck_assert_ptr_null(bindings);
	ck_assert_int_eq(put(A1, 1, "2001:db8::1", false), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "203.0.113.1 is in no pool"));
	ck_assert(!bindings_tidy(bindings, &engine));
	bindings_attach(bindings, &snapshot);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("bindings");
	TCase *counters = tcase_create("counters"), *reloads = tcase_create("reloads");

	tcase_add_checked_fixture(counters, set_up_engine, tear_down_engine);
	tcase_add_test(counters, counts_of_all_workers);
	tcase_add_test(counters, an_index_that_is_used_again);
	tcase_add_test(counters, a_worker_that_takes_its_time);
	tcase_add_test(counters, replaced);
	suite_add_tcase(suite, counters);
	tcase_add_checked_fixture(reloads, set_up_engine, tear_down_engine);
	tcase_add_test(reloads, reloaded);
	tcase_add_test(reloads, reloaded_twice_at_once);
	tcase_add_test(reloads, capacity);
	tcase_add_test(reloads, no_bindings);
	suite_add_tcase(suite, reloads);
	return suite;
}
