/* SPDX-License-Identifier: BSD-3-Clause */
#include "path/path.h"

#include "path/ce.h"
#include "path/forward.h"
#include "pkt/pending.h"

typedef void way_of_burst(struct worker *w, struct burst *burst);

/* In the order of enum way. A CE's worker may still have packets for another one when the softwire changes. */
static way_of_burst *const ways[WORKS][WAYS] = {
	[WORK_BR] = { br_down, br_up },
	[WORK_CE] = { ce_up, ce_down, ce_up, ce_hairpin, ce_fragments, ce_call_fragments },
	[WORK_CE_PLAIN] = { ce_plain_up, ce_plain_down, ce_plain_up, ce_off_late, ce_off_late, ce_off_late },
	[WORK_CE_OFF] = { ce_off_up, ce_off_down, ce_off_up, ce_off_late, ce_off_late, ce_off_late },
};

void
path_run_long(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count)
{
	const uint16_t before = w->to_host.count;
	const uint8_t interface = way_interface(way);
	struct burst burst;

	burst.count = count;
	for (uint16_t i = 0; i < count; i++) {
		burst.packets[i].mbuf = mbufs[i];
		burst.packets[i].interface = interface;
		burst.live[i] = &burst.packets[i];
	}

	ways[w->snapshot->work][way](w, &burst);
	if (w->to_host.count > before)
		host_admit(w, before);
}

static COLD uint16_t
resume_fragments(struct worker *w)
{
	struct rte_mbuf *mbufs[BURST_SIZE], *sorted[STATS_MAX_INTERFACES][BURST_SIZE];
	uint16_t counts[STATS_MAX_INTERFACES] = { 0 };
	const uint16_t count = virtual_next(w->fragments, mbufs, BURST_SIZE);

	for (uint16_t i = 0; i < count; i++)
		sorted[mbufs[i]->port][counts[mbufs[i]->port]++] = mbufs[i];
	for (unsigned int i = 0; i < STATS_MAX_INTERFACES; i++) {
		if (counts[i] > 0)
			path_run_long(w, (enum way)i, sorted[i], counts[i]);
	}
	return count;
}

/* Asked after every burst, and nearly always there is nothing: that takes no room on the stack. */
uint16_t
path_resume(struct worker *w)
{
	return unlikely(w->fragments != NULL && virtual_held(w->fragments) > 0) ? resume_fragments(w) : 0;
}

/* Packets that wait for a neighbour. */
static uint32_t
tick_pending(struct worker *w)
{
	if (w->pending == NULL || w->pending->packet_count == 0)
		return 0;
	pending_tick(w, w->snapshot->interface, w->snapshot->generation, forward_unreachable);
	return w->pending->packet_count;
}

static COLD void
adopt_generation(struct worker *w, const struct snapshot *snapshot)
{
	w->generation = snapshot->generation;
	(void)tick_pending(w);
	if (snapshot->work == WORK_BR)
		return;
	if (w->nat_epoch != snapshot->nat_epoch)
		w->path_mtu = 0; /* another line, another path */
	ce_follow_path(w);
	nat_set_config(w->nat, &snapshot->nat);
	if (w->nat_epoch != snapshot->nat_epoch) {
		const uint32_t ended = nat_set_external(w->nat, snapshot->external_addr, snapshot->bank, w->id, w->now);

		counter_add(&w->counters.event[EVENT_sessions_flushed], ended);
	}
	w->nat_epoch = snapshot->nat_epoch;
}

/* In every turn, and nearly always nothing is new. */
void
path_adopt(struct worker *w, const struct snapshot *snapshot)
{
	w->snapshot = snapshot;
	w->host = &snapshot->host;
	w->icmp_limit = snapshot->icmp_limit;
	w->binding_counters = snapshot->binding_counters[w->id]; /* an index means nothing without its table */
	if (unlikely(w->generation != snapshot->generation))
		adopt_generation(w, snapshot);
}

#define EXPIRE_DATAGRAMS 16 /* of each kind in one tick: what they held must fit into the outlets */

/* RFC 8200 section 4.5: whoever sent the first fragment learns that the others did not come in time. */
static void
expire_reassembly(struct worker *w)
{
	uint8_t first[REASSEMBLY_MAX_LEN];
	uint16_t len;

	for (int i = 0; i < EXPIRE_DATAGRAMS && reassembly_expire(w, w->reassembly, first, &len); i++) {
		if (len > 0)
			tell_sender(w, first, len, (struct icmp6_error){ ICMP6_TIME_EXCEEDED, ICMP6_REASSEMBLY, 0 });
	}
}

/* Fragments that wait for others. */
static uint32_t
tick_fragments(struct worker *w)
{
	uint32_t held = 0;

	if (w->fragments != NULL) {
		virtual_expire(w, w->fragments, EXPIRE_DATAGRAMS);
		held += virtual_held(w->fragments);
	}
	if (w->reassembly != NULL) {
		expire_reassembly(w);
		held += reassembly_held(w->reassembly);
	}
	return held;
}

/* RFC 8201 section 4: the path may have become better. */
static void
tick_softwire(struct worker *w)
{
	if (w->path_mtu == 0 || w->now < w->path_mtu_until)
		return;
	w->path_mtu = 0;
	ce_follow_path(w);
}

static void
tick_nat(struct worker *w, uint32_t budget)
{
	const struct nat *nat = w->nat;
	const bool translates = w->snapshot->work == WORK_CE;
	uint32_t ended;

	ended = nat_expire(w->nat, w->now, budget);
	if (ended > 0)
		counter_add(&w->counters.event[EVENT_sessions_expired], ended);
	gauge_set(&w->gauges.sessions, nat->session_count);
	gauge_set(&w->gauges.sessions_sharing, nat->sharing_count);
	gauge_set(&w->gauges.mappings, nat->mapping_count);
	gauge_set(&w->gauges.hosts, nat->hosts.count);
	for (unsigned int space = 0; space < L4_SPACES; space++) {
		gauge_set(&w->gauges.ports_total[space], translates ? nat->ports[space].total : 0);
		gauge_set(&w->gauges.ports_used[space], ports_used(&nat->ports[space]));
		gauge_set(&w->gauges.ports_shared[space], nat->ports[space].shared);
	}
}

void
path_tick(struct worker *w, uint32_t budget)
{
	gauge_set(&w->gauges.generation, w->snapshot->generation);
	gauge_set(&w->gauges.held, tick_fragments(w) + tick_pending(w));
	if (w->snapshot->work == WORK_BR)
		return;
	tick_softwire(w);
	tick_nat(w, budget);
}
