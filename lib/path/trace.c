/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/trace.h"

void
path_trace(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count, struct trace *trace)
{
	for (uint16_t i = 0; i < count; i++)
		trace->trail[i].count = trace->trail[i].depth = 0;
	trace_now = trace;
	path_run_long(w, way, mbufs, count);
	trace_now = NULL;
}
