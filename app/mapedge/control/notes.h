/* SPDX-License-Identifier: BSD-3-Clause */
/* What is worth saying about a configuration that is good: as things stand, some of it has no effect. */
#ifndef MAPEDGE_APP_NOTES_H
#define MAPEDGE_APP_NOTES_H

#include "conf/conf.h"

/* One call for each note, "FILE:LINE: note: …". */
void notes_each(const struct conf *conf, void (*say)(void *context, const char *note), void *context);

/* Into the daemon's log. */
void notes_log(const struct conf *conf);

#define NOTES_SOFTWIRE_SIZE 768

/*
 * To the log: what the softwire of a line has become, or why there is none; `said` is what was said last, and what is the same is not said
 * again. True: it was not.
 */
bool notes_softwire(const struct conf_softwire *softwire, char said[NOTES_SOFTWIRE_SIZE]);

#endif
