/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/ipv4.h"

enum option {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_LSRR = 131,
	OPTION_SSRR = 137,
};

enum verdict
ipv4_check_options(struct worker *w, struct packet *p)
{
	const uint8_t *option = p->ip + IPV4_MIN_LEN;

	while (option < p->l4 && *option != OPTION_END) {
		if (*option == OPTION_NOP) {
			option++;
			continue;
		}
		if (*option == OPTION_LSRR || *option == OPTION_SSRR)
			return drop(w, p, DROP_source_route);
		if (p->l4 - option < 2 || option[1] < 2 || option[1] > p->l4 - option)
			return drop(w, p, DROP_source_route);
		option += option[1];
	}
	return VERDICT_NEXT;
}
