/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp/chain.h"

#define EXTENSION_MIN_LEN 8
#define MAX_HEADERS (IPV6_MAX_EXTENSIONS + 1) /* the fragment header may come on top */
#define FRAGMENT_OFFSET 0xfff8
#define ROUTING_SOURCE 0 /* the type of Routing header that is a source route */

/* Bytes of an extension header, of which EXTENSION_MIN_LEN are there; 0 for everything else. */
static uint32_t
extension_len(uint8_t next_header, const uint8_t *header)
{
	switch (next_header) {
	case NEXT_HEADER_HOP_BY_HOP:
	case NEXT_HEADER_ROUTING:
	case NEXT_HEADER_DESTINATION:
		return (header[1] + UINT32_C(1)) * 8;
	case NEXT_HEADER_FRAGMENT:
		return 8;
	case NEXT_HEADER_AUTHENTICATION:
		return (header[1] + UINT32_C(2)) * 4; /* RFC 4302 section 2.2 */
	default:
		return 0;
	}
}

bool
chain_walk(const uint8_t *ip6, uint32_t len, struct chain *chain)
{
	if (len < IPV6_LEN || ip6[0] >> 4 != 6)
		return false;
	*chain = (struct chain){ .payload = ip6 + IPV6_LEN, .len = len - IPV6_LEN, .next_header = ip6[6] };
	for (int count = 0; count <= MAX_HEADERS; count++) {
		const uint8_t *header = chain->payload;
		uint32_t skip;

		if (chain->is_later_fragment || chain->len < EXTENSION_MIN_LEN)
			return true;
		skip = extension_len(chain->next_header, header);
		if (skip == 0 || skip > chain->len)
			return true;
		chain->has_source_route |= chain->next_header == NEXT_HEADER_ROUTING && header[2] == ROUTING_SOURCE;
		if (chain->next_header == NEXT_HEADER_FRAGMENT)
			chain->is_later_fragment = (load16(header + 2) & FRAGMENT_OFFSET) != 0;
		chain->next_header = header[0];
		chain->payload += skip;
		chain->len -= skip;
	}
	return false;
}
