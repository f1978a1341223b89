/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One HTTP request at a time, by libcurl in the control loop: over IPv6 only, no redirection followed, a limit for time and size
 * (ADR 0013). No name is looked up here.
 */
#ifndef MAPEDGE_APP_FETCH_H
#define MAPEDGE_APP_FETCH_H

#include <event2/event.h>

#include "provision/hb46pp.h"

struct fetch;

/* Valid during the call. */
typedef void fetch_done(void *context, const struct hb46pp_reply *reply);

struct fetch_request {
	const char *url;
	bool verify;         /* the certificate, and the name in it */
	const char *ca_file; /* "": those of the system */
	const char *device;  /* through which the request leaves, where `source` is 0 */
	u128 source;         /* an address of Linux's that it comes from; 0: any */
	u128 server;         /* the host's address */
};

/* NULL without memory. */
struct fetch *fetch_new(struct event_base *base);

/* The host of a URL, without brackets, to be looked up. 0, or -EINVAL with the reason. */
int fetch_host(const char *url, char host[OFFER_NAME_SIZE], struct error *err);

/* Whatever comes of it, `done` is called, and not before this has returned. An earlier request is forgotten. */
void fetch_get(struct fetch *fetch, const struct fetch_request *request, fetch_done *done, void *context);

/* A request that is under way is forgotten: `done` is not called. */
void fetch_forget(struct fetch *fetch);

/* NULL is allowed. */
void fetch_free(struct fetch *fetch);

#endif
