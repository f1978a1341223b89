/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mapedgectl lookup: who has, or had, an address and port. The same answer from the daemon (lookup on its socket) and from
 * a rule log alone, on whatever machine it is kept.
 */
#ifndef MAPEDGECTL_LOOKUP_H
#define MAPEDGECTL_LOOKUP_H

#include <jansson.h>

/* An answer that somebody has it, for people. */
void lookup_print(const json_t *answer);

#endif
