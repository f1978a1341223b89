/* SPDX-License-Identifier: BSD-3-Clause */
/* The cases of the bench: which way, how many flows and rules, and how their packets look. */
#ifndef MAPEDGE_TESTS_BENCH_CASE_H
#define MAPEDGE_TESTS_BENCH_CASE_H

#include "compile.h"
#include "engine.h"

/* What varies between the packets of a case; the rest is constant. */
struct bench_flow {
	u128 outer_src;
	uint32_t src, dst;
	uint16_t src_port, dst_port;
};

struct bench_case {
	const char *name;
	const char *size;  /* "64", "imix", "1500" */
	unsigned int from; /* interface the packets come in on */
	bool wraps;
	bool is_ce;
	uint32_t flows, rules;
	void (*make_flow)(const struct bench_case *c, uint32_t number, struct bench_flow *flow);
	/* Opens the sessions that the packets will find. */
	int (*warm)(struct bench_case *c, struct engine *engine, struct rte_ring *const in[],
	    struct rte_ring *const out[], struct rte_mbuf *mbuf, struct error *err);

	/* filled in by bench_case_prepare() */
	void (*fill)(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number);
	struct bench_flow *flow; /* [flows] */
	struct ruleset *rule_set;
};

extern const struct bench_case bench_cases[];
extern const size_t bench_case_count;
extern const struct mac bench_mac; /* of all interfaces and neighbours */

/* The snapshot for a case, whose flows are made. NULL with the reason. */
struct snapshot *bench_case_prepare(struct bench_case *c, struct error *err);
void bench_case_free(struct bench_case *c);

#endif
