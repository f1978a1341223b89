/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does a softwire live? One that is configured may still lead nowhere: whoever looks at its counters now and then can tell
 * that something is sent and nothing comes back. Nothing is sent for it.
 */
#ifndef MAPEDGE_STATS_PULSE_H
#define MAPEDGE_STATS_PULSE_H

#include <stdbool.h>
#include <stdint.h>

#define PULSE_EVERY_MS 5000u /* between two looks */
#define PULSE_LATELY_MS 60000u
#define PULSE_LOOKS (PULSE_LATELY_MS / PULSE_EVERY_MS + 1)
#define PULSE_PATIENCE_MS 10000u /* from the first packet without an answer until the other end counts as silent */
#define PULSE_MIN_SENT 3u        /* packets in that time: one may get lost */

struct pulse_look {
	uint64_t ms;
	uint64_t sent;
	uint64_t received;
};

/* All zero is the state before the first look. */
struct pulse {
	uint64_t looks;
	struct pulse_look look[PULSE_LOOKS]; /* the last ones; the newest is (looks - 1) % PULSE_LOOKS */
	uint64_t answered_ms;                /* when more was seen to have come in, if `answered` */
	bool answered;
	struct pulse_look asked; /* the look before the first packet that has no answer yet, if `asks` */
	bool asks;
};

enum pulse_verdict {
	PULSE_UNKNOWN, /* nothing was sent lately, or not for long enough to tell */
	PULSE_ANSWERS,
	PULSE_SILENT,
};

/* The totals of packets into the softwire and out of it, which never fall. `now_ms` of any clock that does not go back. */
void pulse_take(struct pulse *pulse, uint64_t now_ms, uint64_t sent, uint64_t received);

/* As of the last look. */
enum pulse_verdict pulse_verdict(const struct pulse *pulse);

/* Packets in the last minute, as of the last look. */
struct pulse_look pulse_lately(const struct pulse *pulse);

/* How long ago the last packet was seen to have come in, milliseconds; only if `answered`. */
uint64_t pulse_age_ms(const struct pulse *pulse);

/* Has something come in since then, to be sure? */
bool pulse_heard_since(const struct pulse *pulse, uint64_t ms);

/* Packets since the last one that came in, as of the last look. */
uint64_t pulse_unanswered(const struct pulse *pulse);

#endif
