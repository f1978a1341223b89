/* SPDX-License-Identifier: BSD-3-Clause */
#include "box.h"

#include <stdlib.h>

#include "map/rule.h"
#include "path/suspects.h"

#define CREATED_ROOM 2048 /* as in the buffers of a port */
#define GATEWAY4 UINT32_C(0xc6336402)

/* ---- setting up ------------------------------------------------------------------------------------------------- */

struct nat_config
box_nat_config(uint32_t sessions, enum nat_filtering filtering)
{
	struct nat_config config = { .sessions = sessions, .filtering = filtering };

	for (int state = 0; state < SESSION_STATES; state++)
		config.timeout[state] = 240;
	config.timeout[SESSION_UDP] = 300;
	config.timeout[SESSION_DNS] = 300;
	config.timeout[SESSION_ICMP] = 60;
	config.timeout[SESSION_TCP_ESTABLISHED] = 7440;
	config.timeout[SESSION_TCP_CONTROL] = 7440;
	config.timeout[SESSION_TCP_FIN_OUT] = 7440;
	config.timeout[SESSION_TCP_FIN_IN] = 7440;
	return config;
}

struct map_rule_spec
box_rule(void)
{
	return (struct map_rule_spec){ .ipv6 = { u128_make(UINT64_C(0x20010db800000000), 0), 40 },
		.ipv4 = { UINT32_C(0xc0000200), 24 },
		.ea_len = 16,
		.psid_offset = 4,
		.fmr = true };
}

static void *
need(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

/* A neighbour 02:00:00:00:NET:HOST. */
static struct link_neighbour
neighbour(u128 addr, uint8_t net, uint8_t host)
{
	return (struct link_neighbour){ addr, { { 2, 0, 0, 0, net, host } } };
}

/* Our MAC address is 02:00:00:00:NET:INDEX + 1; `gateway` 0: none. An IPv4 address is in a /24. */
static void
set_interface(struct interface *interface, uint8_t index, uint8_t net, uint32_t address, u128 gateway,
    const struct link_neighbour *neighbours, size_t count)
{
	const uint8_t wire[8] = { 2, 0, 0, 0, net, (uint8_t)(index + 1) };
	static const struct hash_key key;
	struct route told[3];
	struct routes *routes;
	struct mac own;
	size_t routed = 0;

	memcpy(own.byte, wire, sizeof(own.byte));
	if (address != 0) {
		told[routed++] = (struct route){ .addr = address, .len = 32, .hop = HOP_OWN };
		told[routed++] = (struct route){ .addr = address, .len = 24, .hop = HOP_ON_LINK };
	}
	if (gateway != 0)
		told[routed++] = (struct route){ .via = gateway, .hop = HOP_GATEWAY };
	*interface =
	    (struct interface){ .mac48 = ethernet_address(wire), .address = address, .mtu = 1500, .index = index };
	routes = need(index == INTERFACE_V4 ? routes4_build(told, routed) : routes6_build(told, routed));
	if (interface_link(interface, &own, routes, neighbours, count, &key) < 0)
		abort();
	routes_free(routes);
}

static void
set_softwire(struct softwire *softwire, uint8_t index, u128 local, u128 remote, int dscp)
{
	*softwire = (struct softwire){ .local = local,
		.br = BOX_BR6,
		.mtu = 1460,
		.mss = 1420,
		.index = index,
		.decap_mask = 0x03,
		.fragment = SOFTWIRE_FRAGMENT_DROP,
		.eabits = index == 1 };
	softwire_set_outer(softwire, local, remote, 64, dscp);
}

static void
set_up_ce(struct snapshot *snapshot, const struct box_options *options)
{
	const struct prefix6 eup = { u128_make(UINT64_C(0x20010db800123400), 0), 56 };
	struct map_rule_spec rule = box_rule();
	const struct link_neighbour hosts[] = { neighbour(BOX_HOST, 1, 10), neighbour(BOX_HOST2, 1, 11),
		neighbour(BOX_HOST6, 1, 12) };
	const struct link_neighbour router = neighbour(BOX_ROUTER6, 6, 1);
	struct error err;
	struct map_ce ce;

	set_interface(&snapshot->interface[INTERFACE_V4], INTERFACE_V4, 12, BOX_LAN, 0, hosts, 3);
	set_interface(&snapshot->interface[INTERFACE_V6], INTERFACE_V6, 12, 0, BOX_ROUTER6, &router, 1);
	rule.psid_offset = options->offset;
	if (map_ce_derive(&rule, &eup, &ce, &err) < 0)
		abort();
	set_softwire(&snapshot->softwire[0], 0, ce.address, BOX_BR6, 0);
	snapshot->softwire_count = 1;
	snapshot->external_addr = ce.ipv4.addr;
	snapshot->ports = ce.ports;
	snapshot->nat = box_nat_config(options->sessions, options->filtering);
	snapshot->bank = bank_new(&ce.ports, (uint16_t)options->workers);
	if (snapshot->bank == NULL)
		abort();
}

static void
set_up_br(struct snapshot *snapshot)
{
	const struct link_neighbour internet[] = { neighbour(BOX_SERVER, 4, 9), neighbour(GATEWAY4, 4, 1) };
	const struct link_neighbour router = neighbour(BOX_ROUTER6, 6, 2);

	set_interface(&snapshot->interface[INTERFACE_V4], INTERFACE_V4, 11, BOX_INTERNET, GATEWAY4, internet, 2);
	set_interface(&snapshot->interface[INTERFACE_V6], INTERFACE_V6, 11, 0, BOX_ROUTER6, &router, 1);
	for (uint8_t i = 0; i < 3; i++)
		set_softwire(&snapshot->softwire[i], i, BOX_BR6 + i, 0, i == 2 ? -1 : 0);
	snapshot->softwire_count = 3;
}

static void
fill_stock(struct worker *w, uint16_t count)
{
	while (w->stock_count < count) {
		struct rte_mbuf *mbuf = box_buffer(NULL, CREATED_ROOM);

		mbuf->data_len = 0;
		mbuf->pkt_len = 0;
		w->stock[w->stock_count++] = mbuf;
	}
}

struct box *
box_new(const struct box_options *wanted)
{
	struct box *box = need(calloc(1, sizeof(*box)));
	const struct map_rule_spec appendix_a = box_rule();
	struct box_options options = *wanted;
	struct error err;
	uint32_t bad;

	if (options.workers == 0)
		options.workers = 1;
	if (options.sessions == 0)
		options.sessions = 256;
	if (options.offset == 0)
		options.offset = appendix_a.psid_offset;
	if (options.rules == NULL && !options.is_ce) {
		options.rules = &appendix_a;
		options.rule_count = 1;
	}
	box->snapshot.generation = box->snapshot.nat_epoch = 1;
	box->snapshot.work = options.is_ce ? WORK_CE : WORK_BR;
	box->snapshot.rules = need(ruleset_build(options.rules, options.rule_count, &bad, &err));
	if (options.is_ce)
		set_up_ce(&box->snapshot, &options);
	else
		set_up_br(&box->snapshot);
	box->snapshot.icmp_limit = (struct limit){ 1000, 200 };
	box->snapshot.icmp_source = box->snapshot.interface[INTERFACE_V4].address;
	if (options.fragments) {
		box->snapshot.fragments = (struct virtual_config){ 16, 8, 1000 };
		box->snapshot.reassembly = (struct reassembly_config){ 8, 1540 };
	}
	suspects_mark(&box->snapshot);
	box->worker_count = options.workers;
	box->seed = (struct random){ .key = { { options.seed, ~options.seed } } };
	for (unsigned int i = 0; i < box->worker_count; i++)
		box->memory[i] = need(aligned_alloc(64, path_memory_size(&box->snapshot)));
	box_reset(box);
	return box;
}

static void
free_stock(struct worker *w)
{
	while (w->stock_count > 0)
		free(w->stock[--w->stock_count]);
}

void
box_reset(struct box *box)
{
	struct random seed = box->seed;

	for (unsigned int i = 0; i < box->worker_count; i++) {
		struct worker *w = &box->worker[i];

		free_stock(w);
		memset(w, 0, sizeof(*w));
		w->id = (uint16_t)i;
		w->count = (uint16_t)box->worker_count;
		w->random = random_fork(&seed);
		path_init(w, box->memory[i], &box->snapshot, &box->seed.key);
	}
}

void
box_free(struct box *box)
{
	for (unsigned int i = 0; i < box->worker_count; i++) {
		free_stock(&box->worker[i]);
		free(box->memory[i]);
	}
	fib6_clear(&box->snapshot.fib6);
	for (int i = 0; i < INTERFACE_COUNT; i++)
		interface_unlink(&box->snapshot.interface[i]);
	ruleset_free(box->snapshot.rules);
	bank_free(box->snapshot.bank);
	free(box);
}

struct mac
box_mac(const struct box *box, unsigned int interface)
{
	const uint64_t number = box->snapshot.interface[interface].mac48;
	struct mac mac;

	memcpy(mac.byte, &number, sizeof(mac.byte));
	return mac;
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

struct rte_mbuf *
box_buffer(const void *frame, size_t len)
{
	struct rte_mbuf *mbuf;
	void *memory;

	if (posix_memalign(&memory, RTE_CACHE_LINE_SIZE, sizeof(*mbuf) + RTE_PKTMBUF_HEADROOM + len) != 0)
		abort();
	mbuf = memory;
	memset(mbuf, 0, sizeof(*mbuf));
	mbuf->buf_addr = mbuf + 1;
	mbuf->buf_len = (uint16_t)(RTE_PKTMBUF_HEADROOM + len);
	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->data_len = (uint16_t)len;
	mbuf->pkt_len = (uint32_t)len;
	mbuf->nb_segs = 1;
	memset(mbuf->buf_addr, 0xa5, RTE_PKTMBUF_HEADROOM);
	if (frame != NULL && len > 0)
		memcpy(rte_pktmbuf_mtod(mbuf, void *), frame, len);
	return mbuf;
}

static unsigned int
times_in(const struct outlet *outlet, const struct rte_mbuf *mbuf)
{
	unsigned int times = 0;

	for (uint16_t i = 0; i < outlet->count; i++)
		times += outlet->mbufs[i] == mbuf;
	return times;
}

static uint64_t
all_drops(const struct worker *w)
{
	uint64_t sum = 0;

	for (int i = 0; i < DROP_COUNT; i++)
		sum += w->counters.drop[i];
	return sum;
}

static bool
lies_within_its_buffer(const struct rte_mbuf *mbuf)
{
	return mbuf->data_len == mbuf->pkt_len && mbuf->data_len >= ETHER_LEN + IPV4_MIN_LEN &&
	    mbuf->data_off + mbuf->data_len <= mbuf->buf_len;
}

static const char *
find_broken_law(const struct worker *w, struct rte_mbuf **mbufs, uint16_t count, uint64_t drops, uint64_t created)
{
	uint64_t ended = w->dropped.count;

	for (uint16_t i = 0; i < count; i++) {
		unsigned int times = times_in(&w->dropped, mbufs[i]);

		for (unsigned int j = 0; j < INTERFACE_COUNT; j++)
			times += times_in(&w->transmit[j], mbufs[i]);
		for (unsigned int j = 0; j < WORKER_MAX; j++)
			times += times_in(&w->handoff[j], mbufs[i]);
		if (times != 1)
			return times == 0 ? "a packet is in no outlet" : "a packet is in two outlets";
	}
	for (unsigned int j = 0; j < INTERFACE_COUNT; j++) {
		ended += w->transmit[j].count;
		for (uint16_t i = 0; i < w->transmit[j].count; i++) {
			if (!lies_within_its_buffer(w->transmit[j].mbufs[i]))
				return "a frame that is sent does not lie within its buffer";
		}
	}
	for (unsigned int j = 0; j < WORKER_MAX; j++)
		ended += w->handoff[j].count;
	if (drops != w->dropped.count)
		return "the drop counters rose by another number than packets were dropped";
	if (count + created != ended)
		return "received + created is not transmitted + dropped + handed over";
	return NULL;
}

typedef void burst_of_way(struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);

static const char *
run_by(burst_of_way *path, struct box *box, unsigned int worker, unsigned int interface, struct rte_mbuf **mbufs,
    uint16_t count)
{
	struct worker *w = &box->worker[worker];
	const uint64_t drops = all_drops(w), created = w->counters.created;
	uint16_t stock;
	const char *broken;

	fill_stock(w, count);
	stock = w->stock_count;
	path(w, interface, mbufs, count);
	broken = find_broken_law(w, mbufs, count, all_drops(w) - drops, w->counters.created - created);
	if (broken == NULL && (uint64_t)stock - w->stock_count != w->counters.created - created)
		return "a packet was created and not counted";
	return broken;
}

const char *
box_run(struct box *box, unsigned int worker, unsigned int interface, struct rte_mbuf **mbufs, uint16_t count)
{
	return run_by(path_run, box, worker, interface, mbufs, count);
}

const char *
box_run_long(struct box *box, unsigned int worker, unsigned int interface, struct rte_mbuf **mbufs, uint16_t count)
{
	return run_by(path_run_long, box, worker, interface, mbufs, count);
}

static void
empty(struct outlet *outlet)
{
	while (outlet->count > 0)
		free(outlet->mbufs[--outlet->count]);
}

void
box_empty(struct worker *w)
{
	empty(&w->dropped);
	empty(&w->to_host);
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++)
		empty(&w->transmit[i]);
	for (unsigned int i = 0; i < WORKER_MAX; i++)
		empty(&w->handoff[i]);
}

/* Copies a sent frame; false when this outlet does not have it. */
static bool
copy_if_in(const struct outlet *outlet, const struct rte_mbuf *mbuf, uint8_t *copy, size_t *len)
{
	if (times_in(outlet, mbuf) == 0)
		return false;
	*len = mbuf->data_len;
	memcpy(copy, rte_pktmbuf_mtod(mbuf, const void *), mbuf->data_len);
	return true;
}

static void
note_answer(const struct worker *w, const struct rte_mbuf *trigger, struct box_end *end)
{
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		for (uint16_t j = 0; j < w->transmit[i].count; j++) {
			if (w->transmit[i].mbufs[j] == trigger)
				continue;
			end->has_answer = true;
			end->answer_to = i;
			copy_if_in(&w->transmit[i], w->transmit[i].mbufs[j], end->answer, &end->answer_len);
		}
	}
}

void
box_run_one(struct box *box, unsigned int worker, unsigned int interface, const void *frame, size_t len,
    struct box_end *end)
{
	struct worker *w = &box->worker[worker];
	struct rte_mbuf *mbuf = box_buffer(frame, len);
	const struct counters before = w->counters;

	end->how = BOX_DROPPED;
	end->to = 0;
	end->reason = DROP_COUNT;
	end->len = 0;
	end->has_answer = false;
	end->broken = box_run(box, worker, interface, &mbuf, 1);
	for (unsigned int i = 0; i < INTERFACE_COUNT; i++) {
		if (copy_if_in(&w->transmit[i], mbuf, end->frame, &end->len)) {
			end->how = BOX_SENT;
			end->to = i;
		}
	}
	for (unsigned int i = 0; i < WORKER_MAX; i++) {
		if (times_in(&w->handoff[i], mbuf) > 0) {
			end->how = BOX_HANDED;
			end->to = i;
		}
	}
	for (int i = 0; i < DROP_COUNT && end->how == BOX_DROPPED; i++) {
		if (w->counters.drop[i] != before.drop[i])
			end->reason = (enum drop_reason)i;
	}
	note_answer(w, mbuf, end);
	box_empty(w);
}
