/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures for whoever asks on the socket: showing.h says for how long. */
#ifndef MAPEDGE_APP_VIEWER_H
#define MAPEDGE_APP_VIEWER_H

#include <event2/event.h>

#include "api/capture.h"
#include "engine/engine.h"

struct viewer;

/* viewer_free() in any case. 0, or -ENOMEM with the reason. */
int viewer_new(struct event_base *base, struct engine *engine, struct viewer **viewer, struct error *err);

/* Whose names the interfaces have. 0 with the id, or a negative errno with the reason. */
int viewer_start(struct viewer *viewer, const char *const *interfaces, const struct api_capture_wish *wish,
    uint64_t *id, struct error *err);

/* 1 with the next packet; 0: none is there now; or -ENOENT: that capture has ended. */
int viewer_take(struct viewer *viewer, uint64_t id, struct api_captured *packet, struct error *err);

/* Packets that came faster than they were taken. 0, or -ENOENT. */
int viewer_lost(struct viewer *viewer, uint64_t id, uint64_t *lost, struct error *err);

/* 0, or -ENOENT. */
int viewer_stop(struct viewer *viewer, uint64_t id, struct error *err);

/* The workers have ended, or never began. NULL is allowed. */
void viewer_free(struct viewer *viewer);

#endif
