/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of a replay: replay.c runs it, replay_args.c reads what is wanted. */
#ifndef MAPEDGE_APP_REPLAY_PARTS_H
#define MAPEDGE_APP_REPLAY_PARTS_H

#include <stdio.h>

#include "capture.h"
#include "engine/bindings.h"
#include "path/path.h"

/* The next packet of an input, read ahead so that the inputs can be merged by time. */
struct input {
	struct capture_reader *reader;
	struct capture_packet next;
	bool has_next;
};

struct replay {
	const char *config;
	const char *in[INTERFACE_COUNT];
	const char *out[INTERFACE_COUNT];
	const char *stats;
	const char *trace_file;
	uint64_t seed;
	unsigned int workers; /* 0: what the configuration says */

	struct conf *conf;
	struct snapshot *snapshot;
	struct bindings *bindings;
	struct worker *worker;
	void **memory;
	struct input input[INTERFACE_COUNT];
	struct capture_writer *output[INTERFACE_COUNT];
	FILE *trace; /* NULL: nobody wants to know the steps */
	uint64_t start_ns;
	uint64_t now_ns;
	uint64_t bursts;

	/* What runs a burst, and what sees a frame that is sent: a replay's own, or those of `mapedge explain`. */
	void (*run)(struct replay *r, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);
	void (*sent)(struct replay *r, unsigned int interface, const uint8_t *frame, size_t len);
	void *context;
	FILE *told; /* of `mapedge explain`: where it tells */
};

#define REPLAY_MAX_FILES (2 * INTERFACE_COUNT)

/* "NAME=FILE"s are kept until the configuration says which interface has that name. */
struct named_file {
	const char *option; /* "in" or "out" */
	const char *text;
};

void replay_usage(FILE *to);

/* 0, or -EINVAL: wrong usage. */
int replay_options(struct replay *r, int argc, char **argv, struct named_file named[REPLAY_MAX_FILES], size_t *count);

/* The configuration is loaded. 0, or -EINVAL with the reason. */
int replay_bind_files(struct replay *r, const struct named_file *named, size_t count, struct error *err);

/*
 * The configuration, which is loaded, becomes workers. 0, or a negative errno with the reason; replay_tear_down() in both
 * cases.
 */
int replay_make(struct replay *r, struct error *err);
void replay_tear_down(struct replay *r);

/* A burst, and all that becomes of it: packets that are sent, handed over, or go on because of it. */
void replay_burst(struct replay *r, struct worker *w, enum way way, struct rte_mbuf **mbufs, uint16_t count);

#endif
