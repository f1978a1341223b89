/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/hosts.h"

static size_t
records_size(uint32_t limit)
{
	return (limit * sizeof(struct nat_host) + 63) & ~(size_t)63;
}

size_t
nat_hosts_size(uint32_t limit)
{
	return records_size(limit) + index_size(limit);
}

void
nat_hosts_init(struct nat_hosts *hosts, void *memory, uint32_t limit, const struct hash_key *key)
{
	*hosts = (struct nat_hosts){ .host = memory, .key = *key, .limit = limit, .free = HOST_NONE };
	index_init(&hosts->index, (uint8_t *)memory + records_size(limit), limit);
}

void
nat_hosts_forget(struct nat_hosts *hosts)
{
	index_forget(&hosts->index);
	hosts->count = hosts->fresh = 0;
	hosts->free = HOST_NONE;
}

static uint64_t
hash(const struct nat_hosts *hosts, uint32_t addr)
{
	return hash_pair(&hosts->key, addr, 2);
}

uint32_t
nat_hosts_find(const struct nat_hosts *hosts, uint32_t addr)
{
	struct index_cursor cursor = index_search(&hosts->index, hash(hosts, addr));
	uint32_t id;

	while ((id = index_next(&cursor)) != INDEX_NONE) {
		if (hosts->host[id].addr == addr)
			return id;
	}
	return HOST_NONE;
}

/* An unused record, which stays unused until it is taken. */
static uint32_t
unused_record(const struct nat_hosts *hosts)
{
	if (hosts->free != HOST_NONE)
		return hosts->free;
	return hosts->fresh < hosts->limit ? hosts->fresh : HOST_NONE;
}

static void
take_record(struct nat_hosts *hosts, uint32_t id)
{
	if (id == hosts->free)
		hosts->free = hosts->host[id].sessions;
	else
		hosts->fresh++;
	hosts->count++;
}

uint32_t
nat_hosts_hold(struct nat_hosts *hosts, uint32_t addr, uint32_t rate, uint64_t now_ms)
{
	uint32_t id = nat_hosts_find(hosts, addr);

	if (id == HOST_NONE) {
		id = unused_record(hosts);
		if (id == HOST_NONE || index_insert(&hosts->index, hash(hosts, addr), id) < 0)
			return HOST_NONE;
		take_record(hosts, id);
		hosts->host[id] = (struct nat_host){ .addr = addr, .tokens = (uint64_t)rate * 1000, .last_ms = now_ms };
	}
	hosts->host[id].sessions++;
	return id;
}

void
nat_hosts_release(struct nat_hosts *hosts, uint32_t id)
{
	struct nat_host *host = &hosts->host[id];

	if (--host->sessions > 0)
		return;
	index_remove(&hosts->index, hash(hosts, host->addr), id);
	host->sessions = hosts->free;
	hosts->free = id;
	hosts->count--;
}

bool
nat_host_has_token(struct nat_host *host, uint32_t rate, uint64_t now_ms)
{
	const uint64_t passed = now_ms - host->last_ms, most = (uint64_t)rate * 1000;

	if (rate == 0)
		return true;
	host->last_ms = now_ms;
	host->tokens += (passed < 1000 ? passed : 1000) * rate; /* in a second the bucket is full */
	if (host->tokens > most)
		host->tokens = most;
	return host->tokens >= 1000;
}
