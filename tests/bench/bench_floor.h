/* SPDX-License-Identifier: BSD-3-Clause */
/* The floor: what any program of this kind must do to a packet. */
#ifndef MAPEDGE_TESTS_BENCH_FLOOR_H
#define MAPEDGE_TESTS_BENCH_FLOOR_H

#include "engine/engine.h"

/* Receives, touches, moves 40 bytes of header, and sends, in one queue of each port; the number of packets. */
unsigned int
bench_floor_turn(const struct engine *engine, uint16_t queue, unsigned int from, unsigned int to, bool wrap);

#endif
