/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/recent.h"

#include <string.h>

void
recent_look(struct recent *recent, const uint64_t drop[DROP_COUNT])
{
	memcpy(recent->drop[recent->looks++ % RECENT_LOOKS], drop, sizeof(recent->drop[0]));
}

uint64_t
recent_drops(const struct recent *recent, enum drop_reason reason, uint64_t now)
{
	return now - recent->drop[recent->looks % RECENT_LOOKS][reason];
}
