/* SPDX-License-Identifier: BSD-3-Clause */
/* What the routers on the line say (RFC 4861 section 6.1.2). Linux hears the same, and makes addresses and routes of it. */
#ifndef MAPEDGE_APP_ROUTERS_H
#define MAPEDGE_APP_ROUTERS_H

#include <event2/event.h>

#include "base/error.h"
#include "provision/ra_state.h"

struct routers;

/* Something was said, or has ended; `is_new`: other than lifetimes. */
typedef void routers_news(void *context, bool is_new);

/* Listens on a device from now on. NULL with the reason. */
struct routers *
routers_open(unsigned int ifindex, struct event_base *base, routers_news *news, void *context, struct error *err);

/* What holds at the moment; NULL is allowed and has heard nothing. */
const struct ra_state *routers_state(const struct routers *routers);

/* NULL is allowed. */
void routers_close(struct routers *routers);

#endif
