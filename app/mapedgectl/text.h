/* SPDX-License-Identifier: BSD-3-Clause */
/* Output for people: at most 80 columns wide, so that it survives a ticket or a mail. */
#ifndef MAPEDGECTL_TEXT_H
#define MAPEDGECTL_TEXT_H

#include "map/portset.h"

/* A label and what it says. */
void text_line(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An empty line and the ranges of a port set, in columns. */
void text_ranges(const struct portset *set);

/* An empty line and a text that begins with "Warning:", in lines of its own. */
void text_warning(const char *text);

#endif
