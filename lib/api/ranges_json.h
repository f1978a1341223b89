/* SPDX-License-Identifier: BSD-3-Clause */
/* The ports of a set as JSON. */
#ifndef MAPEDGE_API_RANGES_JSON_H
#define MAPEDGE_API_RANGES_JSON_H

#include <jansson.h>

#include "map/portset.h"

/* [[first, last], ...] in ascending order; a new reference. */
json_t *ranges_json(const struct portset *ports);

#endif
