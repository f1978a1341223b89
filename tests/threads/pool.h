/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef MAPEDGE_TESTS_POOL_H
#define MAPEDGE_TESTS_POOL_H

/* Pools of packet buffers made from now on are such whose hand-overs ThreadSanitizer sees. 0, or a negative errno. */
int pool_be_seen(void);

#endif
