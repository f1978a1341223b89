/* SPDX-License-Identifier: BSD-3-Clause */
/* events-get: the last lines of the log, numbered, so that whoever asks again misses none. */
#ifndef MAPEDGE_API_EVENTS_H
#define MAPEDGE_API_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct api_event {
	uint64_t number; /* counts from 1 */
	uint64_t ms;     /* since 1970 */
	bool is_error;
	const char *text;
};

#endif
