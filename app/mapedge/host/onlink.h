/* SPDX-License-Identifier: BSD-3-Clause */
/* Everybody whom Linux knows on the links, in whatever state: for people who ask. What packets need is in mirror.h. */
#ifndef MAPEDGE_APP_ONLINK_H
#define MAPEDGE_APP_ONLINK_H

#include "api/links.h"
#include "host/list.h"
#include "path/snapshot.h"

/* Adds struct api_neighbour of these devices to the list, 0 where there is none. 0, or a negative errno. */
int onlink_read(const unsigned int ifindex[INTERFACE_COUNT], struct list *list);

#endif
