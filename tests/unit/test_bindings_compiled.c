/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled bindings: the same as the text they come from, and refused when anything about them is not right. */
#include <sys/stat.h>

#include "bindings_files.h"

#define SMALL                                 \
	"203.0.113.1 0x34 2001:db8:100::1\n"  \
	"203.0.113.1 53 2001:db8:200::cafe\n" \
	"198.51.100.1 - 2001:db8:300::1\n"

/* Compiles a text to b.bin and returns that file's content. */
static size_t
compile(const char *text, uint8_t bytes[MAX_FILE])
{
	load_good_text(text);
	ck_assert_msg(conf_bindings_compile(path_of("b.bin"), &scope, &list, &err) == 0, "%s", err.text);
	conf_bindings_free(&list);
	return read_raw("b.bin", bytes);
}

static void
check_refused(const char *what)
{
	if (load("b.bin") != -EINVAL || list.count != 0)
		ck_abort_msg("%s: accepted", what);
	if (strstr(err.text, "b.bin:") == NULL || strstr(err.text, "error: ") == NULL || err.hint[0] == '\0')
		ck_abort_msg("%s: %s (%s)", what, err.text, err.hint);
}

START_TEST(compiled_is_the_same)
{
	static uint8_t first[MAX_FILE], again[MAX_FILE];
	const size_t len = compile(SMALL, first);

	ck_assert_msg(load("b.bin") == 0, "%s", err.text);
	ck_assert_uint_eq(list.count, 3);
	check_binding(0, "198.51.100.1", 0, "2001:db8:300::1", 1);
	check_binding(1, "203.0.113.1", 0x34, "2001:db8:100::1", 2);
	check_binding(2, "203.0.113.1", 53, "2001:db8:200::cafe", 3);
	/* Compiled again, from itself and from the text in another order, it has the same bytes. */
	ck_assert_int_eq(conf_bindings_compile(path_of("b.bin"), &scope, &list, &err), 0);
	ck_assert_uint_eq(read_raw("b.bin", again), len);
	ck_assert_mem_eq(first, again, len);
	conf_bindings_free(&list);
	ck_assert_uint_eq(compile("198.51.100.1 - 2001:db8:300::1\n203.0.113.1 53 2001:db8:200::cafe\n"
				  "203.0.113.1 52 2001:db8:100::1\n",
			      again),
	    len);
	ck_assert_mem_eq(first, again, len);
}
END_TEST

START_TEST(compiled_from_nothing_and_from_many)
{
	static uint8_t bytes[MAX_FILE];

	compile("", bytes);
	ck_assert_int_eq(load("b.bin"), 0);
	ck_assert_uint_eq(list.count, 0);
	for (uint32_t i = 0; i < 2049; i++) {
		struct binding binding;

		write_raw("b.txt", "", 0);
		ck_assert_int_eq(conf_binding_make(&scope, 0xc0000207, (int)i * 3, 0x10000 + i, &binding, &err), 0);
		list.bindings = realloc(list.bindings, (i + 1) * sizeof(binding));
		list.bindings[i] = binding;
		list.count = list.room = i + 1;
	}
	ck_assert_int_eq(conf_bindings_compile(path_of("b.bin"), &scope, &list, &err), 0);
	conf_bindings_free(&list);
	ck_assert_int_eq(load("b.bin"), 0);
	ck_assert_uint_eq(list.count, 2049);
	for (uint32_t i = 0; i < 2049; i++) {
		if (list.bindings[i].psid != i * 3 || list.bindings[i].softwire != 0x10000 + i)
			ck_abort_msg("binding %u", i);
	}
}
END_TEST

/* No damaged byte gets through, not even one bit of it. */
START_TEST(compiled_with_a_flipped_byte)
{
	static uint8_t bytes[MAX_FILE];
	const size_t len = compile(SMALL, bytes);
	char what[64];

	for (size_t at = 0; at < len; at++) {
		for (int bit = 0; bit <= 8; bit++) {
			const uint8_t flip = bit == 8 ? 0xff : (uint8_t)(1 << bit);

			bytes[at] ^= flip;
			write_raw("b.bin", bytes, len);
			bytes[at] ^= flip;
			snprintf(what, sizeof(what), "byte %zu, flipped 0x%02x", at, flip);
			check_refused(what);
		}
	}
	ck_assert_uint_eq(len, 24 + 3 * 8 + 3 * 24 + 4);
}
END_TEST

START_TEST(compiled_and_cut)
{
	static uint8_t bytes[MAX_FILE];
	const size_t len = compile(SMALL, bytes);

	bytes[len] = 0;
	for (size_t cut = 1; cut <= len + 1; cut++) {
		if (cut == len)
			continue;
		write_raw("b.bin", bytes, cut);
		check_refused("cut");
	}
}
END_TEST

/* CRC-32 as it is defined, bit by bit. */
static uint32_t
crc32_of(const uint8_t *bytes, size_t len)
{
	uint32_t crc = ~UINT32_C(0);

	for (size_t i = 0; i < len * 8; i++) {
		const bool one = ((crc ^ (uint32_t)bytes[i / 8] >> i % 8) & 1) != 0;

		crc = crc >> 1 ^ (one ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

/* Files whose checksum is right, though what they say is not: 24 bytes of header, three pools of 8, bindings of 24. */
static const struct {
	size_t at;
	uint8_t old, new;
	const char *error;
} forged[] = {
	{ 12, 1, 2, "version 2, this is version 1" },
	{ 24, 7, 6, "made for other pools: the file is for 192.0.2.6/32, offset 0, psid_len 16" },
	{ 24 + 5, 0, 1, "made for other pools: the file is for 192.0.2.7/32, offset 1, psid_len 16" },
	{ 24 + 6, 16, 15, "made for other pools" },
	{ 24 + 7, 0, 1, "made for other pools" },
	{ 48, 0x20, 0xff, "is multicast" },
	{ 48 + 19, 198, 199, "199.51.100.1 is in no pool" },
	{ 48 + 20, 0, 1, "198.51.100.1 has no PSID" },
	{ 72 + 20, 52, 54, "out of order" },
	{ 72 + 20, 52, 53, "out of order" },
	{ 96 + 21, 0, 1, "PSID 309 does not fit" },
	{ 72 + 18, 0, 255, "203.255.113.1 is in no pool" },
};

START_TEST(compiled_and_forged)
{
	static uint8_t bytes[MAX_FILE];
	const size_t len = compile(SMALL, bytes);
	uint32_t crc = crc32_of(bytes, len - 4);

	ck_assert_mem_eq(bytes + len - 4, &crc, 4);
	ck_assert_uint_eq(bytes[forged[_i].at], forged[_i].old);
	bytes[forged[_i].at] = forged[_i].new;
	crc = crc32_of(bytes, len - 4);
	memcpy(bytes + len - 4, &crc, 4);
	write_raw("b.bin", bytes, len);
	check_refused(forged[_i].error);
	ck_assert_msg(strstr(err.text, forged[_i].error) != NULL, "%s", err.text);
	ck_assert_ptr_nonnull(strstr(err.hint, "mapedgectl bindings compile"));
}
END_TEST

/* The softwire of a compiled binding may have become a border relay's address since. */
START_TEST(compiled_before_the_relay_moved)
{
	static uint8_t bytes[MAX_FILE];

	compile(SMALL, bytes);
	scope.br[1] = ip6("2001:db8:200::cafe");
	check_refused("a relay's address");
	ck_assert_ptr_nonnull(strstr(err.text, "is the address of a border relay"));
}
END_TEST

/* The same pools in another order are the same; any other change gives ports to other people. */
START_TEST(compiled_for_other_pools)
{
	struct conf_pool changed[4] = { pools[2], pools[0], pools[1] };
	static uint8_t bytes[MAX_FILE];

	compile(SMALL, bytes);
	scope.pools = changed;
	ck_assert_msg(load("b.bin") == 0, "%s", err.text);
	conf_bindings_free(&list);
	changed[1].psid_len = 9;
	check_refused("longer PSIDs");
	ck_assert_ptr_nonnull(strstr(err.text, "the file is for 203.0.113.0/24, offset 6, psid_len 8"));
	changed[1].psid_len = 8;
	changed[1].psid_offset = 4;
	check_refused("another offset");
	changed[1].psid_offset = 6;
	changed[1].ipv4.len = 23;
	check_refused("a larger pool");
	changed[1].ipv4.len = 24;
	scope.pool_count = 2;
	check_refused("a pool less");
	scope.pool_count = 4;
	changed[3] = (struct conf_pool){ .ipv4 = { 0xdf000000, 8 }, .psid_len = 8 };
	check_refused("a pool more");
	ck_assert_ptr_nonnull(strstr(err.text, "the file does not know 223.0.0.0/8, offset 0, psid_len 8"));
}
END_TEST

/* SEC-10: what cannot be written leaves no trace, and the old file where it was. */
START_TEST(compile_that_fails)
{
	char path[200];

	load_good_text(SMALL);
	snprintf(path, sizeof(path), "%s/no/such.bin", dir);
	ck_assert_int_lt(conf_bindings_compile(path, &scope, &list, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot be written: No such file"));
	ck_assert_int_eq(mkdir(path_of("b.bin"), 0700), 0);
	ck_assert_int_lt(conf_bindings_compile(path_of("b.bin"), &scope, &list, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "b.bin: error: cannot be written: Is a directory"));
	ck_assert_int_eq(rmdir(path_of("b.bin")), 0); /* tear_down() finds whether anything else is left */
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("bindings_compiled");
	TCase *compiled = tcase_create("compiled");

	tcase_add_checked_fixture(compiled, set_up_files, tear_down_files);
	tcase_add_test(compiled, compiled_is_the_same);
	tcase_add_test(compiled, compiled_from_nothing_and_from_many);
	tcase_add_test(compiled, compiled_with_a_flipped_byte);
	tcase_add_test(compiled, compiled_and_cut);
	tcase_add_loop_test(compiled, compiled_and_forged, 0, COUNT(forged));
	tcase_add_test(compiled, compiled_before_the_relay_moved);
	tcase_add_test(compiled, compiled_for_other_pools);
	tcase_add_test(compiled, compile_that_fails);
	suite_add_tcase(suite, compiled);
	return suite;
}
