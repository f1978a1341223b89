/* SPDX-License-Identifier: BSD-3-Clause */
/* The statistics as DPDK's telemetry socket tells them: docs/metrics.md. */
#ifndef MAPEDGE_APP_TELEMETRY_H
#define MAPEDGE_APP_TELEMETRY_H

#include <event2/event.h>

#include "api/api.h"

/* Commands under /mapedge; once a process. telemetry_close() in any case. 0, or a negative errno with the reason. */
int telemetry_open(struct event_base *base, const struct api_backend *backend, struct error *err);

/* From now on the commands say that there is nothing. */
void telemetry_close(void);

#endif
