/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory for what is large: in large pages, if there are any, as the daemon's. */
#ifndef MAPEDGE_TESTS_BENCH_PAGES_H
#define MAPEDGE_TESTS_BENCH_PAGES_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BENCH_HUGE_PAGE (2u << 20)

/* All zero, for free(); NULL when there is no memory. */
static inline void *
bench_allocate(size_t size)
{
	void *memory;

	size = (size + BENCH_HUGE_PAGE - 1) / BENCH_HUGE_PAGE * BENCH_HUGE_PAGE;
	memory = aligned_alloc(BENCH_HUGE_PAGE, size);
	if (memory == NULL)
		return NULL;
	(void)madvise(memory, size, MADV_HUGEPAGE);
	memset(memory, 0, size);
	return memory;
}

#endif
