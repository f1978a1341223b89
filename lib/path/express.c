/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/cpu.h"
#include "path/express.h"

/* As they are built for every CPU, and once more for those that can do more: lib/meson.build gives that build this name. */
static const struct lanes *lanes = &express_lanes;

#if defined(EXPRESS_FOR_V3)
extern const struct lanes express_lanes_v3;

/* Before main() begins: it is the same for all workers and never changes. */
static __attribute__((constructor)) void
choose_lanes(void)
{
	if (cpu_has_v3())
		lanes = &express_lanes_v3;
}
#endif

const struct lanes *
express_chosen(void)
{
	return lanes;
}

const char *
path_cpu(void)
{
	return lanes->cpu;
}

void
path_run(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	express_lane *const lane = lanes->of[w->snapshot->work][way];

	if (lane != NULL && count > 1) { /* one alone is read faster by itself than as one of several */
		lane(w, way, mbufs, count);
		return;
	}
	express_prefetch(mbufs, count, way);
	path_run_long(w, way, mbufs, count);
}
