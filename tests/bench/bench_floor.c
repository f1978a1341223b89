/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench_floor.h"

#include <rte_prefetch.h>

/* Called, as engine_turn() is. */
__attribute__((noinline)) unsigned int
bench_floor_turn(const struct engine *engine, uint16_t queue, unsigned int from, unsigned int to, bool wrap)
{
	static const uint8_t header[ETHER_LEN + IPV6_LEN] = { 2 };
	struct rte_mbuf *mbufs[BURST_SIZE];
	const uint16_t count = port_receive(&engine->port[from], queue, mbufs, BURST_SIZE);

	for (uint16_t i = 0; i < count; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], uint8_t *));
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], uint8_t *) - IPV6_LEN);
	}
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
