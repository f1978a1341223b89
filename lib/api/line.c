/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/line.h"

#include "api/text_json.h"

static json_t *
ip6_json(u128 addr)
{
	char text[IP6_TEXT_SIZE];

	return json_string(ip6_format(addr, text));
}

static json_t *
ranges_json(const struct portset *ports)
{
	json_t *ranges = json_array();

	for (uint32_t i = 0; i < portset_range_count(ports); i++) {
		const struct port_range range = portset_range(ports, i);

		json_array_append_new(ranges, json_pack("[i, i]", range.first, range.last));
	}
	return ranges;
}

/* ---- the softwire ----------------------------------------------------------------------------------------------- */

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
	json_object_set_new(object, "mtu", json_integer(softwire->mtu));
	if (softwire->kind == OFFER_MAP_E) {
		json_object_set_new(object, "mesh", json_boolean(softwire->mesh));
		json_object_set_new(object, "rules", json_integer((json_int_t)softwire->rule_count));
	}
}

/* A softwire can be configured and lead nowhere. Whether its other end can be reached is known from what comes back. */
static void
add_pulse(json_t *object, const struct pulse *pulse)
{
	static const char *const reasons[] = {
		[PULSE_UNKNOWN] = "nothing was sent lately that could have an answer",
		[PULSE_ANSWERS] = "packets come back",
		[PULSE_SILENT] = "packets go out and nothing comes back: the other end is silent",
	};
	const enum pulse_verdict verdict = pulse_verdict(pulse);
	const struct pulse_look lately = pulse_lately(pulse);

	json_object_set_new(object, "reachable",
	    verdict == PULSE_UNKNOWN ? json_null() : json_boolean(verdict == PULSE_ANSWERS));
	json_object_set_new(object, "reachable_reason", json_string(reasons[verdict]));
	if (verdict == PULSE_SILENT)
		json_object_set_new(object, "hint",
		    json_string("is `remote` the right address for this line? Or does a home gateway in front make the "
				"softwire itself, or a firewall drop protocol 4?"));
	json_object_set_new(object, "unanswered_packets", json_integer((json_int_t)pulse_unanswered(pulse)));
	json_object_set_new(object, "carrying", json_boolean(lately.sent > 0 && lately.received > 0));
	json_object_set_new(object, "last_minute",
	    json_pack("{s:I, s:I}", "sent_packets", (json_int_t)lately.sent, "received_packets",
		(json_int_t)lately.received));
	if (pulse->answered)
		json_object_set_new(object, "last_received_s", json_integer((json_int_t)(pulse_age_ms(pulse) / 1000)));
}

static json_t *
softwire_json(const struct conf_softwire *softwire, const struct pulse *pulse)
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
		if (pulse != NULL)
			add_pulse(object, pulse);
	}
	return object;
}

/* ---- the line --------------------------------------------------------------------------------------------------- */

static json_t *
leases_json(const struct dhcp6_prefix *leases, uint32_t count, uint64_t now)
{
	json_t *array = json_array();
	char text[PREFIX_TEXT_SIZE];

	for (uint32_t i = 0; i < count; i++) {
		json_array_append_new(array,
		    json_pack("{s:s, s:o, s:o}", "prefix", prefix6_format(&leases[i].prefix, text), "preferred_s",
			left_json(leases[i].preferred_until, now), "valid_s", left_json(leases[i].valid_until, now)));
	}
	return array;
}

static json_t *
messages_json(const uint64_t counts[DHCP6_TYPES])
{
	json_t *object = json_object();

	for (int type = 0; type < DHCP6_TYPES; type++) {
		if (counts[type] > 0)
			json_object_set_new(object, dhcp6_type_word((unsigned int)type),
			    json_integer((json_int_t)counts[type]));
	}
	return object;
}

static json_t *
bad_json(const uint64_t counts[DHCP6_ERRORS])
{
	json_t *object = json_object();

	for (int error = 0; error < DHCP6_ERRORS; error++) {
		if (counts[error] > 0)
			json_object_set_new(object, dhcp6_error_word((enum dhcp6_error)error),
			    json_integer((json_int_t)counts[error]));
	}
	return object;
}

/* What the provider has said wrongly, or in two ways. */
static json_t *
notes_json(const struct s46_choice *choice)
{
	json_t *array = json_array();

	for (uint32_t i = 0; choice != NULL && i < choice->note_count; i++)
		json_array_append_new(array, text_json(choice->notes[i]));
	return array;
}

static json_t *
dhcpv6_json(const struct line_report *line)
{
	const struct dhcp6_client *client = line->client;
	const struct dhcp6_lease *lease = &client->lease;
	json_t *object = json_object();

	json_object_set_new(object, "state", json_string(dhcp6_state_word(client->state)));
	json_object_set_new(object, "reason", text_json(line->reason));
	json_object_set_new(object, "next_action_s", left_json(dhcp6_client_next(client), line->now));
	json_object_set_new(object, "prefixes", leases_json(lease->prefixes, lease->prefix_count, line->now));
	json_object_set_new(object, "addresses", leases_json(lease->addresses, lease->address_count, line->now));
	json_object_set_new(object, "dns", servers_json(&lease->settings.dns));
	json_object_set_new(object, "sent", messages_json(client->counters.sent));
	json_object_set_new(object, "received", messages_json(client->counters.received));
	json_object_set_new(object, "bad", bad_json(client->counters.bad));
	json_object_set_new(object, "notes", notes_json(line->choice));
	return object;
}

/* ---- the sources ------------------------------------------------------------------------------------------------ */

static json_t *
sources_json(const struct line_report *line)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < line->source_count; i++) {
		const struct line_source *source = &line->sources[i];
		json_t *object = json_pack("{s:s, s:b, s:s, s:o, s:o}", "source", source_word(source->kind), "used",
		    source->is_used, "state", source->state, "reason", text_json(source->reason), "next_action_s",
		    left_json(source->next_ms, line->now));

		if (source->written_ms > 0 && source->written_ms <= line->wall_ms)
			json_object_set_new(object, "age_s",
			    json_integer((json_int_t)((line->wall_ms - source->written_ms) / 1000)));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *
addresses_json(const u128 *addr, uint32_t count)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(array, ip6_json(addr[i]));
	return array;
}

static json_t *
resolvers_json(const struct line_report *line)
{
	return json_pack("{s:s, s:o}", "from", line->resolvers_from, "servers",
	    addresses_json(line->resolvers, line->resolver_count));
}

static json_t *
names_json(const struct line_report *line)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < line->names->count; i++) {
		const struct far_name *name = &line->names->name[i];

		json_array_append_new(array,
		    json_pack("{s:s, s:o, s:s, s:o}", "name", name->name, "addresses",
			addresses_json(name->addr, name->count), "reason", name->reason, "next_action_s",
			name->asked ? json_null() : left_json(name->next_ms, line->now)));
	}
	return array;
}

/* What the line's routers say, and whether the prefix is theirs. */
static json_t *
routers_json(const struct line_report *line)
{
	const struct ra_state *heard = line->routers;

	return json_pack("{s:b, s:b, s:b, s:o, s:o, s:s}", "heard", heard->heard, "managed", heard->managed, "other",
	    heard->other, "prefixes", leases_json(heard->prefixes, heard->prefix_count, line->now), "dns",
	    servers_json(&heard->dns), "prefix_from", line->by_ra ? "ra" : "dhcpv6");
}

/* ---- all together ----------------------------------------------------------------------------------------------- */

/* Who forwards native IPv6, and what one must know about it. */
static json_t *
ipv6_json(const struct conf *conf)
{
	json_t *object = json_pack("{s:s}", "forward", conf_ipv6_forward_word(conf));
	const char *note = conf_ipv6_forward_note(conf);

	if (note != NULL)
		json_object_set_new(object, "note", json_string(note));
	return object;
}

json_t *
line_json(const struct conf *conf, const struct line_report *line, const struct pulse *pulse)
{
	json_t *object = json_pack("{s:s}", "role", conf->role == CONF_CE ? "ce" : "br");

	if (conf->role != CONF_CE)
		return object;
	json_object_set_new(object, "ipv6", ipv6_json(conf));
	if (line != NULL) {
		json_object_set_new(object, "dhcpv6", dhcpv6_json(line));
		json_object_set_new(object, "sources", sources_json(line));
		json_object_set_new(object, "resolvers", resolvers_json(line));
		json_object_set_new(object, "names", names_json(line));
	}
	if (line != NULL && line->routers != NULL)
		json_object_set_new(object, "routers", routers_json(line));
	if (line != NULL && line->lan != NULL)
		json_object_set_new(object, "lan", lan_json(line->lan, line->now));
	json_object_set_new(object, "softwire", softwire_json(&conf->softwires[0], pulse));
	return object;
}
