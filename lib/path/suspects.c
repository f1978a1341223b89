/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/suspects.h"

#include "pkt/ethernet.h"
#include "pkt/ipv4.h"

static bool
is_martian(const struct snapshot *snapshot, uint32_t addr)
{
	if (ipv4_is_martian(addr) || interface_is_broadcast(&snapshot->interface[INTERFACE_V4], addr))
		return true;
	for (uint32_t i = 0; i < snapshot->martian_count; i++) {
		if (prefix4_contains(&snapshot->martians[i], addr))
			return true;
	}
	return false;
}

/* Multicast and the limited broadcast. */
static bool
is_for_everybody(uint32_t addr)
{
	return addr >> 28 == 0xe || addr == UINT32_MAX;
}

/* Of the LAN: whoever comes from outside as one of its hosts wants to get past what they let in from each other alone. */
static bool
is_inside(const struct snapshot *snapshot, uint32_t addr)
{
	return snapshot->work != WORK_BR && interface_is_on_link(&snapshot->interface[INTERFACE_V4], addr);
}

/* A rule for all of IPv4 (r = 0) says nothing about who may be a source outside. */
static bool
is_ours(const struct snapshot *snapshot, uint32_t addr)
{
	const struct map_rule *rule = ruleset_match4(snapshot->rules, addr);

	return rule != NULL && rule->v4_len > 0;
}

enum verdict
suspects_judge_source(struct worker *w, struct packet *p)
{
	if (is_martian(w->snapshot, p->src) || is_inside(w->snapshot, p->src))
		return drop(w, p, DROP_martian_v4);
	if (w->snapshot->antispoof && is_ours(w->snapshot, p->src))
		return drop(w, p, DROP_spoof_ext);
	return VERDICT_NEXT;
}

enum verdict
suspects_judge_destination(struct worker *w, struct packet *p)
{
	const struct interface *internet = &w->snapshot->interface[INTERFACE_V4];

	if (interface_is_own(internet, p->dst))
		return ethernet_to_host(w, p, internet);
	return is_martian(w->snapshot, p->dst) ? drop(w, p, DROP_martian_v4) : VERDICT_NEXT;
}

enum verdict
suspects_judge_lan(struct worker *w, struct packet *p)
{
	const struct interface *lan = &w->snapshot->interface[INTERFACE_V4];
	const bool is_near =
	    interface_is_on_link(lan, p->src); /* of others, ends_on_lan() says that they are spoofed */

	if (is_martian(w->snapshot, p->src))
		return drop(w, p, DROP_martian_v4);
	if (is_for_everybody(p->dst))
		return host(w, p);
	if (is_near && (interface_hears(lan, p->dst) || interface_is_behind_device(lan, p->dst)))
		return host(w, p);
	return is_martian(w->snapshot, p->dst) && !interface_is_on_link(lan, p->dst) ? drop(w, p, DROP_martian_v4)
										     : VERDICT_NEXT;
}

static void
mark(struct snapshot *snapshot, const struct prefix4 *prefix)
{
	const uint32_t first = prefix->addr >> 16;
	const uint32_t last = (prefix->addr | ~mask4(prefix->len)) >> 16;

	for (uint32_t i = first; i <= last; i++)
		snapshot->suspects[i >> 5] |= UINT32_C(1) << (i & 31);
}

void
suspects_mark(struct snapshot *snapshot)
{
	const struct interface *near = &snapshot->interface[INTERFACE_V4];
	const struct routes *routes = near->routes;

	memset(snapshot->suspects, 0, sizeof(snapshot->suspects));
	/* On a CE our own addresses are on the LAN, where everybody is near them. */
	for (uint32_t i = 0; i < routes->local_count && snapshot->work == WORK_BR; i++)
		mark(snapshot, &(struct prefix4){ routes->local[i], 32 });
	for (uint32_t i = 0; i < near->link_count && snapshot->work != WORK_BR; i++)
		mark(snapshot,
		    &(struct prefix4){ near->link[i].addr, (uint8_t)__builtin_popcount(near->link[i].mask) });
	for (uint32_t i = 0; i < 1 << 16; i++) {
		if (ipv4_is_martian(i << 16))
			snapshot->suspects[i >> 5] |= UINT32_C(1) << (i & 31);
	}
	for (uint32_t i = 0; i < snapshot->martian_count; i++)
		mark(snapshot, &snapshot->martians[i]);
	for (uint32_t i = 0; i < snapshot->behind_device_count; i++)
		mark(snapshot, &snapshot->behind_device[i]);
	for (uint32_t i = 0; i < snapshot->rules->count && snapshot->antispoof; i++) {
		const struct map_rule *rule = &snapshot->rules->rules[i];

		if (rule->v4_len > 0)
			mark(snapshot, &(struct prefix4){ rule->v4_base, rule->v4_len });
	}
}
