/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps: an IPv4 header is proven and parsed; a TTL is spent. RFC 791, RFC 1812 sections 5.2.2, 5.3.1, 5.3.7. */
#ifndef MAPEDGE_PKT_IPV4_H
#define MAPEDGE_PKT_IPV4_H

#include "pkt/checksum.h"
#include "pkt/worker.h"

#define IPV4_DF 0x4000
#define IPV4_MF 0x2000       /* more fragments follow */
#define IPV4_OFFSET 0x1fff   /* in units of 8 bytes */
#define IPV4_FRAGMENT 0x3fff /* more fragments, or an offset */

/*
 * Nearly every header has 20 bytes: five words, no loop. To be 0 modulo 2^16 - 1 is to have a ones' complement sum of all
 * ones (no header is all zero), and takes a multiplication where folding takes a dozen steps.
 */
static INLINED bool
ipv4_checksum_is_valid(const uint8_t *ip, uint32_t header_len)
{
	uint64_t first, second, sum;
	uint32_t third;

	if (unlikely(header_len != IPV4_MIN_LEN))
		return checksum_is_valid(ip, header_len);
	memcpy(&first, ip, sizeof(first));
	memcpy(&second, ip + 8, sizeof(second));
	memcpy(&third, ip + 16, sizeof(third));
	sum = (first & 0xffffffff) + (first >> 32) + (second & 0xffffffff) + (second >> 32) + third;
	return sum % 0xffff == 0;
}

/* RFC 1812 section 5.2.2: (2) checksum, (3) version, (4) header length, (5) total length. */
static inline bool
ipv4_parse(struct packet *p, uint32_t available)
{
	uint8_t *ip = p->ip;
	uint32_t header_len, len;

	if (available < IPV4_MIN_LEN || ip[0] >> 4 != 4)
		return false;
	header_len = (uint32_t)(ip[0] & 0x0f) * 4;
	len = load16(ip + 2);
	if (header_len < IPV4_MIN_LEN || header_len > len || len > available)
		return false;
	if (!ipv4_checksum_is_valid(ip, header_len))
		return false;

	p->len = (uint16_t)len;
	p->l4 = ip + header_len;
	p->tos = ip[1];
	p->ttl = ip[8];
	p->protocol = ip[9];
	p->src = load32(ip + 12);
	p->dst = load32(ip + 16);
	return true;
}

/* Options that a router must not follow, or that it cannot walk, end the packet's way: RFC 791, RFC 7126 section 4. */
enum verdict ipv4_check_options(struct worker *w, struct packet *p);

static inline enum verdict
ipv4_options(struct worker *w, struct packet *p)
{
	if (unlikely(p->l4 != p->ip + IPV4_MIN_LEN))
		return ipv4_check_options(w, p);
	return VERDICT_NEXT;
}

/* A native IPv4 packet, straight from its frame. Bytes behind the total length are padding. */
static inline enum verdict
ipv4_in(struct worker *w, struct packet *p)
{
	if (!ipv4_parse(p, p->mbuf->data_len - (uint32_t)ETHER_LEN))
		return drop(w, p, DROP_ipv4_bad);
	return ipv4_options(w, p);
}

/* The packet inside the softwire; what lies behind its total length is ignored. */
static inline enum verdict
ipv4_in_softwire(struct worker *w, struct packet *p)
{
	if (!ipv4_parse(p, p->outer_len))
		return drop(w, p, DROP_inner_bad);
	return ipv4_options(w, p);
}

/* 0/8, 127/8, 169.254/16, and 224/3: multicast, reserved, limited broadcast. */
static inline bool
ipv4_is_martian(uint32_t addr)
{
	const uint32_t first = addr >> 24;

	return first - 1 >= 223 || first == 127 || addr >> 16 == 0xa9fe; /* 0 wraps around */
}

static inline bool
ipv4_is_fragment(const struct packet *p)
{
	return load16(p->ip + 6) & IPV4_FRAGMENT;
}

static inline bool
ipv4_has_df(const struct packet *p)
{
	return load16(p->ip + 6) & IPV4_DF;
}

/* Not the first fragment of its datagram: there is no transport header at l4. */
static inline bool
ipv4_is_headless(const struct packet *p)
{
	return load16(p->ip + 6) & IPV4_OFFSET;
}

/* DF is set and it is no fragment: its identification means nothing (RFC 6864 section 4). */
static inline bool
ipv4_is_atomic(const struct packet *p)
{
	return (load16(p->ip + 6) & (IPV4_DF | IPV4_FRAGMENT)) == IPV4_DF;
}

/* A new value for the 16-bit word at this offset of the header. */
static inline void
ipv4_set_word(struct packet *p, unsigned int offset, uint16_t value)
{
	uint16_t before, after;

	memcpy(&before, p->ip + offset, sizeof(before));
	store16(p->ip + offset, value);
	memcpy(&after, p->ip + offset, sizeof(after));
	checksum_patch(p->ip + 10, checksum_difference16(before, after));
}

/*
 * RFC 1812 section 5.3.1; the caller has seen that the TTL is more than one. The TTL is the high byte of its word, so the
 * checksum, a complement, grows by 0x0100, and a carry comes round to the other end (RFC 1141).
 */
static inline void
ipv4_spend_ttl(struct packet *p)
{
	uint32_t sum = load16(p->ip + 10) + UINT32_C(0x0100);

	p->ip[8]--;
	store16(p->ip + 10, (uint16_t)(sum + (sum >= 0xffff)));
}

#endif
