/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sets a clock that is surely wrong by the line's time servers, over IPv6: chronyd measures, once, and we step. When to ask and what the
 * answer means is lib/provision/right_time.h's.
 */
#ifndef MAPEDGE_APP_TIMEKEEPER_H
#define MAPEDGE_APP_TIMEKEEPER_H

#include "conf/conf.h"
#include "line/resolver.h"

struct timekeeper;

/* The clock was stepped: what has a time in it is to be said anew. */
typedef void timekeeper_stepped(void *context, int64_t step_ms);

struct timekeeper_config {
	const struct conf_access *access;
	const char *device; /* the line's: nobody else is asked */
	struct resolver *resolver;
	timekeeper_stepped *stepped;
	void *context;
};

/* NULL without memory. */
struct timekeeper *timekeeper_new(struct event_base *base, const struct timekeeper_config *config);

/* What DHCPv6 says (options 31 and 56), and whether there is a way to anybody. NULL is allowed. */
void timekeeper_line(struct timekeeper *timekeeper, bool has_prefix, const struct dhcp6_settings *settings);

/* Fills in what `status` says about the time. NULL is allowed. */
void timekeeper_report(const struct timekeeper *timekeeper, struct line_report *report);

/* NULL is allowed. */
void timekeeper_free(struct timekeeper *timekeeper);

#endif
