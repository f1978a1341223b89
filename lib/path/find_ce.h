/* SPDX-License-Identifier: BSD-3-Clause */
/* Who has an IPv4 address and a port: of a rule's CEs arithmetic says so, of a pool's the bindings. docs/bindings.md. */
#ifndef MAPEDGE_PATH_FIND_CE_H
#define MAPEDGE_PATH_FIND_CE_H

#include "path/snapshot.h"
#include "pkt/worker.h"

struct ce {
	u128 address;                  /* to which its packets go, and from which they come */
	const struct binding *binding; /* NULL: a rule's */
};

/* The CE of a port that map_rule_owns(). False when the rule is a pool and nobody is bound to the port set. */
static inline bool
find_ce(const struct snapshot *snapshot, const struct map_rule *rule, uint32_t ipv4, uint16_t port, struct ce *ce)
{
	if (likely(!rule->bound)) {
		*ce = (struct ce){ map_rule_address(rule, ipv4, port), NULL };
		return true;
	}
	ce->binding = binding_find(snapshot->bindings, ipv4, map_rule_psid(rule, port));
	if (ce->binding == NULL)
		return false;
	ce->address = ce->binding->softwire;
	return true;
}

/* Stage between reading and sending: the bucket that find_ce() will want comes into the cache. */
static inline void
prefetch_ce(const struct snapshot *snapshot, const struct map_rule *rule, uint32_t ipv4, uint16_t port)
{
	if (rule == NULL)
		return;
	rule = ruleset_choose(snapshot->rules, rule, port);
	if (rule->bound)
		binding_prefetch(snapshot->bindings, binding_hash(snapshot->bindings, ipv4, map_rule_psid(rule, port)));
}

/* What a domain's counter has gained since `before` belongs to one binding's counter, too. */
static inline void
count_gain(struct traffic *binding, const struct traffic *domain, const struct traffic *before)
{
	traffic_add_many(binding, domain->packets - before->packets, domain->bytes - before->bytes);
}

#endif
