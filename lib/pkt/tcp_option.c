/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/tcp_option.h"

enum { OPTION_END = 0, OPTION_NOP = 1 };

size_t
tcp_option(const uint8_t *tcp, size_t from, uint8_t kind, uint8_t len)
{
	const size_t end = (size_t)(tcp[12] >> 4) * 4;

	for (size_t at = from; at < end && tcp[at] != OPTION_END;) {
		if (tcp[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (end - at < 2 || tcp[at + 1] < 2 || tcp[at + 1] > end - at)
			return 0;
		if (tcp[at] == kind && tcp[at + 1] == len)
			return at;
		at += tcp[at + 1];
	}
	return 0;
}
