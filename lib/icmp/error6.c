/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp/error6.h"

#include "icmp/chain.h"
#include "pkt/limit.h"
#include "pkt/checksum.h"

#define ERROR_MAX_LEN 1280 /* IPv6's minimum MTU, RFC 4443 section 2.4 (c) */
#define ERROR_HOP_LIMIT 64
#define ICMP6_LEN 8
#define OPTION_OF_ANY_DESTINATION 2 /* the two highest bits of an option's type, RFC 8200 section 4.2 */

static bool
is_multicast(u128 addr)
{
	return addr >> 120 == 0xff;
}

/* Unspecified, loopback and multicast addresses are nobody to answer. */
static bool
is_one_host(u128 addr)
{
	return addr > 1 && !is_multicast(addr);
}

/* RFC 4443 section 2.4 (e.3): path MTU discovery, and options whose sender asks for it, work with multicast, too. */
static bool
destination_allows(const uint8_t *trigger, uint16_t len, struct icmp6_error what)
{
	if (!is_multicast(ip6_load(trigger + 24)) || what.type == ICMP6_TOO_BIG)
		return true;
	return what.type == ICMP6_PARAMETER_PROBLEM && what.code == 2 && what.value < len &&
	    trigger[what.value] >> 6 == OPTION_OF_ANY_DESTINATION;
}

/* An ICMPv6 error or Redirect, or ICMPv6 of which the type is not there to see. Section 2.4 (e.1), (e.2). */
static bool
may_be_error(const struct chain *chain)
{
	if (chain->next_header != NEXT_HEADER_ICMPV6)
		return false;
	return chain->is_later_fragment || chain->len == 0 || chain->payload[0] < ICMP6_FIRST_INFORMATIONAL ||
	    chain->payload[0] == ICMP6_REDIRECT;
}

static bool
may_answer(const uint8_t *trigger, uint16_t len, struct icmp6_error what)
{
	struct chain chain;

	return chain_walk(trigger, len, &chain) && !may_be_error(&chain) && is_one_host(ip6_load(trigger + 8)) &&
	    destination_allows(trigger, len, what);
}

uint16_t
icmp6_checksum(u128 src, u128 dst, const uint8_t *message, uint16_t len)
{
	uint8_t pseudo[IPV6_LEN] = { [IPV6_LEN - 1] = NEXT_HEADER_ICMPV6 };

	ip6_store(pseudo, src);
	ip6_store(pseudo + 16, dst);
	store32(pseudo + 32, len);
	return (uint16_t)~checksum_fold(checksum_add(checksum_add(0, pseudo, sizeof(pseudo)), message, len));
}

bool
icmp6_error_build(struct worker *w, const uint8_t *trigger, uint16_t len, struct icmp6_error what, u128 src,
    struct packet *error)
{
	const uint16_t room = ERROR_MAX_LEN - IPV6_LEN - ICMP6_LEN;
	const uint16_t quoted = len < room ? len : room;
	const uint16_t message_len = (uint16_t)(ICMP6_LEN + quoted);
	uint16_t sum;
	uint8_t *ip;

	if (src == 0 || !may_answer(trigger, len, what))
		return false;
	if (!limit_take(w, &w->icmp6_errors, w->icmp_limit)) {
		event(w, EVENT_icmp_rate_limited);
		return false;
	}
	*error = (struct packet){ .mbuf = packet_new(w),
		.len = (uint16_t)(IPV6_LEN + message_len),
		.outer_len = message_len,
		.outer_src = src,
		.outer_dst = ip6_load(trigger + 8) };
	if (error->mbuf == NULL) {
		event(w, EVENT_icmp_no_buffer);
		return false;
	}

	ip = error->ip = (uint8_t *)error->mbuf->buf_addr + RTE_PKTMBUF_HEADROOM;
	error->l4 = ip + IPV6_LEN;
	store32(ip, UINT32_C(6) << 28);
	store16(ip + 4, message_len);
	ip[6] = NEXT_HEADER_ICMPV6;
	ip[7] = ERROR_HOP_LIMIT;
	ip6_store(ip + 8, error->outer_src);
	ip6_store(ip + 24, error->outer_dst);

	error->l4[0] = what.type;
	error->l4[1] = what.code;
	store16(error->l4 + 2, 0);
	store32(error->l4 + 4, what.value);
	memcpy(error->l4 + ICMP6_LEN, trigger, quoted);
	sum = icmp6_checksum(error->outer_src, error->outer_dst, error->l4, message_len);
	memcpy(error->l4 + 2, &sum, sizeof(sum));
	event(w, EVENT_icmp6_sent);
	return true;
}
