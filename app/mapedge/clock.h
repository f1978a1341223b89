/* SPDX-License-Identifier: BSD-3-Clause */
/* Control's clocks; packets have their worker's. */
#ifndef MAPEDGE_APP_CLOCK_H
#define MAPEDGE_APP_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since 1970: for people who read logs and counters. */
static inline uint64_t
wall_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Milliseconds of a clock that never goes back. */
static inline uint64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The same in microseconds. */
static inline uint64_t
clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

#endif
