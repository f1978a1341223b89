/* SPDX-License-Identifier: BSD-3-Clause */
/* What the CPU can do, as the C library says: with GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2 in its environment a program sees less. */
#ifndef MAPEDGE_BASE_CPU_H
#define MAPEDGE_BASE_CPU_H

#include <stdbool.h>

#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>

/* All that gcc uses for -march=x86-64-v3 where there are integers alone. */
static inline bool
cpu_has_v3(void)
{
	return CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(BMI1) && CPU_FEATURE_ACTIVE(BMI2) &&
	    CPU_FEATURE_ACTIVE(LZCNT) && CPU_FEATURE_ACTIVE(MOVBE);
}
#endif

#endif
