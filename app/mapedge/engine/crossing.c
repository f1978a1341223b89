/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/crossing.h"

#include <rte_mbuf.h>
#include <rte_ring_elem.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/onlooker.h"

#define TO_HOST_SIZE 2048
#define FROM_HOST_SIZE 1024
#define QUESTIONS_SIZE 256

int
crossing_init(struct crossing *crossing, struct error *err)
{
	crossing->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (crossing->wake < 0)
		return error_set(err, errno, "no eventfd: %s", strerror(errno));
	crossing->to_host = rte_ring_create("to_host", TO_HOST_SIZE, SOCKET_ID_ANY, RING_F_SC_DEQ);
	crossing->from_host =
	    rte_ring_create("from_host", FROM_HOST_SIZE, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
	crossing->questions =
	    rte_ring_create_elem("questions", sizeof(struct question), QUESTIONS_SIZE, SOCKET_ID_ANY, RING_F_SC_DEQ);
	if (crossing->to_host == NULL || crossing->from_host == NULL || crossing->questions == NULL)
		return error_set(err, ENOMEM, "out of memory for the rings to Linux");
	return 0;
}

static void
free_frames(struct rte_ring *ring)
{
	void *mbuf;

	while (ring != NULL && rte_ring_dequeue(ring, &mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	rte_ring_free(ring);
}

void
crossing_free(struct crossing *crossing)
{
	free_frames(crossing->to_host);
	free_frames(crossing->from_host);
	rte_ring_free(crossing->questions);
	if (crossing->wake > 0)
		close(crossing->wake);
}

uint64_t
crossing_held(const struct crossing *crossing)
{
	if (crossing->to_host == NULL)
		return 0;
	return (uint64_t)onlooker_count(crossing->to_host) + onlooker_count(crossing->from_host);
}

unsigned int
crossing_enter(struct crossing *crossing, struct worker *w)
{
	if (w->pending != NULL && w->pending->question_count > 0) {
		rte_ring_mp_enqueue_burst_elem(crossing->questions, w->pending->questions, sizeof(struct question),
		    w->pending->question_count, NULL);
		w->pending->question_count = 0;
	}
	if (w->to_host.count == 0)
		return 0;
	return rte_ring_mp_enqueue_burst(crossing->to_host, (void **)w->to_host.mbufs, w->to_host.count, NULL);
}

/* Only fails when control has not looked for 2^64 turns. */
void
crossing_wake(const struct crossing *crossing)
{
	(void)eventfd_write(crossing->wake, 1);
}
