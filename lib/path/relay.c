/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/relay.h"

#include "icmp/relay.h"
#include "path/find_ce.h"

#define IPV6_MIN_MTU 1280

/* Could we have sent the quoted packet? From the address it is about, to the CE that its inner destination belongs to. */
static bool
is_ours(const struct worker *w, const struct relay *relay, const struct packet *p)
{
	const struct packet *inner = &relay->inner;
	const struct map_rule *rule = ruleset_find4(w->snapshot->rules, inner->dst, inner->dst_port);
	struct ce ce;

	if (relay->outer_src != p->outer_dst || rule == NULL || &w->snapshot->softwire[rule->domain] != p->softwire)
		return false;
	if (inner->kind >= L4_ICMP_ERROR_NO_PORT && rule->kind == MAP_SHARED)
		return false;
	if (is_icmp_error(inner) && ((inner->quoted ^ inner->dst) & rule->v4_iid_mask) != 0)
		return false;
	return map_rule_owns(rule, inner->dst_port) && find_ce(w->snapshot, rule, inner->dst, inner->dst_port, &ce) &&
	    ce.address == relay->outer_dst;
}

/* RFC 8201 section 4: never below the IPv6 minimum, never more than we sent. RFC 7597 section 8.3.1: not about anycast. */
static bool
is_credible(const struct relay *relay, const struct softwire *softwire)
{
	const uint32_t mtu = relay->error.value;

	return mtu >= IPV6_MIN_MTU && mtu < softwire->mtu + (uint32_t)IPV6_LEN && !softwire->anycast;
}

enum verdict
relay_error(struct worker *w, struct packet *p)
{
	struct icmp_error error;
	struct packet answer;
	struct relay relay;

	if (w->snapshot->is_ce || p->outer_len == 0 || p->ip[0] >= ICMP6_FIRST_INFORMATIONAL)
		return host(w, p);
	if (!relay_parse(p->ip, p->outer_len, p->outer_src, p->outer_dst, &relay))
		return drop(w, p, DROP_icmp6_relay_bad);
	if (!is_ours(w, &relay, p))
		return drop(w, p, DROP_icmp6_relay_bad);
	if (relay.error.type == ICMP6_TOO_BIG && !is_credible(&relay, p->softwire))
		return drop(w, p, DROP_ptb_ignored);
	if (!relay_translate(&relay, &error) ||
	    !icmp_error_build(w, &relay.inner, error, w->snapshot->icmp_source, &answer))
		return drop(w, p, DROP_icmp6_not_relayed);
	answer.dst_port = relay.inner.src_port;
	send_answer(w, &answer);
	return drop(w, p, DROP_icmp6_relayed);
}
