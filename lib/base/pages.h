/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory for tables in which packets look up this and that: where such a table is large, every lookup would miss the TLB, too. */
#ifndef MAPEDGE_BASE_PAGES_H
#define MAPEDGE_BASE_PAGES_H

#include <stddef.h>

/*
 * So many bytes, 64-byte aligned, of any content; what fills large pages of 2 MB lies in such where the kernel has them to give
 * (transparent_hugepage: madvise or always). NULL when there is no memory; for free().
 */
void *pages_alloc(size_t size);

#endif
