/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/path.h"

#include "pkt/pending.h"

/* Both cache lines that will be touched: a native packet grows 40 bytes in front, a tunnelled one has 40 more inside. */
static void
prefetch_headers(struct rte_mbuf **mbufs, uint16_t count, bool tunnelled)
{
	const int behind = tunnelled ? 64 : -IPV6_LEN;

	for (uint16_t i = 0; i < count; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(mbufs[i], uint8_t *);

		__builtin_prefetch(frame, 1);
		__builtin_prefetch(frame + behind, 1);
	}
}

void
path_run(struct worker *w, unsigned int interface, struct rte_mbuf **mbufs, uint16_t count)
{
	struct burst burst;

	prefetch_headers(mbufs, count, interface == INTERFACE_V6);
	burst.count = count;
	for (uint16_t i = 0; i < count; i++) {
		burst.packets[i].mbuf = mbufs[i];
		burst.packets[i].interface = (uint8_t)interface;
		burst.live[i] = &burst.packets[i];
	}

	if (w->snapshot->is_ce) {
		if (interface == INTERFACE_V4)
			ce_up(w, &burst);
		else
			ce_down(w, &burst);
	} else {
		if (interface == INTERFACE_V4)
			br_down(w, &burst);
		else
			br_up(w, &burst);
	}
	if (w->to_host.count > 0)
		host_admit(w);
}

void
path_adopt(struct worker *w, const struct snapshot *snapshot)
{
	w->snapshot = snapshot;
	w->host = &snapshot->host;
	if (w->generation == snapshot->generation)
		return;
	w->generation = snapshot->generation;
	if (!snapshot->is_ce)
		return;
	nat_set_config(w->nat, &snapshot->nat);
	if (w->nat_epoch != snapshot->nat_epoch) {
		const uint32_t ended = nat_set_external(w->nat, snapshot->external_addr, &snapshot->ports,
		    snapshot->port_owner, (uint8_t)w->id, w->now);

		counter_add(&w->counters.event[EVENT_sessions_flushed], ended);
	}
	w->nat_epoch = snapshot->nat_epoch;
}

void
path_tick(struct worker *w, uint32_t budget)
{
	const struct nat *nat = w->nat;
	uint32_t ended;

	if (w->pending != NULL) {
		pending_tick(w, w->snapshot->interface, w->snapshot->generation);
		gauge_set(&w->gauges.held, w->pending->packet_count);
	}
	gauge_set(&w->gauges.generation, w->snapshot->generation);
	if (!w->snapshot->is_ce)
		return;
	ended = nat_expire(w->nat, w->now, budget);
	if (ended > 0)
		counter_add(&w->counters.event[EVENT_sessions_expired], ended);
	gauge_set(&w->gauges.sessions, nat->session_count);
	gauge_set(&w->gauges.mappings, nat->mapping_count);
	for (unsigned int space = 0; space < L4_SPACES; space++) {
		gauge_set(&w->gauges.ports_total[space], nat->ports[space].total);
		gauge_set(&w->gauges.ports_used[space], nat_ports_used(nat, space));
	}
}
