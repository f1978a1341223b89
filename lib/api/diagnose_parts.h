/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of diagnose: diagnose.c has the topics about the box, diagnose_host.c that about one host behind it. */
#ifndef MAPEDGE_API_DIAGNOSE_PARTS_H
#define MAPEDGE_API_DIAGNOSE_PARTS_H

#include "api/command.h"

#define DIAGNOSE_PORTS_SHORT 90 /* percent in use */

/* What the findings are made of. */
struct known {
	const struct conf *conf;
	const struct conf_softwire *softwire; /* of a CE */
	const struct line_report *line;       /* NULL: nobody is asked */
	struct liveness liveness;             /* without a pulse where there is no softwire */
	struct counters total;
	struct report report;
};

struct findings {
	json_t *problems, *others;
};

/* What is found, and what to do about it or "". */
void diagnose_problem(struct findings *findings, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void diagnose_fine(struct findings *findings, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A reason for drops that have been: how many there were, with the text and hint of the table of reasons. */
void diagnose_dropped(struct findings *findings, const struct known *known, enum drop_reason reason);

/* What is known about an inside host. */
struct host_known {
	uint32_t addr; /* host order */
	bool is_on_lan;
	bool has_neighbour, is_used;
	const char *neighbour_state;
	struct nat_host_row row; /* of all workers */
	uint32_t opening;        /* TCP sessions that have had no answer */
	uint32_t established;
	bool is_complete; /* every session was looked at */
};

/* 0, or a negative errno with the reason. */
int diagnose_know_host(const struct api_backend *backend, const struct known *known, uint32_t addr,
    struct host_known *host, struct error *err);

void diagnose_host(struct findings *findings, const struct known *known, const struct host_known *host);

#endif
