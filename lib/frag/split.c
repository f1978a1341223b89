/* SPDX-License-Identifier: BSD-3-Clause */
#include "frag/split.h"

#include "frag/units.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"

#define IPV4_MAX_HEADER 60
#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_COPIED 0x80

/* How many bytes of payload go into the first piece, and how many into each of the others. */
struct cut {
	uint16_t payload; /* of all pieces together */
	uint16_t first;
	uint16_t step;
};

/* All pieces but the last are multiples of a unit. */
static uint16_t
units_that_fit(uint16_t mtu, uint16_t header_len)
{
	return (uint16_t)((mtu - header_len) / UNITS_LEN * UNITS_LEN);
}

/* Number of pieces; 0 when there must not be so many or the stock is too small. */
static unsigned int
count_pieces(const struct worker *w, const struct cut *cut)
{
	const unsigned int more = (cut->payload - cut->first + cut->step - 1u) / cut->step;

	return more < SPLIT_MAX && more <= w->stock_count ? 1 + more : 0;
}

static inline uint16_t
piece_start(const struct cut *cut, unsigned int i)
{
	return (uint16_t)(i == 0 ? 0 : cut->first + (i - 1) * cut->step);
}

static inline uint16_t
piece_len(const struct cut *cut, unsigned int i)
{
	const uint16_t most = i == 0 ? cut->first : cut->step;
	const uint16_t left = (uint16_t)(cut->payload - piece_start(cut, i));

	return left < most ? left : most;
}

static inline bool
is_last(const struct cut *cut, unsigned int i)
{
	return piece_start(cut, i) + piece_len(cut, i) == cut->payload;
}

/* Where an IP header goes in a buffer of our own, with room in front for all that may be put there. */
static inline uint8_t *
new_header(struct rte_mbuf *mbuf)
{
	return (uint8_t *)mbuf->buf_addr + RTE_PKTMBUF_HEADROOM;
}

/* ---- IPv4 ------------------------------------------------------------------------------------------------------- */

/* The header of the pieces behind the first: only some options are copied, RFC 791 section 3.1. Returns its length. */
static uint16_t
make_later_header(const struct packet *p, uint8_t header[IPV4_MAX_HEADER])
{
	const uint8_t *option = p->ip + IPV4_MIN_LEN;
	uint16_t len = IPV4_MIN_LEN;

	memcpy(header, p->ip, IPV4_MIN_LEN);
	while (option < p->l4 && *option != OPTION_END) {
		if (*option == OPTION_NOP) {
			option++;
			continue;
		}
		if (p->l4 - option < 2 || option[1] < 2 || option[1] > p->l4 - option)
			break;
		if (*option & OPTION_COPIED) {
			memcpy(header + len, option, option[1]);
			len = (uint16_t)(len + option[1]);
		}
		option += option[1];
	}
	while (len % 4 != 0)
		header[len++] = OPTION_END;
	header[0] = (uint8_t)(0x40 | len / 4);
	return len;
}

/* Total length, offset and checksum of the piece; `field`: flags and offset of what is being cut. */
static void
mend_ipv4(struct packet *piece, uint16_t field, const struct cut *cut, unsigned int i)
{
	const uint16_t header_len = (uint16_t)(piece->l4 - piece->ip);
	uint16_t sum;

	field = (uint16_t)(field + piece_start(cut, i) / UNITS_LEN);
	if (!is_last(cut, i))
		field |= IPV4_MF;
	piece->len = (uint16_t)(header_len + piece_len(cut, i));
	store16(piece->ip + 2, piece->len);
	store16(piece->ip + 6, field);
	store16(piece->ip + 10, 0);
	sum = checksum(piece->ip, header_len);
	memcpy(piece->ip + 10, &sum, sizeof(sum));
}

unsigned int
split_ipv4(struct worker *w, const struct packet *p, uint16_t mtu, struct packet pieces[SPLIT_MAX])
{
	uint8_t header[IPV4_MAX_HEADER];
	const uint16_t field = load16(p->ip + 6), header_len = make_later_header(p, header);
	const struct cut cut = { .payload = packet_l4_len(p),
		.first = units_that_fit(mtu, (uint16_t)(p->l4 - p->ip)),
		.step = units_that_fit(mtu, header_len) };
	const unsigned int count = count_pieces(w, &cut);

	if (count == 0)
		return 0;
	for (unsigned int i = 1; i < count; i++) {
		pieces[i] = *p;
		pieces[i].mbuf = packet_new(w);
		pieces[i].ip = new_header(pieces[i].mbuf);
		pieces[i].l4 = pieces[i].ip + header_len;
		memcpy(pieces[i].ip, header, header_len);
		memcpy(pieces[i].l4, p->l4 + piece_start(&cut, i), piece_len(&cut, i));
		mend_ipv4(&pieces[i], field, &cut, i);
	}
	pieces[0] = *p;
	mend_ipv4(&pieces[0], field, &cut, 0);
	event(w, EVENT_fragmented);
	return count;
}

/* ---- IPv6 ------------------------------------------------------------------------------------------------------- */

/* Writes both headers of the piece, whose payload is in place behind them. `outer`: the header of what is being cut. */
static void
put_headers(struct split6 *piece, const uint8_t *outer, uint32_t id, const struct cut *cut, unsigned int i)
{
	uint8_t *fragment = piece->start + IPV6_LEN;
	const uint16_t len = (uint16_t)(IPV6_FRAGMENT_LEN + piece_len(cut, i));

	memmove(piece->start, outer, IPV6_LEN);
	store16(piece->start + 4, len);
	piece->start[6] = NEXT_HEADER_FRAGMENT;
	fragment[0] = NEXT_HEADER_IPV4;
	fragment[1] = 0;
	store16(fragment + 2, (uint16_t)(piece_start(cut, i) | (is_last(cut, i) ? 0 : IPV6_FRAGMENT_MORE)));
	store32(fragment + 4, id);
	piece->len = (uint16_t)(IPV6_LEN + len);
}

unsigned int
split_ipv6(struct worker *w, const struct packet *p, uint16_t mtu, uint32_t id, struct split6 pieces[SPLIT_MAX])
{
	const uint8_t *outer = p->ip - IPV6_LEN;
	const uint16_t most = units_that_fit(mtu, IPV6_LEN + IPV6_FRAGMENT_LEN);
	const struct cut cut = { .payload = p->len, .first = most, .step = most };
	const unsigned int count = count_pieces(w, &cut);

	if (count == 0 || outer - IPV6_FRAGMENT_LEN - ETHER_LEN < (const uint8_t *)p->mbuf->buf_addr)
		return 0;
	for (unsigned int i = 1; i < count; i++) {
		struct rte_mbuf *mbuf = packet_new(w);

		pieces[i] = (struct split6){ .mbuf = mbuf, .start = new_header(mbuf) };
		memcpy(pieces[i].start + IPV6_LEN + IPV6_FRAGMENT_LEN, p->ip + piece_start(&cut, i),
		    piece_len(&cut, i));
		put_headers(&pieces[i], outer, id, &cut, i);
	}
	pieces[0] = (struct split6){ .mbuf = p->mbuf, .start = p->ip - IPV6_FRAGMENT_LEN - IPV6_LEN };
	put_headers(&pieces[0], outer, id, &cut, 0); /* last, because it moves the header that the others copy */
	event(w, EVENT_fragmented);
	return count;
}
