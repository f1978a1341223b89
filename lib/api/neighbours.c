/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "api/address_json.h"
#include "api/command.h"
#include "api/paging.h"

#define NEIGHBOURS_DEFAULT 100

const struct argument api_neighbours_arguments[] = {
	{ .name = "interface", .type = ARGUMENT_TEXT, .help = "only on this interface" },
	PAGING_ARGUMENTS,
	{ 0 },
};

/* By interface; IPv4 before IPv6, which is what their numbers do; what the configuration says before what Linux says. */
static int
compare(const void *a, const void *b)
{
	const struct api_neighbour *one = a, *other = b;

	if (one->interface != other->interface)
		return one->interface < other->interface ? -1 : 1;
	if (one->addr != other->addr)
		return one->addr < other->addr ? -1 : 1;
	return strcmp(one->from, other->from);
}

static json_t *
neighbour_json(const struct api_neighbour *neighbour, const struct conf *conf)
{
	char mac[MAC_TEXT_SIZE];

	return json_pack("{s:o, s:o, s:s, s:s, s:s, s:b}", "address", address_json(neighbour->addr), "mac",
	    neighbour->has_mac ? json_string(mac_format(&neighbour->mac, mac)) : json_null(), "state", neighbour->state,
	    "interface", conf->interfaces[neighbour->interface].name, "from", neighbour->from, "used",
	    neighbour->is_used);
}

json_t *
api_neighbours_get(const struct api_backend *backend, const json_t *arguments)
{
	const char *interface = json_string_value(json_object_get(arguments, "interface"));
	struct paging paging = paging_begin(arguments, NEIGHBOURS_DEFAULT);
	const struct line_report *line;
	const struct conf *conf = backend->line(backend->context, &line);
	struct api_neighbour *all = NULL;
	struct error err = { 0 };
	size_t count = 0;
	json_t *list;

	if (backend->neighbours(backend->context, &all, &count, &err) < 0)
		return api_failed(&err);
	if (count > 0)
		qsort(all, count, sizeof(*all), compare);
	list = json_array();
	for (size_t i = 0; i < count; i++) {
		if (interface != NULL && strcmp(interface, conf->interfaces[all[i].interface].name) != 0)
			continue;
		if (paging_takes(&paging))
			json_array_append_new(list, neighbour_json(&all[i], conf));
	}
	free(all);
	return api_reply(API_OK, paging_end(&paging, "neighbours", list), "%s", "");
}
