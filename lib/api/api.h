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

#include "api/line.h"
#include "api/lookup.h"
#include "api/report.h"
#include "base/error.h"
#include "map/ruleset.h"

#define API_MAX_REQUEST 65536 /* bytes of one line */

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

struct api_backend {
	void *context;
	/* Fills in a report; what it points to is valid until the next call into the backend. */
	void (*report)(void *context, struct report *report);
	/* The rule set in use and, on a CE, its softwire's rules: valid until the next call. */
	const struct ruleset *(*rules)(void *context);
	/* What `lookup` asks: the rules and bindings in use, valid until the next call. False on a CE, which has no such set. */
	bool (*lookup)(void *context, struct lookup *lookup);
	/* The file with the rule log, or NULL. */
	const char *(*rule_log)(void *context);
	/* All or nothing. 0 with the new generation, or a negative errno with the reason, the old state running on. */
	int (*reload)(void *context, uint64_t *generation, struct error *err);
	void (*shutdown)(void *context);
	/* Needs ipv4, psid, softwire. 0 when it was added, 1 when it replaced another; or a negative errno with the reason. */
	int (*binding_add)(void *context, const struct api_binding *binding, bool replace, struct error *err);
	/* The others need ipv4 and psid; get fills in the rest. 0, or a negative errno with the reason. */
	int (*binding_remove)(void *context, const struct api_binding *binding, struct error *err);
	int (*binding_get)(void *context, struct api_binding *binding, struct error *err);
	/* The configuration in use, and what is known of the line or NULL: valid until the next call. */
	const struct conf *(*line)(void *context, const struct line_report **line);
	/* What a CE's softwire carries, or NULL where there is none. */
	const struct pulse *(*pulse)(void *context);
	/* Asks the line's sources at once; forgets what was stored of their answers. False where no line is asked. */
	bool (*refresh)(void *context);
	bool (*forget)(void *context);
	/* Gives the line's lease back. 0, or a negative errno with the reason. */
	int (*release)(void *context, struct error *err);
};

/* Handles one request; always returns a reply (new reference). `line` need not be terminated. */
json_t *api_handle(const struct api_backend *backend, const char *line, size_t len);

/* The reply to a line that is longer than API_MAX_REQUEST. */
json_t *api_too_long(void);

#endif
