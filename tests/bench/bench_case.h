/* SPDX-License-Identifier: BSD-3-Clause */
/* The cases of the bench: which way, how many flows and rules, and how their packets look. */
#ifndef MAPEDGE_TESTS_BENCH_CASE_H
#define MAPEDGE_TESTS_BENCH_CASE_H

#include "engine/compile.h"
#include "engine/engine.h"

#define BENCH_BR_ADDRESS u128_make(UINT64_C(0x20010db8ffff0000), 1)
#define BENCH_CE_IPV4 UINT32_C(0xc0000212)     /* 192.0.2.18 */
#define BENCH_SERVER_IPV4 UINT32_C(0xc6120000) /* 198.18.0.0 */
#define BENCH_LAN_IPV4 UINT32_C(0xc0a80000)    /* 192.168.0.0/16 */

/* What varies between the packets of a case; the rest is constant. */
struct bench_flow {
	u128 outer_src;
	uint32_t src, dst;
	uint16_t src_port, dst_port;
	bool is_tcp; /* a SYN; else UDP */
	uint16_t ident;
	uint16_t fragment; /* flags and offset of an IPv4 fragment; 0: none */
};

struct bench_case;
typedef void bench_fill(const struct bench_case *c, struct rte_mbuf *mbuf, uint32_t number);

struct bench_case {
	const char *name;
	const char *size;  /* "64", "imix", "1500" */
	unsigned int from; /* interface the packets come in on */
	bool wraps;
	bool is_ce;
	bool is_native6;    /* CE: IPv6 that is only forwarded; a flow's far end is outer_src, its host number src */
	bool whole_address; /* CE: all ports of its address, else 240 */
	bool always_reuse;  /* CE: port_reuse = "always" */
	uint32_t sessions;  /* CE: limit */
	uint32_t flows, rules;
	unsigned int workers; /* 0: one */
	bool is_bound;        /* BR: a pool, in which each flow's CE has a binding, instead of rules */
	bool has_fragments;   /* one packet of ten is one */
	unsigned int burst;   /* packets that come together; 0: as many as a turn takes */
	unsigned int dropped; /* percent of the packets */
	/* The flow with this number; NULL: warm() fills `flow` in. */
	struct bench_flow (*make_flow)(const struct bench_case *c, uint32_t number);
	/* Opens the sessions that the packets will find. */
	int (*warm)(struct bench_case *c, struct engine *engine, struct rte_ring *const in[],
	    struct rte_ring *const out[], struct rte_mbuf *mbuf, struct error *err);
	/* Each packet opens a session, and this is it; NULL: packets are of `flow`. */
	struct bench_flow (*open_flow)(uint32_t number);
	/* From now on all sessions are to be ended, and no packets come: what is timed is the turns that end them. */
	void (*end_all)(struct engine *engine);

	/* filled in by bench_case_prepare() */
	bench_fill *fill;
	struct bench_flow *flow; /* [flows] */
	struct ruleset *rule_set;
	struct binding_table *bindings;
	struct binding_counters *binding_counters;
	size_t nat_bytes; /* memory of its sessions and ports */
};

extern const struct bench_case bench_cases[];
extern const size_t bench_case_count;
extern const struct mac bench_mac; /* of all interfaces and neighbours */

/* The snapshot for a case, whose flows are made. NULL with the reason. */
struct snapshot *bench_case_prepare(struct bench_case *c, struct error *err);
void bench_case_free(struct bench_case *c);

/* The native packet of a flow, `len` bytes of IPv4. */
void bench_put_native(struct rte_mbuf *mbuf, uint16_t len, const struct bench_flow *flow);

#endif
