/* SPDX-License-Identifier: BSD-3-Clause */
/* The home's unique local prefix (RFC 4193), which stays the same over restarts: RFC 7084 ULA-1 to ULA-3. */
#ifndef MAPEDGE_APP_ULA_H
#define MAPEDGE_APP_ULA_H

#include "conf/conf.h"

/* The /48 that is configured, else the one on the disk, else a new one that is put there; length 0: none is wanted. 0, or a negative errno. */
int ula_open(const struct conf *conf, struct prefix6 *ula, struct error *err);

#endif
