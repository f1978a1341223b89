/* SPDX-License-Identifier: BSD-3-Clause */
#include "buffer.h"

#include <errno.h>
#include <stdlib.h>

#define ROOM 2048 /* bytes of data that fit into a buffer, as in those of a port */
#define TAIL 16   /* bytes behind the packet, or a short one would not be read as it is by a port (path/headers.h) */

struct rte_mbuf *
buffer_new(size_t len)
{
	const size_t room = len < ROOM ? ROOM : len;
	void *memory;
	struct rte_mbuf *mbuf;

	if (posix_memalign(&memory, RTE_CACHE_LINE_SIZE, sizeof(*mbuf) + RTE_PKTMBUF_HEADROOM + room + TAIL) != 0)
		return NULL;
	mbuf = memory;
	memset(mbuf, 0, sizeof(*mbuf));
	mbuf->buf_addr = mbuf + 1;
	mbuf->buf_len = (uint16_t)(RTE_PKTMBUF_HEADROOM + room + TAIL);
	mbuf->data_off = (uint16_t)(RTE_PKTMBUF_HEADROOM + room - len);
	memset((uint8_t *)mbuf->buf_addr + RTE_PKTMBUF_HEADROOM + room, 0, TAIL);
	mbuf->nb_segs = 1;
	return mbuf;
}

int
buffer_refill(struct worker *w)
{
	while (w->stock_count < WORKER_STOCK_SIZE) {
		struct rte_mbuf *mbuf = buffer_new(ROOM);

		if (mbuf == NULL)
			return -ENOMEM;
		w->stock[w->stock_count++] = mbuf;
	}
	return 0;
}
