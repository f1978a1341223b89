/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/line.h"

#include "api/address_json.h"
#include "api/softwire.h"
#include "api/text_json.h"

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

/* Of the WAN, by IA_NA. */
static json_t *
wan_addresses_json(const struct line_report *line)
{
	const struct dhcp6_lease *lease = &line->client->lease;
	json_t *array = json_array();

	for (uint32_t i = 0; i < lease->address_count; i++) {
		const struct dhcp6_prefix *given = &lease->addresses[i];

		json_array_append_new(array,
		    json_pack("{s:o, s:s, s:o, s:o}", "address", ip6_json(given->prefix.addr), "state",
			line->address_states[i], "preferred_s", left_json(given->preferred_until, line->now), "valid_s",
			left_json(given->valid_until, line->now)));
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
	json_object_set_new(object, "addresses", wan_addresses_json(line));
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

static json_t *
registration_json(const struct line_report *line)
{
	const struct registration *registration = line->registration;

	return json_pack("{s:s, s:o, s:i, s:o}", "state", registration_state_word(registration->state), "reason",
	    text_json(registration->reason), "tries", (int)registration->tries, "next_action_s",
	    left_json(registration->next_ms, line->now));
}

static json_t *
time_json(const struct line_report *line)
{
	const struct right_time *time = line->time;
	json_t *object = json_pack("{s:s, s:o, s:b, s:s, s:o, s:o}", "state", right_time_word(time->state), "reason",
	    text_json(time->reason), "set", time->is_set, "from", line->time_from, "asked",
	    servers_json(line->time_asked), "next_action_s", left_json(time->next_ms, line->now));

	if (time->is_set)
		json_object_set_new(object, "set_forward_s", json_integer((json_int_t)(time->stepped_ms / 1000)));
	return object;
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

void
line_add_provision(json_t *object, const struct line_report *line)
{
	json_object_set_new(object, "dhcpv6", dhcpv6_json(line));
	json_object_set_new(object, "sources", sources_json(line));
	json_object_set_new(object, "resolvers", resolvers_json(line));
	json_object_set_new(object, "names", names_json(line));
	if (line->routers != NULL)
		json_object_set_new(object, "routers", routers_json(line));
	if (line->registration != NULL)
		json_object_set_new(object, "registration", registration_json(line));
	if (line->time != NULL)
		json_object_set_new(object, "time", time_json(line));
}

json_t *
line_json(const struct conf *conf, const struct line_report *line, const struct liveness *liveness)
{
	json_t *object = json_pack("{s:s}", "role", conf->role == CONF_CE ? "ce" : "br");

	if (conf->role != CONF_CE)
		return object;
	json_object_set_new(object, "ipv6", ipv6_json(conf));
	if (line != NULL)
		line_add_provision(object, line);
	if (line != NULL && line->lan != NULL)
		json_object_set_new(object, "lan", lan_json(line->lan, line->now));
	json_object_set_new(object, "softwire", softwire_json(&conf->softwires[0], liveness));
	return object;
}
