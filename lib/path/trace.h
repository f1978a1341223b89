/* SPDX-License-Identifier: BSD-3-Clause */
/* The path of path.h, with every step noted. */
#ifndef MAPEDGE_PATH_TRACE_H
#define MAPEDGE_PATH_TRACE_H

#include "path/path.h"
#include "pkt/trace.h"

/* path_run_long(), and trace->done() for each packet whose way ends in it. A fragment that waits is done when it begins to. */
void path_trace(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count, struct trace *trace);

#endif
