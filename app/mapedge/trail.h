/* SPDX-License-Identifier: BSD-3-Clause */
/* The ways of packets as text: what came, each step, what became of it. */
#ifndef MAPEDGE_APP_TRAIL_H
#define MAPEDGE_APP_TRAIL_H

#include <stdio.h>

#include "path/trace.h"

/* Each on a line of its own, indented by its depth. */
void trail_print_steps(FILE *out, const struct trail *trail);

/* Runs a burst of frames along the traced path and writes a block for each. `time_ns`: since the first packet. */
void trail_run(FILE *out, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count,
    const char *interface, uint64_t time_ns);

#endif
