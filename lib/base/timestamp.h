/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments as people and logs write them: RFC 3339. A moment is a number of milliseconds since 1970 in UTC. */
#ifndef MAPEDGE_BASE_TIMESTAMP_H
#define MAPEDGE_BASE_TIMESTAMP_H

#include <stdint.h>

#define TIMESTAMP_TEXT_SIZE 32
#define TIMESTAMP_LAST UINT64_C(253402300799999) /* that can be written: the end of the year 9999 */

/* "2026-11-03T08:30:00.250Z"; returns the buffer. */
char *timestamp_format(uint64_t ms, char text[TIMESTAMP_TEXT_SIZE]);

/*
 * The whole text or nothing: 0 or -EINVAL, with nothing written. Fractions are optional, what goes beyond milliseconds is
 * cut off; a blank may stand for the T. The offset ("Z", "+09:00") is required: an hour without it names 24 moments.
 */
int timestamp_parse(const char *text, uint64_t *ms);

#endif
