/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet buffers in a ring behind a lock, and not in a DPDK library: so ThreadSanitizer sees that who puts a buffer back is
 * done with it before somebody else takes it. It would not with several producers and no lock: DPDK 22.11 waits for the
 * producer before with a relaxed load, and so the one thread's release hides the other's (__rte_ring_update_tail()).
 */
#include "pool.h"

#include <errno.h>
#include <pthread.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int
make(struct rte_mempool *pool)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "seen_%.20s", pool->name);
	pool->pool_data =
	    rte_ring_create(name, rte_align32pow2(pool->size + 1), SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	return pool->pool_data != NULL ? 0 : -ENOMEM;
}

static void
discard(struct rte_mempool *pool)
{
	rte_ring_free(pool->pool_data);
}

static int
put(struct rte_mempool *pool, void *const *objects, unsigned int count)
{
	unsigned int done;

	pthread_mutex_lock(&lock);
	done = rte_ring_sp_enqueue_bulk(pool->pool_data, objects, count, NULL);
	pthread_mutex_unlock(&lock);
	return done == count ? 0 : -ENOBUFS;
}

static int
take(struct rte_mempool *pool, void **objects, unsigned int count)
{
	unsigned int done;

	pthread_mutex_lock(&lock);
	done = rte_ring_sc_dequeue_bulk(pool->pool_data, objects, count, NULL);
	pthread_mutex_unlock(&lock);
	return done == count ? 0 : -ENOBUFS;
}

static unsigned int
count_free(const struct rte_mempool *pool)
{
	return rte_ring_count(pool->pool_data);
}

static const struct rte_mempool_ops seen_ops = { .name = "seen",
	.alloc = make,
	.free = discard,
	.enqueue = put,
	.dequeue = take,
	.get_count = count_free };

int
pool_be_seen(void)
{
	const int rc = rte_mempool_register_ops(&seen_ops);

	return rc < 0 ? rc : rte_mbuf_set_user_mempool_ops("seen");
}
