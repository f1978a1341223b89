/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/lan.h"

#include "api/text_json.h"

json_t *
left_json(uint64_t until, uint64_t now)
{
	const uint32_t left = dhcp6_seconds_left(until, now);

	return left == UINT32_MAX ? json_null() : json_integer(left);
}

static json_t *
stale_json(const struct home_stale *stale, uint64_t now)
{
	json_t *array = json_array();
	char text[PREFIX_TEXT_SIZE];

	for (uint32_t i = 0; i < stale->count; i++)
		json_array_append_new(array,
		    json_pack("{s:s, s:o}", "prefix", prefix6_format(&stale->at[i].prefix, text), "told_s",
			left_json(stale->at[i].valid_until, now)));
	return array;
}

json_t *
servers_json(const struct dhcp6_servers *servers)
{
	json_t *array = json_array();
	char text[IP6_TEXT_SIZE];

	for (uint32_t i = 0; i < servers->count; i++)
		json_array_append_new(array, json_string(ip6_format(servers->addr[i], text)));
	return array;
}

/* What a network has of the line, into its object. */
static void
add_network(json_t *object, const struct lan_report *lan, const struct lan_network_report *network, uint64_t now)
{
	char text[PREFIX_TEXT_SIZE];

	if (network->has_subnet) {
		json_object_set_new(object, "address", json_string(prefix6_format(&network->address, text)));
		json_object_set_new(object, "preferred_s", left_json(lan->preferred_until, now));
		json_object_set_new(object, "valid_s", left_json(lan->valid_until, now));
	} else {
		json_object_set_new(object, "address", json_null());
		json_object_set_new(object, "reason",
		    text_json(network->reason[0] != '\0' ? network->reason : "the line has no prefix"));
		json_object_set_new(object, "hint", text_json(network->hint));
	}
	if (network->ula.len > 0)
		json_object_set_new(object, "ula", json_string(prefix6_format(&network->ula, text)));
	json_object_set_new(object, "withdrawn", stale_json(&network->stale, now));
}

static json_t *
networks_json(const struct lan_report *lan, uint64_t now)
{
	json_t *array = json_array();

	for (uint32_t i = 1; i < lan->network_count; i++) {
		json_t *object = json_pack("{s:s}", "device", lan->networks[i].device);

		add_network(object, lan, &lan->networks[i], now);
		json_array_append_new(array, object);
	}
	return array;
}

json_t *
lan_json(const struct lan_report *lan, uint64_t now)
{
	json_t *object = json_object();

	add_network(object, lan, &lan->networks[0], now);
	json_object_set_new(object, "default_router", json_boolean(lan->has_router));
	json_object_set_new(object, "dns", servers_json(&lan->dns));
	if (lan->network_count > 1)
		json_object_set_new(object, "networks", networks_json(lan, now));
	if (lan->services != NULL)
		json_object_set_new(object, "services",
		    json_pack("{s:s, s:o, s:I}", "state", lan->services, "reason", text_json(lan->trouble), "starts",
			(json_int_t)lan->starts));
	return object;
}
