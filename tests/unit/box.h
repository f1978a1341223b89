/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A CE and a BR for tests, set up by hand: a snapshot, workers, and packet buffers that are one exact allocation each, so
 * that a sanitizer sees every access outside of a packet. Every run proves the laws that hold for all packets.
 *
 *   192.168.1.10, .11 --- CE 192.168.1.1 === 2001:db8:ffff::1 BR 198.51.100.1 --- 198.51.100.9 and a gateway
 *
 * The CE is the one of RFC 7597 appendix A, example 1, with PSID offset 4: 192.0.2.18, PSID 0x34, 240 ports. Neither
 * reassembles or fragments anything, so that each packet ends once.
 */
#ifndef MAPEDGE_TESTS_BOX_H
#define MAPEDGE_TESTS_BOX_H

#include "path/path.h"

#define BOX_MAX_WORKERS 8
#define BOX_FRAME_SIZE 4096
#define BOX_HOST UINT32_C(0xc0a8010a)     /* 192.168.1.10 */
#define BOX_HOST2 UINT32_C(0xc0a8010b)    /* 192.168.1.11 */
#define BOX_LAN UINT32_C(0xc0a80101)      /* 192.168.1.1 */
#define BOX_EXTERNAL UINT32_C(0xc0000212) /* 192.0.2.18 */
#define BOX_PSID 0x34
#define BOX_FIRST_PORT 4928               /* of the CE */
#define BOX_SERVER UINT32_C(0xc6336409)   /* 198.51.100.9 */
#define BOX_FAR UINT32_C(0x08080808)      /* behind the BR's gateway */
#define BOX_INTERNET UINT32_C(0xc6336401) /* 198.51.100.1 */
#define BOX_CE6 u128_make(UINT64_C(0x20010db800123400), UINT64_C(0x0000c00002120034))
#define BOX_BR6 u128_make(UINT64_C(0x20010db8ffff0000), 1)
#define BOX_HOST6 u128_make(UINT64_C(0x2400cb0000010000), 0x20) /* on the CE's LAN, where its tests say that such are */
#define BOX_ROUTER6 u128_make(UINT64_C(0xfe80) << 48, 1)        /* of the provider's */

struct box {
	struct snapshot snapshot;
	unsigned int worker_count;
	struct worker worker[BOX_MAX_WORKERS];
	void *memory[BOX_MAX_WORKERS];
	struct random seed;
};

struct box_options {
	bool is_ce;
	unsigned int workers; /* 0: 1 */
	uint32_t sessions;    /* 0: 256 */
	enum nat_filtering filtering;
	uint64_t seed;
	uint8_t offset;                    /* PSID offset of a CE, 0: 4 */
	const struct map_rule_spec *rules; /* NULL: a CE has none, a BR the one of appendix A */
	uint32_t rule_count;
	bool fragments; /* small tables for fragments of both kinds; without, fragments are dropped */
};

/* Defaults as the daemon's: 300 s, 7440 s, 240 s, 60 s. */
struct nat_config box_nat_config(uint32_t sessions, enum nat_filtering filtering);

/* The rule of RFC 7597 appendix A, example 1, with offset 4. */
struct map_rule_spec box_rule(void);

/* Both abort when memory runs out. A BR's softwires 1 and 2 are like 0, but 1 checks EA bits only, 2 copies the DSCP. */
struct box *box_new(const struct box_options *options);
void box_free(struct box *box);

/* No sessions, zero counters, time 0. */
void box_reset(struct box *box);

/* The MAC address to which a frame for this interface goes. */
struct mac box_mac(const struct box *box, unsigned int interface);

/* A buffer that ends where the frame ends. */
struct rte_mbuf *box_buffer(const void *frame, size_t len);

/*
 * Runs received packets, box_run_long() without the express lane; afterwards they are in the worker's outlets, which box_empty() frees. NULL when all laws hold,
 * else which one is broken: each packet is in one outlet, once; the drop counters rose by as many as there are dropped
 * packets; received + created = transmitted + dropped + handed over; frames that are sent lie within their buffers.
 */
const char *
box_run(struct box *box, unsigned int worker, unsigned int interface, struct rte_mbuf **mbufs, uint16_t count);
const char *
box_run_long(struct box *box, unsigned int worker, unsigned int interface, struct rte_mbuf **mbufs, uint16_t count);
void box_empty(struct worker *w);

/* One packet's end. */
struct box_end {
	const char *broken; /* a law, see box_run() */
	enum { BOX_DROPPED, BOX_SENT, BOX_HANDED } how;
	unsigned int to; /* interface it was sent on, or worker it was handed to */
	enum drop_reason reason;
	uint8_t frame[BOX_FRAME_SIZE]; /* what was sent */
	size_t len;
	bool has_answer; /* a packet was created */
	unsigned int answer_to;
	uint8_t answer[BOX_FRAME_SIZE];
	size_t answer_len;
};

/* Runs one frame and looks where it ended; the outlets are empty afterwards. */
void box_run_one(struct box *box, unsigned int worker, unsigned int interface, const void *frame, size_t len,
    struct box_end *end);

#endif
