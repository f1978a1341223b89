/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/source.h"

const char *
source_word(enum source_kind kind)
{
	static const char *const words[] = {
		[SOURCE_DHCPV6] = "dhcpv6",
		[SOURCE_HB46PP] = "hb46pp",
		[SOURCE_RULES] = "rules",
		[SOURCE_STATIC] = "static",
		[SOURCE_NONE] = "none",
	};

	return words[kind];
}

bool
source_is_listed(const struct source_order *order, enum source_kind kind)
{
	for (uint32_t i = 0; i < order->count; i++) {
		if (order->kind[i] == kind)
			return true;
	}
	return false;
}

enum source_kind
source_choose(const struct source_order *order, enum source_kind in_use, bool patient, source_try *try, void *context)
{
	for (uint32_t i = 0; i < order->count; i++) {
		const enum source_kind kind = order->kind[i];
		const enum source_verdict verdict = try(context, kind);

		if (verdict == SOURCE_USABLE)
			return kind;
		if (verdict == SOURCE_WAITS && kind == in_use)
			return kind;
		if (verdict == SOURCE_WAITS && in_use == SOURCE_NONE && patient)
			return SOURCE_NONE;
	}
	return SOURCE_NONE;
}
