/* SPDX-License-Identifier: BSD-3-Clause */
#include "traffic.h"

#include <stdio.h>

#include "pkt/l4.h"

static void
transport(struct frame *frame, enum traffic_kind kind, uint16_t src, uint16_t dst, const struct frame_ipv4 *header)
{
	static const uint8_t options[] = { 1, 2, 4, 0x05, 0xb4, 4, 2, 0 };
	const struct frame_ipv4 quoted = { .src = header->dst, .dst = header->src, .protocol = PROTOCOL_UDP };
	const uint16_t identifier = header->src == BOX_SERVER ? dst : src;

	frame_payload(frame, kind == KIND_ERROR ? 4 : 13);
	switch (kind) {
	case KIND_UDP:
		frame_udp(frame, src, dst);
		break;
	case KIND_TCP:
		frame_tcp(frame, src, dst, TCP_SYN, NULL, 0);
		break;
	case KIND_TCP_MSS:
		frame_tcp(frame, src, dst, TCP_SYN, options, sizeof(options));
		break;
	case KIND_ECHO:
		frame_icmp(frame, ICMP_ECHO, 0, (uint32_t)identifier << 16 | 1);
		break;
	case KIND_ERROR:
		frame_udp(frame, dst, src);
		frame_ipv4(frame, &quoted);
		frame_icmp(frame, ICMP_UNREACHABLE, 3, 0);
		break;
	case KIND_OTHER_ICMP:
		frame_icmp(frame, 13, 0, 0);
		break;
	case KIND_GRE:
		break;
	}
}

void
traffic_ipv4(struct frame *frame, enum traffic_kind kind, uint32_t src, uint16_t src_port, uint32_t dst,
    uint16_t dst_port, uint8_t option_words)
{
	static const uint8_t protocol[] = { [KIND_UDP] = PROTOCOL_UDP,
		[KIND_TCP] = PROTOCOL_TCP,
		[KIND_TCP_MSS] = PROTOCOL_TCP,
		[KIND_ECHO] = PROTOCOL_ICMP,
		[KIND_ERROR] = PROTOCOL_ICMP,
		[KIND_GRE] = 47,
		[KIND_OTHER_ICMP] = PROTOCOL_ICMP };
	const struct frame_ipv4 header = { .src = src,
		.dst = dst,
		.protocol = protocol[kind],
		.option_words = option_words };

	transport(frame, kind, src_port, dst_port, &header);
	frame_ipv4(frame, &header);
}

void
traffic_frame(struct frame *frame, const struct box *box, unsigned int interface)
{
	const struct mac mac = box_mac(box, interface);

	frame_ethernet(frame, &mac, interface == INTERFACE_V4 ? 0x0800 : 0x86dd);
}

void
traffic_packet(struct frame *frame, enum traffic_way way, enum traffic_kind kind, uint8_t option_words,
    uint16_t ce_port, const struct box *box)
{
	if (way == CE_UP)
		traffic_ipv4(frame, kind, BOX_HOST, ce_port, BOX_SERVER, 53, option_words);
	else if (way == BR_UP)
		traffic_ipv4(frame, kind, BOX_EXTERNAL, ce_port, BOX_SERVER, 53, option_words);
	else
		traffic_ipv4(frame, kind, BOX_SERVER, 53, BOX_EXTERNAL, ce_port, option_words);
	if (way == CE_DOWN)
		frame_ipv6(frame, BOX_BR6, BOX_CE6, 4, 0);
	if (way == BR_UP)
		frame_ipv6(frame, BOX_CE6, BOX_BR6, 4, 0);
	traffic_frame(frame, box, traffic_side(way));
}

static const char *
name(enum drop_reason reason)
{
	return reason == TRAFFIC_SENT ? "sent" : drop_info[reason].name;
}

/* Is the IPv4 packet in a frame right in all lengths and checksums? */
static bool
is_right(unsigned int interface, const uint8_t *frame, size_t len)
{
	const size_t at = ETHER_LEN + (interface == INTERFACE_V6 ? IPV6_LEN : 0);

	return len > at && frame_fault(frame + at, len - at) == NULL;
}

const char *
traffic_run(struct box *box, enum traffic_way way, const uint8_t *frame, size_t len, enum drop_reason want)
{
	static struct box_end end;
	static char text[160];
	enum drop_reason got;

	box_run_one(box, 0, traffic_side(way), frame, len, &end);
	got = end.how == BOX_SENT ? TRAFFIC_SENT : end.reason;
	if (end.broken != NULL)
		snprintf(text, sizeof(text), "way %d, %zu bytes: %s", (int)way, len, end.broken);
	else if (end.how == BOX_HANDED)
		snprintf(text, sizeof(text), "way %d, %zu bytes: handed over", (int)way, len);
	else if (got != want)
		snprintf(text, sizeof(text), "way %d, %zu bytes: %s, not %s", (int)way, len, name(got), name(want));
	else if (end.how == BOX_SENT && end.to == traffic_side(way))
		snprintf(text, sizeof(text), "way %d, %zu bytes: sent back", (int)way, len);
	else if (end.how == BOX_SENT && is_right(traffic_side(way), frame, len) &&
	    !is_right(end.to, end.frame, end.len))
		snprintf(text, sizeof(text), "way %d, %zu bytes: a right packet became wrong", (int)way, len);
	else if (end.has_answer)
		snprintf(text, sizeof(text), "way %d, %zu bytes: an answer", (int)way, len);
	else
		return NULL;
	return text;
}
