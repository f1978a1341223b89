/* SPDX-License-Identifier: BSD-3-Clause */
/* Which way a branch nearly always goes. DPDK has the same names; here they are for rooms that know no DPDK. */
#ifndef MAPEDGE_BASE_LIKELY_H
#define MAPEDGE_BASE_LIKELY_H

#ifndef likely
#define likely(condition) __builtin_expect(!!(condition), 1)
#endif

/* A function that is called for few packets: its callers keep their registers for the others. */
#define COLD __attribute__((cold))

#ifndef unlikely
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#endif

#endif
