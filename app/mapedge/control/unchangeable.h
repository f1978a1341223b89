/* SPDX-License-Identifier: BSD-3-Clause */
/* What the running ports, workers and tables are made for cannot change without a restart. */
#ifndef MAPEDGE_APP_UNCHANGEABLE_H
#define MAPEDGE_APP_UNCHANGEABLE_H

#include "conf/conf.h"
#include "path/snapshot.h"

/* The name of a setting that is another one in `next` and may not be, or NULL. */
const char *unchangeable(const struct conf *now, const struct conf *next);

#endif
