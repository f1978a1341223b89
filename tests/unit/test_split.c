/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragmentation before and after encapsulation: sizes by RFC 791 and RFC 8200 arithmetic, every length put together again
 * by a reassembler that is nothing but a list of bytes. FRG-17, FRG-19, TUN-14.
 */
#include <stdlib.h>

#include "frag/split.h"
#include "fragments.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define CE6 ((u128)UINT64_C(0x20010db800123400) << 64 | UINT64_C(0x0000c00002120034))
#define BR6 ((u128)UINT64_C(0x20010db8ffff0000) << 64 | 1)
#define ID UINT32_C(0x89abcdef)

static struct worker *w;
static uint8_t original[FRAME_ROOM]; /* the IPv4 packet before it was cut */
static struct packet p;

static void
set_up(void)
{
	w = fragment_worker_new(SPLIT_MAX);
}

static void
tear_down(void)
{
	fragment_worker_free(w);
}

static void
refill(void)
{
	struct worker *other = fragment_worker_new((uint16_t)(SPLIT_MAX - w->stock_count));

	while (other->stock_count > 0)
		w->stock[w->stock_count++] = other->stock[--other->stock_count];
	fragment_worker_free(other);
}

/* Takes the IPv4 packet of the frame. */
static void
make(struct frame *frame)
{
	fragment4_packet(fragment_buffer(frame, RTE_PKTMBUF_HEADROOM, 0), &p);
	memcpy(original, p.ip, p.len);
}

/* An IPv4 packet of `len` bytes, a datagram or bytes `start` of one. */
static void
make_ipv4(uint16_t len, uint32_t start, bool more)
{
	const struct fragment4 fragment = { UINT32_C(0xc6336409), UINT32_C(0xc0000212), 7, 17, 0, start, more,
		(uint16_t)(len - IPV4_MIN_LEN) };
	struct frame frame;

	fragment4_frame(&frame, &fragment);
	make(&frame);
}

/* Puts an outer header in front of it, as encapsulate() does. */
static void
make_softwire_packet(uint16_t len)
{
	struct frame header;

	make_ipv4(len, 0, false);
	header.start = FRAME_ROOM;
	header.len = 0;
	frame_ipv6(&header, BR6, CE6, NEXT_HEADER_IPV4, 0xb9);
	memcpy(p.ip - IPV6_LEN, frame_bytes(&header), IPV6_LEN);
	store16(p.ip - IPV6_LEN + 2, 0xcafe); /* of the flow label */
	store16(p.ip - IPV6_LEN + 4, len);
}

/* ---- the list of bytes ------------------------------------------------------------------------------------------ */

static struct {
	bool has[65536];
	uint8_t byte[65536];
	uint32_t end; /* 0: no last fragment has come */
} list;

static void
list_clear(void)
{
	memset(&list, 0, sizeof(list));
}

/* What is wrong with this fragment, or NULL. */
static const char *
list_add(uint32_t start, const uint8_t *bytes, uint32_t len, bool more)
{
	if (len == 0)
		return "an empty fragment";
	if (more && len % 8 != 0)
		return "a fragment whose length is no multiple of 8";
	if (!more && list.end != 0)
		return "two last fragments";
	if (!more)
		list.end = start + len;
	for (uint32_t i = start; i < start + len; i++) {
		if (list.has[i])
			return "two fragments overlap";
		list.has[i] = true;
		list.byte[i] = bytes[i - start];
	}
	return NULL;
}

static const char *
list_compare(uint32_t start, const uint8_t *bytes, uint32_t len)
{
	for (uint32_t i = 0; i < 65536; i++) {
		if (list.has[i] != (i >= start && i < start + len))
			return list.has[i] ? "a byte too much" : "a byte too little";
	}
	return memcmp(list.byte + start, bytes, len) == 0 ? NULL : "other bytes";
}

/* ---- IPv4 ------------------------------------------------------------------------------------------------------- */

static void
free_pieces(const struct packet *pieces, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		free(pieces[i].mbuf);
}

static const char *
check_ipv4_piece(const struct packet *piece, uint16_t mtu)
{
	const uint16_t field = load16(piece->ip + 6);
	const char *fault = frame_fault(piece->ip, piece->len);

	if (fault != NULL)
		return fault;
	if (piece->len > mtu)
		return "longer than the MTU";
	if (field & 0xc000)
		return "a flag that was not set";
	if (memcmp(piece->ip + 1, original + 1, 1) != 0 || memcmp(piece->ip + 4, original + 4, 2) != 0 ||
	    memcmp(piece->ip + 8, original + 8, 2) != 0 || memcmp(piece->ip + 12, original + 12, 8) != 0)
		return "another header";
	if (piece->l4 != piece->ip + (piece->ip[0] & 15) * 4)
		return "l4 is not behind the header";
	if (piece->ip - (uint8_t *)piece->mbuf->buf_addr < ETHER_LEN + IPV6_LEN + IPV6_FRAGMENT_LEN)
		return "no room for outer headers";
	if (piece->l4 + packet_l4_len(piece) > (uint8_t *)piece->mbuf->buf_addr + piece->mbuf->buf_len)
		return "outside of its buffer";
	return list_add((uint32_t)(field & IPV4_OFFSET) * 8, piece->l4, packet_l4_len(piece), field & IPV4_MF);
}

/* Cuts and puts together again. `more`: the packet was no last fragment, and so must no piece be. */
static void
check_ipv4(uint16_t mtu, uint32_t start, bool more)
{
	struct packet pieces[SPLIT_MAX];
	const uint16_t stock = w->stock_count, len = p.len, header_len = (uint16_t)(p.l4 - p.ip);
	const unsigned int count = split_ipv4(w, &p, mtu, pieces);

	ck_assert_msg(count >= 2 && count <= SPLIT_MAX, "%u bytes at %u: %u pieces", len, mtu, count);
	ck_assert_uint_eq(stock - w->stock_count, count - 1);
	ck_assert_ptr_eq(pieces[0].mbuf, p.mbuf);
	list_clear();
	for (unsigned int i = 0; i < count; i++) {
		const char *fault = check_ipv4_piece(&pieces[i], mtu);

		ck_assert_msg(fault == NULL, "%u bytes at %u, piece %u: %s", len, mtu, i, fault);
	}
	ck_assert(more ? list.end == 0 : list.end == start + len - header_len);
	ck_assert_pstr_eq(list_compare(start, original + header_len, len - header_len), NULL);
	free_pieces(pieces, count);
	refill();
}

static const uint16_t ipv4_mtus[] = { 576, 1212, 1236, 1240, 1280, 1412, 1414, 1420, 1452, 1454, 1460, 1500, 1999 };

START_TEST(every_length_of_ipv4)
{
	const uint16_t mtu = ipv4_mtus[_i];

	for (uint16_t len = 577; len <= 2000; len++) {
		if (len <= mtu)
			continue;
		make_ipv4(len, 0, false);
		check_ipv4(mtu, 0, false);
	}
	ck_assert_uint_eq(w->counters.event[EVENT_fragmented], 2000u - mtu);
}
END_TEST

/* A fragment is cut into fragments of the same datagram; only the last piece of the last one has no more behind it. */
START_TEST(fragments_of_fragments)
{
	for (uint16_t len = 1461; len <= 1500; len++) {
		make_ipv4(len, 1480, false);
		check_ipv4(1460, 1480, false);
	}
	make_ipv4(1500, 0, true);
	check_ipv4(1460, 0, true);
	make_ipv4(1500, 2960, true);
	check_ipv4(576, 2960, true);
	make_ipv4(1035, 64520, false); /* up to byte 65535 */
	check_ipv4(576, 64520, false);
}
END_TEST

/* RFC 791 section 3.1: record route and timestamps stay in the first piece; security and router alert go into all. */
START_TEST(options_of_ipv4)
{
	/* NOP, record route (7 bytes), router alert, NOP, stream identifier, timestamp (8 bytes), end of list. */
	static const uint8_t options[28] = { 1, 7, 7, 4, 9, 9, 9, 9, 0x94, 4, 0, 0, 1, 0x88, 4, 0xab, 0xcd, 0x44, 8, 5,
		0, 1, 2, 3, 4, 0, 0x94, 4 };
	static const uint8_t copied[8] = { 0x94, 4, 0, 0, 0x88, 4, 0xab, 0xcd };
	/* The same without one that makes the list end between two words. */
	static const uint8_t odd[8] = { 0x94, 3, 5, 7, 6, 5, 4, 0 }, odd_copied[4] = { 0x94, 3, 5, 0 };
	const bool is_odd = _i == 1;
	const struct fragment4 fragment = { 1, 2, 7, 17, is_odd ? 2 : 7, 0, false, 1452 };
	const uint16_t first_len = is_odd ? 28 : 48, later_len = is_odd ? 24 : 28;
	struct packet pieces[SPLIT_MAX];
	struct frame frame;

	fragment4_frame(&frame, &fragment);
	memcpy(frame_bytes(&frame) + ETHER_LEN + 20, is_odd ? odd : options, first_len - 20);
	frame_mend_ipv4(frame_bytes(&frame) + ETHER_LEN, (uint16_t)(frame.len - ETHER_LEN));
	make(&frame);
	ck_assert_uint_eq(split_ipv4(w, &p, 576, pieces), 3);
	list_clear();
	for (int i = 0; i < 3; i++) {
		ck_assert_pstr_eq(check_ipv4_piece(&pieces[i], 576), NULL);
		ck_assert_uint_eq(pieces[i].l4 - pieces[i].ip, i == 0 ? first_len : later_len);
	}
	ck_assert_mem_eq(pieces[0].ip + 20, is_odd ? odd : options, first_len - 20);
	for (int i = 1; i < 3; i++)
		ck_assert_mem_eq(pieces[i].ip + 20, is_odd ? odd_copied : copied, later_len - 20);
	ck_assert_uint_eq(pieces[0].len, is_odd ? 572 : 576);
	ck_assert_uint_eq(pieces[1].len, is_odd ? 576 : 572);
	ck_assert_pstr_eq(list_compare(0, original + first_len, 1452), NULL);
	free_pieces(pieces, 3);
}
END_TEST

/* A list that cannot be walked never gets here; but if it did, nothing outside of it would be read. */
START_TEST(options_that_cannot_be_walked)
{
	static const uint8_t lists[][4] = { { 0x94, 5, 0, 0 }, { 0x94, 1, 0, 0 }, { 0x94, 0, 0, 0 }, { 1, 1, 1, 0x94 },
		{ 7, 255, 0, 0 } };
	const struct fragment4 fragment = { 1, 2, 7, 17, 1, 0, false, 1476 };
	struct packet pieces[SPLIT_MAX];
	struct frame frame;

	fragment4_frame(&frame, &fragment);
	memcpy(frame_bytes(&frame) + ETHER_LEN + 20, lists[_i], 4);
	frame_mend_ipv4(frame_bytes(&frame) + ETHER_LEN, (uint16_t)(frame.len - ETHER_LEN));
	make(&frame);
	ck_assert_uint_eq(split_ipv4(w, &p, 1460, pieces), 2);
	ck_assert_uint_eq(pieces[1].l4 - pieces[1].ip, 20);
	free_pieces(pieces, 2);
}
END_TEST

/* ---- IPv6 ------------------------------------------------------------------------------------------------------- */

static const char *
check_ipv6_piece(const struct split6 *piece, const uint8_t *outer, uint16_t mtu)
{
	const uint8_t *fragment = piece->start + IPV6_LEN;
	const uint16_t field = load16(fragment + 2);

	if (piece->len > mtu)
		return "longer than the MTU";
	if (load16(piece->start + 4) != piece->len - IPV6_LEN)
		return "another payload length";
	if (memcmp(piece->start, outer, 4) != 0 || memcmp(piece->start + 7, outer + 7, 33) != 0)
		return "another outer header";
	if (piece->start[6] != 44 || fragment[0] != 4 || fragment[1] != 0 || (field & 6) != 0 ||
	    load32(fragment + 4) != ID)
		return "another fragment header";
	if ((field & ~6) == 0)
		return "an atomic fragment";
	if (piece->start - ETHER_LEN < (uint8_t *)piece->mbuf->buf_addr)
		return "no room for a frame header";
	if (piece->start + piece->len > (uint8_t *)piece->mbuf->buf_addr + piece->mbuf->buf_len)
		return "outside of its buffer";
	return list_add(field & 0xfff8, fragment + IPV6_FRAGMENT_LEN,
	    (uint32_t)(piece->len - IPV6_LEN - IPV6_FRAGMENT_LEN), field & 1);
}

static void
check_ipv6(uint16_t mtu)
{
	struct split6 pieces[SPLIT_MAX];
	uint8_t outer[IPV6_LEN];
	const uint16_t stock = w->stock_count, len = p.len;
	unsigned int count;

	memcpy(outer, p.ip - IPV6_LEN, IPV6_LEN);
	count = split_ipv6(w, &p, mtu, ID, pieces);
	ck_assert_msg(count >= 2 && count <= SPLIT_MAX, "%u bytes at %u: %u pieces", len, mtu, count);
	ck_assert_uint_eq(stock - w->stock_count, count - 1);
	ck_assert_ptr_eq(pieces[0].mbuf, p.mbuf);
	list_clear();
	for (unsigned int i = 0; i < count; i++) {
		const char *fault = check_ipv6_piece(&pieces[i], outer, mtu);

		ck_assert_msg(fault == NULL, "%u bytes at %u, piece %u: %s", len, mtu, i, fault);
	}
	ck_assert_pstr_eq(list_compare(0, original, len), NULL);
	for (unsigned int i = 0; i < count; i++)
		free(pieces[i].mbuf);
	refill();
}

static const uint16_t ipv6_mtus[] = { 1280, 1281, 1287, 1288, 1454, 1460, 1492, 1500, 1540 };

START_TEST(every_length_of_ipv6)
{
	const uint16_t mtu = ipv6_mtus[_i];

	for (uint16_t len = 577; len <= 2000; len++) {
		if (len + IPV6_LEN <= mtu)
			continue;
		make_softwire_packet(len);
		check_ipv6(mtu);
	}
	ck_assert_uint_eq(w->counters.event[EVENT_fragmented], 2000u + IPV6_LEN - mtu);
}
END_TEST

/* ---- the sizes people will see ---------------------------------------------------------------------------------- */

/* A 1500-byte IPv4 packet without DF: IPv6 packets with outer fragmentation, IPv4 packets with inner. Scapy cuts the same. */
static const struct {
	uint16_t mtu, outer[2], inner_mtu, inner[2];
} sizes[] = {
	{ 1500, { 1496, 100 }, 1460, { 1460, 60 } },
	{ 1492, { 1488, 108 }, 1452, { 1452, 68 } },
	{ 1460, { 1456, 140 }, 1420, { 1420, 100 } },
	{ 1454, { 1448, 148 }, 1414, { 1412, 108 } },
	{ 1280, { 1280, 316 }, 1240, { 1236, 284 } },
};

START_TEST(sizes_of_1500_bytes)
{
	struct packet pieces[SPLIT_MAX];
	struct split6 outer[SPLIT_MAX];

	make_softwire_packet(1500);
	ck_assert_uint_eq(split_ipv6(w, &p, sizes[_i].mtu, ID, outer), 2);
	make_ipv4(1500, 0, false);
	ck_assert_uint_eq(split_ipv4(w, &p, sizes[_i].inner_mtu, pieces), 2);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(outer[i].len, sizes[_i].outer[i]);
		ck_assert_uint_eq(pieces[i].len, sizes[_i].inner[i]);
		free(outer[i].mbuf);
		free(pieces[i].mbuf);
	}
}
END_TEST

/* ---- when it cannot be done ------------------------------------------------------------------------------------- */

static void
check_untouched(const struct packet *before, uint16_t stock)
{
	ck_assert_mem_eq(before->ip, original, before->len);
	ck_assert_uint_eq(w->stock_count, stock);
	ck_assert_uint_eq(w->counters.created, 0);
	ck_assert_uint_eq(w->counters.event[EVENT_fragmented], 0);
}

START_TEST(too_small_a_stock)
{
	struct packet pieces[SPLIT_MAX];
	struct split6 outer[SPLIT_MAX];
	uint8_t header[IPV6_LEN];

	while (w->stock_count > 2)
		free(w->stock[--w->stock_count]);
	make_softwire_packet(2000);
	memcpy(header, p.ip - IPV6_LEN, IPV6_LEN);
	ck_assert_uint_eq(split_ipv4(w, &p, 576, pieces), 0); /* four pieces */
	check_untouched(&p, 2);
	free(w->stock[--w->stock_count]);
	free(w->stock[--w->stock_count]);
	ck_assert_uint_eq(split_ipv6(w, &p, 1500, ID, outer), 0);
	check_untouched(&p, 0);
	ck_assert_mem_eq(p.ip - IPV6_LEN, header, IPV6_LEN);
	free(p.mbuf);
}
END_TEST

/* The first piece grows by a fragment header in front: exactly enough room for it, and a byte less. */
START_TEST(too_little_headroom)
{
	const struct fragment4 fragment = { 1, 2, 7, 17, 0, 0, false, 1480 };
	struct split6 pieces[SPLIT_MAX];
	struct frame frame;

	fragment4_frame(&frame, &fragment);
	for (size_t headroom = 47; headroom <= 48; headroom++) {
		fragment4_packet(fragment_buffer(&frame, headroom, 0), &p);
		memcpy(original, p.ip, p.len);
		ck_assert_uint_eq(split_ipv6(w, &p, 1500, ID, pieces), headroom == 47 ? 0 : 2);
		if (headroom == 47)
			check_untouched(&p, SPLIT_MAX);
		else
			free(pieces[1].mbuf);
		free(p.mbuf);
	}
}
END_TEST

/* No link has such an MTU; it must not write behind the pieces, however many buffers there are. */
START_TEST(too_many_pieces)
{
	struct packet pieces[SPLIT_MAX];

	tear_down();
	w = fragment_worker_new(64);
	make_ipv4(2000, 0, false);
	ck_assert_uint_eq(split_ipv4(w, &p, 68, pieces), 0);
	check_untouched(&p, 64);
	free(p.mbuf);
}
END_TEST

static TCase *
add(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	suite_add_tcase(suite, tcase);
	return tcase;
}

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("split");
	TCase *ipv4 = add(suite, "ipv4"), *ipv6 = add(suite, "ipv6"), *limits = add(suite, "limits");

	tcase_set_timeout(ipv4, 60);
	tcase_set_timeout(ipv6, 60);
	tcase_add_loop_test(ipv4, every_length_of_ipv4, 0, COUNT(ipv4_mtus));
	tcase_add_test(ipv4, fragments_of_fragments);
	tcase_add_loop_test(ipv4, options_of_ipv4, 0, 2);
	tcase_add_loop_test(ipv4, options_that_cannot_be_walked, 0, 5);
	tcase_add_loop_test(ipv6, every_length_of_ipv6, 0, COUNT(ipv6_mtus));
	tcase_add_loop_test(ipv6, sizes_of_1500_bytes, 0, COUNT(sizes));
	tcase_add_test(limits, too_small_a_stock);
	tcase_add_test(limits, too_little_headroom);
	tcase_add_test(limits, too_many_pieces);
	return suite;
}
