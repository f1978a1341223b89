/* SPDX-License-Identifier: BSD-3-Clause */
/* diagnose host: why one host of the LAN does not get through. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/diagnose_parts.h"
#include "api/report_sums.h"

#define ASKS_MAX 512 /* of workers, for one host */

static const char *const spaces[L4_SPACES] = { "TCP ports", "UDP ports", "ICMP identifiers" };

/* ---- what is known ---------------------------------------------------------------------------------------------- */

/* What Linux has routes for behind the box is on the LAN, too: only packets without any way to them are refused. */
static bool
is_on_lan(const struct api_backend *backend, uint32_t addr)
{
	struct api_routes lists[API_ROUTE_LISTS];
	const size_t count = backend->routes(backend->context, lists);

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < lists[i].count && lists[i].is_ipv4; j++) {
			const struct route *route = &lists[i].list[j];

			if ((route->hop == HOP_ON_LINK || route->hop == HOP_DEVICE) &&
			    (((uint32_t)route->addr ^ addr) & mask4(route->len)) == 0)
				return true;
		}
	}
	return false;
}

static int
know_neighbour(const struct api_backend *backend, struct host_known *host, struct error *err)
{
	struct api_neighbour *all = NULL;
	size_t count = 0;

	if (backend->neighbours(backend->context, &all, &count, err) < 0)
		return -EIO;
	for (size_t i = 0; i < count; i++) {
		if (all[i].addr != host->addr || host->is_used)
			continue;
		host->has_neighbour = true;
		host->is_used = all[i].is_used;
		host->neighbour_state = all[i].state;
	}
	free(all);
	return 0;
}

static void
take_host(struct host_known *host, const struct nat_host_row *row)
{
	if (row->addr != host->addr)
		return;
	host->row.sessions += row->sessions;
	host->row.refused += row->refused;
	for (int space = 0; space < L4_SPACES; space++)
		host->row.mappings[space] += row->mappings[space];
}

static void
take_session(struct host_known *host, const struct nat_session_row *row)
{
	host->opening += row->state == SESSION_TCP_INIT_OUT;
	host->established += row->state == SESSION_TCP_ESTABLISHED || row->state == SESSION_TCP_CONTROL;
}

/* All that the workers have about it, as far as ASKS_MAX questions go. */
static int
know_table(const struct api_backend *backend, enum nat_table table, struct host_known *host, struct error *err)
{
	struct nat_listing listing = { .table = table,
		.inside = host->addr,
		.space = NAT_ANY_SPACE,
		.limit = NAT_LISTING_ROWS };
	unsigned int worker = 0;

	for (int asks = 0; asks < ASKS_MAX; asks++) {
		const int rc = backend->list(backend->context, worker, &listing, err);

		if (rc < 0)
			return rc == -ENOENT ? 0 : rc;
		for (uint32_t i = 0; i < listing.count; i++) {
			if (table == NAT_HOSTS)
				take_host(host, &listing.host[i]);
			else
				take_session(host, &listing.session[i]);
		}
		listing.start = listing.is_end ? 0 : listing.next;
		worker += listing.is_end;
	}
	host->is_complete = false;
	return 0;
}

int
diagnose_know_host(const struct api_backend *backend, const struct known *known, uint32_t addr, struct host_known *host,
    struct error *err)
{
	int rc;

	*host = (struct host_known){ .addr = addr, .is_on_lan = is_on_lan(backend, addr), .is_complete = true };
	rc = know_neighbour(backend, host, err);
	if (rc < 0 || known->softwire->is_down)
		return rc;
	rc = know_table(backend, NAT_HOSTS, host, err);
	return rc < 0 ? rc : know_table(backend, NAT_SESSIONS, host, err);
}

/* ---- what is found ---------------------------------------------------------------------------------------------- */

static void
find_link(struct findings *findings, const struct host_known *host, const char *name)
{
	if (!host->is_on_lan)
		diagnose_problem(findings, "add its subnet to the LAN interface's addresses, or a route to it",
		    "%s is on no subnet of the LAN: what it sends is dropped as lan_spoof", name);
	if (!host->has_neighbour)
		diagnose_problem(findings,
		    "is it switched on, plugged in, and in this subnet? A host behind a router has that router as "
		    "neighbour",
		    "nobody on the links has the address %s, as far as is known", name);
	else if (!host->is_used)
		diagnose_problem(findings, "it was asked for by ARP and does not answer: show neighbours",
		    "%s is a neighbour that is %s: nothing can be sent to it", name, host->neighbour_state);
	else
		diagnose_fine(findings, "%s is a neighbour, %s, and packets go to it", name, host->neighbour_state);
}

static void
find_limit(struct findings *findings, const char *what, uint32_t used, uint32_t limit, const char *setting)
{
	if (limit == 0)
		diagnose_fine(findings, "it has %u %s; there is no limit for one host", used, what);
	else if (used >= limit)
		diagnose_problem(findings, setting, "it has %u %s, which is all that a host may have", used, what);
	else
		diagnose_fine(findings, "it has %u %s of %u that a host may have", used, what, limit);
}

static void
find_share(struct findings *findings, const struct known *known, const struct host_known *host)
{
	const struct conf_nat *nat = &known->conf->nat;
	const struct gauges sum = report_gauges(&known->report);

	find_limit(findings, "sessions", host->row.sessions, nat->sessions_per_host, "nat.sessions_per_host");
	for (int space = 0; space < L4_SPACES; space++) {
		find_limit(findings, spaces[space], host->row.mappings[space], nat->ports_per_host,
		    "nat.ports_per_host");
		if (sum.ports_total[space] == 0 ||
		    sum.ports_used[space] * 100 < sum.ports_total[space] * DIAGNOSE_PORTS_SHORT)
			continue;
		diagnose_problem(findings, "show hosts says whose they are; diagnose ports",
		    "%llu of %llu %s of the box are in use, %u of them by this host",
		    (unsigned long long)sum.ports_used[space], (unsigned long long)sum.ports_total[space],
		    spaces[space], host->row.mappings[space]);
	}
	if (host->row.refused > 0)
		diagnose_problem(findings,
		    "look at the host, or raise nat.sessions_per_host, ports_per_host, new_sessions_per_host",
		    "%u sessions of this host were refused because of a limit", host->row.refused);
}

static void
find_sessions(struct findings *findings, const struct host_known *host)
{
	const char *most = host->is_complete ? "" : "at least ";

	if (host->row.sessions == 0)
		diagnose_problem(findings,
		    "is this box its default router, and does it send anything? capture --rx host ADDRESS shows it",
		    "it has no session: nothing of it has come to be translated lately");
	else if (host->opening > 0 && host->established == 0)
		diagnose_problem(findings, "diagnose softwire, diagnose mtu; or it asks for what does not answer",
		    "%s%u TCP connections of it have had no answer, and none is established", most, host->opening);
	else if (host->opening + host->established > 0)
		diagnose_fine(findings, "%s%u TCP connections of it are established, %u have had no answer", most,
		    host->established, host->opening);
}

static void
find_forwards(struct findings *findings, const struct conf_nat *nat, const struct host_known *host)
{
	for (size_t i = 0; i < nat->forward_count; i++) {
		const struct conf_forward *forward = &nat->forwards[i];

		if (forward->to == host->addr && forward->port_count == 0)
			diagnose_problem(findings, "show ports lists what is: no other port can be forwarded",
			    "ports %u-%u are to be forwarded to it, and none is in the port set", forward->ports.first,
			    forward->ports.last);
		else if (forward->to == host->addr)
			diagnose_fine(findings, "ports %u-%u are forwarded to its port %u", forward->ports.first,
			    forward->ports.last, forward->to_port);
	}
}

/* Hosts that keep their addresses have no share of anything. */
static bool
is_translated(const struct conf_softwire *softwire)
{
	struct error err = { 0 };
	struct map_ce ce;

	return conf_derive(softwire, &ce, &err) == 0 && ce.kind != MAP_PREFIX;
}

void
diagnose_host(struct findings *findings, const struct known *known, const struct host_known *host)
{
	static const enum drop_reason reasons[] = { DROP_lan_spoof, DROP_nat_no_port, DROP_nat_host_limit,
		DROP_nat_table_full, DROP_proto_unsupported, DROP_draining, DROP_no_neighbour };
	char name[IP4_TEXT_SIZE];

	find_link(findings, host, ip4_format(host->addr, name));
	if (known->softwire->is_down) {
		diagnose_problem(findings, "diagnose provision says more", "there is no softwire, for no host");
		return;
	}
	if (known->report.drained_ms > 0)
		diagnose_problem(findings, "mapedgectl drain off",
		    "the box is being drained: no host opens new sessions");
	if (is_translated(known->softwire)) {
		find_sessions(findings, host);
		find_share(findings, known, host);
		find_forwards(findings, &known->conf->nat, host);
	} else {
		diagnose_fine(findings, "hosts keep their addresses here: there are no sessions and no ports to share");
	}
	/* Of all hosts together: no drop says whose it was. */
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		diagnose_dropped(findings, known, reasons[i]);
}
