/* SPDX-License-Identifier: BSD-3-Clause */
/* A reason for a person: what set-up functions fill in when they return a negative errno. */
#ifndef MAPEDGE_BASE_ERROR_H
#define MAPEDGE_BASE_ERROR_H

#include <errno.h>

struct error {
	char text[240]; /* one line, without a final full stop */
	char hint[240]; /* what to do about it; may be empty */
};

/* Fills in the text (and clears the hint); returns -code, so that `return error_set(err, EINVAL, …)` reads well. */
int error_set(struct error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds a hint to an error that is already set. */
void error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
