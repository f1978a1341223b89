/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon's log: one event a line on standard error, with the priority in front as the journal reads it. */
#ifndef MAPEDGE_APP_LOG_H
#define MAPEDGE_APP_LOG_H

#include <stdio.h>

#define log_error(...) log_line(3, __VA_ARGS__)
#define log_notice(...) log_line(5, __VA_ARGS__)

#define log_line(priority, ...)                             \
	do {                                                \
		fprintf(stderr, "<%d>mapedge: ", priority); \
		fprintf(stderr, __VA_ARGS__);               \
		fputc('\n', stderr);                        \
	} while (0)

#endif
