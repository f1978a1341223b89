/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tables of commands say, for people: help, the manual page, docs/commands.md, completion for bash. */
#ifndef MAPEDGECTL_MANUAL_H
#define MAPEDGECTL_MANUAL_H

#include <stdio.h>

/* Everything there is, a line each. */
void manual_usage(FILE *out);

/* `help [show] COMMAND`. Returns the exit status. */
int manual_help(char *const *words, int count);

/* `manual man`, `manual markdown`, `manual bash`: made at build time. Returns the exit status. */
int manual_main(char *const *words, int count);

/* `complete WORD…`: what could stand in the place of the last word, a line each. */
int manual_complete(char *const *words, int count);

#endif
