/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks the provider's HB46PP server. When to ask and what the answers mean is lib/provision's; here it has its resolver, its HTTP, its
 * clock and its file.
 */
#ifndef MAPEDGE_APP_ASKER_H
#define MAPEDGE_APP_ASKER_H

#include "conf/conf.h"
#include "line/resolver.h"

struct asker;

/* What was asked for is over; is there another answer than before, or none any more? */
typedef void asker_news(void *context, bool is_other);

struct asker_config {
	const struct conf_access *access;
	const char *device; /* the line's */
	struct random random;
	struct resolver *resolver;
	asker_news *news;
	void *context;
};

/* NULL without memory. Reads what was stored. */
struct asker *asker_new(struct event_base *base, const struct asker_config *config);

/*
 * The line has a prefix, another prefix, other resolvers, or (false) no prefix any more. Asks once Linux has a global address from which
 * to reach the first resolver.
 */
void asker_line(struct asker *asker, bool present);

/* Linux has other addresses: is the one that it asks from another? */
void asker_addresses(struct asker *asker);

/* The client's state, reason, answer and next moment. */
const struct hb46pp_client *asker_client(const struct asker *asker);

/* What a person wants to know: the reason, and where the answer in use is from. */
void asker_reason(const struct asker *asker, char *text, size_t size);

/* The operator wants it asked at once; or what was stored forgotten. */
void asker_refresh(struct asker *asker);
void asker_forget(struct asker *asker);

/* NULL is allowed. */
void asker_free(struct asker *asker);

#endif
