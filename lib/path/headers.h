/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The headers of a burst, proven and parsed several packets at a time (path/columns.h). What path/express.h calls plain as far as one can see from
 * the packet itself is asked here, in the words of the wire: on a little-endian machine the first byte is the lowest one.
 */
#ifndef MAPEDGE_PATH_HEADERS_H
#define MAPEDGE_PATH_HEADERS_H

#include "nat/session.h"
#include "path/columns.h"
#include "pkt/interface.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"
#include "pkt/l4.h"

/* So many bytes are read from the IPv4 header on, TCP's up to the flags; what lies behind a short packet counts for nothing. */
#define HEADERS_READ (IPV4_MIN_LEN + 16)

/* Of a packet that is not plain the rest means nothing. */
struct headers {
	const uint8_t *mbuf[BURST_SIZE];
	const uint8_t *ip[BURST_SIZE];
	uint32_t plain[BURST_SIZE]; /* 0: no */
	uint32_t len[BURST_SIZE];   /* IPv4 total length, bytes */
	uint32_t spent[BURST_SIZE]; /* bytes 8 to 11 of IPv4, as on the wire, one TTL less */
	uint64_t
	    outer[BURST_SIZE]; /* the first eight bytes of an outer header: its class and payload length, all else 0 */
	uint64_t src[BURST_SIZE]; /* session_end() */
	uint64_t dst[BURST_SIZE];
};

/* ---- what is asked of several ------------------------------------------------------------------------------------ */

/* One buffer with room for `shift` bytes in front, and a frame for us of this type. The words behind the type come along. */
static INLINED column
headers_frame(const struct headers *h, unsigned int first, const struct interface *in, uint32_t shift, int offset,
    uint32_t type)
{
	column rearm[4], frame[4];

	columns_turn(rearm, h->mbuf + first, offsetof(struct rte_mbuf, rearm_data));
	columns_turn(frame, h->ip + first, offset);
	return column_equal(rearm[1] & 0xffff, 1) & column_at_least(rearm[0] & 0xffff, column_of(shift)) &
	    column_equal(frame[0], (uint32_t)in->mac48) & column_equal(frame[1] & 0xffff, (uint32_t)(in->mac48 >> 32)) &
	    column_equal(frame[3] & 0xffff, __builtin_bswap16((uint16_t)type));
}

/* Bytes that the frame holds. */
static INLINED column
headers_frame_len(const struct headers *h, unsigned int first)
{
	column fields[4];

	columns_turn(fields, h->mbuf + first, offsetof(struct rte_mbuf, rx_descriptor_fields1));
	return fields[2] & 0xffff;
}

/* Twenty bytes, no fragment, more TTL than one, and a sum of all ones as ipv4_checksum_is_valid() has it. */
static INLINED column
headers_ipv4(const column word[5])
{
	column sum = { 0 };

	for (int i = 0; i < 5; i++)
		sum += (word[i] & 0xffff) + (word[i] >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return column_equal(word[0] & 0xff, 0x45) & column_equal(word[1] & 0xff3f0000, 0) &
	    column_above(word[2] & 0xff, column_of(1)) & column_equal(sum, 0xffff);
}

/* The length that a transport header tells. */
static INLINED column
headers_l4_len(column tells, uint32_t least, column there)
{
	return column_at_least(tells, column_of(least)) & column_at_least(there, tells);
}

/* ipv4_spend_ttl(): the checksum is the upper half of the word. */
static INLINED column
headers_spend_ttl(column word)
{
	const column carry = column_above(word >> 16, column_of(0xfffd)) & 0x10000;

	return word + 0xffff + carry;
}

/* The outer header's first two words, of the inner one's first. */
static INLINED void
headers_outer(struct headers *h, unsigned int first, column word)
{
	columns_join(h->outer + first, word >> 16, (word >> 12 & 0x0f) | (word & 0x0f00) << 4);
}

/* IPv4 and TCP, no SYN, whose MSS may have to change, or UDP; `available` bytes are there. */
static INLINED column
headers_inner(struct headers *h, unsigned int first, column available)
{
	column word[8], tcp[4], is_tcp, is_udp, len, ports;

	columns_turn(word, h->ip + first, 0);
	columns_turn(word + 4, h->ip + first, 16);
	columns_turn(tcp, h->ip + first, IPV4_MIN_LEN);
	is_tcp = column_equal(word[2] & 0xff00, PROTOCOL_TCP << 8);
	is_udp = column_equal(word[2] & 0xff00, PROTOCOL_UDP << 8);
	len = column_swap(word[0]) & 0xffff;
	ports = column_swap(word[5]);

	column_store(h->len + first, len);
	column_store(h->spent + first, headers_spend_ttl(word[2]));
	headers_outer(h, first, word[0]);
	columns_join(h->src + first, column_swap(word[3]), (ports & 0xffff0000) | (is_udp & L4_UDP));
	columns_join(h->dst + first, column_swap(word[4]), ports << 16 | (is_udp & L4_UDP));

	is_tcp &= headers_l4_len(tcp[3] >> 2 & 0x3c, TCP_MIN_LEN, len - IPV4_MIN_LEN) &
	    column_equal(tcp[3] & TCP_SYN << 8, 0);
	is_udp &= headers_l4_len(column_swap(word[6]) >> 16, UDP_LEN, len - IPV4_MIN_LEN);
	return headers_ipv4(word) & (is_tcp | is_udp) & column_at_least(available, len) &
	    ~column_equal(ports & 0xffff, 0) & ~column_equal(ports >> 16, 0);
}

/* ---- bursts ----------------------------------------------------------------------------------------------------- */

/* In place of headers that are not there: nothing plain looks like this. */
static const uint8_t headers_of_nothing[ETHER_LEN + IPV6_LEN + HEADERS_READ];

/* Where the headers are, `before` bytes behind the beginning of the frame, and sends for them. */
static INLINED void
headers_find(struct headers *h, struct rte_mbuf *const *mbufs, unsigned int count, unsigned int before)
{
	unsigned int i;

#pragma GCC unroll 4
	for (i = 0; i < count; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(mbufs[i], const uint8_t *);

		__builtin_prefetch(frame, 1);
		__builtin_prefetch(before > ETHER_LEN ? frame + 64 : frame - IPV6_LEN, 1);
		h->mbuf[i] = (const uint8_t *)mbufs[i];
		h->ip[i] = likely(mbufs[i]->data_off + before + HEADERS_READ <= mbufs[i]->buf_len)
		    ? frame + before
		    : headers_of_nothing + before;
	}
	for (; i % COLUMN_PACKETS != 0; i++) {
		h->mbuf[i] = (const uint8_t *)mbufs[0];
		h->ip[i] = headers_of_nothing + before;
	}
}

/* Native packets of the IPv4 side, with room for an outer header. */
static INLINED void
headers_read_native(struct headers *h, const struct interface *in, unsigned int count)
{
	for (unsigned int first = 0; first < count; first += COLUMN_PACKETS) {
		const column available = headers_frame_len(h, first) - ETHER_LEN;

		column_store(h->plain + first,
		    headers_frame(h, first, in, IPV6_LEN, -ETHER_LEN, ETHER_TYPE_IPV4) &
			headers_inner(h, first, available));
	}
}

/* Packets right behind the outer header, IPv4 by what that says. */
static INLINED void
headers_read_tunnelled(struct headers *h, const struct interface *in, unsigned int count)
{
	for (unsigned int first = 0; first < count; first += COLUMN_PACKETS) {
		column outer[4], payload, plain;

		columns_turn(outer, h->ip + first, -IPV6_LEN);
		payload = column_swap(outer[1]) >> 16;
		plain = headers_frame(h, first, in, 0, -(ETHER_LEN + IPV6_LEN), ETHER_TYPE_IPV6) &
		    column_equal(outer[0] & 0xf0, 0x60) & column_equal(outer[1] & 0xff0000, NEXT_HEADER_IPV4 << 16) &
		    column_at_least(headers_frame_len(h, first), payload + ETHER_LEN + IPV6_LEN);
		column_store(h->plain + first, plain & headers_inner(h, first, payload));
	}
}

#endif
