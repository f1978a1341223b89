/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that works for us as long as we live: started, started again when it ends, after waits that grow, and ended with us. One
 * that outlived a killed mapedge is ended before another one is started.
 */
#ifndef MAPEDGE_APP_COMPANION_H
#define MAPEDGE_APP_COMPANION_H

#include <event2/event.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

#define COMPANION_PATH_SIZE 320

struct companion_config {
	const char *name;    /* for people */
	const char *program; /* where it is */
	char file
	    [COMPANION_PATH_SIZE]; /* its configuration: the last word of its command line, which tells ours from others */
	char pid_file[COMPANION_PATH_SIZE]; /* that it writes */
};

/* What `status` says. */
struct companion_report {
	const char *state; /* "off", "running", "waiting" */
	pid_t pid;         /* 0: none */
	uint64_t starts;
	uint64_t next_start_ms; /* of clock_ms(), when waiting */
	char reason[128];       /* why the last one ended, or could not be started; "": it was told to */
};

struct companion;

/* NULL with the reason. Nothing is started. */
struct companion *companion_new(struct event_base *base, const struct companion_config *config, struct error *err);

/* Starts it; one that runs is ended and started anew, so that it reads its configuration. */
void companion_start(struct companion *companion);

/* Tells it to end, until it is started again. */
void companion_stop(struct companion *companion);

const struct companion_report *companion_report(const struct companion *companion);

/* Ends the program and waits for it. NULL is allowed. */
void companion_free(struct companion *companion);

#endif
