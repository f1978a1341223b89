/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Questions to the resolvers of the line, by c-ares in the control loop. What an answer means is the asker's to know; nothing is
 * remembered here, and no other name server than the given ones is asked.
 */
#ifndef MAPEDGE_APP_RESOLVER_H
#define MAPEDGE_APP_RESOLVER_H

#include <event2/event.h>

#include "api/line.h"
#include "provision/far_name.h"

struct resolver;

#define RESOLVER_MAX LINE_MAX_RESOLVERS

struct resolver_servers {
	uint32_t count;          /* 0: those of /etc/resolv.conf */
	u128 addr[RESOLVER_MAX]; /* IPv4-mapped ones are IPv4 */
	const char *device;      /* where they are, or NULL: wherever Linux's routes lead */
};

/* What comes of a question, once, perhaps while it is being asked; `serial` is the asker's. */
struct resolver_txt {
	enum hb46pp_dns result;
	size_t count;
	const struct hb46pp_string *strings;
};
typedef void resolver_on_txt(void *context, uint32_t serial, const struct resolver_txt *answer);
typedef void resolver_on_aaaa(void *context, uint32_t serial, const struct far_answer *answer);

/* NULL without memory. Nobody can be asked before resolver_set(). */
struct resolver *resolver_new(struct event_base *base);

/*
 * From now on these. Questions that are under way are forgotten, and never answered: ask again. Not from within an answer. 0, or a
 * negative errno with the reason.
 */
int resolver_set(struct resolver *resolver, const struct resolver_servers *servers, struct error *err);

/* The servers in use, at most RESOLVER_MAX; their number. */
uint32_t resolver_get(struct resolver *resolver, u128 addr[RESOLVER_MAX]);

void
resolver_ask_txt(struct resolver *resolver, const char *name, uint32_t serial, resolver_on_txt *answer, void *context);
void resolver_ask_aaaa(struct resolver *resolver, const char *name, uint32_t serial, resolver_on_aaaa *answer,
    void *context);

/* NULL is allowed. */
void resolver_free(struct resolver *resolver);

#endif
