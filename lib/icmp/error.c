/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp/error.h"

#define ERROR_MAX_LEN 576 /* RFC 1812 section 4.3.2.3 */
#define ERROR_TOS 0xc0    /* precedence 6, RFC 1812 section 4.3.2.5 */
#define ERROR_TTL 64

/* For the whole box; each worker gets its share, so that more workers do not mean more errors. */
#define ERRORS_PER_SECOND 1000
#define ERRORS_BURST 200

static bool
take_token(struct worker *w)
{
	const uint64_t burst = ERRORS_BURST * UINT64_C(1000) / w->count;
	struct token_bucket *bucket = &w->icmp_errors;
	uint64_t tokens = bucket->tokens;

	if (bucket->last_ms == 0)
		tokens = burst; /* the first error finds the bucket full */
	tokens += (w->now_ms + 1 - bucket->last_ms) * ERRORS_PER_SECOND / w->count;
	bucket->last_ms = w->now_ms + 1;
	if (tokens > burst)
		tokens = burst;
	bucket->tokens = (uint32_t)tokens;
	if (tokens < 1000)
		return false;
	bucket->tokens -= 1000;
	return true;
}

static bool
may_answer(const struct packet *trigger)
{
	return trigger->kind != L4_ICMP_ERROR && trigger->kind != L4_ICMP_OTHER && !ipv4_is_martian(trigger->src) &&
	    !ipv4_is_martian(trigger->dst);
}

bool
icmp_error_build(struct worker *w, const struct packet *trigger, struct icmp_error what, uint32_t src,
    struct packet *error)
{
	const uint16_t room = ERROR_MAX_LEN - IPV4_MIN_LEN - ICMP_LEN;
	const uint16_t quoted = trigger->len < room ? trigger->len : room;
	uint16_t sum;
	uint8_t *ip;

	if (!may_answer(trigger))
		return false;
	if (!take_token(w)) {
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
