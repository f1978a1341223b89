/* SPDX-License-Identifier: BSD-3-Clause */
/* The document of /history.json: docs/metrics.md. */
#ifndef MAPEDGE_API_TREND_JSON_H
#define MAPEDGE_API_TREND_JSON_H

#include <jansson.h>

#include "stats/trend.h"

/* A new reference. One list for each thing that was looked at, oldest first; "age_ms" is how long before `now_ms` it was. */
json_t *trend_json(const struct trend *trend, uint64_t now_ms);

#endif
