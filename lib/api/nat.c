/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/command.h"

#define SESSIONS_DEFAULT 50
#define SESSIONS_MAX 1000
#define RANGES_DEFAULT 256
#define RANGES_MAX 4096
#define HOSTS_DEFAULT 20
#define ASKS_MAX 64 /* of workers for one request: about a millisecond of theirs */

static const char *const spaces[] = { "tcp", "udp", "icmp" };

static const char *
space_word(uint8_t space)
{
	if (space == L4_CALL)
		return "call";
	return space < L4_SPACES ? spaces[space] : "other";
}

static const char *
state_word(uint8_t state)
{
	static const char *const words[SESSION_STATES] = {
		[SESSION_UDP] = "udp",
		[SESSION_DNS] = "dns",
		[SESSION_ICMP] = "icmp",
		[SESSION_OTHER] = "other",
		[SESSION_TCP_INIT_OUT] = "opening",
		[SESSION_TCP_INIT_IN] = "opening-inside",
		[SESSION_TCP_ESTABLISHED] = "established",
		[SESSION_TCP_CONTROL] = "established",
		[SESSION_TCP_FIN_OUT] = "closing-outside",
		[SESSION_TCP_FIN_IN] = "closing-inside",
		[SESSION_TCP_FIN_BOTH] = "closed",
		[SESSION_TCP_REFUSED] = "refused",
		[SESSION_TCP_RESET] = "reset",
	};

	return words[state];
}

static json_int_t
argument_or(const json_t *arguments, const char *name, json_int_t otherwise)
{
	const json_t *value = json_object_get(arguments, name);

	return value != NULL ? json_integer_value(value) : otherwise;
}

static uint32_t
address_argument(const json_t *arguments, const char *name)
{
	const char *text = json_string_value(json_object_get(arguments, name));
	uint32_t addr = 0;

	if (text != NULL)
		(void)ip4_parse(text, &addr);
	return addr;
}

static uint8_t
space_argument(const json_t *arguments)
{
	const char *text = json_string_value(json_object_get(arguments, "space"));

	for (uint8_t space = 0; text != NULL && space < L4_SPACES; space++) {
		if (strcmp(text, spaces[space]) == 0)
			return space;
	}
	if (text == NULL)
		return NAT_ANY_SPACE;
	return strcmp(text, "call") == 0 ? L4_CALL : L4_OTHER;
}

/* ---- sessions-get ----------------------------------------------------------------------------------------------- */

const struct argument api_sessions_arguments[] = {
	{ .name = "space", .type = ARGUMENT_WORD, .words = "tcp|udp|icmp|other|call", .help = "only of these" },
	{ .name = "inside", .type = ARGUMENT_IP4, .help = "only of this host" },
	{ .name = "remote", .type = ARGUMENT_IP4, .help = "only with this address" },
	{ .name = "port", .type = ARGUMENT_COUNT, .max = UINT16_MAX, .help = "only with this external port" },
	{ .name = "start", .type = ARGUMENT_COUNT, .max = INT64_C(1) << 40, .help = "`next` of the page before" },
	{ .name = "count", .type = ARGUMENT_COUNT, .max = SESSIONS_MAX, .help = "how many at most, default 50" },
	{ 0 },
};

static json_t *
end_json(uint64_t end, uint8_t space)
{
	char addr[IP4_TEXT_SIZE], text[IP4_TEXT_SIZE + 8];

	ip4_format(session_end_addr(end), addr);
	if (space >= L4_SPACES)
		return json_string(addr);
	snprintf(text, sizeof(text), "%s:%u", addr, session_end_port(end));
	return json_string(text);
}

static json_t *
session_json(unsigned int worker, const struct nat_session_row *row)
{
	const bool has_ports = row->space < L4_SPACES || row->space == L4_CALL; /* a call has its id */

	return json_pack("{s:s, s:o, s:o, s:o, s:s, s:b, s:I, s:I, s:I}", "space", space_word(row->space), "inside",
	    end_json(row->inside, row->space), "external_port",
	    has_ports ? json_integer(row->external_port) : json_null(), "remote", end_json(row->remote, row->space),
	    "state", state_word(row->state), "shares_port", (int)row->shares, "idle_s", (json_int_t)row->idle, "left_s",
	    (json_int_t)row->left, "worker", (json_int_t)worker);
}

/* One page. A cursor is the worker and the place in its table. */
static int
list_sessions(const struct api_backend *backend, struct nat_listing *listing, json_int_t count, json_int_t *cursor,
    json_t *list, struct error *err)
{
	unsigned int worker = (unsigned int)(*cursor >> 32);
	int rc = 0;

	listing->start = (uint32_t)*cursor;
	for (int asks = 0; asks < ASKS_MAX && (json_int_t)json_array_size(list) < count; asks++) {
		const json_int_t missing = count - (json_int_t)json_array_size(list);

		listing->limit = missing < NAT_LISTING_ROWS ? (uint32_t)missing : NAT_LISTING_ROWS;
		rc = backend->list(backend->context, worker, listing, err);
		if (rc < 0)
			break;
		for (uint32_t i = 0; i < listing->count; i++)
			json_array_append_new(list, session_json(worker, &listing->session[i]));
		listing->start = listing->is_end ? 0 : listing->next;
		worker += listing->is_end;
	}
	*cursor = rc == -ENOENT ? -1 : (json_int_t)worker << 32 | listing->start;
	return rc == -ENOENT ? 0 : rc;
}

json_t *
api_sessions_get(const struct api_backend *backend, const json_t *arguments)
{
	struct nat_listing listing = { .table = NAT_SESSIONS,
		.inside = address_argument(arguments, "inside"),
		.remote = address_argument(arguments, "remote"),
		.external_port = (uint16_t)argument_or(arguments, "port", 0),
		.space = space_argument(arguments) };
	json_int_t cursor = argument_or(arguments, "start", 0);
	json_t *list = json_array();
	struct error err = { 0 };

	if (list_sessions(backend, &listing, argument_or(arguments, "count", SESSIONS_DEFAULT), &cursor, list, &err) <
	    0) {
		json_decref(list);
		return api_failed(&err);
	}
	return api_reply(API_OK,
	    json_pack("{s:o, s:o}", "sessions", list, "next", cursor < 0 ? json_null() : json_integer(cursor)), "%s",
	    "");
}

/* ---- hosts-get -------------------------------------------------------------------------------------------------- */

const struct argument api_hosts_arguments[] = {
	{ .name = "count", .type = ARGUMENT_COUNT, .max = NAT_MAX_HOSTS, .help = "how many at most, default 20" },
	{ 0 },
};

struct hosts {
	struct nat_host_row *row;
	size_t count, room;
};

/* A host has rows at several workers only for protocols without ports. */
static bool
add_host(struct hosts *hosts, const struct nat_host_row *row)
{
	if (hosts->count == hosts->room) {
		const size_t room = hosts->room * 2 + NAT_LISTING_ROWS;
		struct nat_host_row *more = realloc(hosts->row, room * sizeof(*more));

		if (more == NULL)
			return false;
		hosts->row = more;
		hosts->room = room;
	}
	hosts->row[hosts->count++] = *row;
	return true;
}

static int
gather_hosts(const struct api_backend *backend, struct hosts *hosts, struct error *err)
{
	struct nat_listing listing = { .table = NAT_HOSTS, .limit = NAT_LISTING_ROWS };
	unsigned int worker = 0;
	int rc;

	while ((rc = backend->list(backend->context, worker, &listing, err)) == 0) {
		for (uint32_t i = 0; i < listing.count; i++) {
			if (!add_host(hosts, &listing.host[i]))
				return error_set(err, ENOMEM, "out of memory");
		}
		listing.start = listing.is_end ? 0 : listing.next;
		worker += listing.is_end;
	}
	return rc == -ENOENT ? 0 : rc;
}

static int
by_address(const void *a, const void *b)
{
	const struct nat_host_row *one = a, *other = b;

	return (one->addr > other->addr) - (one->addr < other->addr);
}

static uint64_t
ports_of(const struct nat_host_row *host)
{
	return (uint64_t)host->mappings[L4_TCP] + host->mappings[L4_UDP] + host->mappings[L4_ICMP_QUERY];
}

static int
by_ports(const void *a, const void *b)
{
	const struct nat_host_row *one = a, *other = b;

	if (ports_of(one) != ports_of(other))
		return ports_of(one) < ports_of(other) ? 1 : -1;
	if (one->sessions != other->sessions)
		return one->sessions < other->sessions ? 1 : -1;
	return by_address(a, b);
}

static void
merge_hosts(struct hosts *hosts)
{
	size_t kept = 0;

	qsort(hosts->row, hosts->count, sizeof(hosts->row[0]), by_address);
	for (size_t i = 0; i < hosts->count; i++) {
		struct nat_host_row *into = kept > 0 ? &hosts->row[kept - 1] : NULL;
		const struct nat_host_row *from = &hosts->row[i];

		if (into == NULL || into->addr != from->addr) {
			hosts->row[kept++] = *from;
			continue;
		}
		into->sessions += from->sessions;
		into->refused += from->refused;
		for (int space = 0; space < L4_SPACES; space++)
			into->mappings[space] += from->mappings[space];
	}
	hosts->count = kept;
	qsort(hosts->row, hosts->count, sizeof(hosts->row[0]), by_ports);
}

static json_t *
host_json(const struct nat_host_row *host)
{
	char text[IP4_TEXT_SIZE];

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "host", ip4_format(host->addr, text), "tcp_ports",
	    (json_int_t)host->mappings[L4_TCP], "udp_ports", (json_int_t)host->mappings[L4_UDP], "icmp_ids",
	    (json_int_t)host->mappings[L4_ICMP_QUERY], "sessions", (json_int_t)host->sessions, "refused",
	    (json_int_t)host->refused);
}

json_t *
api_hosts_get(const struct api_backend *backend, const json_t *arguments)
{
	const size_t most = (size_t)argument_or(arguments, "count", HOSTS_DEFAULT);
	struct hosts hosts = { 0 };
	json_t *list = json_array();
	struct error err = { 0 };
	const int rc = gather_hosts(backend, &hosts, &err);

	if (hosts.count > 0)
		merge_hosts(&hosts);
	for (size_t i = 0; i < hosts.count && i < most; i++)
		json_array_append_new(list, host_json(&hosts.row[i]));
	free(hosts.row);
	if (rc < 0) {
		json_decref(list);
		return api_failed(&err);
	}
	return api_reply(API_OK, json_pack("{s:I, s:o}", "total", (json_int_t)hosts.count, "hosts", list), "%s", "");
}

/* ---- ports-get -------------------------------------------------------------------------------------------------- */

const struct argument api_ports_arguments[] = {
	{ .name = "start",
	    .type = ARGUMENT_COUNT,
	    .max = PORTSET_PORTS,
	    .help = "index of the first range, default 0" },
	{ .name = "count", .type = ARGUMENT_COUNT, .max = RANGES_MAX, .help = "how many ranges at most, default 256" },
	{ 0 },
};

static json_t *
range_json(const struct bank *bank, struct port_range range)
{
	json_t *object = json_pack("{s:i, s:i}", "first", range.first, "last", range.last);
	char name[16];

	for (unsigned int space = 0; space < L4_SPACES; space++) {
		json_int_t used = 0;

		for (uint32_t port = range.first; port <= range.last; port++)
			used += bank_is_taken(bank, space, (uint16_t)port);
		snprintf(name, sizeof(name), "%s_used", spaces[space]);
		json_object_set_new(object, name, json_integer(used));
	}
	return object;
}

json_t *
api_ports_get(const struct api_backend *backend, const json_t *arguments)
{
	const struct bank *bank = backend->bank(backend->context);
	const json_int_t start = argument_or(arguments, "start", 0);
	const json_int_t count = argument_or(arguments, "count", RANGES_DEFAULT);
	json_int_t ranges;
	json_t *list;

	if (bank == NULL)
		return api_reply(API_FAILED, NULL, "nothing is translated here; hint: mapedgectl status says why");
	ranges = (json_int_t)portset_range_count(&bank->set);
	list = json_array();
	for (json_int_t i = start; i < ranges && i < start + count; i++)
		json_array_append_new(list, range_json(bank, portset_range(&bank->set, (uint32_t)i)));
	return api_reply(API_OK,
	    json_pack("{s:I, s:I, s:o}", "ports", (json_int_t)portset_count(&bank->set), "total", ranges, "ranges",
		list),
	    "%s", "");
}
