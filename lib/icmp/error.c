/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp/error.h"

#include "pkt/limit.h"

#define ERROR_MAX_LEN 576 /* RFC 1812 section 4.3.2.3 */
#define ERROR_TOS 0xc0    /* precedence 6, RFC 1812 section 4.3.2.5 */
#define ERROR_TTL 64

/* Those of which RFC 1122 section 3.2.2 says that they are errors. */
static bool
is_error_type(uint8_t type)
{
	return icmp_kind(type) == L4_ICMP_ERROR || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT;
}

bool
icmp_may_answer(const struct packet *trigger)
{
	if (load16(trigger->ip + 6) & IPV4_OFFSET)
		return false;
	if (trigger->protocol == PROTOCOL_ICMP && (packet_l4_len(trigger) == 0 || is_error_type(trigger->l4[0])))
		return false;
	return !ipv4_is_martian(trigger->src) && !ipv4_is_martian(trigger->dst);
}

bool
icmp_error_build(struct worker *w, const struct packet *trigger, struct icmp_error what, uint32_t src,
    struct packet *error)
{
	const uint16_t room = ERROR_MAX_LEN - IPV4_MIN_LEN - ICMP_LEN;
	const uint16_t quoted = trigger->len < room ? trigger->len : room;
	uint16_t sum;
	uint8_t *ip;

	if (src == 0 || !icmp_may_answer(trigger))
		return false;
	if (!limit_take(w, &w->icmp_errors, w->icmp_limit)) {
		event(w, EVENT_icmp_rate_limited);
		return false;
	}
	*error = (struct packet){ .mbuf = packet_new(w),
		.src = src,
		.dst = trigger->src,
		.kind = L4_ICMP_ERROR,
		.protocol = PROTOCOL_ICMP,
		.tos = ERROR_TOS,
		.ttl = ERROR_TTL,
		.len = (uint16_t)(IPV4_MIN_LEN + ICMP_LEN + quoted) };
	if (error->mbuf == NULL) {
		event(w, EVENT_icmp_no_buffer);
		return false;
	}

	ip = error->ip = (uint8_t *)error->mbuf->buf_addr + RTE_PKTMBUF_HEADROOM;
	error->l4 = ip + IPV4_MIN_LEN;
	ip[0] = 0x45;
	ip[1] = error->tos;
	store16(ip + 2, error->len);
	store16(ip + 4, 0);
	store16(ip + 6, IPV4_DF); /* atomic, so the identification may be anything: RFC 6864 section 4.1 */
	ip[8] = error->ttl;
	ip[9] = error->protocol;
	store16(ip + 10, 0);
	store32(ip + 12, error->src);
	store32(ip + 16, error->dst);
	sum = checksum(ip, IPV4_MIN_LEN);
	memcpy(ip + 10, &sum, sizeof(sum));

	store32(error->l4, (uint32_t)what.type << 24 | (uint32_t)what.code << 16);
	store32(error->l4 + 4, what.mtu);
	memcpy(error->l4 + ICMP_LEN, trigger->ip, quoted);
	sum = checksum(error->l4, (size_t)ICMP_LEN + quoted);
	memcpy(error->l4 + 2, &sum, sizeof(sum));
	event(w, EVENT_icmp4_sent);
	return true;
}
