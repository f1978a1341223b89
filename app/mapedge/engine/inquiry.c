/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine/inquiry.h"

#include <unistd.h>

#define PATIENCE_US 200000 /* a worker that takes longer hangs */
#define LOOK_US 20

bool
inquiry_answer(struct inquiry_desk *desk, struct worker *w)
{
	if (likely(!__atomic_load_n(&desk->is_open, __ATOMIC_ACQUIRE)))
		return false;
	if (w->nat == NULL)
		desk->listing.is_end = true;
	else
		nat_list(w->nat, &desk->listing, w->now);
	__atomic_store_n(&desk->is_open, false, __ATOMIC_RELEASE);
	return true;
}

static bool
is_free(const struct inquiry_desk *desk)
{
	return !__atomic_load_n(&desk->is_open, __ATOMIC_ACQUIRE);
}

bool
inquiry_ask(struct inquiry_desk *desk, struct nat_listing *listing)
{
	if (!is_free(desk))
		return false;
	desk->listing = *listing;
	desk->listing.count = 0;
	__atomic_store_n(&desk->is_open, true, __ATOMIC_RELEASE);
	for (unsigned int us = 0; us < PATIENCE_US && !is_free(desk); us += LOOK_US)
		usleep(LOOK_US);
	if (!is_free(desk))
		return false;
	*listing = desk->listing;
	return true;
}
