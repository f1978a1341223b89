/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who has this IPv4 address and port? Who is behind this IPv6 address? Questions of an operator to a set of rules: the one
 * in use, or one that the rule log has kept (api/record.h). RFC 7422 section 2.
 */
#ifndef MAPEDGE_API_LOOKUP_H
#define MAPEDGE_API_LOOKUP_H

#include <jansson.h>

#include "conf/conf.h"
#include "map/binding.h"
#include "map/ruleset.h"

#define LOOKUP_MAX_CES 16

/* Who has which port set by a binding. */
struct lookup_bindings {
	const void *context;
	/* 1 with the binding of a port set; 0: nobody has it; -ENOENT: it cannot be told from here. */
	int (*of_port_set)(const void *context, uint32_t ipv4, uint16_t psid, struct binding *binding);
	/* Puts up to `max` bindings whose softwire address is in the prefix into `found`; returns how many there are. */
	size_t (*of_softwire)(const void *context, const struct prefix6 *softwire, struct binding *found, size_t max);
};

/* What is asked. Nothing in it belongs to us. */
struct lookup {
	const struct ruleset *rules;
	const struct conf_softwire *domains; /* rules and bindings name them by index; of each: name, br, pools */
	size_t domain_count;
	const struct lookup_bindings *bindings; /* NULL: none is known */
};

enum lookup_result {
	LOOKUP_CE,       /* somebody has it */
	LOOKUP_EXCLUDED, /* a port with A = 0, which belongs to nobody (RFC 7597 section 5.1) */
	LOOKUP_NO_RULE,  /* the address is outside all rules and pools */
	LOOKUP_NOBODY,   /* no CE is provisioned with it */
	LOOKUP_SEVERAL,  /* more than one CE: a port is missing, or the prefix is too short */
	LOOKUP_UNKNOWN,  /* bindings say, and they are not known here */
};

struct lookup_ce {
	const struct conf_softwire *domain;
	const struct map_rule *rule; /* NULL: a binding */
	struct map_ce ce;            /* of a binding: address is its softwire address, prefix the same /128 */
};

struct lookup_answer {
	enum lookup_result result;
	struct error why; /* unless it is LOOKUP_CE */
	size_t total;     /* CEs that match; more than one only for bindings of one prefix */
	size_t count;     /* of them in ces */
	struct lookup_ce ces[LOOKUP_MAX_CES];
};

/*
 * A question as people write it: an IPv4 address, perhaps with a port or ICMP identifier (RFC 7597 section 8.2; -1: none, or behind a colon), or
 * an IPv6 address or prefix. 0 with the answer, or -EINVAL with what is wrong with the question.
 */
int
lookup_ask(const struct lookup *lookup, const char *address, int port, struct lookup_answer *answer, struct error *err);

/* The answer of docs/operations.md; a new reference. */
json_t *lookup_json(const struct lookup_answer *answer);

/*
 * The prefix of the CE that has an address, and port, under one rule, which must cover the address: Rule IPv6 prefix and
 * EA bits. 0; or with the reason -EINVAL (the address is shared, and there is no port; the rule is invalid), -ERANGE
 * (excluded) or -ENOENT (nobody has its PSID).
 */
int lookup_prefix(const struct map_rule_spec *rule, uint32_t ipv4, const uint16_t *port, struct prefix6 *prefix,
    struct error *err);

#endif
