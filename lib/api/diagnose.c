/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * diagnose: what people ask when something does not work, answered from what is known at the moment. Nothing is sent. Each
 * topic is a list of findings, the worst first.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/diagnose_parts.h"
#include "api/text_json.h"

#define TEXT_SIZE 800

const struct argument api_diagnose_arguments[] = {
	{ .name = "topic",
	    .type = ARGUMENT_WORD,
	    .required = true,
	    .words = "provision|softwire|ports|vpn|mtu|host",
	    .help = "what does not work" },
	{ .name = "address", .type = ARGUMENT_IP4, .help = "of the host, where that is the topic; refused elsewhere" },
	{ 0 },
};

void
diagnose_problem(struct findings *findings, const char *hint, const char *format, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_array_append_new(findings->problems,
	    json_pack("{s:s, s:o, s:o}", "level", "problem", "text", text_json(text), "hint", text_json(hint)));
}

void
diagnose_fine(struct findings *findings, const char *format, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_array_append_new(findings->others,
	    json_pack("{s:s, s:o, s:s}", "level", "ok", "text", text_json(text), "hint", ""));
}

void
diagnose_dropped(struct findings *findings, const struct known *known, enum drop_reason reason)
{
	if (known->total.drop[reason] > 0)
		diagnose_problem(findings, drop_info[reason].hint, "%llu packets were dropped as %s: %s",
		    (unsigned long long)known->total.drop[reason], drop_info[reason].name, drop_info[reason].text);
}

/* ---- topics ----------------------------------------------------------------------------------------------------- */

static void
find_provision(struct findings *findings, const struct known *known)
{
	char text[640];

	if (known->softwire->is_down)
		diagnose_problem(findings, known->softwire->why_down.hint, "%s", known->softwire->why_down.text);
	else
		diagnose_fine(findings, "the softwire has all it needs");
	if (known->line == NULL) {
		diagnose_fine(findings, "the configuration says it all; nobody is asked");
		return;
	}
	if (known->line->reason[0] != '\0') {
		snprintf(text, sizeof(text), "DHCPv6 is %s: %s", dhcp6_state_word(known->line->client->state),
		    known->line->reason);
		diagnose_problem(findings, "", "%s", text);
	}
	for (uint32_t i = 0; i < known->line->source_count; i++) {
		const struct line_source *source = &known->line->sources[i];

		snprintf(text, sizeof(text), "%s is %s%s%s%s", source_word(source->kind), source->state,
		    source->is_used ? ", and in use" : "", source->reason[0] != '\0' ? ": " : "", source->reason);
		if (source->is_used)
			diagnose_fine(findings, "%s", text);
		else
			diagnose_problem(findings, "", "%s", text);
	}
}

static void
find_softwire(struct findings *findings, const struct known *known)
{
	const enum reach reach = known->liveness.pulse == NULL ? REACH_UNKNOWN : liveness_reach(&known->liveness);

	if (known->softwire->is_down)
		diagnose_problem(findings, "diagnose provision says more", "the softwire is not configured");
	else if (!reach_is_silence(reach))
		diagnose_fine(findings, "%s", reach_text(reach));
	else
		diagnose_problem(findings,
		    "is its address right? Does a home gateway in front make the softwire, or a firewall drop protocol "
		    "4?",
		    "%s", reach_text(reach));
	diagnose_dropped(findings, known, DROP_not_map_dst);
	diagnose_dropped(findings, known, DROP_spoof_v6);
	diagnose_dropped(findings, known, DROP_spoof_v4);
	diagnose_dropped(findings, known, DROP_not_my_v4dst);
	diagnose_dropped(findings, known, DROP_inner_bad);
}

static void
find_ports(struct findings *findings, const struct known *known)
{
	static const char *const spaces[] = { "TCP ports", "UDP ports", "ICMP identifiers" };
	char text[160];

	for (int space = 0; space < 3; space++) {
		uint64_t used = 0, total = 0;

		for (unsigned int i = 0; i < known->report.worker_count; i++) {
			used += gauge_get(&known->report.gauges[i]->ports_used[space]);
			total += gauge_get(&known->report.gauges[i]->ports_total[space]);
		}
		snprintf(text, sizeof(text), "%llu of %llu %s are in use", (unsigned long long)used,
		    (unsigned long long)total, spaces[space]);
		if (total > 0 && used * 100 >= total * DIAGNOSE_PORTS_SHORT)
			diagnose_problem(findings, "show hosts says whose they are; nat.port_reuse lets them be shared",
			    "%s", text);
		else
			diagnose_fine(findings, "%s", text);
	}
	snprintf(text, sizeof(text), "port_reuse is %s: %s", known->report.port_reuse,
	    known->conf->nat.port_reuse == CONF_REUSE_OFF ? "a port is one inside endpoint's"
							  : "one port serves several hosts towards different servers");
	diagnose_fine(findings, "%s", text);
	diagnose_dropped(findings, known, DROP_nat_no_port);
	diagnose_dropped(findings, known, DROP_nat_host_limit);
	diagnose_dropped(findings, known, DROP_nat_table_full);
}

static void
find_vpn(struct findings *findings, const struct known *known)
{
	struct error err = { 0 };
	struct map_ce ce;

	if (known->softwire->is_down) {
		diagnose_problem(findings, "diagnose provision says more", "the softwire is not configured");
		return;
	}
	if (conf_derive(known->softwire, &ce, &err) < 0)
		return;
	if (ce.kind == MAP_SHARED) {
		diagnose_fine(findings,
		    "the IPv4 address is shared: protocols without ports (ESP, AH, GRE, 41) cannot pass, in either "
		    "direction; IPsec with NAT traversal (UDP 4500), WireGuard, OpenVPN and SSL VPNs do, from inside");
		diagnose_fine(findings,
		    "a server inside gets only ports of this box's set: UDP 500, 4500 and 1701 are none of them");
	} else {
		diagnose_fine(findings, "the IPv4 address is this line's alone: protocols without ports pass, too");
	}
	diagnose_dropped(findings, known, DROP_proto_unsupported);
}

static void
find_mtu(struct findings *findings, const struct known *known)
{
	char text[160];

	snprintf(text, sizeof(text), "the softwire takes IPv4 packets of up to %u bytes", known->softwire->mtu);
	diagnose_fine(findings, "%s", text);
	if (known->softwire->mss_clamp)
		diagnose_fine(findings, "TCP connections are told so (mss_clamp)");
	else
		diagnose_problem(findings, "set mss_clamp = true", "TCP connections are not told so: mss_clamp is off");
	if (known->conf->nat.df_clear)
		diagnose_problem(findings, "df = \"honour\" is what RFC 791 asks for",
		    "df = \"clear\": path MTU discovery of hosts does not work, on purpose");
	diagnose_dropped(findings, known, DROP_too_big);
	diagnose_dropped(findings, known, DROP_ptb_ignored);
	diagnose_dropped(findings, known, DROP_frag6_timeout);
	diagnose_dropped(findings, known, DROP_frag6_too_big);
	diagnose_dropped(findings, known, DROP_fragment_v6);
}

/* ---- the command ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *topic;
	void (*find)(struct findings *findings, const struct known *known);
} topics[] = {
	{ "provision", find_provision },
	{ "softwire", find_softwire },
	{ "ports", find_ports },
	{ "vpn", find_vpn },
	{ "mtu", find_mtu },
};

static json_t *
no_answer(struct findings *findings, json_t *reply)
{
	json_decref(findings->problems);
	json_decref(findings->others);
	return reply;
}

/* NULL, or the reply to a question that cannot be answered. */
static json_t *
find_host(struct findings *findings, const struct known *known, const struct api_backend *backend, const char *address)
{
	struct host_known host;
	struct error err = { 0 };
	uint32_t addr;

	if (address == NULL || ip4_parse(address, &addr) < 0)
		return no_answer(findings,
		    api_reply(API_FAILED, NULL, "which host? hint: mapedgectl diagnose host 192.168.1.20"));
	if (diagnose_know_host(backend, known, addr, &host, &err) < 0)
		return no_answer(findings, api_failed(&err));
	diagnose_host(findings, known, &host);
	return NULL;
}

json_t *
api_diagnose(const struct api_backend *backend, const json_t *arguments)
{
	const char *topic = json_string_value(json_object_get(arguments, "topic"));
	struct findings findings = { json_array(), json_array() };
	struct known known = { 0 };
	json_t *refusal = NULL;
	size_t problems, i = 0;

	if (strcmp(topic, "host") != 0 && json_object_get(arguments, "address") != NULL)
		return no_answer(&findings,
		    api_reply(API_FAILED, NULL,
			"%s is about the box, not about one host; hint: mapedgectl diagnose host %s", topic,
			json_string_value(json_object_get(arguments, "address"))));
	known.conf = backend->line(backend->context, &known.line);
	if (known.conf->role != CONF_CE)
		return no_answer(&findings,
		    api_reply(API_FAILED, NULL,
			"only a CE is diagnosed; hint: of a BR, show drops explain and lookup say what there is to "
			"know"));
	known.softwire = &known.conf->softwires[0];
	known.liveness = backend->liveness(backend->context);
	backend->report(backend->context, &known.report);
	report_total(&known.report, &known.total);
	while (i < sizeof(topics) / sizeof(topics[0]) && strcmp(topics[i].topic, topic) != 0)
		i++;
	if (i < sizeof(topics) / sizeof(topics[0]))
		topics[i].find(&findings, &known);
	else
		refusal =
		    find_host(&findings, &known, backend, json_string_value(json_object_get(arguments, "address")));
	if (refusal != NULL)
		return refusal;
	problems = json_array_size(findings.problems);
	json_array_extend(findings.problems, findings.others);
	json_decref(findings.others);
	return api_reply(API_OK,
	    json_pack("{s:s, s:I, s:o}", "topic", topic, "problems", (json_int_t)problems, "findings",
		findings.problems),
	    "%s", "");
}
