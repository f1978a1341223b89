/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "reading.h"
#include "top.h"

#define NAME_WIDTH 12
#define DROPS_SHOWN 6

/* ---- rates ------------------------------------------------------------------------------------------------------ */

/* 12345678 is "12.3M": three digits say enough. */
static const char *
short_number(double value, char text[16])
{
	static const char units[] = " kMGTP";
	unsigned int unit = 0;

	while (value >= 999.5 && units[unit + 1] != '\0') {
		value /= 1000;
		unit++;
	}
	snprintf(text, 16, "%.*f%c", unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value, units[unit]);
	return text;
}

/* Of the list, the object of this name; NULL: there was none. */
static const json_t *
find_named(const json_t *list, const char *name)
{
	json_t *object;
	size_t i;

	json_array_foreach((json_t *)list, i, object)
	{
		if (strcmp(text_of(object, "name"), name) == 0)
			return object;
	}
	return NULL;
}

/* What has begun to count anew in between is told from then on. */
static double
rate(const json_t *before, const json_t *now, const char *counter, double span_s)
{
	const long long grown = number_of(now, counter) - number_of(before, counter);

	return grown > 0 && span_s > 0 ? (double)grown / span_s : 0;
}

static void
print_rates(FILE *out, const json_t *before, const json_t *now, const char *what, double span_s)
{
	char counter[64], text[16];

	snprintf(counter, sizeof(counter), "%s_packets", what);
	fprintf(out, "%9s ", short_number(rate(before, now, counter, span_s), text));
	snprintf(counter, sizeof(counter), "%s_bytes", what);
	fprintf(out, "%9s ", short_number(8 * rate(before, now, counter, span_s), text));
}

/* A line for each of a list of the statistics; `columns` are what it counts of packets and bytes. */
static void
print_traffic(FILE *out, const struct top_look *before, const struct top_look *now, const char *list,
    const char *const columns[2], const char *heads)
{
	const json_t *older = json_object_get(before->answer[TOP_STATS], list);
	const json_t *newer = json_object_get(now->answer[TOP_STATS], list);
	json_t *one;
	size_t i;

	fprintf(out, "\n%s\n", heads);
	json_array_foreach((json_t *)newer, i, one)
	{
		const json_t *was = find_named(older, text_of(one, "name"));

		fprintf(out, "%-*.*s", NAME_WIDTH, NAME_WIDTH - 1, text_of(one, "name"));
		for (int column = 0; column < 2; column++)
			print_rates(out, was != NULL ? was : one, one, columns[column], now->s - before->s);
		fputc('\n', out);
	}
}

/* ---- parts ------------------------------------------------------------------------------------------------------ */

static void
print_head(FILE *out, const struct top_look *now, double span_s)
{
	const json_t *box = json_object_get(now->answer[TOP_STATUS], "box");
	char up[32];

	fprintf(out, "mapedge %s, a %s, up %s, generation %lld; the last %.1f s\n", text_of(box, "version"),
	    strcmp(text_of(now->answer[TOP_STATUS], "role"), "ce") == 0 ? "CE" : "BR",
	    span_text(json_object_get(box, "uptime_s"), up), number_of(box, "generation"), span_s);
}

static void
print_alarms(FILE *out, const json_t *alarms)
{
	json_t *alarm;
	size_t i;

	json_array_foreach(json_object_get(alarms, "alarms"), i, alarm)
	{
		fprintf(out, "! %s: %s\n", text_of(alarm, "alarm"), text_of(alarm, "text"));
	}
}

static void
print_workers(FILE *out, const json_t *workers)
{
	char text[16];
	json_t *worker;
	size_t i;

	fputs("\nworker        busy   packets/s   waiting  sessions\n", out);
	json_array_foreach(json_object_get(workers, "workers"), i, worker)
	{
		fprintf(out, "%-*lld%5lld%% %11s %9lld %9lld\n", NAME_WIDTH, number_of(worker, "worker"),
		    number_of(worker, "busy_percent"), short_number((double)number_of(worker, "packets_per_s"), text),
		    number_of(worker, "waiting"), number_of(worker, "sessions"));
	}
}

static void
print_nat(FILE *out, const json_t *nat)
{
	static const char *const spaces[] = { "tcp", "udp", "icmp" };

	if (nat == NULL)
		return;
	fputs("\nports       ", out);
	for (int i = 0; i < 3; i++) {
		const json_t *space = json_object_get(json_object_get(nat, "ports"), spaces[i]);

		fprintf(out, "%s %lld/%lld%s  ", spaces[i], number_of(space, "used"), number_of(space, "total"),
		    is_true(space, "alarm") ? "!" : "");
	}
	fprintf(out, "sessions %lld  hosts %lld\n", number_of(nat, "sessions"), number_of(nat, "hosts"));
}

static void
print_hosts(FILE *out, const json_t *hosts)
{
	json_t *host;
	size_t i;

	if (json_array_size(json_object_get(hosts, "hosts")) == 0)
		return;
	fputs("\nhost                  tcp     udp    icmp  sessions  refused\n", out);
	json_array_foreach(json_object_get(hosts, "hosts"), i, host)
	{
		fprintf(out, "%-17s %7lld %7lld %7lld %9lld %8lld\n", text_of(host, "host"),
		    number_of(host, "tcp_ports"), number_of(host, "udp_ports"), number_of(host, "icmp_ids"),
		    number_of(host, "sessions"), number_of(host, "refused"));
	}
}

/* As the daemon lists them, most of the last minute first. */
static void
print_drops(FILE *out, const struct top_look *before, const struct top_look *now)
{
	const json_t *older = json_object_get(before->answer[TOP_STATS], "drops");
	const json_t *newer = json_object_get(now->answer[TOP_STATS], "drops");
	unsigned int shown = 0;
	char text[16];
	json_t *drop;
	size_t i;

	json_array_foreach(json_object_get(now->answer[TOP_DROPS], "drops"), i, drop)
	{
		const char *reason = text_of(drop, "reason");

		if (number_of(drop, "last_minute") == 0 || shown == DROPS_SHOWN)
			break;
		if (shown++ == 0)
			fputs("\ndropped               severity   a second  last minute\n", out);
		fprintf(out, "%-21s %-8s %10s %12lld\n", reason, text_of(drop, "severity"),
		    short_number(rate(older, newer, reason, now->s - before->s), text), number_of(drop, "last_minute"));
	}
	if (shown == 0)
		fputs("\nnothing was dropped in the last minute\n", out);
}

void
top_print(FILE *out, const struct top_look *before, const struct top_look *now)
{
	static const char *const ports[2] = { "rx", "tx" }, *const ends[2] = { "sent_ipv6", "sent_ipv4" };

	print_head(out, now, now->s - before->s);
	print_alarms(out, now->answer[TOP_ALARMS]);
	print_traffic(out, before, now, "interfaces", ports, "interface     rx pkt/s  rx bit/s  tx pkt/s  tx bit/s");
	print_traffic(out, before, now, "softwires", ends,
	    "softwire      in pkt/s  in bit/s out pkt/s out bit/s    in: encapsulated, out: decapsulated");
	print_workers(out, now->answer[TOP_WORKERS]);
	print_nat(out, json_object_get(now->answer[TOP_STATS], "nat"));
	print_hosts(out, now->answer[TOP_HOSTS]);
	print_drops(out, before, now);
}
