/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "api/address_json.h"
#include "api/command.h"
#include "api/paging.h"

#define ROUTES_DEFAULT 100

const struct argument api_routes_arguments[] = {
	{ .name = "address",
	    .type = ARGUMENT_TEXT,
	    .help = "only the route that counts for this address, of each table" },
	{ .name = "interface", .type = ARGUMENT_TEXT, .help = "only routes by this interface" },
	{ .name = "table", .type = ARGUMENT_WORD, .words = "ipv4|softwire|ipv6", .help = "only of this table" },
	PAGING_ARGUMENTS,
	{ 0 },
};

/* What is asked for. */
struct question {
	const struct conf *conf;
	const char *interface, *table;
	bool has_address, is_ipv4;
	u128 addr;
};

static const char *
kind_word(enum hop hop)
{
	static const char *const words[] = {
		[HOP_NONE] = "none",
		[HOP_OWN] = "own",
		[HOP_DEVICE] = "device",
		[HOP_BROADCAST] = "broadcast",
		[HOP_REJECT] = "reject",
		[HOP_PROHIBIT] = "prohibit",
		[HOP_BLACKHOLE] = "blackhole",
		[HOP_ON_LINK] = "on-link",
		[HOP_GATEWAY] = "gateway",
	};

	return words[hop];
}

static const char *
interface_of(const struct question *question, const struct api_routes *routes, const struct route *route)
{
	const bool says_itself = strcmp(routes->table, "ipv6") == 0;

	return question->conf->interfaces[says_itself ? route->interface : routes->interface].name;
}

/* Without its host bits. */
static char *
format_prefix(const struct route *route, bool is_ipv4, char text[PREFIX_TEXT_SIZE])
{
	if (is_ipv4)
		return prefix4_format(&(struct prefix4){ (uint32_t)route->addr & mask4(route->len), route->len }, text);
	return prefix6_format(&(struct prefix6){ route->addr & mask6(route->len), route->len }, text);
}

static json_t *
route_json(const struct question *question, const struct api_routes *routes, const struct route *route)
{
	char prefix[PREFIX_TEXT_SIZE];

	format_prefix(route, routes->is_ipv4, prefix);
	return json_pack("{s:s, s:s, s:o, s:s, s:I, s:s, s:s}", "prefix", prefix, "kind", kind_word(route->hop), "via",
	    route->hop == HOP_GATEWAY ? address_json(route->via) : json_null(), "interface",
	    interface_of(question, routes, route), "metric", (json_int_t)route->metric, "table", routes->table, "from",
	    routes->from);
}

static bool
is_wanted(const struct question *question, const struct api_routes *routes, const struct route *route)
{
	u128 differs;

	if (question->table != NULL && strcmp(question->table, routes->table) != 0)
		return false;
	if (question->interface != NULL && strcmp(question->interface, interface_of(question, routes, route)) != 0)
		return false;
	if (!question->has_address)
		return true;
	differs = route->addr ^ question->addr;
	return question->is_ipv4 == routes->is_ipv4 &&
	    (question->is_ipv4 ? (uint32_t)differs & mask4(route->len) : differs & mask6(route->len)) == 0;
}

/* The longest prefix; of several routes to it, as pkt/routes.h says. */
static bool
is_better(const struct route *one, const struct route *other)
{
	if (other == NULL || one->len != other->len)
		return other == NULL || one->len > other->len;
	return one->metric < other->metric;
}

static json_t *
list_routes(const struct question *question, const struct api_routes *lists, size_t count, struct paging *paging)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < lists[i].count; j++) {
			const struct route *route = &lists[i].list[j];

			if (is_wanted(question, &lists[i], route) && paging_takes(paging))
				json_array_append_new(list, route_json(question, &lists[i], route));
		}
	}
	return list;
}

/* Lists of one table stand side by side. */
static json_t *
list_best(const struct question *question, const struct api_routes *lists, size_t count, struct paging *paging)
{
	json_t *list = json_array();

	for (size_t i = 0, next; i < count; i = next) {
		const struct api_routes *from = NULL;
		const struct route *best = NULL;

		for (next = i; next < count && strcmp(lists[next].table, lists[i].table) == 0; next++) {
			for (size_t j = 0; j < lists[next].count; j++) {
				const struct route *route = &lists[next].list[j];

				if (!is_wanted(question, &lists[next], route) || !is_better(route, best))
					continue;
				best = route;
				from = &lists[next];
			}
		}
		if (best != NULL && paging_takes(paging))
			json_array_append_new(list, route_json(question, from, best));
	}
	return list;
}

static bool
read_address(struct question *question, const char *text)
{
	uint32_t addr;

	if (text == NULL)
		return true;
	question->has_address = true;
	question->is_ipv4 = ip4_parse(text, &addr) == 0;
	if (!question->is_ipv4)
		return ip6_parse(text, &question->addr) == 0;
	question->addr = addr;
	return true;
}

json_t *
api_routes_get(const struct api_backend *backend, const json_t *arguments)
{
	const struct line_report *line;
	struct question question = { .interface = json_string_value(json_object_get(arguments, "interface")),
		.table = json_string_value(json_object_get(arguments, "table")) };
	struct paging paging = paging_begin(arguments, ROUTES_DEFAULT);
	struct api_routes lists[API_ROUTE_LISTS];
	size_t count;
	json_t *list;

	if (!read_address(&question, json_string_value(json_object_get(arguments, "address"))))
		return api_reply(API_BAD_REQUEST, NULL, "routes-get: \"address\" must be an IPv4 or IPv6 address");
	question.conf = backend->line(backend->context, &line);
	count = backend->routes(backend->context, lists);
	list = question.has_address ? list_best(&question, lists, count, &paging)
				    : list_routes(&question, lists, count, &paging);
	return api_reply(API_OK, paging_end(&paging, "routes", list), "%s", "");
}
