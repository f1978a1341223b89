/* SPDX-License-Identifier: BSD-3-Clause */
#include "overview.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "reading.h"

#define LABEL_WIDTH 10
#define DROPS_SHOWN 4
#define RANGES_SHOWN 3
#define HOSTS_SHOWN 2
#define CLOCK_IN_MOMENT 11 /* "12:04" of "2026-11-03T12:04:11.201Z" */
#define PORTS_SHORT 90     /* percent of the ports in use: time to say so */

static void
label(FILE *out, const char *text)
{
	fprintf(out, "%-*s", LABEL_WIDTH, text);
}

/* What is wrong, and what to do about it. */
static void
complain(FILE *out, const json_t *object, const char *reason)
{
	if (text_of(object, reason)[0] != '\0')
		fprintf(out, "%*s! %s\n", LABEL_WIDTH, "", text_of(object, reason));
	if (text_of(object, "hint")[0] != '\0')
		fprintf(out, "%*s  hint: %s\n", LABEL_WIDTH, "", text_of(object, "hint"));
}

/* ---- parts ------------------------------------------------------------------------------------------------------ */

static void
print_box(FILE *out, const json_t *status, const json_t *stats)
{
	const json_t *box = json_object_get(status, "box");
	char up[32], age[32];

	label(out, "mapedge");
	fprintf(out, "%s, a %s, up %s, configuration of %s ago, generation %lld\n", text_of(box, "version"),
	    strcmp(text_of(status, "role"), "ce") == 0 ? "CE" : "BR", span_text(json_object_get(box, "uptime_s"), up),
	    span_text(json_object_get(box, "config_age_s"), age), number_of(stats, "generation"));
}

static void
print_line(FILE *out, const json_t *line)
{
	const json_t *first = json_array_get(json_object_get(line, "prefixes"), 0);
	char left[32];

	if (line == NULL)
		return;
	label(out, "line");
	if (first != NULL)
		fprintf(out, "%s, valid for %s, DHCPv6 %s\n", text_of(first, "prefix"),
		    span_text(json_object_get(first, "valid_s"), left), text_of(line, "state"));
	else
		fprintf(out, "no prefix, DHCPv6 %s\n", text_of(line, "state"));
	complain(out, line, "reason");
}

/* How old what is known of the other end is. */
static void
print_probe(FILE *out, const json_t *probe)
{
	char age[32];

	if (probe == NULL)
		return;
	fprintf(out, "%*sprobe %s", LABEL_WIDTH, "", text_of(probe, "state"));
	if (json_object_get(probe, "last_answer_s") != NULL)
		fprintf(out, ", %.1f ms, %s ago", json_real_value(json_object_get(probe, "round_trip_ms")),
		    span_text(json_object_get(probe, "last_answer_s"), age));
	fputc('\n', out);
}

/* The three that are easily taken for one another: configured, reachable, carrying. */
static void
print_softwire(FILE *out, const json_t *softwire)
{
	const json_t *reachable = json_object_get(softwire, "reachable");
	const json_t *minute = json_object_get(softwire, "last_minute");

	label(out, "softwire");
	if (!is_true(softwire, "configured")) {
		fprintf(out, "%s: not configured\n", text_of(softwire, "name"));
		complain(out, softwire, "reason");
		return;
	}
	fprintf(out, "%s, %s from %s: %s, %s\n", text_of(softwire, "name"), text_of(softwire, "kind"),
	    text_of(softwire, "provision"),
	    json_is_true(reachable)        ? "reachable"
		: json_is_false(reachable) ? "SILENT"
					   : "not known whether reachable",
	    is_true(softwire, "carrying") ? "carrying" : "not carrying");
	fprintf(out, "%*s%s <-> %s, MTU %lld, last minute %lld out, %lld in\n", LABEL_WIDTH, "",
	    text_of(softwire, "local"), text_of(softwire, "remote"), number_of(softwire, "mtu"),
	    number_of(minute, "sent_packets"), number_of(minute, "received_packets"));
	print_probe(out, json_object_get(softwire, "probe"));
	if (json_is_false(reachable))
		complain(out, softwire, "reachable_reason");
}

static void
print_address(FILE *out, const json_t *softwire)
{
	const json_t *ranges = json_object_get(softwire, "port_ranges"), *first = json_array_get(ranges, 0);
	json_t *range;
	size_t i;

	if (text_of(softwire, "ipv4")[0] == '\0')
		return;
	label(out, "IPv4");
	fputs(text_of(softwire, "ipv4"), out);
	if (first != NULL)
		fprintf(out, ", PSID 0x%llx of %lld bits, %lld ports: %zu ranges", number_of(softwire, "psid"),
		    number_of(softwire, "psid_length"), number_of(softwire, "ports"), json_array_size(ranges));
	json_array_foreach((json_t *)ranges, i, range)
	{
		if (i == RANGES_SHOWN)
			break;
		fprintf(out, " %lld-%lld", (long long)json_integer_value(json_array_get(range, 0)),
		    (long long)json_integer_value(json_array_get(range, 1)));
	}
	if (json_array_size(ranges) > RANGES_SHOWN)
		fputs(" …", out);
	fputc('\n', out);
}

/* Since the start. */
static long long
dropped_as(const json_t *drops, const char *reason)
{
	json_t *drop;
	size_t i;

	json_array_foreach(json_object_get(drops, "drops"), i, drop)
	{
		if (strcmp(text_of(drop, "reason"), reason) == 0)
			return number_of(drop, "count");
	}
	return 0;
}

static void
print_top_hosts(FILE *out, const json_t *hosts)
{
	const json_t *list = json_object_get(hosts, "hosts");
	json_t *host;
	size_t i;

	json_array_foreach((json_t *)list, i, host)
	    fprintf(out, "%s%s: %lld ports", i == 0 ? " (top " : ", ", text_of(host, "host"),
		number_of(host, "tcp_ports") + number_of(host, "udp_ports") + number_of(host, "icmp_ids"));
	if (json_array_size(list) > 0)
		fputc(')', out);
}

static void
print_nat(FILE *out, const json_t *nat, const json_t *drops, const json_t *hosts)
{
	static const char *const spaces[] = { "tcp", "udp", "icmp" };
	const json_t *ports = json_object_get(nat, "ports");
	const char *nearly = NULL;

	if (nat == NULL)
		return;
	label(out, "NAT");
	for (int i = 0; i < 3; i++) {
		const json_t *space = json_object_get(ports, spaces[i]);

		fprintf(out, "%s%s %lld/%lld", i > 0 ? ", " : "", spaces[i], number_of(space, "used"),
		    number_of(space, "total"));
		if (number_of(space, "peak") > 0)
			fprintf(out, " (peak %lld at %.5s)", number_of(space, "peak"),
			    text_of(space, "peak_at") + CLOCK_IN_MOMENT);
		if (number_of(space, "used") * 100 > number_of(space, "total") * PORTS_SHORT)
			nearly = spaces[i];
	}
	fprintf(out, "\n%*ssessions %lld, hosts %lld", LABEL_WIDTH, "", number_of(nat, "sessions"),
	    number_of(nat, "hosts"));
	print_top_hosts(out, hosts);
	fprintf(out, "\n%*srefused %lld for want of ports, %lld by a host's limit\n", LABEL_WIDTH, "",
	    dropped_as(drops, "nat_no_port"), dropped_as(drops, "nat_host_limit"));
	if (nearly != NULL)
		fprintf(out, "%*s! ports of %s are nearly all in use: see mapedgectl show hosts\n", LABEL_WIDTH, "",
		    nearly);
}

static void
print_drain(FILE *out, const json_t *drain)
{
	if (drain == NULL)
		return;
	fprintf(out, "%*s! drained since %s", LABEL_WIDTH, "", text_of(drain, "since"));
	if (json_object_get(drain, "sessions") != NULL)
		fprintf(out, ", %lld sessions go on", number_of(drain, "sessions"));
	fprintf(out, "\n%*s  hint: %s\n", LABEL_WIDTH, "", text_of(drain, "hint"));
}

static void
print_domains(FILE *out, const json_t *softwires)
{
	json_t *softwire;
	size_t i;

	json_array_foreach((json_t *)softwires, i, softwire)
	{
		label(out, i == 0 ? "domains" : "");
		fprintf(out, "%s: %lld packets to CEs, %lld from them\n", text_of(softwire, "name"),
		    number_of(softwire, "sent_ipv6_packets"), number_of(softwire, "sent_ipv4_packets"));
	}
}

/* Of the last minute, the most frequent first, as the daemon lists them. */
static void
print_drops(FILE *out, const json_t *drops)
{
	unsigned int shown = 0;
	json_t *drop;
	size_t i;

	label(out, "drops");
	json_array_foreach(json_object_get(drops, "drops"), i, drop)
	{
		if (number_of(drop, "last_minute") == 0)
			continue;
		if (shown++ == DROPS_SHOWN)
			break;
		fprintf(out, "%s%lld %s in the last minute: %s\n", shown == 1 ? "" : "          ",
		    number_of(drop, "last_minute"), text_of(drop, "reason"), text_of(drop, "text"));
		fprintf(out, "%*s  hint: %s\n", LABEL_WIDTH, "", text_of(drop, "hint"));
	}
	if (shown == 0)
		fputs("none in the last minute\n", out);
}

static void
print_all(FILE *out, const json_t *status, const json_t *stats, const json_t *drops, const json_t *hosts)
{
	const json_t *softwire = json_object_get(status, "softwire");

	print_box(out, status, stats);
	print_drain(out, json_object_get(status, "drain"));
	print_line(out, json_object_get(status, "dhcpv6"));
	if (softwire != NULL) {
		print_softwire(out, softwire);
		print_address(out, softwire);
		print_nat(out, json_object_get(stats, "nat"), drops, hosts);
	} else {
		print_domains(out, json_object_get(stats, "softwires"));
	}
	print_drops(out, drops);
}

int
overview_main(const char *path)
{
	json_t *status = NULL, *stats = NULL, *drops = NULL, *hosts = NULL;
	int rc = client_ask(path, "status", json_object(), &status);

	if (rc == 0)
		rc = client_ask(path, "stats-get", json_object(), &stats);
	if (rc == 0)
		rc = client_ask(path, "drops-get", json_pack("{s:b}", "explain", true), &drops);
	if (rc == 0 && json_object_get(stats, "nat") != NULL)
		rc = client_ask(path, "hosts-get", json_pack("{s:i}", "count", HOSTS_SHOWN), &hosts);
	if (rc == 0)
		print_all(stdout, status, stats, drops, hosts);
	json_decref(status);
	json_decref(stats);
	json_decref(drops);
	json_decref(hosts);
	return rc;
}
