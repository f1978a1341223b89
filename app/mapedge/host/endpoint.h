/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Our end of the softwire on a line whose /64 is that of the link to the provider: then somebody asks for it there, and somebody else may
 * have it. As an address of the WAN's device it is Linux that tests it, joins its groups and answers (RFC 4862 section 5.4); packets of
 * the softwire go to the workers all the same, by their destination.
 */
#ifndef MAPEDGE_APP_ENDPOINT_H
#define MAPEDGE_APP_ENDPOINT_H

#include <event2/event.h>

#include "base/addr.h"
#include "base/error.h"

struct endpoint;

/* Somebody else has the address. */
typedef void endpoint_duplicate(void *context);

/* NULL with the reason. */
struct endpoint *endpoint_new(unsigned int wan, struct event_base *base, endpoint_duplicate *duplicate, void *context,
    struct error *err);

/* This is the address from now on, and no other; 0: none. NULL is allowed. */
void endpoint_set(struct endpoint *endpoint, u128 addr);

u128 endpoint_address(const struct endpoint *endpoint);

/* The address goes with its device. NULL is allowed. */
void endpoint_free(struct endpoint *endpoint);

#endif
