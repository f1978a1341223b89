/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon's life: configuration, EAL, ports, workers, control loop, and back. */
#ifndef MAPEDGE_APP_DAEMON_H
#define MAPEDGE_APP_DAEMON_H

#include "base/error.h"

/* Runs until SIGTERM, SIGINT or `shutdown`. 0 after a clean stop, or a negative errno with the reason in err. */
int daemon_run(const char *config_file, struct error *err);

#endif
