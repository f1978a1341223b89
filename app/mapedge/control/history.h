/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps the rule log (api/record.h): a whole record at the start, at each change of the rules and once a day, and a line
 * for each binding that comes or goes by itself, for a refused reload and for the stop.
 *
 * A line is one write(2) at the end of the file, which is opened for it, so the log may be rotated under us. What cannot be
 * written is a line in the daemon's log and counted; forwarding does not depend on it. Everywhere a NULL history is none.
 */
#ifndef MAPEDGE_APP_HISTORY_H
#define MAPEDGE_APP_HISTORY_H

#include <event2/event.h>

#include "api/report.h"
#include "conf/conf.h"
#include "map/binding.h"

#define HISTORY_DAY_S 86400

struct history;

/* `repeat_s`: seconds between daily records. NULL with the reason when there is no memory. */
struct history *history_new(struct event_base *base, const char *file, time_t repeat_s, struct error *err);
void history_free(struct history *history);

/*
 * The rules that are in use from now on; the first time it is the start. `bindings` has the number of bindings of each
 * softwire or domain, NULL: not counted. The files with the bindings must be as they were loaded.
 */
void history_rules(struct history *history, const struct conf *conf, uint64_t generation, const uint64_t *bindings);

/* A binding of a domain was added, or removed, by itself, not by loading a file. */
void history_binding(struct history *history, bool added, const char *domain, const struct binding *binding);

/* A reload was refused. */
void history_refused(struct history *history, const char *why);

void history_stop(struct history *history);

/* What the statistics say about it; NULL when there is no history. */
const struct report_rule_log *history_report(const struct history *history);

#endif
