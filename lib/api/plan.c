/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/plan_parts.h"
#include "api/record.h"
#include "api/text_json.h"

void
plan_add(struct plan *plan, const char *what, const char *change, const char *effect)
{
	json_array_append_new(plan->changes,
	    json_pack("{s:o, s:s, s:o}", "what", text_json(what), "change", change, "effect", text_json(effect)));
}

/* ---- softwires and domains -------------------------------------------------------------------------------------- */

static const struct conf_softwire *
find_softwire(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->softwire_count; i++) {
		if (strcmp(conf->softwires[i].name, name) == 0)
			return &conf->softwires[i];
	}
	return NULL;
}

/* What a record of it would say, and what no record has. */
static bool
is_same_softwire(const struct conf_softwire *one, const struct conf_softwire *other)
{
	char *text = record_domain_text(one, NULL), *other_text = record_domain_text(other, NULL);
	const bool same = text != NULL && other_text != NULL && strcmp(text, other_text) == 0 &&
	    one->mtu == other->mtu && one->mss_clamp == other->mss_clamp && one->hop_limit == other->hop_limit &&
	    one->mesh == other->mesh && one->fragment == other->fragment && one->source_check == other->source_check &&
	    one->traffic_class == other->traffic_class && one->anycast == other->anycast;

	free(text);
	free(other_text);
	return same;
}

static void
compare_softwires(struct plan *plan, const struct conf *now, const struct conf *next)
{
	char what[CONF_NAME_SIZE + 16];

	for (size_t i = 0; i < next->softwire_count; i++) {
		const struct conf_softwire *before = find_softwire(now, next->softwires[i].name);

		snprintf(what, sizeof(what), "softwire %s", next->softwires[i].name);
		if (before == NULL) {
			plan_add(plan, what, "added", "");
			plan->rules_added += (json_int_t)next->softwires[i].rule_count;
		}
		if (before != NULL && !is_same_softwire(before, &next->softwires[i]))
			plan_add(plan, what, "modified", "packets go by the new rules from one burst to the next");
		if (before != NULL)
			plan_rules(plan, before, &next->softwires[i]);
	}
	for (size_t i = 0; i < now->softwire_count; i++) {
		snprintf(what, sizeof(what), "softwire %s", now->softwires[i].name);
		if (find_softwire(next, now->softwires[i].name) != NULL)
			continue;
		plan_add(plan, what, "removed", "its packets are dropped");
		plan->rules_removed += (json_int_t)now->softwires[i].rule_count;
	}
}

/* ---- forwards --------------------------------------------------------------------------------------------------- */

bool
plan_has_forward(const struct conf_nat *nat, const struct conf_forward *wanted)
{
	for (size_t i = 0; i < nat->forward_count; i++) {
		const struct conf_forward *forward = &nat->forwards[i];

		if (forward->tcp == wanted->tcp && forward->udp == wanted->udp &&
		    forward->ports.first == wanted->ports.first && forward->ports.last == wanted->ports.last &&
		    forward->to == wanted->to && forward->to_port == wanted->to_port)
			return true;
	}
	return false;
}

static void
describe_forward(const struct conf_forward *forward, char text[96])
{
	char to[IP4_TEXT_SIZE];

	snprintf(text, 96, "forward %s%s%s %u-%u to %s:%u", forward->tcp ? "tcp" : "",
	    forward->tcp && forward->udp ? "+" : "", forward->udp ? "udp" : "", forward->ports.first,
	    forward->ports.last, ip4_format(forward->to, to), forward->to_port);
}

static void
compare_forwards(struct plan *plan, const struct conf_nat *now, const struct conf_nat *next)
{
	char what[96], effect[96];

	for (size_t i = 0; i < next->forward_count; i++) {
		const struct conf_forward *forward = &next->forwards[i];
		const uint32_t ports = forward->ports.last - forward->ports.first + 1u;

		describe_forward(forward, what);
		effect[0] = '\0';
		if (forward->port_count < ports)
			snprintf(effect, sizeof(effect), "only %u of its %u ports are in the port set",
			    forward->port_count, ports);
		if (!plan_has_forward(now, forward))
			plan_add(plan, what, "added", effect);
	}
	for (size_t i = 0; i < now->forward_count; i++) {
		describe_forward(&now->forwards[i], what);
		if (!plan_has_forward(next, &now->forwards[i]))
			plan_add(plan, what, "removed", "sessions through it end");
	}
}

/* ---- the rest --------------------------------------------------------------------------------------------------- */

/* The file is read into cleared memory, so that what is the same is so byte for byte. */
static bool
is_same_nat(const struct conf_nat *now, const struct conf_nat *next)
{
	return memcmp(now, next, offsetof(struct conf_nat, forwards)) == 0;
}

static bool
is_same_interface(const struct conf_interface *one, const struct conf_interface *other)
{
	return one->address_count == other->address_count && one->neighbour_count == other->neighbour_count &&
	    memcmp(one->addresses, other->addresses, sizeof(one->addresses)) == 0 &&
	    (one->neighbour_count == 0 ||
		memcmp(one->neighbours, other->neighbours, one->neighbour_count * sizeof(one->neighbours[0])) == 0) &&
	    one->has_gateway == other->has_gateway && one->gateway == other->gateway &&
	    one->martian_count == other->martian_count &&
	    memcmp(one->martians, other->martians, sizeof(one->martians)) == 0 && one->antispoof == other->antispoof;
}

static void
compare_interfaces(struct plan *plan, const struct conf *now, const struct conf *next)
{
	char what[CONF_NAME_SIZE + 16];

	for (size_t i = 0; i < next->interface_count && i < now->interface_count; i++) {
		snprintf(what, sizeof(what), "interface %s", next->interfaces[i].name);
		if (!is_same_interface(&now->interfaces[i], &next->interfaces[i]))
			plan_add(plan, what, "modified", "");
	}
}

bool
plan_ends_sessions(const struct conf *now, const struct conf *next)
{
	struct map_ce before, after;
	struct error err = { 0 };

	if (now->role != CONF_CE || now->softwires[0].is_down)
		return false;
	if (next->softwires[0].is_down || conf_derive(&now->softwires[0], &before, &err) < 0 ||
	    conf_derive(&next->softwires[0], &after, &err) < 0)
		return true;
	return before.kind != after.kind || before.ipv4.addr != after.ipv4.addr || before.ipv4.len != after.ipv4.len ||
	    before.ports.psid != after.ports.psid || before.ports.psid_len != after.ports.psid_len ||
	    before.ports.offset != after.ports.offset;
}

/* Of live sessions. */
static const char *
effect_of_nat(const struct conf_nat *now, const struct conf_nat *next)
{
	const bool shorter = next->udp_timeout < now->udp_timeout || next->dns_timeout < now->dns_timeout ||
	    next->icmp_timeout < now->icmp_timeout || next->other_timeout < now->other_timeout ||
	    next->tcp_opening_timeout < now->tcp_opening_timeout ||
	    next->tcp_established_timeout < now->tcp_established_timeout ||
	    next->tcp_closing_timeout < now->tcp_closing_timeout || next->tcp_reset_timeout < now->tcp_reset_timeout;

	return shorter
	    ? "live sessions follow the new timeouts and limits; those idle for longer than a shorter one end"
	    : "live sessions follow the new timeouts and limits";
}

json_t *
plan_json(const struct conf *now, const struct conf *next)
{
	struct plan plan = { .is_br = now->role == CONF_BR, .changes = json_array() };

	compare_softwires(&plan, now, next);
	compare_interfaces(&plan, now, next);
	compare_forwards(&plan, &now->nat, &next->nat);
	if (!is_same_nat(&now->nat, &next->nat))
		plan_add(&plan, "nat", "modified", effect_of_nat(&now->nat, &next->nat));
	if (memcmp(&now->icmp, &next->icmp, sizeof(now->icmp)) != 0)
		plan_add(&plan, "icmp", "modified", "");
	if (memcmp(&now->host_limits, &next->host_limits, sizeof(now->host_limits)) != 0)
		plan_add(&plan, "host_limits", "modified", "");
	return json_pack("{s:o, s:{s:I, s:I, s:I}, s:s}", "changes", plan.changes, "rules", "added", plan.rules_added,
	    "removed", plan.rules_removed, "modified", plan.rules_modified, "sessions",
	    plan_ends_sessions(now, next) ? "end" : "stay");
}
