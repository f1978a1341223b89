/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench_sessions.h"

#include <rte_cycles.h>

#define INSIDE_ENDPOINTS 200 /* as many ports as a CE has, less a few */
#define INSIDE_HOSTS 50
#define NEW_HOSTS 250
#define PACKET_LEN 46 /* of IPv4, in a frame of 64 bytes */

/* ---- sessions that stay ----------------------------------------------------------------------------------------- */

struct bench_flow
bench_flow_ce(const struct bench_case *c, uint32_t number)
{
	const uint32_t endpoint = number % INSIDE_ENDPOINTS;

	(void)c;
	return (struct bench_flow){ .src = BENCH_LAN_IPV4 + 2 + endpoint % INSIDE_HOSTS,
		.src_port = (uint16_t)(40000 + endpoint),
		.dst = BENCH_SERVER_IPV4 + 1 + number / INSIDE_ENDPOINTS,
		.dst_port = 443 };
}

struct bench_flow
bench_answer(const struct bench_flow *up, const struct rte_mbuf *sent)
{
	const uint8_t *inner = rte_pktmbuf_mtod(sent, uint8_t *) + ETHER_LEN + IPV6_LEN;

	return (struct bench_flow){ .outer_src = BENCH_BR_ADDRESS,
		.src = up->dst,
		.src_port = up->dst_port,
		.dst = BENCH_CE_IPV4,
		.dst_port = load16(inner + IPV4_MIN_LEN) };
}

/* One packet up; what comes out says which external port it got. */
int
bench_open_sessions(struct bench_case *c, struct engine *engine, struct rte_ring *const in[],
    struct rte_ring *const out[], struct rte_mbuf *mbuf, struct error *err)
{
	const bool down = c->from == INTERFACE_V6;

	for (uint32_t i = 0; i < c->flows; i++) {
		const struct bench_flow flow = bench_flow_ce(c, i);
		void *sent = mbuf;

		bench_put_native(mbuf, PACKET_LEN, &flow);
		rte_ring_sp_enqueue(in[INTERFACE_V4], mbuf);
		engine_turn(engine, engine->worker[0]);
		if (rte_ring_sc_dequeue(out[INTERFACE_V6], &sent) != 0)
			return error_set(err, EIO, "flow %u opened no session", i);
		if (down)
			c->flow[i] = bench_answer(&flow, mbuf);
	}
	return 0;
}

/* ---- sessions that packets open --------------------------------------------------------------------------------- */

struct bench_flow
bench_new_udp(uint32_t number)
{
	return (struct bench_flow){ .src = BENCH_LAN_IPV4 + 2 + number % NEW_HOSTS,
		.src_port = (uint16_t)(1024 + number / NEW_HOSTS % 32768),
		.dst = BENCH_SERVER_IPV4 + 1 + number % 1000,
		.dst_port = 53 };
}

struct bench_flow
bench_new_tcp(uint32_t number)
{
	struct bench_flow flow = bench_new_udp(number);

	flow.dst_port = 443;
	flow.is_tcp = true;
	return flow;
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

static void
let_time_pass(struct engine *engine, uint32_t seconds)
{
	engine->start_tsc -= (uint64_t)seconds * 1000 * engine->tsc_per_ms;
}

void
bench_end_new_sessions(const struct bench_case *c, struct engine *engine)
{
	struct worker *w = engine->worker[0];

	let_time_pass(engine, BENCH_SHORT_TIMEOUT + 2); /* and a second of the wheel's */
	while (w->nat->session_count > c->flows)
		engine_turn(engine, w);
}

void
bench_let_all_time_out(struct engine *engine)
{
	let_time_pass(engine, BENCH_USUAL_TIMEOUT + 2);
}

void
bench_halve_timeout(struct engine *engine)
{
	struct nat *nat = engine->worker[0]->nat;
	struct nat_config config = nat->config;
	const uint32_t timeout = config.timeout[SESSION_UDP];

	let_time_pass(engine, timeout / 3 * 2);
	config.timeout[SESSION_UDP] = timeout / 2;
	nat_set_config(nat, &config);
}

void
bench_change_address(struct engine *engine)
{
	struct worker *w = engine->worker[0];
	struct snapshot *snapshot =
	    (struct snapshot *)(uintptr_t)w->snapshot; /* the bench's own, and no other thread's */
	struct bank *bank = bank_new(&snapshot->ports, 1);

	if (bank == NULL)
		return;
	bank_free(snapshot->bank);
	snapshot->bank = bank;
	w->generation = w->nat_epoch = 0; /* as if it were a new snapshot: the next turn adopts it */
}

static double
time_turn(struct engine *engine)
{
	const uint64_t start = rte_rdtsc_precise();

	engine_turn(engine, engine->worker[0]);
	return (double)(rte_rdtsc_precise() - start);
}

void
bench_time_turns(struct engine *engine, double *cycles, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		cycles[i] = time_turn(engine);
}

static bool
has_sessions(const struct nat *nat)
{
	return nat->session_count > 0 || nat->out.clear_left > 0;
}

uint32_t
bench_time_ending(struct engine *engine, double *cycles, uint32_t room)
{
	uint32_t count = 0;

	while (has_sessions(engine->worker[0]->nat) && count < room)
		cycles[count++] = time_turn(engine);
	return count;
}
