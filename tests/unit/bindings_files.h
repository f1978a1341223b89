/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of bindings in a test's directory, three pools for them, and what was read. */
#ifndef MAPEDGE_TESTS_BINDINGS_FILES_H
#define MAPEDGE_TESTS_BINDINGS_FILES_H

#include "conf/bindings.h"
#include "conf_files.h"

#define MAX_FILE 65536

static const struct conf_pool pools[] = {
	{ .ipv4 = { 0xcb007100, 24 }, .psid_offset = 6, .psid_len = 8 },  /* 203.0.113.0/24 */
	{ .ipv4 = { 0xc6336400, 25 }, .psid_offset = 0, .psid_len = 0 },  /* 198.51.100.0/25: whole addresses */
	{ .ipv4 = { 0xc0000207, 32 }, .psid_offset = 0, .psid_len = 16 }, /* 192.0.2.7 */
};

static struct conf_bindings_scope scope;
static struct conf_bindings list;
static struct error err;

static inline void
set_up_files(void)
{
	set_up();
	scope = (struct conf_bindings_scope){ .pools = pools,
		.pool_count = COUNT(pools),
		.br = { ip6("2001:db8:ffff::1"), ip6("2001:db8:ffff::2") },
		.br_count = 2,
		.domain = 3 };
	err = (struct error){ 0 };
}

static inline void
tear_down_files(void)
{
	conf_bindings_free(&list);
	unlink(path_of("b.txt"));
	unlink(path_of("b.bin"));
	tear_down();
}

static inline void
write_raw(const char *name, const void *bytes, size_t len)
{
	FILE *file;

	unlink(path_of(name));
	file = fopen(path_of(name), "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
}

static inline size_t
read_raw(const char *name, uint8_t bytes[MAX_FILE])
{
	FILE *file = fopen(path_of(name), "r");
	size_t len;

	ck_assert_ptr_nonnull(file);
	len = fread(bytes, 1, MAX_FILE, file);
	fclose(file);
	return len;
}

static inline int
load(const char *name)
{
	return conf_bindings_load(path_of(name), &scope, &list, &err);
}

static inline void
load_good_text(const char *text)
{
	write_raw("b.txt", text, strlen(text));
	ck_assert_msg(load("b.txt") == 0, "%s", err.text);
}

static inline void
check_binding(uint32_t i, const char *ipv4, uint16_t psid, const char *softwire, uint32_t line)
{
	ck_assert_uint_lt(i, list.count);
	ck_assert_uint_eq(list.bindings[i].ipv4, ip4(ipv4));
	ck_assert_uint_eq(list.bindings[i].psid, psid);
	ck_assert(list.bindings[i].softwire == ip6(softwire));
	ck_assert_uint_eq(list.bindings[i].domain, 3);
	ck_assert_uint_eq(list.bindings[i].line, line);
}

#endif
