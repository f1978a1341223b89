/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The daemon's log: one event a line on standard error, with the priority in front as the journal reads it. The last ones
 * are kept for whoever asks on the socket. Control's alone: workers count, they do not write.
 *
 * A line begins with the part that it is of, "host: …" (api/log.h); what is beyond the part's level is neither written nor kept.
 */
#ifndef MAPEDGE_APP_LOG_H
#define MAPEDGE_APP_LOG_H

#include <stdint.h>

#include "api/log.h"

#define LOG_ERROR 3
#define LOG_NOTICE 5
#define LOG_DEBUG 7
#define LOG_KEPT 512
#define LOG_TEXT_SIZE 512 /* longer lines are kept in part */

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

struct log_event {
	uint64_t number; /* counts from 1 */
	uint64_t ms;     /* since 1970 */
	int priority;
	char text[LOG_TEXT_SIZE];
};

void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Of each part; at first LOG_LEVEL_NOTICE. */
void log_set_levels(const enum log_level levels[LOG_PARTS]);
void log_get_levels(enum log_level levels[LOG_PARTS]);

/* The first event that is kept and has this number or a higher one, or NULL. */
const struct log_event *log_find(uint64_t number);

#endif
