/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- under one rule --------------------------------------------------------------------------------------------- */

/* Why nobody has the port. */
static int
nobody_owns(const struct map_rule_spec *spec, const struct map_rule *rule, uint32_t ipv4, uint16_t port,
    struct error *err)
{
	char addr[IP4_TEXT_SIZE], ipv6[PREFIX_TEXT_SIZE];

	ip4_format(ipv4, addr);
	if (port < rule->first_port)
		return error_set(err, ERANGE,
		    "no CE has port %u of %s: with PSID offset %u, ports 0-%u belong to nobody (RFC 7597 section 5.1)",
		    port, addr, spec->psid_offset, rule->first_port - 1);
	return error_set(err, ENOENT,
	    "no CE has port %u of %s: its PSID is 0x%x, which is not provisioned (rule %s has PSID 0x%x)", port, addr,
	    map_rule_psid(rule, port), prefix6_format(&spec->ipv6, ipv6), spec->psid);
}

static int
needs_port(uint32_t ipv4, unsigned int psid_len, struct error *err)
{
	char addr[IP4_TEXT_SIZE];

	return error_set(err, EINVAL, "%s is shared by %u CEs: give a port too", ip4_format(ipv4, addr),
	    1u << psid_len);
}

int
lookup_prefix(const struct map_rule_spec *spec, uint32_t ipv4, const uint16_t *port, struct prefix6 *prefix,
    struct error *err)
{
	const uint8_t len = (uint8_t)(spec->ipv6.len + spec->ea_len);
	const uint16_t any = port != NULL ? *port : 0;
	struct map_rule rule;
	int rc;

	if ((rc = map_rule_compile(spec, &rule, err)) < 0)
		return rc;
	if (port == NULL && map_rule_kind(spec) == MAP_SHARED)
		return needs_port(ipv4, map_rule_psid_len(spec), err);
	if (!map_rule_owns(&rule, any))
		return nobody_owns(spec, &rule, ipv4, any, err);
	*prefix = (struct prefix6){ map_rule_address(&rule, ipv4, any) & mask6(len), len };
	return 0;
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

/* An error of the functions above as the answer that it is. */
static void
refuse(struct lookup_answer *answer, int rc)
{
	answer->result = rc == -ERANGE ? LOOKUP_EXCLUDED : rc == -ENOENT ? LOOKUP_NOBODY : LOOKUP_SEVERAL;
}

static void
add_rule_ce(const struct lookup *lookup, const struct map_rule *rule, const struct prefix6 *prefix,
    struct lookup_answer *answer)
{
	const struct map_rule_spec spec = map_rule_spec_of(rule);
	struct lookup_ce *ce = &answer->ces[answer->count];

	*ce = (struct lookup_ce){ .domain = &lookup->domains[rule->domain], .rule = rule };
	if (map_ce_derive(&spec, prefix, &ce->ce, &answer->why) < 0) {
		answer->result = LOOKUP_SEVERAL; /* the prefix ends before the EA bits do */
		return;
	}
	answer->result = LOOKUP_CE;
	answer->count++;
	answer->total++;
}

static const struct conf_pool *
domain_pool(const struct conf_softwire *domain, uint32_t ipv4)
{
	for (size_t i = 0; i < domain->pool_count; i++) {
		if (prefix4_contains(&domain->pools[i].ipv4, ipv4))
			return &domain->pools[i];
	}
	return NULL;
}

static void
add_binding(const struct lookup *lookup, const struct binding *binding, struct lookup_answer *answer)
{
	const struct conf_softwire *domain = &lookup->domains[binding->domain];
	const struct conf_pool *pool = domain_pool(domain, binding->ipv4);
	const struct portset ports = { binding->psid, pool != NULL ? pool->psid_len : 0,
		pool != NULL ? pool->psid_offset : 0 };

	answer->result = LOOKUP_CE;
	answer->ces[answer->count++] = (struct lookup_ce){ .domain = domain,
		.ce = { .kind = ports.psid_len > 0 ? MAP_SHARED : MAP_FULL,
		    .ipv4 = { binding->ipv4, 32 },
		    .ports = ports,
		    .address = binding->softwire,
		    .prefix = { binding->softwire, 128 } } };
}

/* ---- from IPv4 -------------------------------------------------------------------------------------------------- */

static void
ask_binding(const struct lookup *lookup, const struct conf_pool *pool, uint32_t ipv4, const uint16_t *port,
    struct lookup_answer *answer)
{
	struct portset ports = { .psid_len = pool->psid_len, .offset = pool->psid_offset };
	char addr[IP4_TEXT_SIZE], prefix[PREFIX_TEXT_SIZE];
	struct binding binding;
	int found = -ENOENT;

	if (port == NULL && ports.psid_len > 0) {
		refuse(answer, needs_port(ipv4, ports.psid_len, &answer->why));
		return;
	}
	ip4_format(ipv4, addr);
	prefix4_format(&pool->ipv4, prefix);
	if (port != NULL && *port < portset_first_port(&ports)) {
		refuse(answer,
		    error_set(&answer->why, ERANGE,
			"no CE has port %u of %s: with PSID offset %u, ports 0-%u belong to nobody", *port, addr,
			ports.offset, portset_first_port(&ports) - 1));
		return;
	}
	if (ports.psid_len > 0)
		ports.psid = (uint16_t)(*port >> portset_m(&ports) & ((1u << ports.psid_len) - 1));
	if (lookup->bindings != NULL)
		found = lookup->bindings->of_port_set(lookup->bindings->context, ipv4, ports.psid, &binding);
	if (found > 0) {
		add_binding(lookup, &binding, answer);
		answer->total = 1;
	} else if (found == 0) {
		refuse(answer,
		    error_set(&answer->why, ENOENT, "nobody has PSID 0x%x of %s: the pool %s has no binding for it",
			ports.psid, addr, prefix));
	} else {
		answer->result = LOOKUP_UNKNOWN;
		error_set(&answer->why, ENOENT, "%s is in the pool %s, whose bindings are not known here", addr,
		    prefix);
	}
}

/* The longest pool with the address. */
static const struct conf_pool *
find_pool(const struct lookup *lookup, uint32_t ipv4)
{
	const struct conf_pool *longest = NULL;

	for (size_t i = 0; i < lookup->domain_count; i++) {
		const struct conf_pool *pool = domain_pool(&lookup->domains[i], ipv4);

		if (pool != NULL && (longest == NULL || pool->ipv4.len > longest->ipv4.len))
			longest = pool;
	}
	return longest;
}

static void
look_up_ipv4(const struct lookup *lookup, uint32_t ipv4, const uint16_t *port, struct lookup_answer *answer)
{
	const uint16_t any = port != NULL ? *port : 0;
	const struct map_rule *rule = ruleset_find4(lookup->rules, ipv4, any);
	const struct conf_pool *pool = find_pool(lookup, ipv4);
	struct map_rule_spec spec;
	char addr[IP4_TEXT_SIZE];
	struct prefix6 prefix;
	int rc;

	*answer = (struct lookup_answer){ .result = LOOKUP_NO_RULE };
	/* What one-to-one rules inside a pool leave of an address is the pool's. */
	if (pool != NULL && (rule == NULL || rule->v4_len <= pool->ipv4.len || !map_rule_owns(rule, any))) {
		ask_binding(lookup, pool, ipv4, port, answer);
		return;
	}
	if (rule == NULL) {
		error_set(&answer->why, ENOENT, "%s is outside all Rule IPv4 prefixes", ip4_format(ipv4, addr));
		return;
	}
	spec = map_rule_spec_of(rule);
	rc = lookup_prefix(&spec, ipv4, port, &prefix, &answer->why);
	if (rc < 0)
		refuse(answer, rc);
	else
		add_rule_ce(lookup, rule, &prefix, answer);
}

/* ---- from IPv6 -------------------------------------------------------------------------------------------------- */

static void
ask_bindings(const struct lookup *lookup, const struct prefix6 *prefix, struct lookup_answer *answer)
{
	struct binding found[LOOKUP_MAX_CES];

	if (lookup->bindings == NULL)
		return;
	answer->total = lookup->bindings->of_softwire(lookup->bindings->context, prefix, found, LOOKUP_MAX_CES);
	for (size_t i = 0; i < answer->total && i < LOOKUP_MAX_CES; i++)
		add_binding(lookup, &found[i], answer);
}

/* Has a longer rule, a one-to-one rule or a pool taken what the CE's prefix names? Then the way back leads elsewhere. */
static bool
is_taken(const struct lookup *lookup, const struct lookup_ce *ce)
{
	const uint16_t port = portset_range(&ce->ce.ports, 0).first;
	struct lookup_answer back;

	if (ce->ce.kind == MAP_PREFIX)
		return false;
	look_up_ipv4(lookup, ce->ce.ipv4.addr, &port, &back);
	return back.count != 1 || back.ces[0].rule != ce->rule;
}

static void
look_up_ipv6(const struct lookup *lookup, const struct prefix6 *prefix, struct lookup_answer *answer)
{
	const uint32_t rule = ruleset_find6(lookup->rules, prefix->addr);
	char text[PREFIX_TEXT_SIZE], addr[IP4_TEXT_SIZE];

	*answer = (struct lookup_answer){ .result = LOOKUP_NO_RULE };
	ask_bindings(lookup, prefix, answer);
	if (answer->total > 0)
		return;
	if (rule == MAP_NO_RULE) {
		error_set(&answer->why, ENOENT, "%s is outside all Rule IPv6 prefixes and is no binding's",
		    prefix6_format(prefix, text));
		return;
	}
	add_rule_ce(lookup, &lookup->rules->rules[rule], prefix, answer);
	if (answer->result != LOOKUP_CE || !is_taken(lookup, &answer->ces[0]))
		return;
	error_set(&answer->why, ENOENT, "the rule of %s leads to %s, but there it belongs to another rule or to a pool",
	    prefix6_format(prefix, text), ip4_format(answer->ces[0].ce.ipv4.addr, addr));
	answer->result = LOOKUP_NOBODY;
	answer->count = answer->total = 0;
}

/* ---- questions and answers as text ------------------------------------------------------------------------------ */

/* "192.0.2.18:4928". */
static int
read_endpoint(const char *text, uint32_t *ipv4, uint16_t *port)
{
	const char *colon = strchr(text, ':');
	char address[IP4_TEXT_SIZE], *end;
	unsigned long number;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(address) || colon[1] < '0' || colon[1] > '9')
		return -EINVAL;
	snprintf(address, sizeof(address), "%.*s", (int)(colon - text), text);
	number = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || number > UINT16_MAX || ip4_parse(address, ipv4) < 0)
		return -EINVAL;
	*port = (uint16_t)number;
	return 0;
}

int
lookup_ask(const struct lookup *lookup, const char *address, int port, struct lookup_answer *answer, struct error *err)
{
	uint16_t number = (uint16_t)port;
	struct prefix6 prefix = { .len = 128 };
	uint32_t ipv4;

	if (port < 0 && read_endpoint(address, &ipv4, &number) == 0) {
		look_up_ipv4(lookup, ipv4, &number, answer);
		return 0;
	}
	if (port > UINT16_MAX || port < -1)
		return error_set(err, EINVAL, "a port is 0..65535");
	if (ip4_parse(address, &ipv4) == 0) {
		look_up_ipv4(lookup, ipv4, port < 0 ? NULL : &number, answer);
		return 0;
	}
	if (ip6_parse(address, &prefix.addr) < 0 && prefix6_parse(address, &prefix) < 0)
		return error_set(err, EINVAL, "'%.60s' is neither an IPv4 nor an IPv6 address or prefix", address);
	if (port >= 0)
		return error_set(err, EINVAL, "a port goes with an IPv4 address only");
	if (!prefix6_is_aligned(&prefix))
		return error_set(err, EINVAL, "prefix %.60s has host bits set", address);
	look_up_ipv6(lookup, &prefix, answer);
	return 0;
}
