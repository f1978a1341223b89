/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the workers show to whoever asks on the socket, captures and traces: one of a kind at a time. It ends when it is told
 * to, or when nobody has taken anything for half a minute: who asked may be gone.
 */
#ifndef MAPEDGE_APP_SHOWING_H
#define MAPEDGE_APP_SHOWING_H

#include <event2/event.h>

#include "engine/engine.h"

struct showing_kind {
	const char *name; /* "capture" */
	const char *does; /* "captures" */
	uint64_t (*publish)(struct engine *engine, void *shown);
	void (*free)(void *shown);
};

struct showing {
	const struct showing_kind *kind;
	struct engine *engine;
	struct event *timer;
	void *shown; /* NULL: nobody looks */
	void *old;   /* the one before, until the workers have let go of it */
	uint64_t old_token;
	uint64_t id; /* of the last one */
	uint64_t taken_ms;
	uint64_t wall_ns; /* at engine->start_tsc */
	char names[STATS_MAX_INTERFACES][64];
};

/* showing_free() in any case. 0, or -ENOMEM with the reason. */
int showing_init(struct showing *showing, struct event_base *base, struct engine *engine,
    const struct showing_kind *kind, struct error *err);

/* The workers have ended, or never began. */
void showing_free(struct showing *showing);

/* 0, or -EBUSY with the reason. */
int showing_check_free(struct showing *showing, struct error *err);

/* The number of the interface of this name, -1 for NULL. 0, or -EINVAL with the reason. */
int showing_interface(const char *const *interfaces, const char *name, int *number, struct error *err);

/* It is free. The workers show this from now on; its id. */
uint64_t showing_begin(struct showing *showing, const char *const *interfaces, void *shown);

/* What this id has begun, which somebody wants something of; or NULL with the reason. */
void *showing_find(struct showing *showing, uint64_t id, struct error *err);

void showing_end(struct showing *showing);

/* Nanoseconds since 1970. */
uint64_t showing_time(const struct showing *showing, uint64_t tsc);

#endif
