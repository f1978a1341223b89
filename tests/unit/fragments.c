/* SPDX-License-Identifier: BSD-3-Clause */
#include "fragments.h"

#include <stdlib.h>

#include "pkt/interface.h"
#include "pkt/ipv4.h"
#include "pkt/ipv6.h"

#define CREATED_ROOM 2048

static const struct mac mac = { { 2, 0, 0, 0, 0, 1 } };

void
fragment4_frame(struct frame *frame, const struct fragment4 *f)
{
	const struct frame_ipv4 header = { .src = f->src,
		.dst = f->dst,
		.protocol = f->protocol,
		.option_words = f->option_words,
		.flags = (uint16_t)(f->start / 8 | (f->more ? IPV4_MF : 0)) };
	uint8_t *ip;

	frame_payload(frame, f->len);
	frame_ipv4(frame, &header);
	ip = frame_bytes(frame);
	for (uint32_t i = 0; i < f->len; i++) /* once more: frame_ipv4() has put a transport checksum there */
		ip[frame->len - f->len + i] = fragment_byte(f->id, f->start + i);
	store16(ip + 4, f->id);
	frame_mend_ipv4(ip, (uint16_t)frame->len);
	frame_ethernet(frame, &mac, ETHER_TYPE_IPV4);
}

void
fragment6_frame(struct frame *frame, const struct fragment6 *f)
{
	uint8_t header[8] = { f->next_header };
	uint8_t next_header = NEXT_HEADER_FRAGMENT;

	frame_payload(frame, f->len);
	for (uint32_t i = 0; i < f->len; i++)
		frame_bytes(frame)[i] = f->bytes == NULL ? fragment_byte(f->id, f->start + i) : f->bytes[i];
	store16(header + 2, (uint16_t)(f->start | f->more));
	store32(header + 4, f->id);
	frame_push(frame, header, sizeof(header));
	for (uint8_t i = 0; i < f->options; i++) {
		const uint8_t padding[8] = { next_header, 0, 1, 4 };

		frame_push(frame, padding, sizeof(padding));
		next_header = NEXT_HEADER_HOP_BY_HOP;
	}
	frame_ipv6(frame, f->src, f->dst, next_header, f->traffic_class);
	frame_ethernet(frame, &mac, ETHER_TYPE_IPV6);
}

static struct rte_mbuf *
buffer_new(size_t headroom, size_t len)
{
	struct rte_mbuf *mbuf;
	void *memory;

	if (posix_memalign(&memory, RTE_CACHE_LINE_SIZE, sizeof(*mbuf) + headroom + len) != 0)
		abort();
	mbuf = memory;
	memset(mbuf, 0, sizeof(*mbuf));
	mbuf->buf_addr = mbuf + 1;
	mbuf->buf_len = (uint16_t)(headroom + len);
	mbuf->data_off = (uint16_t)headroom;
	mbuf->nb_segs = 1;
	memset(mbuf->buf_addr, 0xa5, headroom + len);
	return mbuf;
}

struct rte_mbuf *
fragment_buffer(const struct frame *frame, size_t headroom, size_t tailroom)
{
	struct rte_mbuf *mbuf = buffer_new(headroom, frame->len + tailroom);

	mbuf->data_len = (uint16_t)frame->len;
	mbuf->pkt_len = (uint32_t)frame->len;
	memcpy(rte_pktmbuf_mtod(mbuf, void *), frame->room + frame->start, frame->len);
	return mbuf;
}

void
fragment4_packet(struct rte_mbuf *mbuf, struct packet *p)
{
	*p = (struct packet){ .mbuf = mbuf, .ip = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, ETHER_LEN) };
	if (!ipv4_parse(p, mbuf->data_len - (uint32_t)ETHER_LEN)) /* options are as random as they come here */
		abort();
}

void
fragment6_packet(struct worker *w, struct rte_mbuf *mbuf, struct packet *p)
{
	uint8_t next_header;

	*p = (struct packet){ .mbuf = mbuf, .ip = rte_pktmbuf_mtod_offset(mbuf, uint8_t *, ETHER_LEN) };
	if (ipv6_in(w, p) != VERDICT_NEXT)
		abort();
	next_header = p->ip[6];
	p->ip += IPV6_LEN;
	while (next_header == NEXT_HEADER_HOP_BY_HOP) {
		next_header = p->ip[0];
		p->ip += 8;
		p->outer_len = (uint16_t)(p->outer_len - 8);
	}
	if (next_header != NEXT_HEADER_FRAGMENT)
		abort();
}

struct worker *
fragment_worker_new(uint16_t stock)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	w->count = 1;
	while (w->stock_count < stock)
		w->stock[w->stock_count++] = buffer_new(RTE_PKTMBUF_HEADROOM, CREATED_ROOM);
	return w;
}

void
fragment_worker_free(struct worker *w)
{
	fragment_empty(w);
	while (w->stock_count > 0)
		free(w->stock[--w->stock_count]);
	free(w);
}

uint16_t
fragment_empty(struct worker *w)
{
	const uint16_t count = w->dropped.count;

	while (w->dropped.count > 0)
		free(w->dropped.mbufs[--w->dropped.count]);
	return count;
}

uint64_t
fragment_drops(const struct worker *w)
{
	uint64_t sum = 0;

	for (int i = 0; i < DROP_COUNT; i++)
		sum += w->counters.drop[i];
	return sum;
}

enum drop_reason
fragment_reason(const struct counters *before, const struct counters *after)
{
	enum drop_reason found = DROP_COUNT;

	for (int i = 0; i < DROP_COUNT; i++) {
		if (before->drop[i] == after->drop[i])
			continue;
		if (found != DROP_COUNT || before->drop[i] + 1 != after->drop[i])
			abort();
		found = (enum drop_reason)i;
	}
	return found;
}
