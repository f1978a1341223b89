/* SPDX-License-Identifier: BSD-3-Clause */
/* The ways of packets for whoever asks on the socket: showing.h says for how long. */
#ifndef MAPEDGE_APP_TRACING_H
#define MAPEDGE_APP_TRACING_H

#include <event2/event.h>

#include "api/trace.h"
#include "engine/engine.h"

struct tracing;

/* tracing_free() in any case. 0, or -ENOMEM with the reason. */
int tracing_new(struct event_base *base, struct engine *engine, struct tracing **tracing, struct error *err);

/* Whose names the interfaces have. 0 with the id, or a negative errno with the reason. */
int tracing_start(struct tracing *tracing, const char *const *interfaces, const struct api_trace_wish *wish,
    uint64_t *id, struct error *err);

/* 1 with the next packet; 0: none is there now; or -ENOENT: that trace has ended. */
int tracing_take(struct tracing *tracing, uint64_t id, struct api_traced *packet, struct error *err);

/* How it stands. 0, or -ENOENT. */
int tracing_state(struct tracing *tracing, uint64_t id, struct api_trace_state *state, struct error *err);

/* 0, or -ENOENT. */
int tracing_stop(struct tracing *tracing, uint64_t id, struct error *err);

/* The workers have ended, or never began. NULL is allowed. */
void tracing_free(struct tracing *tracing);

#endif
