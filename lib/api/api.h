/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The JSON interface: one object a line in, one object a line out.
 *
 *   {"command": "stats-get", "arguments": {"all": true}, "id": 1}
 *   {"result": 0, "text": "", "arguments": {…}, "id": 1}
 *
 * Everything it can do stands in one table (api.c). What it needs from the running system comes through struct
 * api_backend, so all of it is tested without one.
 */
#ifndef MAPEDGE_API_H
#define MAPEDGE_API_H

#include <jansson.h>
#include <stdio.h>

#include "api/alarms.h"
#include "api/capture.h"
#include "api/events.h"
#include "api/health.h"
#include "api/line.h"
#include "api/links.h"
#include "api/log.h"
#include "api/lookup.h"
#include "api/report.h"
#include "api/softwire.h"
#include "api/trace.h"
#include "api/workers.h"
#include "base/error.h"
#include "map/ruleset.h"
#include "nat/listing.h"

#define API_MAX_REQUEST 65536 /* bytes of one line */
#define API_EXPLAIN_MAX 16    /* packets at once */

enum api_result {
	API_OK = 0,
	API_FAILED = 1,      /* understood, but it did not work: the text says why */
	API_BAD_REQUEST = 2, /* not JSON, not a request, wrong arguments */
	API_UNKNOWN = 3,     /* no such command */
};

/* A binding: what a request names, and what is known about it. */
struct api_binding {
	uint32_t ipv4;
	int psid; /* CONF_NO_PSID: a whole address */
	u128 softwire;
	const char *domain;
	bool by_command; /* else it was in the file */
	struct binding_counters counters;
};

/* A configuration file that is good. */
struct api_checked {
	const char *file; /* that was looked at: until the next call */
	uint32_t rules, bindings;
	json_t *notes;             /* what of it has no effect, strings; a reference of the caller's */
	const char *needs_restart; /* the first setting that cannot change while it runs, or NULL */
};

struct api_backend {
	void *context;
	/* Fills in a report; what it points to is valid until the next call into the backend. */
	void (*report)(void *context, struct report *report);
	/* Fills in what is known of the box; the same. */
	void (*health)(void *context, struct health *health);
	/* The rule set in use and, on a CE, its softwire's rules: valid until the next call. */
	const struct ruleset *(*rules)(void *context);
	/* What `lookup` asks: the rules and bindings in use, valid until the next call. False on a CE, which has no such set. */
	bool (*lookup)(void *context, struct lookup *lookup);
	/* The file with the rule log, or NULL. */
	const char *(*rule_log)(void *context);
	/* The configuration that the file would be, which the caller frees. 0, or a negative errno with the reason. */
	int (*plan)(void *context, struct conf **planned, struct error *err);
	/* Looks at a file, NULL: the one that was started with. 0, or a negative errno with the reason. */
	int (*check)(void *context, const char *file, struct api_checked *checked, struct error *err);
	/*
	 * All or nothing; `confirm_s`: rolled back after so many seconds without confirm(), 0: never. 0 with the new
	 * generation, or a negative errno with the reason, the old state running on.
	 */
	int (*apply)(void *context, uint32_t confirm_s, uint64_t *generation, struct error *err);
	int (*confirm)(void *context, struct error *err);
	int (*rollback)(void *context, uint64_t *generation, struct error *err);
	void (*shutdown)(void *context);
	/* Needs ipv4, psid, softwire. 0 when it was added, 1 when it replaced another; or a negative errno with the reason. */
	int (*binding_add)(void *context, const struct api_binding *binding, bool replace, struct error *err);
	/* The others need ipv4 and psid; get fills in the rest. 0, or a negative errno with the reason. */
	int (*binding_remove)(void *context, const struct api_binding *binding, struct error *err);
	int (*binding_get)(void *context, struct api_binding *binding, struct error *err);
	/* The configuration in use, and what is known of the line or NULL: valid until the next call. */
	const struct conf *(*line)(void *context, const struct line_report **line);
	/* What is known of the other end of a CE's softwire; its pulse is NULL where there is none. Valid until the next call. */
	struct liveness (*liveness)(void *context);
	/* Asks the line's sources at once; forgets what was stored of their answers. False where no line is asked. */
	bool (*refresh)(void *context);
	bool (*forget)(void *context);
	/*
	 * Writes what would become of packets in the box as it is: a block of lines each, an empty line between. 0, or a
	 * negative errno with the reason.
	 */
	int (*explain)(void *context, char *const *packets, unsigned int count, FILE *out, struct error *err);
	/*
	 * Asks a worker's NAT: nat/listing.h. 0; -ENOENT: there is no such worker; or another negative errno with the reason.
	 */
	int (*list)(void *context, unsigned int worker, struct nat_listing *listing, struct error *err);
	/* The ports of the NAT, or NULL: valid until the next call. */
	const struct bank *(*bank)(void *context);
	/*
	 * Captures: app/mapedge's viewer.h. 0 with the id; 1 with a packet or 0 without; 0; or a negative errno with the
	 * reason.
	 */
	int (*capture_start)(void *context, const struct api_capture_wish *wish, uint64_t *id, struct error *err);
	int (*capture_take)(void *context, uint64_t id, struct api_captured *packet, struct error *err);
	int (*capture_lost)(void *context, uint64_t id, uint64_t *lost, struct error *err);
	int (*capture_stop)(void *context, uint64_t id, struct error *err);
	/* Traces: the same, in its tracing.h. */
	int (*trace_start)(void *context, const struct api_trace_wish *wish, uint64_t *id, struct error *err);
	int (*trace_take)(void *context, uint64_t id, struct api_traced *packet, struct error *err);
	int (*trace_state)(void *context, uint64_t id, struct api_trace_state *state, struct error *err);
	int (*trace_stop)(void *context, uint64_t id, struct error *err);
	/* The first event that is kept and has this number or a higher one; false: there is none. */
	bool (*event)(void *context, uint64_t number, struct api_event *event);
	/* How much is written to the log, and from now on. */
	struct log_levels (*log_get)(void *context);
	void (*log_set)(void *context, const struct log_levels *levels);
	/* A CE's softwire is in service, or is not. 0, or a negative errno with the reason. */
	int (*serve)(void *context, bool serves, struct error *err);
	/* Never NULL, valid until the next call; the alarms are those of this moment. */
	const struct softwire_past *(*past)(void *context);
	const struct alarms *(*alarms)(void *context);
	/* Everybody on the links; *list is the caller's to free(). 0, or a negative errno with the reason. */
	int (*neighbours)(void *context, struct api_neighbour **list, size_t *count, struct error *err);
	/* Fills in lists of routes and returns their number; those of one table stand side by side. Valid until the next call. */
	size_t (*routes)(void *context, struct api_routes lists[API_ROUTE_LISTS]);
	/* A worker that there is. */
	void (*worker)(void *context, unsigned int worker, struct api_worker *known);
	/* The box is being drained, or is not. 0, or a negative errno with the reason. */
	int (*drain)(void *context, bool on, struct error *err);
	/* Gives the line's lease back. 0, or a negative errno with the reason. */
	int (*release)(void *context, struct error *err);
};

/* Handles one request; always returns a reply (new reference). `line` need not be terminated. */
json_t *api_handle(const struct api_backend *backend, const char *line, size_t len);

/* The reply to a line that is longer than API_MAX_REQUEST. */
json_t *api_too_long(void);

#endif
