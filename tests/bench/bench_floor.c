/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench_floor.h"

#include <rte_prefetch.h>

#include "base/pages.h"

int
bench_lookup_make(struct bench_lookup *lookup, uint32_t flows, bool counts)
{
	const size_t buckets = (flows / 4 + 1) * sizeof(*lookup->bucket), lines = (flows + 1) * sizeof(*lookup->line);

	*lookup = (struct bench_lookup){ .flows = flows,
		.counts = counts,
		.bucket = pages_alloc(buckets),
		.line = pages_alloc(lines) };
	if (lookup->bucket == NULL || lookup->line == NULL)
		return -ENOMEM;
	memset(lookup->line, 0, lines);
	for (uint32_t i = 0; i < flows; i++) /* any flow's line, and each is some flow's */
		lookup->bucket[i / 4][i % 4] = (uint32_t)(i * UINT64_C(2654435761) % flows);
	return 0;
}

void
bench_lookup_free(struct bench_lookup *lookup)
{
	free(lookup->bucket);
	free(lookup->line);
}

/* In an order that no prefetcher of the CPU foresees. */
static inline uint32_t
flow_at(const struct bench_lookup *lookup, uint32_t number)
{
	const uint32_t mixed = number * UINT32_C(0x9e3779b1);

	return (uint32_t)((uint64_t)((mixed ^ mixed >> 15) * UINT32_C(0x85ebca6b)) * lookup->flows >> 32);
}

static inline uint64_t *
line_of(const struct bench_lookup *lookup, uint32_t flow, bool second)
{
	return lookup->counts ? &lookup->line[(second ? lookup->flows / 2 : 0) + flow / 2][flow % 2 * 4]
			      : lookup->line[flow];
}

static void
look_up(struct bench_lookup *lookup, uint16_t count)
{
	uint32_t flows[BURST_SIZE];

	for (uint16_t i = 0; i < count; i++)
		rte_prefetch0(lookup->bucket[flow_at(lookup, lookup->next + i) / 4]);
	for (uint16_t i = 0; i < count; i++) {
		const uint32_t at = flow_at(lookup, lookup->next + i);

		flows[i] = lookup->bucket[at / 4][at % 4];
		rte_prefetch0(line_of(lookup, flows[i], false));
		if (lookup->counts)
			rte_prefetch0(line_of(lookup, flows[i], true));
	}
	for (uint16_t i = 0; i < count; i++) {
		++*line_of(lookup, flows[i], false);
		if (lookup->counts)
			++*line_of(lookup, flows[i], true);
	}
	lookup->next += count;
}

/* Called, as engine_turn() is. */
__attribute__((noinline)) unsigned int
bench_floor_turn(const struct engine *engine, uint16_t queue, unsigned int from, unsigned int to, bool wrap,
    struct bench_lookup *lookup)
{
	static const uint8_t header[ETHER_LEN + IPV6_LEN] = { 2 };
	struct rte_mbuf *mbufs[BURST_SIZE];
	const uint16_t count = port_receive(&engine->port[from], queue, mbufs, BURST_SIZE);

	for (uint16_t i = 0; i < count; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], uint8_t *));
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], uint8_t *) - IPV6_LEN);
	}
	if (lookup != NULL)
		look_up(lookup, count);
	for (uint16_t i = 0; i < count; i++) {
		volatile uint8_t *frame = rte_pktmbuf_mtod(mbufs[i], uint8_t *);
		uint8_t seen = frame[ETHER_LEN];

		if (seen == 0)
			continue;
		if (wrap)
			memcpy(rte_pktmbuf_prepend(mbufs[i], IPV6_LEN), header, ETHER_LEN + IPV6_LEN);
		else
			memcpy(rte_pktmbuf_adj(mbufs[i], IPV6_LEN), header, ETHER_LEN);
	}
	return port_transmit(&engine->port[to], queue, mbufs, count);
}
