/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/limit.h"

/*
 * A token is this many parts for each worker of the box. So every worker gains `rate` parts in a millisecond, the burst is
 * a whole number of them, and nothing is ever rounded.
 */
#define PARTS 1000

bool
limit_take(const struct worker *w, struct token_bucket *bucket, struct limit limit)
{
	const uint64_t token = (uint64_t)PARTS * w->count;
	const uint64_t share = (uint64_t)PARTS * limit.burst;
	const uint64_t full = share > token ? share : token;
	const uint64_t now = w->now_ms + 1;
	uint64_t tokens = full;

	if (limit.rate == 0)
		return false;
	if (bucket->last_ms != 0)
		tokens = bucket->tokens + (now - bucket->last_ms) * limit.rate;
	if (tokens > full)
		tokens = full;
	bucket->last_ms = now;
	bucket->tokens = (uint32_t)tokens;
	if (tokens < token)
		return false;
	bucket->tokens -= (uint32_t)token;
	return true;
}
