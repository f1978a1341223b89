/* SPDX-License-Identifier: BSD-3-Clause */
/* trace-start, trace-take, trace-stop: the ways of packets through a running box, step by step. */
#ifndef MAPEDGE_API_TRACE_H
#define MAPEDGE_API_TRACE_H

#include "base/error.h"
#include "pkt/trace.h"
#include "stats/counters.h"

struct api_trace_wish {
	const char *interface; /* NULL: any */
	const char *filter;    /* as tcpdump takes it; "": all */
	uint32_t count;        /* of packets */
};

/* A packet's way; what it points to is valid until the next call. */
struct api_traced {
	uint64_t time_ns; /* since 1970 */
	const char *interface;
	unsigned int worker;
	const char *came; /* in one line */
	const char *went; /* NULL: it was not sent */
	const struct trail *trail;
	unsigned int verdict;    /* enum verdict */
	enum drop_reason reason; /* DROP_COUNT where it was not dropped */
};

struct api_trace_state {
	uint32_t left; /* packets that have still to be taken */
	uint64_t lost; /* that came faster than they were taken */
};

#endif
