/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/routes.h"

#include <stdlib.h>

/* A route on its way into a table: what is told, less its host bits, and its place among those that were told. */
struct entry {
	u128 addr;
	size_t place;
	uint32_t hop;
	uint32_t metric;
	uint8_t len;
	uint8_t interface;
};

/* ---- hops ------------------------------------------------------------------------------------------------------- */

static int
compare_gateways(const void *one, const void *other)
{
	const u128 *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

/* All gateways, sorted, each once. */
static int
list_gateways(struct routes *routes, const struct route *told, size_t count)
{
	uint32_t kept = 0, found = 0;

	routes->gateway = malloc((count + 1) * sizeof(*routes->gateway));
	if (routes->gateway == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (told[i].hop == HOP_GATEWAY)
			routes->gateway[found++] = told[i].via;
	}
	qsort(routes->gateway, found, sizeof(*routes->gateway), compare_gateways);
	for (uint32_t i = 0; i < found; i++) {
		if (i == 0 || routes->gateway[i] != routes->gateway[i - 1])
			routes->gateway[kept++] = routes->gateway[i];
	}
	routes->gateway_count = kept;
	return 0;
}

static uint32_t
hop_of(const struct routes *routes, const struct route *told)
{
	const u128 *gateway;

	if (told->hop != HOP_GATEWAY)
		return told->hop;
	gateway = bsearch(&told->via, routes->gateway, routes->gateway_count, sizeof(told->via), compare_gateways);
	return HOP_GATEWAY + (uint32_t)(gateway - routes->gateway);
}

/* ---- both families ---------------------------------------------------------------------------------------------- */

static int
by_length(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;

	if (a->len != b->len)
		return (int)a->len - (int)b->len;
	/* What counts comes last, and so replaces its equals. */
	if (a->metric != b->metric)
		return (a->metric < b->metric) - (a->metric > b->metric);
	return (a->place < b->place) - (a->place > b->place);
}

static int
by_address(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;

	if (a->addr != b->addr)
		return (a->addr > b->addr) - (a->addr < b->addr);
	return by_length(one, other);
}

/* An empty table with its gateways, and the routes as sorted entries. NULL when memory is out. */
static struct routes *
begin(const struct route *told, size_t count, bool ipv6, struct entry **entries)
{
	struct routes *routes = calloc(1, sizeof(*routes));

	*entries = malloc((count + 1) * sizeof(**entries));
	if (routes == NULL || *entries == NULL || list_gateways(routes, told, count) < 0) {
		free(*entries);
		free(routes);
		return NULL;
	}
	routes->users = 1;
	for (size_t i = 0; i < count; i++) {
		const u128 mask = ipv6 ? mask6(told[i].len) : mask4(told[i].len);

		(*entries)[i] = (struct entry){ .addr = told[i].addr & mask,
			.place = i,
			.hop = hop_of(routes, &told[i]),
			.metric = told[i].metric,
			.len = told[i].len,
			.interface = told[i].interface };
	}
	qsort(*entries, count, sizeof(**entries), ipv6 ? by_address : by_length);
	return routes;
}

void
routes_free(struct routes *routes)
{
	if (routes == NULL || --routes->users > 0)
		return;
	if (routes->trie != NULL)
		trie4_clear(routes->trie);
	free(routes->trie);
	free(routes->table6.ranges);
	free(routes->table6.slot);
	free(routes->gateway);
	free(routes->local);
	free(routes->link);
	free(routes);
}

/* ---- IPv4 ------------------------------------------------------------------------------------------------------- */

static int
fill_trie(struct routes *routes, const struct entry *entries, size_t count)
{
	routes->trie = calloc(1, sizeof(*routes->trie));
	routes->local = malloc((count + 1) * sizeof(*routes->local));
	routes->link = malloc((count + 1) * sizeof(*routes->link));
	if (routes->trie == NULL || routes->local == NULL || routes->link == NULL)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct prefix4 prefix = { (uint32_t)entries[i].addr, entries[i].len };

		if (trie4_add(routes->trie, &prefix, entries[i].hop) < 0)
			return -1;
		if (entries[i].hop == HOP_OWN || entries[i].hop == HOP_BROADCAST)
			routes->local[routes->local_count++] = prefix.addr;
		if (entries[i].hop == HOP_ON_LINK)
			routes->link[routes->link_count++] = (struct subnet){ prefix.addr, mask4(prefix.len) };
	}
	return 0;
}

struct routes *
routes4_build(const struct route *told, size_t count)
{
	struct entry *entries;
	struct routes *routes = begin(told, count, false, &entries);
	int rc;

	if (routes == NULL)
		return NULL;
	rc = fill_trie(routes, entries, count);
	free(entries);
	if (rc < 0) {
		routes_free(routes);
		return NULL;
	}
	return routes;
}

/* ---- IPv6 ------------------------------------------------------------------------------------------------------- */

/* Prefixes that are open at the place where the sweep is, each inside the one before. */
struct nesting {
	uint32_t depth;
	const struct entry *open[128 + 1];
};

/* From `start` on a route counts; NULL: none. */
static void
add_range(struct routes *routes, u128 start, const struct entry *entry)
{
	struct range6 *last = &routes->table6.ranges[routes->range_count - 1];
	const struct range6 range = { .start = start,
		.hop = entry != NULL ? entry->hop : (uint32_t)HOP_NONE,
		.interface = entry != NULL ? entry->interface : 0 };

	if (last->start == start) /* nothing was between two borders */
		*last = range;
	else if (last->hop != range.hop || last->interface != range.interface)
		routes->table6.ranges[routes->range_count++] = range;
}

/* Closes the prefixes that end before the next one begins (NULL: all). Behind each the hop is that of the one around. */
static void
close_prefixes(struct routes *routes, struct nesting *nesting, const struct entry *next)
{
	while (nesting->depth > 0) {
		const struct entry *inner = nesting->open[nesting->depth - 1];
		const u128 last = inner->addr | ~mask6(inner->len);

		if (next != NULL && next->addr <= last)
			return;
		nesting->depth--;
		if (last != ~(u128)0)
			add_range(routes, last + 1, nesting->depth > 0 ? nesting->open[nesting->depth - 1] : NULL);
	}
}

/* After every change of the ranges. */
static void
fill_slots(struct routes *routes)
{
	const struct table6 *table = &routes->table6;
	uint32_t at = 0;

	for (uint32_t i = 0; i < TABLE6_SLOTS; i++) {
		const u128 first = (u128)i << (128 - TABLE6_BITS);

		while (at + 1 < routes->range_count && table->ranges[at + 1].start <= first)
			at++;
		table->slot[i] = at;
	}
	table->slot[TABLE6_SLOTS] = routes->range_count - 1;
}

struct routes *
routes6_build(const struct route *told, size_t count)
{
	struct nesting nesting = { 0 };
	struct entry *entries;
	struct routes *routes = begin(told, count, true, &entries);

	if (routes == NULL)
		return NULL;
	routes->table6.ranges =
	    malloc((2 * count + 1) * sizeof(*routes->table6.ranges)); /* each prefix has two borders */
	routes->table6.slot = malloc((TABLE6_SLOTS + 1) * sizeof(*routes->table6.slot));
	if (routes->table6.ranges == NULL || routes->table6.slot == NULL) {
		free(entries);
		routes_free(routes);
		return NULL;
	}
	routes->table6.ranges[0] = (struct range6){ .hop = HOP_NONE };
	routes->range_count = 1;
	for (size_t i = 0; i < count; i++) {
		const struct entry *e = &entries[i];

		close_prefixes(routes, &nesting, e);
		/* Equals come one behind the other, and the last of them counts. */
		if (nesting.depth > 0 && nesting.open[nesting.depth - 1]->len == e->len)
			nesting.depth--;
		nesting.open[nesting.depth++] = e;
		add_range(routes, e->addr, e);
	}
	close_prefixes(routes, &nesting, NULL);
	fill_slots(routes);
	free(entries);
	return routes;
}

/* The range that begins at `start`, made if there is none. */
static uint32_t
cut_range(struct routes *routes, u128 start)
{
	struct range6 *ranges = routes->table6.ranges;
	uint32_t at = routes->range_count;

	while (ranges[at - 1].start > start)
		at--;
	if (ranges[at - 1].start == start)
		return at - 1;
	memmove(&ranges[at], &ranges[at - 1], (routes->range_count - at + 1) * sizeof(*ranges));
	routes->range_count++;
	ranges[at].start = start;
	return at;
}

bool
routes6_mark(struct routes *routes, const struct prefix6 *prefixes, size_t count)
{
	const size_t room = routes->range_count + 2 * count; /* each prefix has two borders */
	struct range6 *grown = realloc(routes->table6.ranges, room * sizeof(*grown));

	if (grown == NULL)
		return false;
	routes->table6.ranges = grown;
	for (size_t i = 0; i < count; i++) {
		const u128 first = prefixes[i].addr, last = first | ~mask6(prefixes[i].len);
		uint32_t at = cut_range(routes, first);
		const uint32_t end = last != ~(u128)0 ? cut_range(routes, last + 1) : routes->range_count;

		while (at < end)
			routes->table6.ranges[at++].is_martian = true;
	}
	fill_slots(routes);
	return true;
}
