/* SPDX-License-Identifier: BSD-3-Clause */
/* What must not come from the Internet: IPv4 prefixes, and words that stand for well-known ones. */
#ifndef MAPEDGE_CONF_MARTIANS_H
#define MAPEDGE_CONF_MARTIANS_H

#include <libconfig.h>

#include "conf/conf.h"
#include "conf/reader.h"

extern const char *const martians_words[];

/* A row of a reader table: what "martians" may be. */
#define MARTIANS_KEY                                                                                    \
	.name = "martians", .type = READER_VALUES, .element = READER_PREFIX4, .max = CONF_MAX_MARTIANS, \
	.words = martians_words, .example = "[ \"private\", \"198.18.0.0/15\" ]"

/* Reads the setting "martians" of an internet interface, or its default. 0, or -EINVAL with the reason. */
int martians_read(struct conf_interface *interface, const config_setting_t *group, struct error *err);

#endif
