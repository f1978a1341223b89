/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside hosts with sessions: how many each may have, and how fast (RFC 6888 REQ-4, REQ-5). */
#ifndef MAPEDGE_NAT_HOSTS_H
#define MAPEDGE_NAT_HOSTS_H

#include "base/hash.h"
#include "nat/index.h"
#include "pkt/packet.h"

#define NAT_MAX_HOSTS 4096 /* of one worker */
#define HOST_NONE UINT32_MAX

struct nat_host {
	uint32_t addr;                /* host order */
	uint32_t sessions;            /* the record ends with the last one */
	uint32_t mappings[L4_SPACES]; /* its ports, but not those of forwards */
	uint32_t refused;             /* sessions, because of a limit */
	uint64_t tokens;              /* new sessions, in thousandths */
	uint64_t last_ms;             /* when tokens were added last */
};

struct nat_hosts {
	struct nat_host *host;
	struct index index; /* address -> host */
	struct hash_key key;
	uint32_t limit;
	uint32_t count;
	uint32_t fresh; /* records from here on were never used */
	uint32_t free;  /* list through `sessions` */
};

size_t nat_hosts_size(uint32_t limit);

/* Memory of that size, 64-byte aligned. */
void nat_hosts_init(struct nat_hosts *hosts, void *memory, uint32_t limit, const struct hash_key *key);

/* There are no hosts any more. The index is cleared up later. */
void nat_hosts_forget(struct nat_hosts *hosts);

/* The host's record, or HOST_NONE. */
uint32_t nat_hosts_find(const struct nat_hosts *hosts, uint32_t addr);

/* The same, made if need be, with one session more; a new host may open `rate` sessions at once. HOST_NONE: no room. */
uint32_t nat_hosts_hold(struct nat_hosts *hosts, uint32_t addr, uint32_t rate, uint64_t now_ms);

/* One session less. */
void nat_hosts_release(struct nat_hosts *hosts, uint32_t id);

/* Has the host a token, after those of the time gone by? `rate` tokens a second, and as many at once; 0: no limit. */
bool nat_host_has_token(struct nat_host *host, uint32_t rate, uint64_t now_ms);

#endif
