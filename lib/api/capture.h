/* SPDX-License-Identifier: BSD-3-Clause */
/* capture-start, capture-take, capture-stop: copies of packets, those that are dropped with the reason. */
#ifndef MAPEDGE_API_CAPTURE_H
#define MAPEDGE_API_CAPTURE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "stats/counters.h"

#define API_CAPTURE_SNAP_MAX 2048

struct api_capture_wish {
	bool reasons[DROP_COUNT]; /* dropped for these */
	bool rx, tx;
	const char *interface; /* NULL: any */
	const char *filter;    /* as tcpdump takes it; "": all */
	uint32_t snap;         /* bytes of each packet */
};

/* A packet that was captured; what it points to is valid until the next call. */
struct api_captured {
	uint64_t time_ns;        /* since 1970 */
	const char *event;       /* drop, rx, tx */
	enum drop_reason reason; /* DROP_COUNT where it was not dropped */
	const char *interface;
	unsigned int worker;
	bool is_ip; /* begins with its IP header, not with that of its frame */
	uint32_t length;
	uint32_t captured;
	const uint8_t *data;
};

#endif
