/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/express.h"

typedef void burst_of_way(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);

/* Ways without a lane are the long way as a whole. */
static burst_of_way *const lanes[WORKS][WAYS] = {
	[WORK_BR] = { br_down_express, br_up_express },
	[WORK_CE] = { ce_up_express, ce_down_express },
	[WORK_CE_PLAIN] = { forward_express, forward_express },
	[WORK_CE_OFF] = { forward_express, forward_express },
};

void
path_run(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	burst_of_way *const lane = lanes[w->snapshot->work][way];

	if (lane != NULL && count > 1) { /* one alone is read faster by itself than as one of eight */
		lane(w, way, mbufs, count);
		return;
	}
	express_prefetch(mbufs, count, way);
	path_run_long(w, way, mbufs, count);
}
