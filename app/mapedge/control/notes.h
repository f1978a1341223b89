/* SPDX-License-Identifier: BSD-3-Clause */
/* What is worth saying about a configuration that is good: as things stand, some of it has no effect. */
#ifndef MAPEDGE_APP_NOTES_H
#define MAPEDGE_APP_NOTES_H

#include "conf/conf.h"

/* One call for each note, "FILE:LINE: note: …". */
void notes_each(const struct conf *conf, void (*say)(const char *note));

/* Into the daemon's log. */
void notes_log(const struct conf *conf);

/* To the log: what the softwire of a line has become, or why there is none. */
void notes_softwire(const struct conf_softwire *softwire);

#endif
