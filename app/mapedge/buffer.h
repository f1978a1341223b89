/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet buffers of a replay: one allocation each, which ends just behind the packet, so that a tool sees reads far past it.
 * They end with free().
 */
#ifndef MAPEDGE_APP_BUFFER_H
#define MAPEDGE_APP_BUFFER_H

#include "pkt/worker.h"

/* A packet of `len` bytes near the end of its buffer, bytes unset; NULL when memory runs out. */
struct rte_mbuf *buffer_new(size_t len);

/* Fills the worker's stock. 0, or -ENOMEM. */
int buffer_refill(struct worker *w);

#endif
