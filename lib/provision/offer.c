/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/offer.h"

const char *
offer_kind_word(enum offer_kind kind)
{
	static const char *const word[] = {
		[OFFER_MAP_E] = "map-e",
		[OFFER_LW4O6] = "lw4o6",
		[OFFER_IPIP] = "ipip",
		[OFFER_DS_LITE] = "ds-lite",
	};

	return word[kind];
}
