/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses in a text give way to names, the same address to the same name: who reads it still sees what belongs together. */
#ifndef MAPEDGECTL_MASK_H
#define MAPEDGECTL_MASK_H

#include <stdio.h>

#include "base/addr.h"

#define MASK_ADDRESSES 4096 /* more of them are all called the same */

struct mask {
	unsigned int count;
	struct {
		char kind; /* '4', '6', 'm' */
		u128 addr;
	} known[MASK_ADDRESSES];
};

/* Writes the text with IPv4, IPv6 and MAC addresses as <v4-1>, <v6-2>, <mac-3>. Ports and prefix lengths stay. */
void mask_write(struct mask *mask, const char *text, FILE *out);

#endif
