/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/pages.h"

#include <stdlib.h>
#include <sys/mman.h>

#define CACHE_LINE 64
#define LARGE_PAGE (2u << 20)

void *
pages_alloc(size_t size)
{
	const size_t alignment = size < LARGE_PAGE ? CACHE_LINE : LARGE_PAGE;
	void *memory = aligned_alloc(alignment, (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);

	if (memory != NULL && size >= LARGE_PAGE) /* the rest behind the last whole one stays in small pages */
		(void)madvise(memory, size / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
	return memory;
}
