/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/relay.h"

#include "icmp/relay.h"
#include "path/ce.h"
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
	if (is_icmp_error(inner) && !map_rule_same_ipv4(rule, inner->quoted, inner->dst))
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

/* ---- BR --------------------------------------------------------------------------------------------------------- */

static enum verdict
relay_from_br(struct worker *w, struct packet *p, const struct relay *relay)
{
	struct icmp_error error;
	struct packet answer;

	if (!is_ours(w, relay, p))
		return drop(w, p, DROP_icmp6_relay_bad);
	if (relay->error.type == ICMP6_TOO_BIG && !is_credible(relay, p->softwire))
		return drop(w, p, DROP_ptb_ignored);
	if (!relay_translate(relay, &error) ||
	    !icmp_error_build(w, &relay->inner, error, w->snapshot->icmp_source, &answer))
		return drop(w, p, DROP_icmp6_not_relayed);
	answer.dst_port = relay->inner.src_port;
	send_answer(w, &answer);
	return drop(w, p, DROP_icmp6_relayed);
}

/* ---- CE --------------------------------------------------------------------------------------------------------- */

#define PATH_MTU_SECONDS 600 /* RFC 8201 section 4 recommends ten minutes before a larger one is tried */

/* RFC 8201 section 4, RFC 5927 section 4.3: from us to the BR or an FMR's CE, and of a session that there is. */
static bool
is_of_session(struct worker *w, const struct relay *relay, struct packet *p)
{
	const struct packet *inner = &relay->inner;
	const uint64_t remote = end_to(inner);
	enum drop_reason why;
	u128 peer;

	if (inner->kind > L4_ICMP_QUERY || inner->src != w->snapshot->external_addr || relay->outer_src != p->outer_dst)
		return false;
	if (!ce_find_peer(w, inner->dst, inner->dst_port, &peer, &why) || peer != relay->outer_dst)
		return false;
	p->session = nat_find_in(w->nat, nat_hash_in(w->nat, inner->src_port, remote), inner->src_port, remote);
	return p->session != NULL;
}

/* What comes next is cut to the path's size; the sender learns of it, too. */
static void
learn_mtu(struct worker *w, uint16_t mtu)
{
	w->path_mtu = mtu;
	w->path_mtu_until = w->now + PATH_MTU_SECONDS;
	ce_follow_path(w);
}

/* The quoted packet is the translated one, so the error goes the way back through the NAT: RFC 2473 section 8.3. */
static void
send_to_session(struct worker *w, struct packet *answer, struct session *session)
{
	struct quote quote;

	answer->session = session;
	if (icmp_quote_parse(answer, &quote))
		ce_translate_error_in(answer, &quote);
	ethernet_out_ipv4(w, answer, &w->snapshot->interface[INTERFACE_V4]);
}

/* Nothing was translated, so the quoted packet is the one that the host has sent. */
static bool
is_of_host(const struct worker *w, const struct relay *relay)
{
	const struct snapshot *snapshot = w->snapshot;
	const struct interface *lan = &snapshot->interface[INTERFACE_V4];

	return relay->outer_src == snapshot->softwire[0].local && relay->outer_dst == snapshot->softwire[0].br &&
	    prefix4_contains(&snapshot->own, relay->inner.src) &&
	    (interface_is_on_link(lan, relay->inner.src) || interface_is_behind_device(lan, relay->inner.src));
}

static enum verdict
relay_from_ce(struct worker *w, struct packet *p, const struct relay *relay)
{
	const struct packet *inner = &relay->inner;
	const bool translates = w->snapshot->work == WORK_CE;
	const uint16_t owner = translates ? ce_owner(w, inner->kind, inner->src_port, inner->dst) : w->id;
	struct icmp_error error;
	struct packet answer;

	if (owner != w->id)
		return handoff(w, p, owner);
	if (translates ? !is_of_session(w, relay, p) : !is_of_host(w, relay))
		return drop(w, p, DROP_icmp6_relay_bad);
	if (relay->error.type == ICMP6_TOO_BIG) {
		if (!is_credible(relay, w->softwire))
			return drop(w, p, DROP_ptb_ignored);
		learn_mtu(w, (uint16_t)(relay->error.value - IPV6_LEN));
	}
	if (!relay_translate(relay, &error) || !icmp_error_build(w, inner, error, w->snapshot->icmp_source, &answer))
		return drop(w, p, DROP_icmp6_not_relayed);
	if (translates)
		send_to_session(w, &answer, p->session);
	else
		ethernet_out_ipv4(w, &answer, &w->snapshot->interface[INTERFACE_V4]);
	return drop(w, p, DROP_icmp6_relayed);
}

enum verdict
relay_error(struct worker *w, struct packet *p)
{
	struct relay relay;

	if (p->outer_len == 0 || p->ip[0] >= ICMP6_FIRST_INFORMATIONAL)
		return host(w, p);
	if (!relay_parse(p->ip, p->outer_len, p->outer_src, p->outer_dst, &relay))
		return drop(w, p, DROP_icmp6_relay_bad);
	return w->snapshot->work == WORK_BR ? relay_from_br(w, p, &relay) : relay_from_ce(w, p, &relay);
}
