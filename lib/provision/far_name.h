/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Other ends of which a provider says only the name (RFC 6334, HB46PP section 3.4): which addresses they have, and when to ask again.
 * There is no socket here: the caller asks the resolver, for AAAA alone, as a softwire runs over IPv6.
 */
#ifndef MAPEDGE_PROVISION_FAR_NAME_H
#define MAPEDGE_PROVISION_FAR_NAME_H

#include "base/random.h"
#include "provision/hb46pp.h"

#define FAR_NAMES 8
#define FAR_NAME_MIN_TTL 30u    /* seconds: what a zone may do to its resolvers */
#define FAR_NAME_MAX_TTL 86400u /* seconds: an other end that has moved is found within a day */
#define FAR_NAME_FIRST_WAIT 5u  /* seconds after a failure, then twice as long each time */
#define FAR_NAME_LONGEST_WAIT 300u
#define FAR_NAME_LIMIT 30u /* seconds: the caller's own limit is shorter; this one is for a question that was lost */

/* What the resolver says. Without an address the result is not HB46PP_DNS_OK. */
struct far_answer {
	enum hb46pp_dns result;
	uint32_t count;
	u128 addr[OFFER_MAX_BRS];
	uint32_t ttl; /* seconds, the shortest */
};

struct far_name {
	char name[OFFER_NAME_SIZE];
	bool wanted; /* since the last far_names_forget() */
	bool asked;  /* the answer is still out */
	uint32_t serial;
	uint32_t failures; /* in a row */
	uint32_t count;    /* 0: none known */
	u128 addr[OFFER_MAX_BRS];
	uint64_t next_ms; /* when to ask, or to ask again */
	char reason[120]; /* after the name, for people: "does not exist" */
};

struct far_names {
	struct random random;
	uint32_t serial;
	uint32_t count;
	struct far_name name[FAR_NAMES];
};

/* What is known of a name, which is asked for from now on. NULL when there are too many. */
const struct far_name *far_names_want(struct far_names *names, const char *name, uint64_t now_ms);

/* Names that nobody has wanted since the last call are forgotten. Pointers to others are not valid any more. */
void far_names_forget(struct far_names *names);

/* The resolvers are others: all names are asked for anew, and answers that are still out do not count. */
void far_names_renew(struct far_names *names, uint64_t now_ms);

/* A name to ask for now, or NULL; and when there will be one, UINT64_MAX: never. */
const struct far_name *far_names_ask(struct far_names *names, uint64_t now_ms);
uint64_t far_names_next(const struct far_names *names);

/*
 * The answer to the question with this serial number. Is the first address another one than before, or is it clear now that there
 * is none? A resolver that fails takes no address away; one that still is among the answers stays the first.
 */
bool far_names_answer(struct far_names *names, uint32_t serial, uint64_t now_ms, const struct far_answer *answer);

#endif
