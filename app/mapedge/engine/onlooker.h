/* SPDX-License-Identifier: BSD-3-Clause */
/* A ring as a thread sees it that neither puts in nor takes out. */
#ifndef MAPEDGE_APP_ONLOOKER_H
#define MAPEDGE_APP_ONLOOKER_H

#include <rte_ring.h>

/* What is in the ring at about this moment: rte_ring_count() is for its own threads, and reads without atomics what others write. */
static inline unsigned int
onlooker_count(const struct rte_ring *ring)
{
	const uint32_t taken = __atomic_load_n(&ring->cons.tail, __ATOMIC_ACQUIRE);
	const uint32_t put = __atomic_load_n(&ring->prod.tail, __ATOMIC_RELAXED);
	const uint32_t count = (put - taken) & ring->mask;

	return count < ring->capacity ? count : ring->capacity;
}

#endif
