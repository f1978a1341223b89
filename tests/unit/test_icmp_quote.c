/* SPDX-License-Identifier: BSD-3-Clause */
/* What an ICMP error quotes: parsed at every length, rewritten with all its checksums. */
#include <stdlib.h>

#include "box.h"
#include "frames.h"
#include "icmp/quote.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define ROUTER UINT32_C(0xcb007101) /* 203.0.113.1 */

static struct worker *worker;
static struct box *box;

static void
set_up(void)
{
	box = box_new(&(struct box_options){ .is_ce = true });
	worker = &box->worker[0];
}

static void
tear_down(void)
{
	box_empty(worker);
	box_free(box);
}

/* ---- parsing ---------------------------------------------------------------------------------------------------- */

/* What is quoted: a packet from port or identifier 5000 to 53 (TCP, UDP). */
static void
quoted_packet(struct frame *frame, uint8_t protocol, uint8_t icmp_type, uint8_t option_words, uint16_t flags,
    size_t payload)
{
	const struct frame_ipv4 header = { .src = BOX_EXTERNAL,
		.dst = BOX_SERVER,
		.protocol = protocol,
		.option_words = option_words,
		.flags = flags };

	frame_payload(frame, payload);
	if (protocol == PROTOCOL_UDP)
		frame_udp(frame, 5000, 53);
	else if (protocol == PROTOCOL_TCP)
		frame_tcp(frame, 5000, 53, 0x10, NULL, 0);
	else if (protocol == PROTOCOL_ICMP)
		frame_icmp(frame, icmp_type, 0, UINT32_C(5000) << 16 | 7);
	frame_ipv4(frame, &header);
}

/* An error about the first `quoted` bytes of the frame's packet, around which it is put; parsed as by the steps. */
static struct rte_mbuf *
error_about(struct frame *frame, size_t quoted, struct packet *p)
{
	const struct mac mac = box_mac(box, INTERFACE_V4);
	struct rte_mbuf *mbuf;

	frame->len = quoted;
	frame_icmp(frame, 3, 3, 0);
	frame_ipv4(frame, &(struct frame_ipv4){ .src = ROUTER, .dst = BOX_EXTERNAL, .protocol = PROTOCOL_ICMP });
	frame_ethernet(frame, &mac, ETHER_TYPE_IPV4);
	mbuf = box_buffer(frame_bytes(frame), frame->len);
	*p = (struct packet){ .mbuf = mbuf, .ip = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, ETHER_LEN) };
	ck_assert_int_eq(ipv4_in(worker, p), VERDICT_NEXT);
	ck_assert_int_eq(l4_in(worker, p), VERDICT_NEXT);
	ck_assert_int_eq(p->kind, L4_ICMP_ERROR);
	return mbuf;
}

static const struct {
	const char *name;
	uint8_t protocol, icmp_type, option_words;
	uint16_t flags;
	int kind; /* -1: unusable at any length */
	uint16_t src_port, dst_port;
} quotes[] = {
	{ "UDP", PROTOCOL_UDP, 0, 0, 0, L4_UDP, 5000, 53 },
	{ "TCP", PROTOCOL_TCP, 0, 0, IPV4_DF, L4_TCP, 5000, 53 },
	{ "UDP behind IPv4 options (RFC 5508 REQ-3)", PROTOCOL_UDP, 0, 10, 0, L4_UDP, 5000, 53 },
	{ "TCP behind one option word", PROTOCOL_TCP, 0, 1, 0, L4_TCP, 5000, 53 },
	{ "echo", PROTOCOL_ICMP, ICMP_ECHO, 0, 0, L4_ICMP_QUERY, 5000, 5000 },
	{ "echo reply", PROTOCOL_ICMP, ICMP_ECHO_REPLY, 3, 0, L4_ICMP_QUERY, 5000, 5000 },
	{ "timestamp", PROTOCOL_ICMP, 13, 0, 0, L4_ICMP_OTHER, 5000, 5000 },
	{ "another error (RFC 1812 section 4.3.2.7)", PROTOCOL_ICMP, ICMP_UNREACHABLE, 0, 0, -1, 0, 0 },
	{ "another error behind options", PROTOCOL_ICMP, ICMP_TIME_EXCEEDED, 2, 0, -1, 0, 0 },
	{ "GRE", 47, 0, 0, 0, L4_OTHER, 0, 0 },
	{ "first fragment", PROTOCOL_UDP, 0, 0, 0x2000, L4_UDP, 5000, 53 },
	{ "later fragment", PROTOCOL_UDP, 0, 0, 0x0001, -1, 0, 0 },
	{ "far fragment", PROTOCOL_UDP, 0, 0, 0x1000, -1, 0, 0 },
	{ "last fragment", PROTOCOL_UDP, 0, 0, 0x1fff, -1, 0, 0 },
};

/* Every length of the quote: usable from IPv4 header + 8 bytes on (RFC 792), and with it come the right ports. */
START_TEST(quote_of_every_length)
{
	const size_t enough = IPV4_MIN_LEN + (size_t)quotes[_i].option_words * 4 + 8;
	struct frame whole, frame;

	quoted_packet(&whole, quotes[_i].protocol, quotes[_i].icmp_type, quotes[_i].option_words, quotes[_i].flags, 40);
	for (size_t len = 0; len <= whole.len; len++) {
		const bool want = len >= enough && quotes[_i].kind >= 0;
		struct rte_mbuf *mbuf;
		struct quote quote;
		struct packet p;

		frame = whole;
		mbuf = error_about(&frame, len, &p);
		ck_assert_msg(icmp_quote_parse(&p, &quote) == want, "%s, %zu bytes", quotes[_i].name, len);
		if (want) {
			ck_assert_int_eq(quote.kind, quotes[_i].kind);
			ck_assert_uint_eq(quote.src, BOX_EXTERNAL);
			ck_assert_uint_eq(quote.dst, BOX_SERVER);
			ck_assert_uint_eq(quote.src_port, quotes[_i].src_port);
			ck_assert_uint_eq(quote.dst_port, quotes[_i].dst_port);
			ck_assert_uint_eq(quote.l4_len, len - (enough - 8));
			ck_assert(icmp_quote_is_intact(&quote));
		}
		free(mbuf);
	}
}
END_TEST

START_TEST(quote_that_is_no_ipv4)
{
	static const uint8_t first[] = { 0x00, 0x35, 0x40, 0x44, 0x60, 0x65, 0xff };

	for (int i = 0; i < COUNT(first); i++) {
		struct rte_mbuf *mbuf;
		struct quote quote;
		struct frame frame;
		struct packet p;

		quoted_packet(&frame, PROTOCOL_UDP, 0, 0, 0, 40);
		frame_bytes(&frame)[0] = first[i];
		mbuf = error_about(&frame, frame.len, &p);
		ck_assert_msg(!icmp_quote_parse(&p, &quote), "%02x", first[i]);
		free(mbuf);
	}
}
END_TEST

/* RFC 5508 REQ-3: a quoted header whose checksum is wrong is found; the transport checksum is nobody's business. */
START_TEST(damaged_quotes)
{
	for (size_t at = 0; at < 28; at++) {
		struct rte_mbuf *mbuf;
		struct quote quote;
		struct frame frame;
		struct packet p;

		quoted_packet(&frame, PROTOCOL_UDP, 0, 0, 0, 40);
		frame_bytes(&frame)[at] ^= at == 0 ? 0x01 : 0x10; /* version and length would make it unparsable */
		if (at == 6 || at == 7)
			frame_bytes(&frame)[at] ^= 0x50; /* DF, no offset */
		mbuf = error_about(&frame, frame.len, &p);
		if (icmp_quote_parse(&p, &quote))
			ck_assert_msg(icmp_quote_is_intact(&quote) == (at >= 20), "byte %zu", at);
		else
			ck_assert_msg(at == 0 || at == 7, "byte %zu", at);
		free(mbuf);
	}
}
END_TEST

/* ---- rewriting -------------------------------------------------------------------------------------------------- */

/*
 * NAT-34, NAT-35, NAT-42: one end of the quoted packet becomes another; all three checksums are what adding up gives, if
 * the packet is quoted as a whole. Cut short, address, port, the header checksum and the ICMP checksum are right still.
 */
static void
check_rewritten(const char *name, size_t len, bool whole, struct packet *p, const struct quote *quote, bool src)
{
	const uint32_t addr = UINT32_C(0xc0a80163);
	const uint16_t port = 40001;
	const uint8_t *port_at = quote->kind == L4_ICMP_QUERY ? quote->l4 + 4 : src ? quote->l4 : quote->l4 + 2;
	const char *fault;

	if (src)
		icmp_quote_set_src(p, quote, addr, port);
	else
		icmp_quote_set_dst(p, quote, addr, port);
	fault = frame_fault(p->ip, p->len);
	ck_assert_msg(fault == NULL, "%s, %zu bytes: %s", name, len, fault);
	ck_assert_uint_eq(load32(quote->ip + (src ? 12 : 16)), addr);
	ck_assert_uint_eq(load32(quote->ip + (src ? 16 : 12)), src ? BOX_SERVER : BOX_EXTERNAL);
	ck_assert_uint_eq(load16(port_at), port);
	ck_assert(icmp_quote_is_intact(quote));
	if (whole)
		ck_assert_msg(frame_fault(quote->ip, len) == NULL, "%s: %s", name, frame_fault(quote->ip, len));
}

START_TEST(rewritten_quotes)
{
	const int kind = quotes[_i].kind;
	struct frame whole, frame;

	quoted_packet(&whole, quotes[_i].protocol, quotes[_i].icmp_type, quotes[_i].option_words, quotes[_i].flags, 41);
	for (size_t len = 0; len <= whole.len; len++) {
		for (int src = 0; src < 2; src++) {
			struct rte_mbuf *mbuf;
			struct quote quote;
			struct packet p;

			frame = whole;
			mbuf = error_about(&frame, len, &p);
			if (kind >= 0 && kind <= L4_ICMP_QUERY && icmp_quote_parse(&p, &quote))
				check_rewritten(quotes[_i].name, len, len == whole.len, &p, &quote, src);
			free(mbuf);
		}
	}
}
END_TEST

/* NAT-41: no checksum stays no checksum, in a quote as well. */
START_TEST(quoted_udp_without_checksum)
{
	struct rte_mbuf *mbuf;
	struct quote quote;
	struct frame frame;
	struct packet p;

	quoted_packet(&frame, PROTOCOL_UDP, 0, 0, 0, 10);
	memset(frame_bytes(&frame) + 26, 0, 2);
	mbuf = error_about(&frame, frame.len, &p);
	ck_assert(icmp_quote_parse(&p, &quote));
	icmp_quote_set_src(&p, &quote, BOX_HOST, 1234);
	ck_assert_uint_eq(load16(quote.l4 + 6), 0);
	ck_assert_ptr_null(frame_fault(p.ip, p.len));
	free(mbuf);
}
END_TEST

/* RFC 7597 section 8.2: an error's own ports are the quote's, crosswise; one that quotes nothing usable is dropped. */
START_TEST(ports_of_an_error_at_a_br)
{
	struct rte_mbuf *mbuf;
	struct frame frame;
	struct packet p;

	quoted_packet(&frame, PROTOCOL_UDP, 0, 0, 0, 10);
	mbuf = error_about(&frame, frame.len, &p);
	ck_assert_int_eq(icmp_quote_ports(worker, &p, false), VERDICT_NEXT);
	ck_assert_uint_eq(p.src_port, 53);
	ck_assert_uint_eq(p.dst_port, 5000);
	ck_assert_uint_eq(p.quoted, BOX_EXTERNAL);
	ck_assert_int_eq(icmp_quote_ports(worker, &p, true), VERDICT_NEXT);
	ck_assert_uint_eq(p.quoted, BOX_SERVER);
	p.kind = L4_UDP;
	p.src_port = 1;
	ck_assert_int_eq(icmp_quote_ports(worker, &p, true), VERDICT_NEXT);
	ck_assert_uint_eq(p.src_port, 1);
	free(mbuf);

	quoted_packet(&frame, PROTOCOL_ICMP, ICMP_UNREACHABLE, 0, 0, 10);
	mbuf = error_about(&frame, frame.len, &p);
	ck_assert_int_eq(icmp_quote_ports(worker, &p, true), VERDICT_DROP);
	ck_assert_uint_eq(worker->counters.drop[DROP_icmp_bad], 1);
	ck_assert_ptr_eq(worker->dropped.mbufs[0], mbuf);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("icmp_quote");
	TCase *tcase = tcase_create("quote");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, quote_of_every_length, 0, COUNT(quotes));
	tcase_add_test(tcase, quote_that_is_no_ipv4);
	tcase_add_test(tcase, damaged_quotes);
	tcase_add_loop_test(tcase, rewritten_quotes, 0, COUNT(quotes));
	tcase_add_test(tcase, quoted_udp_without_checksum);
	tcase_add_test(tcase, ports_of_an_error_at_a_br);
	suite_add_tcase(suite, tcase);
	return suite;
}
