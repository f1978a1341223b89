/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compiled bindings:
 *
 *   header | pools | bindings | CRC-32 of all that
 *
 * Numbers are in the byte order of the machine that wrote the file, and `order` shows which that is. Pools and bindings are in
 * ascending order. The checksum is against accidents: whatever a file says is checked as if a person had written it.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/bindings_parts.h"
#include "conf/place.h"

#define ORDER UINT32_C(0x01020304)
#define VERSION 1
#define CHUNK 1024 /* bindings read or written at once */

struct header {
	uint8_t magic[BINDINGS_MAGIC_SIZE];
	uint32_t order;
	uint32_t version;
	uint32_t count; /* of bindings */
	uint32_t pool_count;
};

struct pool_record {
	uint32_t ipv4;
	uint8_t len;
	uint8_t offset;
	uint8_t psid_len;
	uint8_t zero;
};

struct binding_record {
	uint8_t softwire[16]; /* network order */
	uint32_t ipv4;
	uint16_t psid;
	uint16_t zero;
};

_Static_assert(sizeof(struct header) == 24 && sizeof(struct pool_record) == 8 && sizeof(struct binding_record) == 24,
    "no holes in the file");

/* ---- checksum --------------------------------------------------------------------------------------------------- */

/* CRC-32 as in IEEE 802.3 and zlib. */
struct crc {
	uint32_t value;
	uint32_t table[256];
};

static void
crc_init(struct crc *crc)
{
	crc->value = ~UINT32_C(0);
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t rest = i;

		for (int bit = 0; bit < 8; bit++)
			rest = rest >> 1 ^ (rest & 1 ? UINT32_C(0xedb88320) : 0);
		crc->table[i] = rest;
	}
}

static void
crc_add(struct crc *crc, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		crc->value = crc->value >> 8 ^ crc->table[(crc->value ^ at[i]) & 0xff];
}

static uint32_t
crc_end(const struct crc *crc)
{
	return ~crc->value;
}

/* ---- pools ------------------------------------------------------------------------------------------------------ */

static int
compare_pools(const void *one, const void *other)
{
	const struct pool_record *a = one, *b = other;

	if (a->ipv4 != b->ipv4)
		return a->ipv4 < b->ipv4 ? -1 : 1;
	return memcmp(&a->len, &b->len, sizeof(*a) - sizeof(a->ipv4));
}

static void
make_pools(const struct conf_bindings_scope *scope, struct pool_record pools[CONF_MAX_POOLS])
{
	for (size_t i = 0; i < scope->pool_count; i++) {
		const struct conf_pool *pool = &scope->pools[i];

		pools[i] = (struct pool_record){ .ipv4 = pool->ipv4.addr,
			.len = pool->ipv4.len,
			.offset = pool->psid_offset,
			.psid_len = pool->psid_len };
	}
	qsort(pools, scope->pool_count, sizeof(*pools), compare_pools);
}

/* A PSID means nothing without the pool's parameters: the same file under other pools gives ports to other people. */
static int
check_pools(const struct bindings_file *file, const struct pool_record *pools, size_t count, struct error *err)
{
	struct pool_record own[CONF_MAX_POOLS];
	const struct pool_record *odd;
	char text[IP4_TEXT_SIZE];
	size_t i = 0;

	make_pools(file->scope, own);
	while (i < count && i < file->scope->pool_count && compare_pools(&own[i], &pools[i]) == 0)
		i++;
	if (i == count && i == file->scope->pool_count)
		return 0;
	odd = i < count ? &pools[i] : &own[i];
	place_error_line(err, file->name, 0, "it was made for other pools: %s %s/%u, offset %u, psid_len %u",
	    i < count ? "the file is for" : "the file does not know", ip4_format(odd->ipv4, text), odd->len,
	    odd->offset, odd->psid_len);
	return -EINVAL;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static int
read_bytes(const struct bindings_file *file, struct crc *crc, void *bytes, size_t len, struct error *err)
{
	if (fread(bytes, 1, len, file->stream) != len)
		return place_error_line(err, file->name, 0, "it ends too early: it was cut");
	crc_add(crc, bytes, len);
	return 0;
}

static int
check_header(const struct bindings_file *file, const struct header *header, struct error *err)
{
	const uint64_t size = sizeof(*header) + header->pool_count * (uint64_t)sizeof(struct pool_record) +
	    header->count * (uint64_t)sizeof(struct binding_record) + sizeof(uint32_t);

	if (header->order != ORDER)
		return place_error_line(err, file->name, 0, "it was compiled on a machine of another byte order");
	if (header->version != VERSION)
		return place_error_line(err, file->name, 0, "it is of version %u, this is version %d", header->version,
		    VERSION);
	if (file->size != size)
		return place_error_line(err, file->name, 0, "it has %llu bytes instead of %llu: it was cut or changed",
		    (unsigned long long)file->size, (unsigned long long)size);
	if (header->pool_count > CONF_MAX_POOLS)
		return place_error_line(err, file->name, 0, "it has %u pools, more than %d", header->pool_count,
		    CONF_MAX_POOLS);
	return 0;
}

/* Into the list as they are: they can be checked when the checksum has said that the file is whole. */
static int
read_records(const struct bindings_file *file, struct crc *crc, uint32_t count, struct conf_bindings *list,
    struct error *err)
{
	struct binding_record records[CHUNK];

	for (uint32_t left = count; left > 0;) {
		const uint32_t some = left < CHUNK ? left : CHUNK;

		if (read_bytes(file, crc, records, some * sizeof(*records), err) < 0)
			return -EINVAL;
		for (uint32_t i = 0; i < some; i++) {
			const struct binding binding = { .softwire = ip6_load(records[i].softwire),
				.ipv4 = records[i].ipv4,
				.psid = records[i].psid };
			const int rc = bindings_append(list, &binding, err);

			if (rc < 0) {
				place_add(err, file->name, 0);
				return rc;
			}
		}
		left -= some;
	}
	return 0;
}

static int
check_record(const struct bindings_file *file, struct binding *binding, struct error *err)
{
	const struct conf_pool *pool = conf_bindings_pool(file->scope, binding->ipv4);
	const bool whole = pool != NULL && pool->psid_len == 0 && binding->psid == 0;

	return conf_binding_make(file->scope, binding->ipv4, whole ? CONF_NO_PSID : binding->psid, binding->softwire,
	    binding, err);
}

static int
check_records(const struct bindings_file *file, const struct conf_bindings *list, uint32_t first, struct error *err)
{
	uint64_t last = 0;

	for (uint32_t i = first; i < list->count; i++) {
		struct binding *binding = &list->bindings[i];
		const uint64_t ports = (uint64_t)binding->ipv4 << 16 | binding->psid;

		if (i > first && ports <= last)
			error_set(err, EINVAL, "the bindings are out of order");
		else if (check_record(file, binding, err) == 0) {
			binding->line = i - first + 1;
			last = ports;
			continue;
		}
		place_add(err, file->name, 0);
		return -EINVAL;
	}
	return 0;
}

static int
read_all(const struct bindings_file *file, struct conf_bindings *list, struct error *err)
{
	const uint32_t before = list->count;
	struct pool_record pools[CONF_MAX_POOLS];
	struct header header;
	uint32_t checksum, want;
	struct crc crc;
	int rc;

	crc_init(&crc);
	if (read_bytes(file, &crc, &header, sizeof(header), err) < 0 || check_header(file, &header, err) < 0 ||
	    read_bytes(file, &crc, pools, header.pool_count * sizeof(*pools), err) < 0)
		return -EINVAL;
	rc = read_records(file, &crc, header.count, list, err);
	if (rc < 0)
		return rc;
	want = crc_end(&crc);
	if (read_bytes(file, &crc, &checksum, sizeof(checksum), err) < 0)
		return -EINVAL;
	if (checksum != want)
		return place_error_line(err, file->name, 0, "its checksum is wrong: it was changed");
	if (check_pools(file, pools, header.pool_count, err) < 0)
		return -EINVAL;
	return check_records(file, list, before, err);
}

int
bindings_read_compiled(const struct bindings_file *file, struct conf_bindings *list, struct error *err)
{
	const int rc = read_all(file, list, err);

	if (rc == -EINVAL)
		error_hint(err, "compile it again: mapedgectl bindings compile");
	return rc;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void
write_bytes(FILE *stream, struct crc *crc, const void *bytes, size_t len)
{
	(void)fwrite(bytes, 1, len, stream); /* ferror() tells in the end */
	crc_add(crc, bytes, len);
}

static void
write_all(FILE *stream, const struct conf_bindings_scope *scope, const struct conf_bindings *list)
{
	const struct header header = { .magic = BINDINGS_MAGIC,
		.order = ORDER,
		.version = VERSION,
		.count = list->count,
		.pool_count = (uint32_t)scope->pool_count };
	struct pool_record pools[CONF_MAX_POOLS];
	uint32_t checksum;
	struct crc crc;

	crc_init(&crc);
	make_pools(scope, pools);
	write_bytes(stream, &crc, &header, sizeof(header));
	write_bytes(stream, &crc, pools, scope->pool_count * sizeof(*pools));
	for (uint32_t i = 0; i < list->count; i++) {
		struct binding_record record = { .ipv4 = list->bindings[i].ipv4, .psid = list->bindings[i].psid };

		ip6_store(record.softwire, list->bindings[i].softwire);
		write_bytes(stream, &crc, &record, sizeof(record));
	}
	checksum = crc_end(&crc);
	write_bytes(stream, &crc, &checksum, sizeof(checksum));
}

int
conf_bindings_compile(const char *file, const struct conf_bindings_scope *scope, const struct conf_bindings *list,
    struct error *err)
{
	char temporary[4096];
	FILE *stream = NULL;
	int code = 0;

	if (snprintf(temporary, sizeof(temporary), "%s.%ld.tmp", file, (long)getpid()) >= (int)sizeof(temporary))
		return error_set(err, ENAMETOOLONG, "%s: error: the path is too long", file);
	stream = fopen(temporary, "wx");
	if (stream == NULL) {
		error_set(err, errno, "%s: error: cannot be written: %s", temporary, strerror(errno));
		return -EIO;
	}
	write_all(stream, scope, list);
	/* On disk before it takes the old one's place: after a power cut there is one or the other. */
	if (fflush(stream) != 0 || ferror(stream) || fsync(fileno(stream)) < 0)
		code = errno;
	if (fclose(stream) != 0 && code == 0)
		code = errno;
	if (code == 0 && rename(temporary, file) < 0)
		code = errno;
	if (code == 0)
		return 0;
	(void)unlink(temporary);
	return error_set(err, code, "%.150s: error: cannot be written: %s", file, strerror(code));
}
