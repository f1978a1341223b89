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
	void *memory;

	if (posix_memalign(&memory, alignment, size) != 0)
		return NULL;
	if (size >= LARGE_PAGE) /* the rest behind the last whole one stays in small pages */
		(void)madvise(memory, size / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
	return memory;
}
