/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments of few datagrams, time steps between them, beside a plain list that says what must become of each of them
 * (tests/unit/fragment_model.h): no two that are forwarded or put together overlap, none is lost, none is counted twice.
 * And IPv4 packets with any options, cut into pieces.
 */
#include <string.h>

#include "frag/split.h"
#include "fragment_model.h"
#include "fragments.h"
#include "fuzz.h"
#include "pkt/ipv4.h"

static void
check_pieces(const struct packet *pieces, unsigned int count, const struct fragment4 *whole, uint16_t mtu)
{
	uint32_t start = whole->start;

	for (unsigned int i = 0; i < count; i++) {
		const uint8_t *ip = pieces[i].ip;
		const uint16_t field = load16(ip + 6), len = packet_l4_len(&pieces[i]);
		const bool more = i + 1 < count || whole->more;

		require(frame_fault(ip, pieces[i].len) == NULL, "a piece has a wrong header");
		require(pieces[i].len <= mtu, "a piece is longer than the MTU");
		require((field & IPV4_OFFSET) * 8u == start, "a piece does not begin where the one before it ends");
		require(((field & IPV4_MF) != 0) == more, "a piece is the last and is not, or the other way round");
		require(!more || len % 8 == 0, "a piece has an odd length");
		for (uint32_t j = 0; j < len; j++)
			require(pieces[i].l4[j] == fragment_byte(whole->id, start + j), "a piece has other bytes");
		start += len;
	}
	require(start == whole->start + whole->len, "the pieces are less or more than the packet");
}

/* Any list of options, though the path lets only those pass that can be walked. */
static void
split(struct input *input)
{
	struct fragment4 whole = { .src = 1, .dst = 2, .id = 3, .protocol = 47 };
	const uint8_t shape = input_byte(input);
	const uint16_t mtu = (uint16_t)(128 + input_number(input, 2) % 1500);
	struct worker *w = fragment_worker_new(shape >> 4);
	struct packet p, pieces[SPLIT_MAX];
	struct frame frame;
	const uint8_t *options;
	unsigned int count;
	uint16_t options_len;
	uint8_t *ip;
	size_t got;

	whole.option_words = shape % 11;
	options_len = (uint16_t)(whole.option_words * 4);
	whole.more = shape & 16;
	whole.start = (uint32_t)input_number(input, 1) * 8;
	whole.len = (uint16_t)((mtu - 20 - options_len) + 1 + input_number(input, 2) % (2049 - mtu));
	if (whole.more)
		whole.len = (uint16_t)((whole.len + 7) / 8 * 8);
	if (whole.len > 2000)
		whole.len = 2000;
	fragment4_frame(&frame, &whole);
	ip = frame_bytes(&frame) + ETHER_LEN;
	options = input_bytes(input, options_len, &got);
	memcpy(ip + 20, options, got);
	frame_mend_ipv4(ip, (uint16_t)(20 + options_len + whole.len));
	fragment4_packet(fragment_buffer(&frame, RTE_PKTMBUF_HEADROOM, 0), &p);
	if (p.len > mtu) {
		count = split_ipv4(w, &p, mtu, pieces);
		require(count <= SPLIT_MAX && w->stock_count + count <= (shape >> 4) + 1u, "more pieces than buffers");
		if (count > 0)
			check_pieces(pieces, count, &whole, mtu);
		for (unsigned int i = 1; i < count; i++)
			free(pieces[i].mbuf);
	}
	free(p.mbuf);
	fragment_worker_free(w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fragment_model_count count = { 0 };
	struct input input = { data, size };
	const uint8_t what = input_byte(&input) % 3;
	const char *difference = NULL;

	if (what == 0)
		difference = virtual_model_run(input.data, input.left, &count);
	else if (what == 1)
		difference = reassembly_model_run(input.data, input.left, &count);
	else
		split(&input);
	require(difference == NULL, difference);
	return 0;
}
