/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/ipv6.h"

enum verdict
ipv6_walk_extensions(struct worker *w, struct packet *p, uint8_t *next_header, bool ours)
{
	for (int count = 0; count <= IPV6_MAX_EXTENSIONS; count++) {
		uint16_t len;

		switch (*next_header) {
		case NEXT_HEADER_HOP_BY_HOP:
		case NEXT_HEADER_DESTINATION:
		case NEXT_HEADER_ROUTING:
			break;
		case NEXT_HEADER_FRAGMENT:
			if (p->outer_len >= IPV6_FRAGMENT_LEN)
				return VERDICT_NEXT;
			break;
		default:
			return VERDICT_NEXT;
		}
		if (p->outer_len < 8)
			break;
		len = (uint16_t)((p->ip[1] + 1) * 8);
		if (p->outer_len < len)
			break;
		/* RFC 8200 section 4.4: with segments left it is not at its last stop, whatever its type. */
		if (*next_header == NEXT_HEADER_ROUTING && p->ip[3] != 0)
			break;
		*next_header = p->ip[0];
		p->ip += len;
		p->outer_len = (uint16_t)(p->outer_len - len);
	}
	return ours ? drop(w, p, DROP_ipv6_ext) : host(w, p);
}
