/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * START READING HERE. The four ways of a packet, each a file of this room:
 *
 *            LAN --- ce_up ---> softwire --- br_up ---> Internet
 *            LAN <-- ce_down -- softwire <-- br_down -- Internet
 *
 * What a CE's own Linux sends into the softwire takes the way of the LAN. Three more are parts of these, for packets that one
 * worker of a CE has begun and another goes on with: ce_hairpin, from the LAN back to it, and ce_fragments and
 * ce_call_fragments, the ends of ce_down and ce_up for IPv4 fragments. A CE that translates nothing has ce_plain instead of them all, and one without a softwire ce_off.
 * Native IPv6 between LAN and WAN is in forward, beside them.
 *
 * A way takes a burst of packets that came in on one interface and runs it in stages: all packets through the first
 * stage, then those that are left through the next. What a later stage needs from memory, an earlier one prefetches. Each
 * stage is a list of steps, each step one verb in lib/pkt, lib/icmp, lib/nat. A packet leaves by a verdict (pkt/worker.h):
 * it is then in one of the worker's outlets, and the way is done with it.
 *
 * The worker's snapshot must be set; packets' mbuf, and nothing else of struct packet, must be filled in.
 */
#ifndef MAPEDGE_PATH_H
#define MAPEDGE_PATH_H

#include "path/snapshot.h"

/*
 * A worker's tables (sessions, fragments) lie in one block of memory, 64-byte aligned, path_memory_size() bytes, for as
 * long as the worker lives; the snapshot says how large they are. The worker's id, count and random must be set.
 * `box_key` is secret and the same for all workers of the box.
 */
size_t path_memory_size(const struct snapshot *snapshot);
void path_init(struct worker *w, void *memory, const struct snapshot *snapshot, const struct hash_key *box_key);

void ce_up(struct worker *w, struct burst *burst);
void ce_down(struct worker *w, struct burst *burst);
void ce_hairpin(struct worker *w, struct burst *burst);
void ce_fragments(struct worker *w, struct burst *burst);
void ce_call_fragments(struct worker *w, struct burst *burst);
void ce_plain_up(struct worker *w, struct burst *burst);
void ce_plain_down(struct worker *w, struct burst *burst);
void ce_off_up(struct worker *w, struct burst *burst);
void ce_off_down(struct worker *w, struct burst *burst);
void ce_off_late(struct worker *w, struct burst *burst);
void br_up(struct worker *w, struct burst *burst);
void br_down(struct worker *w, struct burst *burst);

/* Sends a burst of `count` received or handed over frames its way: the plain ones by the express lane (path/express.h). */
void path_run(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);

/* The same without the lane: each packet through every stage and step of its way. */
void path_run_long(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);

/* What the express lanes that run here are built for: "x86-64-v3" (AVX2, BMI2) or "every CPU". A program decides it when it starts. */
const char *path_cpu(void);

/*
 * Fragments that waited for their first one and may go on now: call after a burst, when the outlets are empty, until it
 * returns 0. The number of packets that went on.
 */
uint16_t path_resume(struct worker *w);

/*
 * What a worker does with the published snapshot before its next burst: when it is a new one, a CE's NAT follows the
 * address and the port set, and who has waited for a neighbour that is known now goes before what comes: packets may be in the
 * outlets afterwards. Generations start at 1.
 */
void path_adopt(struct worker *w, const struct snapshot *snapshot);

/*
 * Ends sessions whose time is over (at most `budget` are looked at), lets go of fragments that waited too long, and
 * publishes the worker's gauges. Packets may be in the outlets afterwards.
 */
void path_tick(struct worker *w, uint32_t budget);

#endif
