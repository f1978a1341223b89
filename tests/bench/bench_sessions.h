/* SPDX-License-Identifier: BSD-3-Clause */
/* The sessions of a CE in the bench: how they begin, and how they end while nobody waits for them. */
#ifndef MAPEDGE_TESTS_BENCH_SESSIONS_H
#define MAPEDGE_TESTS_BENCH_SESSIONS_H

#include "bench_case.h"

/* Seconds: what stays stays for long, what a packet opens (DNS, or a SYN that nobody answers) ends soon. */
#define BENCH_LONG_TIMEOUT 1000000
#define BENCH_USUAL_TIMEOUT 600
#define BENCH_SHORT_TIMEOUT 5

/* A flow of 200 inside endpoints, each with a port of its own. */
struct bench_flow bench_flow_ce(const struct bench_case *c, uint32_t number);

/* What comes back to this flow, whose packet was sent as it lies there. */
struct bench_flow bench_answer(const struct bench_flow *up, const struct rte_mbuf *sent);

/* Opens the session of every flow; the flows of packets down are known then, too. */
int bench_open_sessions(struct bench_case *c, struct engine *engine, struct rte_ring *const in[],
    struct rte_ring *const out[], struct rte_mbuf *mbuf, struct error *err);

/* Flows of inside endpoints that nobody has heard of. */
struct bench_flow bench_new_udp(uint32_t number);
struct bench_flow bench_new_tcp(uint32_t number);

/* Time passes until the sessions that packets have opened are over, and they are ended. */
void bench_end_new_sessions(const struct bench_case *c, struct engine *engine);

/* All sessions are over: because time has passed, or because a new configuration has half the timeout. */
void bench_let_all_time_out(struct engine *engine);
void bench_halve_timeout(struct engine *engine);

/* All sessions end, as another address has come; the same port set. What comes then is the clearing up. */
void bench_change_address(struct engine *engine);

/* TSC cycles of so many turns in which no packet comes. */
void bench_time_turns(struct engine *engine, double *cycles, uint32_t count);

/* The same of the turns until all sessions have ended and nothing is left of them, at most so many. Returns how many. */
uint32_t bench_time_ending(struct engine *engine, double *cycles, uint32_t room);

#endif
