/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/express.h"

/* Both cache lines that will be touched: a native packet grows 40 bytes in front, a tunnelled one has 40 more inside. */
static void
prefetch_headers(struct rte_mbuf **mbufs, uint16_t count, bool tunnelled)
{
	const int behind = tunnelled ? 64 : -IPV6_LEN;

	for (uint16_t i = 0; i < count; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(mbufs[i], uint8_t *);

		__builtin_prefetch(frame, 1);
		__builtin_prefetch(frame + behind, 1);
	}
}

typedef void burst_of_way(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);

/* Ways without a lane are the long way as a whole. */
static burst_of_way *const lanes[WORKS][WAYS] = {
	[WORK_BR] = { br_down_express, br_up_express },
	[WORK_CE] = { ce_up_express, ce_down_express },
};

void
path_run(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	burst_of_way *const lane = lanes[w->snapshot->work][way];

	if (lane != NULL && count > 1) { /* one alone is read faster by itself than as one of eight */
		lane(w, way, mbufs, count);
		return;
	}
	prefetch_headers(mbufs, count, way_interface(way) == INTERFACE_V6);
	path_run_long(w, way, mbufs, count);
}
