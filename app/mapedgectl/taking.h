/* SPDX-License-Identifier: BSD-3-Clause */
/* What capture and trace share, which take packets from the daemon until there are enough. */
#ifndef MAPEDGECTL_TAKING_H
#define MAPEDGECTL_TAKING_H

#include <jansson.h>
#include <stdbool.h>

/* Waits so long. True: somebody has interrupted us; signals come only here: they would cut a reply short. */
bool taking_pause(long us);

/* "42". False: no number that is 0 or more. */
bool taking_number(const char *text, long long *number);

/* The words as one filter of the wish; none, no filter. False: too long. */
bool taking_filter(json_t *wish, char *const *words, int count);

#endif
