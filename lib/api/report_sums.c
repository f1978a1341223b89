/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/report_sums.h"

struct gauges
report_gauges(const struct report *report)
{
	struct gauges sum = { 0 };

	for (unsigned int i = 0; i < report->worker_count; i++) {
		const struct gauges *one = report->gauges[i];

		sum.held += gauge_get(&one->held);
		sum.sessions += gauge_get(&one->sessions);
		sum.sessions_sharing += gauge_get(&one->sessions_sharing);
		sum.mappings += gauge_get(&one->mappings);
		sum.hosts += gauge_get(&one->hosts);
		for (int space = 0; space < 3; space++) {
			sum.ports_total[space] += gauge_get(&one->ports_total[space]);
			sum.ports_used[space] += gauge_get(&one->ports_used[space]);
			sum.ports_shared[space] += gauge_get(&one->ports_shared[space]);
		}
	}
	return sum;
}

static struct traffic
traffic_less(const struct traffic *now, const struct traffic *before)
{
	return (struct traffic){ now->packets - before->packets, now->bytes - before->bytes };
}

struct softwire_counters
report_softwire_counters(const struct report_softwire *softwire, const struct counters *total)
{
	const struct softwire_counters *now = &total->softwire[softwire->slot], *before = &softwire->before;

	return (struct softwire_counters){ .rcvd_ipv4 = traffic_less(&now->rcvd_ipv4, &before->rcvd_ipv4),
		.sent_ipv6 = traffic_less(&now->sent_ipv6, &before->sent_ipv6),
		.rcvd_ipv6 = traffic_less(&now->rcvd_ipv6, &before->rcvd_ipv6),
		.sent_ipv4 = traffic_less(&now->sent_ipv4, &before->sent_ipv4) };
}

static void
add_traffic(struct traffic *to, const struct traffic *traffic)
{
	to->packets += traffic->packets;
	to->bytes += traffic->bytes;
}

struct softwire_counters
report_all_softwires(const struct counters *total)
{
	struct softwire_counters all = { 0 };

	for (int i = 0; i < STATS_SOFTWIRE_SLOTS; i++) {
		add_traffic(&all.rcvd_ipv4, &total->softwire[i].rcvd_ipv4);
		add_traffic(&all.sent_ipv6, &total->softwire[i].sent_ipv6);
		add_traffic(&all.rcvd_ipv6, &total->softwire[i].rcvd_ipv6);
		add_traffic(&all.sent_ipv4, &total->softwire[i].sent_ipv4);
	}
	return all;
}

/* [0] is the IPv4 side, [1] the IPv6 side, [2] the device of a CE's softwire, which carries IPv4. */
uint64_t
report_dropped_ipv4(const struct counters *total)
{
	return total->interface[0].dropped + total->interface[2].dropped;
}

uint64_t
report_dropped_ipv6(const struct counters *total)
{
	return total->interface[1].dropped;
}

/* IPv4 fragments that were dropped for what only fragments can be wrong in. */
uint64_t
report_dropped_fragments(const struct counters *total)
{
	static const enum drop_reason reasons[] = { DROP_fragment_v4, DROP_frag_bad, DROP_frag_tiny, DROP_frag_overlap,
		DROP_frag_duplicate, DROP_frag_table_full, DROP_frag_timeout };
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		sum += total->drop[reasons[i]];
	return sum;
}

/* One fragment of each whole packet is the one that goes on. */
uint64_t
report_reassembled_fragments(const struct counters *total)
{
	return total->merged + total->event[EVENT_reassembled];
}
