/* SPDX-License-Identifier: BSD-3-Clause */
/* What would be different with another configuration, and what it would do to traffic. */
#ifndef MAPEDGE_API_PLAN_H
#define MAPEDGE_API_PLAN_H

#include <jansson.h>

#include "conf/conf.h"

struct api_backend;

/*
 * A new reference: {"changes": [{"what", "change", "effect"}], "rules": {"added", "removed", "modified"}, "sessions": "stay"|"end"}. Both have
 * been found good.
 */
json_t *plan_json(const struct conf *now, const struct conf *next);

/* A CE's sessions stand on its address and port set: do they all end? */
bool plan_ends_sessions(const struct conf *now, const struct conf *next);

/*
 * Whom that cuts off: {"sessions", "hosts", "complete"}. Not complete: there are so many sessions that not all were looked at, or a worker does not
 * answer. A new reference.
 */
json_t *plan_cut_json(const struct api_backend *backend, const struct conf *now, const struct conf *next, bool all_end);

#endif
