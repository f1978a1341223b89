/* SPDX-License-Identifier: BSD-3-Clause */
/* The layout: magic, version, length of all, wall clock, identity, lease, and the SHA-256 of everything before it. */
#include "provision/dhcp6_store.h"

#include <string.h>

#include "base/sha256.h"
#include "provision/dhcp6_message.h"

#define VERSION 1
#define MAGIC_SIZE 8
#define HEADER_SIZE (MAGIC_SIZE + 2 + 4)
#define CHECKSUM_SIZE (SHA256_TEXT_SIZE - 1)

static const char magic[MAGIC_SIZE] = "mapedge6";

/* Moments are read and written as time left. */
struct clock {
	uint64_t now;
	uint64_t passed; /* since they were written */
};

static void
put64(struct dhcp6_writer *writer, uint64_t value)
{
	dhcp6_put32(writer, (uint32_t)(value >> 32));
	dhcp6_put32(writer, (uint32_t)value);
}

static void
put_moment(struct dhcp6_writer *writer, uint64_t moment, uint64_t now)
{
	put64(writer, moment == DHCP6_NEVER ? DHCP6_NEVER : moment > now ? moment - now : 0);
}

static void
put_duid(struct dhcp6_writer *writer, const struct dhcp6_duid *duid)
{
	dhcp6_put8(writer, duid->len);
	dhcp6_put(writer, duid->byte, duid->len);
}

static void
put_bindings(struct dhcp6_writer *writer, const struct dhcp6_prefix *list, uint32_t count, uint64_t now)
{
	dhcp6_put8(writer, (uint8_t)count);
	for (uint32_t i = 0; i < count; i++) {
		dhcp6_put_address(writer, list[i].prefix.addr);
		dhcp6_put8(writer, list[i].prefix.len);
		put_moment(writer, list[i].preferred_until, now);
		put_moment(writer, list[i].valid_until, now);
		dhcp6_put8(writer, list[i].has_exclude ? list[i].exclude.len : 0);
		dhcp6_put_address(writer, list[i].exclude.addr);
	}
}

static void
put_servers(struct dhcp6_writer *writer, const struct dhcp6_servers *servers)
{
	dhcp6_put8(writer, (uint8_t)servers->count);
	for (uint32_t i = 0; i < servers->count; i++)
		dhcp6_put_address(writer, servers->addr[i]);
}

static void
put_name(struct dhcp6_writer *writer, const char *name)
{
	while (*name != '\0') {
		const size_t len = strcspn(name, ".");

		dhcp6_put8(writer, (uint8_t)len);
		dhcp6_put(writer, name, len);
		name += len + (name[len] == '.');
	}
	dhcp6_put8(writer, 0);
}

static void
put_names(struct dhcp6_writer *writer, const struct dhcp6_names *names)
{
	dhcp6_put8(writer, (uint8_t)names->count);
	for (uint32_t i = 0; i < names->count; i++)
		put_name(writer, names->name[i]);
}

static void
put_lease(struct dhcp6_writer *writer, const struct dhcp6_lease *lease, uint64_t now)
{
	const struct dhcp6_settings *settings = &lease->settings;

	put_duid(writer, &lease->server);
	put_bindings(writer, lease->prefixes, lease->prefix_count, now);
	put_bindings(writer, lease->addresses, lease->address_count, now);
	put_moment(writer, lease->renew_at, now);
	put_moment(writer, lease->rebind_at, now);
	put_moment(writer, lease->refresh_at, now);
	put_servers(writer, &settings->dns);
	put_names(writer, &settings->domains);
	put_servers(writer, &settings->time);
	put_names(writer, &settings->time_names);
	dhcp6_put16(writer, (uint16_t)settings->softwire_len);
	dhcp6_put(writer, settings->softwire, settings->softwire_len);
	dhcp6_put8(writer, lease->key.known);
	dhcp6_put(writer, lease->key.key, sizeof(lease->key.key));
	put64(writer, lease->key.replay);
}

static char *
checksum(const uint8_t *data, size_t len, char text[SHA256_TEXT_SIZE])
{
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, data, len);
	return sha256_text(&sha, text);
}

size_t
dhcp6_store_write(const struct dhcp6_store *store, uint64_t now, uint64_t wall_ms, uint8_t data[DHCP6_STORE_SIZE])
{
	struct dhcp6_writer writer = { data, DHCP6_STORE_SIZE, 0, false }, length;
	char text[SHA256_TEXT_SIZE];

	dhcp6_put(&writer, magic, sizeof(magic));
	dhcp6_put16(&writer, VERSION);
	dhcp6_put32(&writer, 0);
	put64(&writer, wall_ms);
	put_duid(&writer, &store->duid);
	dhcp6_put32(&writer, store->pd_iaid);
	dhcp6_put32(&writer, store->na_iaid);
	put_lease(&writer, &store->lease, now);
	length = (struct dhcp6_writer){ data + MAGIC_SIZE + 2, 4, 0, false };
	dhcp6_put32(&length, (uint32_t)(writer.len + CHECKSUM_SIZE));
	dhcp6_put(&writer, checksum(data, writer.len, text), CHECKSUM_SIZE);
	return writer.len;
}

/* Zeros when there is not enough: the reader is then empty, and the end finds that out. */
static void
get(struct dhcp6_reader *reader, void *data, size_t len, bool *ok)
{
	if (len > reader->left) {
		memset(data, 0, len);
		*ok = false;
		return;
	}
	memcpy(data, reader->at, len);
	reader->at += len;
	reader->left -= len;
}

static uint8_t
get8(struct dhcp6_reader *reader, bool *ok)
{
	uint8_t value;

	get(reader, &value, 1, ok);
	return value;
}

/* A number that says how many of something follow, or how long something is. */
static uint8_t
get_count(struct dhcp6_reader *reader, uint8_t most, bool *ok)
{
	const uint8_t count = get8(reader, ok);

	if (count <= most)
		return count;
	*ok = false;
	return 0;
}

static uint32_t
get32(struct dhcp6_reader *reader, bool *ok)
{
	uint8_t bytes[4];

	get(reader, bytes, sizeof(bytes), ok);
	return dhcp6_get32(bytes);
}

static uint64_t
get64(struct dhcp6_reader *reader, bool *ok)
{
	const uint64_t high = get32(reader, ok);

	return high << 32 | get32(reader, ok);
}

static uint64_t
get_moment(struct dhcp6_reader *reader, const struct clock *clock, bool *ok)
{
	const uint64_t left = get64(reader, ok);
	uint64_t moment;

	if (left == DHCP6_NEVER)
		return DHCP6_NEVER;
	if (left <= clock->passed)
		return clock->now;
	if (__builtin_add_overflow(clock->now, left - clock->passed, &moment) || moment == DHCP6_NEVER)
		*ok = false;
	return moment;
}

static u128
get_addr(struct dhcp6_reader *reader, bool *ok)
{
	uint8_t bytes[16];

	get(reader, bytes, sizeof(bytes), ok);
	return ip6_load(bytes);
}

static void
get_duid(struct dhcp6_reader *reader, struct dhcp6_duid *duid, bool *ok)
{
	duid->len = get_count(reader, DHCP6_MAX_DUID, ok);
	get(reader, duid->byte, duid->len, ok);
	if (duid->len > 0 && duid->len < DHCP6_MIN_DUID)
		*ok = false;
}

/* What a client could not have written it did not write. */
static bool
is_possible(const struct dhcp6_prefix *binding)
{
	const struct prefix6 *prefix = &binding->prefix, *exclude = &binding->exclude;

	return prefix->len > 0 && prefix6_is_aligned(prefix) && binding->preferred_until <= binding->valid_until &&
	    (!binding->has_exclude || (exclude->len > prefix->len && prefix6_contains(prefix, exclude->addr)));
}

static uint32_t
get_bindings(struct dhcp6_reader *reader, const struct clock *clock, struct dhcp6_prefix *list, bool *ok)
{
	const uint32_t count = get_count(reader, DHCP6_MAX_PREFIXES, ok);

	for (uint32_t i = 0; i < count; i++) {
		list[i].prefix.addr = get_addr(reader, ok);
		list[i].prefix.len = get_count(reader, 128, ok);
		list[i].preferred_until = get_moment(reader, clock, ok);
		list[i].valid_until = get_moment(reader, clock, ok);
		list[i].exclude.len = get_count(reader, 128, ok);
		list[i].has_exclude = list[i].exclude.len > 0;
		list[i].exclude.addr = get_addr(reader, ok);
		if (!is_possible(&list[i]))
			*ok = false;
	}
	return count;
}

static void
get_servers(struct dhcp6_reader *reader, struct dhcp6_servers *servers, bool *ok)
{
	servers->count = get_count(reader, DHCP6_MAX_SERVERS, ok);
	for (uint32_t i = 0; i < servers->count; i++)
		servers->addr[i] = get_addr(reader, ok);
}

static void
get_names(struct dhcp6_reader *reader, struct dhcp6_names *names, bool *ok)
{
	names->count = get_count(reader, DHCP6_MAX_NAMES, ok);
	for (uint32_t i = 0; i < names->count; i++)
		if (!dhcp6_get_name(reader, names->name[i]))
			*ok = false;
}

static void
get_softwire(struct dhcp6_reader *reader, struct dhcp6_settings *settings, bool *ok)
{
	uint8_t bytes[2];

	get(reader, bytes, sizeof(bytes), ok);
	settings->softwire_len = dhcp6_get16(bytes);
	if (settings->softwire_len > DHCP6_MAX_SOFTWIRE) {
		settings->softwire_len = 0;
		*ok = false;
	}
	get(reader, settings->softwire, settings->softwire_len, ok);
}

static void
get_lease(struct dhcp6_reader *reader, const struct clock *clock, struct dhcp6_lease *lease, bool *ok)
{
	get_duid(reader, &lease->server, ok);
	lease->prefix_count = get_bindings(reader, clock, lease->prefixes, ok);
	lease->address_count = get_bindings(reader, clock, lease->addresses, ok);
	lease->renew_at = get_moment(reader, clock, ok);
	lease->rebind_at = get_moment(reader, clock, ok);
	lease->refresh_at = get_moment(reader, clock, ok);
	get_servers(reader, &lease->settings.dns, ok);
	get_names(reader, &lease->settings.domains, ok);
	get_servers(reader, &lease->settings.time, ok);
	get_names(reader, &lease->settings.time_names, ok);
	get_softwire(reader, &lease->settings, ok);
	lease->key.known = get_count(reader, 1, ok) == 1;
	get(reader, lease->key.key, sizeof(lease->key.key), ok);
	lease->key.replay = get64(reader, ok);
	/* A Renew has to name the server. */
	if (lease->prefix_count + lease->address_count > 0 && lease->server.len == 0)
		*ok = false;
}

/* Is it ours, whole and unchanged? */
static int
check(const uint8_t *data, size_t len, struct error *err)
{
	char text[SHA256_TEXT_SIZE];

	if (len < HEADER_SIZE + CHECKSUM_SIZE || memcmp(data, magic, sizeof(magic)) != 0)
		return error_set(err, EINVAL, "no DHCPv6 state");
	if (dhcp6_get16(data + MAGIC_SIZE) != VERSION)
		return error_set(err, EINVAL, "DHCPv6 state of version %u, not %d", dhcp6_get16(data + MAGIC_SIZE),
		    VERSION);
	if (dhcp6_get32(data + MAGIC_SIZE + 2) != len)
		return error_set(err, EINVAL, "DHCPv6 state of %zu bytes that should be %u", len,
		    dhcp6_get32(data + MAGIC_SIZE + 2));
	if (memcmp(checksum(data, len - CHECKSUM_SIZE, text), data + len - CHECKSUM_SIZE, CHECKSUM_SIZE) != 0)
		return error_set(err, EINVAL, "the checksum of the DHCPv6 state is wrong");
	return 0;
}

int
dhcp6_store_read(const uint8_t *data, size_t len, uint64_t now, uint64_t wall_ms, struct dhcp6_store *store,
    struct error *err)
{
	struct dhcp6_reader reader;
	struct dhcp6_store heard;
	struct clock clock = { .now = now };
	uint64_t written;
	bool ok = true;
	int rc;

	if ((rc = check(data, len, err)) < 0)
		return rc;
	memset(&heard, 0, sizeof(heard));
	reader = (struct dhcp6_reader){ data + HEADER_SIZE, len - HEADER_SIZE - CHECKSUM_SIZE };
	written = get64(&reader, &ok);
	clock.passed = wall_ms > written ? wall_ms - written : 0;
	get_duid(&reader, &heard.duid, &ok);
	heard.pd_iaid = get32(&reader, &ok);
	heard.na_iaid = get32(&reader, &ok);
	get_lease(&reader, &clock, &heard.lease, &ok);
	if (!ok || reader.left > 0)
		return error_set(err, EINVAL, "the DHCPv6 state says what cannot be");
	*store = heard;
	return 0;
}
