/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/snoop.h"

#include <rte_cycles.h>
#include <stdlib.h>
#include <string.h>

/* ---- set-up ----------------------------------------------------------------------------------------------------- */

static int
fill_in(struct snoop *snoop, struct error *err)
{
	for (unsigned int i = 0; i < snoop->workers; i++) {
		snoop->queue[i] = calloc(1, sizeof(*snoop->queue[i]));
		if (snoop->queue[i] == NULL)
			return error_set(err, ENOMEM, "out of memory for a capture");
	}
	return sieve_init(&snoop->sieve, snoop->wish.filter, err);
}

struct snoop *
snoop_new(const struct snoop_wish *wish, unsigned int workers, struct error *err)
{
	struct snoop *snoop = calloc(1, sizeof(*snoop));
	int rc;

	if (snoop == NULL) {
		error_set(err, ENOMEM, "out of memory for a capture");
		return NULL;
	}
	snoop->wish = *wish;
	snoop->workers = workers;
	rc = fill_in(snoop, err);
	snoop->wish.filter = NULL; /* the caller's, and compiled now */
	if (rc == 0)
		return snoop;
	snoop_free(snoop);
	return NULL;
}

void
snoop_free(struct snoop *snoop)
{
	if (snoop == NULL)
		return;
	for (unsigned int i = 0; i < snoop->workers; i++)
		free(snoop->queue[i]);
	sieve_free(&snoop->sieve);
	free(snoop);
}

/* ---- worker ----------------------------------------------------------------------------------------------------- */

static void
copy(struct snoop *snoop, const struct worker *w, struct snooped about, const struct rte_mbuf *mbuf)
{
	struct snoop_queue *queue = snoop->queue[w->id];
	const uint32_t filled = queue->filled;
	struct snooped *slot = &queue->slot[filled % SNOOP_SLOTS];

	if (!sieve_passes(&snoop->sieve, mbuf, about.is_ip))
		return;
	if (filled - __atomic_load_n(&queue->taken, __ATOMIC_ACQUIRE) == SNOOP_SLOTS) {
		counter_add(&queue->lost, 1);
		return;
	}
	about.tsc = rte_rdtsc();
	about.length = mbuf->pkt_len;
	about.captured = (uint16_t)(mbuf->data_len < snoop->wish.snap ? mbuf->data_len : snoop->wish.snap);
	memcpy(slot, &about, offsetof(struct snooped, data));
	memcpy(slot->data, rte_pktmbuf_mtod(mbuf, const void *), about.captured);
	__atomic_store_n(&queue->filled, filled + 1, __ATOMIC_RELEASE);
}

static bool
is_wanted(const struct snoop *snoop, unsigned int interface)
{
	return snoop->wish.interface < 0 || (unsigned int)snoop->wish.interface == interface;
}

void
snoop_burst(struct snoop *snoop, const struct worker *w, enum snoop_kind kind, unsigned int interface,
    struct rte_mbuf *const *mbufs, unsigned int count)
{
	const struct snooped about = { .kind = (uint8_t)kind, .reason = DROP_COUNT, .interface = (uint8_t)interface };

	if (!(kind == SNOOP_RX ? snoop->wish.rx : snoop->wish.tx) || !is_wanted(snoop, interface))
		return;
	for (unsigned int i = 0; i < count; i++)
		copy(snoop, w, about, mbufs[i]);
}

void
snoop_dropped(struct snoop *snoop, const struct worker *w, struct rte_mbuf *const *mbufs, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		const unsigned int reason = dropped_reason(mbufs[i]), interface = dropped_interface(mbufs[i]);
		const struct snooped about = { .kind = SNOOP_DROP,
			.reason = (uint16_t)reason,
			.interface = (uint8_t)interface,
			.is_ip = sieve_begins_with_ip(mbufs[i]) };

		if (reason < DROP_COUNT && snoop->wish.reasons[reason] && is_wanted(snoop, interface))
			copy(snoop, w, about, mbufs[i]);
	}
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

const struct snooped *
snoop_look(const struct snoop *snoop, unsigned int worker)
{
	const struct snoop_queue *queue = snoop->queue[worker];

	if (__atomic_load_n(&queue->filled, __ATOMIC_ACQUIRE) == queue->taken)
		return NULL;
	return &queue->slot[queue->taken % SNOOP_SLOTS];
}

void
snoop_next(struct snoop *snoop, unsigned int worker)
{
	struct snoop_queue *queue = snoop->queue[worker];

	__atomic_store_n(&queue->taken, queue->taken + 1, __ATOMIC_RELEASE);
}

uint64_t
snoop_lost(const struct snoop *snoop)
{
	uint64_t lost = 0;

	for (unsigned int i = 0; i < snoop->workers; i++)
		lost += __atomic_load_n(&snoop->queue[i]->lost, __ATOMIC_RELAXED);
	return lost;
}
