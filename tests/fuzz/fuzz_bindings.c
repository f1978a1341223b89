/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file of bindings, text or compiled. What is refused is refused with a place and leaves the list as it was; what is
 * accepted fits the pools, is in order, and is the same after it was compiled and read again.
 *
 * The first byte says whether a compiled input gets the size and the checksum that it should have, or few would be read.
 */
#include <string.h>
#include <unistd.h>

#include "conf/bindings.h"
#include "fuzz.h"

#define HEADER_SIZE 24
#define MAX_INPUT 65536

static char path[256];

static const struct conf_pool pools[] = {
	{ .ipv4 = { 0xcb007100, 24 }, .psid_offset = 6, .psid_len = 8 },
	{ .ipv4 = { 0xc6336400, 25 } },
	{ .ipv4 = { 0xc0000207, 32 }, .psid_len = 16 },
};

static const struct conf_bindings_scope scope = { .pools = pools, .pool_count = 3, .br = { 1u << 20 }, .br_count = 1 };

static void
remove_files(void)
{
	(void)unlink(path);
	*strrchr(path, '/') = '\0';
	(void)rmdir(path);
}

static void
set_up(void)
{
	/* Compiled files are put on disk before they are renamed; where there is no disk, that takes no time. */
	const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(path, sizeof(path), "%s/mapedge-fuzz-bindings-XXXXXX", parent);
	require(mkdtemp(path) != NULL, "no directory");
	strcat(path, "/b");
	require(atexit(remove_files) == 0, "atexit");
}

static void
write_file(const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	require(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0, "cannot write a file");
}

/* CRC-32 as it is defined, bit by bit. */
static uint32_t
crc32_of(const uint8_t *bytes, size_t size)
{
	uint32_t crc = ~UINT32_C(0);

	for (size_t i = 0; i < size * 8; i++) {
		const bool one = ((crc ^ (uint32_t)bytes[i / 8] >> i % 8) & 1) != 0;

		crc = crc >> 1 ^ (one ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

/* A header for as many bindings as there are bytes, behind as many pools as it says; and the checksum. */
static void
write_repaired(const uint8_t *bytes, size_t size)
{
	static uint8_t file[MAX_INPUT + 4];
	uint32_t pool_count, count, crc;

	memcpy(file, bytes, size);
	memcpy(&pool_count, file + 20, 4);
	if (pool_count > (size - HEADER_SIZE) / 8)
		return;
	count = (uint32_t)((size - HEADER_SIZE - pool_count * 8) / 24);
	memcpy(file + 16, &count, 4);
	size = HEADER_SIZE + pool_count * 8 + count * 24;
	crc = crc32_of(file, size);
	memcpy(file + size, &crc, 4);
	write_file(file, size + 4);
}

static void
check_list(const struct conf_bindings *list)
{
	struct binding made;
	struct error err;

	for (uint32_t i = 0; i < list->count; i++) {
		const struct binding *b = &list->bindings[i];
		const struct conf_pool *pool = conf_bindings_pool(&scope, b->ipv4);

		require(pool != NULL, "an address in no pool");
		require(conf_binding_make(&scope, b->ipv4, pool->psid_len == 0 ? CONF_NO_PSID : b->psid, b->softwire,
			    &made, &err) == 0,
		    "a binding that does not fit");
		require(made.psid == b->psid && made.softwire == b->softwire && made.domain == b->domain,
		    "another binding");
		require(i == 0 || b[-1].ipv4 < b->ipv4 || (b[-1].ipv4 == b->ipv4 && b[-1].psid < b->psid), "the order");
		require(b->line > 0, "no line");
	}
}

static void
check_again(const struct conf_bindings *list)
{
	struct conf_bindings again = { 0 };
	struct error err;

	require(conf_bindings_compile(path, &scope, list, &err) == 0, "what is good cannot be compiled");
	require(conf_bindings_load(path, &scope, &again, &err) == 0, "what was compiled cannot be read");
	require(again.count == list->count, "another number of bindings");
	for (uint32_t i = 0; i < again.count; i++)
		require(again.bindings[i].ipv4 == list->bindings[i].ipv4 &&
			again.bindings[i].psid == list->bindings[i].psid &&
			again.bindings[i].softwire == list->bindings[i].softwire,
		    "the bindings have changed");
	conf_bindings_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = { .text = "" };
	struct conf_bindings list = { 0 };
	int rc;

	if (path[0] == '\0')
		set_up();
	if (size < 1 || size > MAX_INPUT)
		return 0;
	write_file(data + 1, size - 1);
	if (data[0] == 'r' && size > HEADER_SIZE && data[1] == 0x89)
		write_repaired(data + 1, size - 1);
	rc = conf_bindings_load(path, &scope, &list, &err);
	if (rc < 0) {
		require(list.count == 0, "part of a bad file was taken");
		require(strstr(err.text, "/b:") != NULL && strstr(err.text, "error: ") != NULL && err.hint[0] != '\0',
		    "an error without a place or a hint");
	} else {
		check_list(&list);
		check_again(&list);
	}
	conf_bindings_free(&list);
	return 0;
}
