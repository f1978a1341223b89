/* SPDX-License-Identifier: BSD-3-Clause */
/* A libconfig file, opened and parsed. */
#ifndef MAPEDGE_CONF_SOURCE_H
#define MAPEDGE_CONF_SOURCE_H

#include <libconfig.h>

#include "base/error.h"

/* 0, or -EINVAL with the reason in err; only after 0 is there anything for source_close() to do. */
int source_open(config_t *source, const char *file, struct error *err);
void source_close(config_t *source);

/* -EINVAL when the text has an integer that libconfig would silently have cut to 32 bits. */
int source_check_numbers(const char *text, const char *file, struct error *err);

#endif
