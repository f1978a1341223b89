/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/load.h"

#include <stddef.h>

void
load_take(struct load *load, const struct load_look *now)
{
	load->look[load->looks++ % LOAD_LOOKS] = *now;
}

static const struct load_look *
find_look(const struct load *load, uint64_t now_ms, uint64_t span_ms)
{
	const uint64_t kept = load->looks < LOAD_LOOKS ? load->looks : LOAD_LOOKS;
	const struct load_look *look = NULL;

	for (uint64_t back = 1; back <= kept; back++) {
		look = &load->look[(load->looks - back) % LOAD_LOOKS];
		if (now_ms - look->ms >= span_ms)
			break;
	}
	return look;
}

struct load_rate
load_since(const struct load *load, const struct load_look *now, uint64_t span_ms)
{
	const struct load_look *then = find_look(load, now->ms, span_ms);

	if (then == NULL || now->ms <= then->ms || now->time <= then->time)
		return (struct load_rate){ 0 };
	return (struct load_rate){ .is_known = true,
		.busy_percent = (uint32_t)((now->busy - then->busy) * 100 / (now->time - then->time)),
		.packets_per_s = (now->packets - then->packets) * 1000 / (now->ms - then->ms) };
}
