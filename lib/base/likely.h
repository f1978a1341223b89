/* SPDX-License-Identifier: BSD-3-Clause */
/* Which way a branch nearly always goes. DPDK has the same names; here they are for rooms that know no DPDK. */
#ifndef MAPEDGE_BASE_LIKELY_H
#define MAPEDGE_BASE_LIKELY_H

#ifndef likely
#define likely(condition) __builtin_expect(!!(condition), 1)
#endif

/* A step that is too long for the compiler's taste, in the middle of a way where every packet takes it. */
#define INLINED inline __attribute__((always_inline))

/* A function that is called for few packets: it stays out of its callers, which keep their registers for the others. */
#define COLD __attribute__((cold, noinline))

#ifndef unlikely
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#endif

#endif
