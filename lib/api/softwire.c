/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/softwire.h"

#include <string.h>

#include "api/address_json.h"
#include "api/command.h"
#include "api/number_json.h"
#include "api/ranges_json.h"
#include "api/report_sums.h"
#include "api/text_json.h"

static void
add_ports(json_t *object, const struct map_ce *ce)
{
	json_object_set_new(object, "ports", json_integer(portset_count(&ce->ports)));
	if (ce->kind == MAP_SHARED) {
		json_object_set_new(object, "psid", json_integer(ce->ports.psid));
		json_object_set_new(object, "psid_length", json_integer(ce->ports.psid_len));
		json_object_set_new(object, "psid_offset", json_integer(ce->ports.offset));
		json_object_set_new(object, "port_ranges", ranges_json(&ce->ports));
	}
}

static void
add_ends(json_t *object, const struct conf_softwire *softwire, const struct map_ce *ce)
{
	char text[PREFIX_TEXT_SIZE];

	json_object_set_new(object, "kind", json_string(offer_kind_word(softwire->kind)));
	json_object_set_new(object, "local", ip6_json(ce->address));
	json_object_set_new(object, "remote", ip6_json(softwire->br));
	if (softwire->kind != OFFER_DS_LITE)
		json_object_set_new(object, "ipv4", json_string(prefix4_format(&ce->ipv4, text)));
	json_object_set_new(object, "translated", json_boolean(ce->kind != MAP_PREFIX));
	if (ce->kind != MAP_PREFIX)
		add_ports(object, ce);
	else if (softwire->kind != OFFER_DS_LITE)
		json_object_set_new(object, "note",
		    json_string("without translation there is no filter either: the LAN's hosts can be reached from "
				"the Internet"));
	json_object_set_new(object, "mtu", json_integer(softwire->mtu));
	if (softwire->kind == OFFER_MAP_E) {
		json_object_set_new(object, "mesh", json_boolean(softwire->mesh));
		json_object_set_new(object, "rules", json_integer((json_int_t)softwire->rule_count));
	}
}

static json_t *
probe_json(const struct conf_probe *conf, const struct liveness *liveness)
{
	const struct probe *probe = liveness->probe;
	char target[IP4_TEXT_SIZE];
	json_t *object = json_pack("{s:s, s:s, s:i, s:i, s:I, s:I, s:i}", "target", ip4_format(conf->target, target),
	    "state", probe_state_word(probe->state), "interval_s", (int)conf->interval, "misses", (int)conf->misses,
	    "sent", (json_int_t)probe->sent, "answered", (json_int_t)probe->answered, "missed_in_a_row",
	    (int)probe->missed);

	if (probe->answered > 0) {
		json_object_set_new(object, "last_answer_s",
		    json_integer((json_int_t)((liveness->now_us - probe->answered_us) / 1000000)));
		json_object_set_new(object, "round_trip_ms", json_real((double)probe->round_trip_us / 1000));
	}
	return object;
}

/* It is wanted all the same. */
static json_t *
no_probe_json(void)
{
	return json_pack("{s:s, s:s}", "state", "off", "reason",
	    "a line with an IPv4 prefix gives the box itself no address to ask from; else the log says why");
}

/* A softwire can be configured and lead nowhere. Whether its other end can be reached is known from what comes back. */
static void
add_liveness(json_t *object, const struct conf_probe *probe, const struct liveness *liveness)
{
	const enum reach reach = liveness_reach(liveness);
	const struct pulse *pulse = liveness->pulse;
	const struct pulse_look lately = pulse_lately(pulse);

	json_object_set_new(object, "reachable",
	    reach == REACH_UNKNOWN ? json_null() : json_boolean(!reach_is_silence(reach)));
	json_object_set_new(object, "reachable_reason", json_string(reach_text(reach)));
	if (reach_is_silence(reach))
		json_object_set_new(object, "hint",
		    json_string("is `remote` the right address for this line? Or does a home gateway in front make the "
				"softwire itself, or a firewall drop protocol 4?"));
	if (liveness->probe != NULL)
		json_object_set_new(object, "probe", probe_json(probe, liveness));
	else if (probe->target != 0)
		json_object_set_new(object, "probe", no_probe_json());
	json_object_set_new(object, "unanswered_packets", json_integer((json_int_t)pulse_unanswered(pulse)));
	json_object_set_new(object, "carrying", json_boolean(lately.sent > 0 && lately.received > 0));
	json_object_set_new(object, "last_minute",
	    json_pack("{s:I, s:I}", "sent_packets", (json_int_t)lately.sent, "received_packets",
		(json_int_t)lately.received));
	if (pulse->answered)
		json_object_set_new(object, "last_received_s", json_integer((json_int_t)(pulse_age_ms(pulse) / 1000)));
}

json_t *
softwire_json(const struct conf_softwire *softwire, const struct liveness *liveness)
{
	json_t *object = json_object();
	struct error err = { 0 };
	struct map_ce ce;

	json_object_set_new(object, "name", json_string(softwire->name));
	json_object_set_new(object, "provision",
	    json_string(softwire->provisioned ? source_word(softwire->source) : "static"));
	json_object_set_new(object, "configured", json_boolean(!softwire->is_down));
	if (softwire->is_down) {
		json_object_set_new(object, "reason", text_json(softwire->why_down.text));
		json_object_set_new(object, "hint", text_json(softwire->why_down.hint));
	} else if (conf_derive(softwire, &ce, &err) == 0) {
		add_ends(object, softwire, &ce);
		if (liveness->pulse != NULL)
			add_liveness(object, &softwire->probe, liveness);
	}
	return object;
}

/* ---- softwire-get ----------------------------------------------------------------------------------------------- */

const struct argument api_softwire_arguments[] = {
	{ .name = "name", .type = ARGUMENT_TEXT, .help = "only this one" },
	{ 0 },
};

/* A BR's end of a domain. */
static json_t *
domain_json(const struct conf_softwire *domain)
{
	return json_pack("{s:s, s:o, s:b, s:i, s:b, s:s, s:I, s:I, s:b}", "name", domain->name, "local",
	    ip6_json(domain->br), "anycast", domain->anycast, "mtu", (int)domain->mtu, "mss_clamp", domain->mss_clamp,
	    "source_check", domain->source_check == CONF_EABITS ? "eabits" : "strict", "rules",
	    (json_int_t)domain->rule_count, "pools", (json_int_t)domain->pool_count, "bindings_file",
	    domain->bindings_file[0] != '\0');
}

static void
add_traffic(json_t *object, const struct report *report, const struct counters *total)
{
	const char *name = json_string_value(json_object_get(object, "name"));

	for (unsigned int i = 0; i < report->softwire_count; i++) {
		const struct report_softwire *softwire = &report->softwire[i];
		const struct softwire_counters own = report_softwire_counters(softwire, total);

		if (strcmp(softwire->name, name) != 0)
			continue;
		json_object_set_new(object, "discontinuity_time", moment_json(softwire->since_ms));
		report_softwire_traffic(object, &own);
	}
}

json_t *
api_softwire_get(const struct api_backend *backend, const json_t *arguments)
{
	const char *name = json_string_value(json_object_get(arguments, "name"));
	const struct line_report *line;
	const struct conf *conf = backend->line(backend->context, &line);
	const struct liveness liveness = backend->liveness(backend->context);
	struct report report = { 0 };
	struct counters total = { 0 };
	json_t *list = json_array();

	backend->report(backend->context, &report);
	report_total(&report, &total);
	for (size_t i = 0; i < conf->softwire_count; i++) {
		const struct conf_softwire *softwire = &conf->softwires[i];
		json_t *object;

		if (name != NULL && strcmp(name, softwire->name) != 0)
			continue;
		object = conf->role == CONF_CE ? softwire_json(softwire, &liveness) : domain_json(softwire);
		add_traffic(object, &report, &total);
		json_array_append_new(list, object);
	}
	if (name != NULL && json_array_size(list) == 0) {
		json_decref(list);
		return api_reply(API_FAILED, NULL, "there is no softwire \"%.64s\"; hint: show softwire lists all",
		    name);
	}
	return api_reply(API_OK,
	    json_pack("{s:s, s:o}", "role", conf->role == CONF_CE ? "ce" : "br", "softwires", list), "%s", "");
}
