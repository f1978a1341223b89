/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors that say where: "FILE:LINE: error: TEXT". */
#ifndef MAPEDGE_CONF_PLACE_H
#define MAPEDGE_CONF_PLACE_H

#include <libconfig.h>

#include "base/error.h"
#include "conf/conf.h"

/* Each returns -EINVAL and clears the hint; add one with error_hint(). A line of 0 stands for the whole file. */
int place_error(struct error *err, const config_setting_t *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int place_error_line(struct error *err, const char *file, unsigned int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts the place in front of an error of another room; its hint stays. */
int place_add(struct error *err, const char *file, unsigned int line);

/* The file a setting stands in, as a path that can be opened: also for what @include brought in. */
char *place_file(const config_setting_t *at, char file[CONF_TEXT_SIZE]);
unsigned int place_line(const config_setting_t *at);

/*
 * The path of the file that the setting `at` names, relative to the directory of `config`. 0, or -EINVAL when there is no
 * such file or it cannot be read.
 */
int place_find(struct error *err, const config_setting_t *at, const char *config, char path[CONF_TEXT_SIZE]);

/* Makes a path of `name` that is relative to the directory of `file`. 0, or -ENAMETOOLONG. */
int place_beside(const char *file, const char *name, char path[CONF_TEXT_SIZE]);

#endif
