/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters and moments as JSON: the same in all documents. */
#ifndef MAPEDGE_API_NUMBER_JSON_H
#define MAPEDGE_API_NUMBER_JSON_H

#include <jansson.h>

#include "stats/counters.h"

/* New references; a moment is milliseconds since 1970. */
json_t *number_json(uint64_t value);
json_t *moment_json(uint64_t ms);

/* Adds both numbers under these names, and returns the object. */
json_t *traffic_json(json_t *object, const char *packets, const char *bytes, const struct traffic *traffic);

#endif
