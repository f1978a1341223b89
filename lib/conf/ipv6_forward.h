/* SPDX-License-Identifier: BSD-3-Clause */
/* Who forwards native IPv6, and what is never forwarded: rows of the root's reader table. */
#ifndef MAPEDGE_CONF_IPV6_FORWARD_H
#define MAPEDGE_CONF_IPV6_FORWARD_H

#include "conf/reader.h"

extern const char *const ipv6_forward_words[];
extern const char *const ipv6_martians_words[];

#define IPV6_FORWARD_KEY \
	.name = "ipv6_forward", .type = READER_WORD, .words = ipv6_forward_words, .example = "\"linux\""

#define IPV6_MARTIANS_KEY                                                                                     \
	.name = "ipv6_martians", .type = READER_VALUES, .element = READER_PREFIX6, .max = CONF_MAX_MARTIANS6, \
	.words = ipv6_martians_words, .example = "[ \"documentation\", \"2001:db8:bad::/48\" ]"

#endif
