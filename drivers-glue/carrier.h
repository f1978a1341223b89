/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a device of the kernel has a link, and had one all the time. */
#ifndef MAPEDGE_DRIVERS_CARRIER_H
#define MAPEDGE_DRIVERS_CARRIER_H

#include <stdbool.h>
#include <stdint.h>

/* A device that does not say has its link. */
bool carrier_is_up(const char *device);

/* How often the link has gone or come since the device is there; a device that does not say: 0. */
uint32_t carrier_changes(const char *device);

#endif
