/* SPDX-License-Identifier: BSD-3-Clause */
#include "summary.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/addr.h"
#include "pkt/interface.h"
#include "pkt/ipv6.h"
#include "pkt/l4.h"

struct line {
	char *text;
	size_t len;
};

static void __attribute__((format(printf, 2, 3))) say(struct line *line, const char *format, ...)
{
	va_list args;

	if (line->len >= SUMMARY_SIZE)
		return;
	va_start(args, format);
	line->len += (size_t)vsnprintf(line->text + line->len, SUMMARY_SIZE - line->len, format, args);
	va_end(args);
}

static void
say_ipv4(struct line *line, const uint8_t *ip, size_t len)
{
	const size_t header = len >= IPV4_MIN_LEN ? (size_t)(ip[0] & 15) * 4 : 0;
	char src[IP4_TEXT_SIZE], dst[IP4_TEXT_SIZE];
	uint16_t fragment;

	if (header < IPV4_MIN_LEN || len < header) {
		say(line, "IPv4, cut");
		return;
	}
	fragment = load16(ip + 6);
	ip4_format(load32(ip + 12), src);
	ip4_format(load32(ip + 16), dst);
	if ((ip[9] == PROTOCOL_TCP || ip[9] == PROTOCOL_UDP) && len >= header + 4 && (fragment & 0x1fff) == 0)
		say(line, "%s:%u > %s:%u %s", src, load16(ip + header), dst, load16(ip + header + 2),
		    ip[9] == PROTOCOL_TCP ? "tcp" : "udp");
	else if (ip[9] == PROTOCOL_ICMP && len >= header + 6 && (fragment & 0x1fff) == 0)
		say(line, "%s > %s icmp type %u code %u id %u", src, dst, ip[header], ip[header + 1],
		    load16(ip + header + 4));
	else
		say(line, "%s > %s protocol %u", src, dst, ip[9]);
	if ((fragment & 0x3fff) != 0)
		say(line, ", fragment at %u%s", (fragment & 0x1fff) * 8u,
		    (fragment & 0x2000) != 0 ? " of more" : ", the last");
	say(line, ", ttl %u, %u bytes", ip[8], load16(ip + 2));
}

static void
say_ipv6(struct line *line, const uint8_t *ip, size_t len)
{
	char src[IP6_TEXT_SIZE], dst[IP6_TEXT_SIZE];
	const uint8_t *behind = ip + IPV6_LEN;
	uint8_t next;

	if (len < IPV6_LEN) {
		say(line, "IPv6, cut");
		return;
	}
	next = ip[6];
	say(line, "%s > %s", ip6_format(ip6_load(ip + 8), src), ip6_format(ip6_load(ip + 24), dst));
	if (next == NEXT_HEADER_FRAGMENT && len >= IPV6_LEN + IPV6_FRAGMENT_LEN) {
		say(line, ", fragment at %u", load16(behind + 2) & IPV6_FRAGMENT_OFFSET);
		next = (load16(behind + 2) & IPV6_FRAGMENT_OFFSET) == 0 ? behind[0] : NEXT_HEADER_FRAGMENT;
		behind += IPV6_FRAGMENT_LEN;
	}
	if (next == NEXT_HEADER_IPV4) {
		say(line, " | ");
		say_ipv4(line, behind, len - (size_t)(behind - ip));
		return;
	}
	if ((next == NEXT_HEADER_TCP || next == NEXT_HEADER_UDP) && len >= (size_t)(behind - ip) + 4)
		say(line, " %s ports %u > %u", next == NEXT_HEADER_TCP ? "tcp" : "udp", load16(behind),
		    load16(behind + 2));
	else if (next == NEXT_HEADER_ICMPV6 && len >= (size_t)(behind - ip) + 2)
		say(line, " icmpv6 type %u code %u", behind[0], behind[1]);
	else
		say(line, " next header %u", next);
	say(line, ", hop limit %u, %u bytes", ip[7], load16(ip + 4) + (unsigned int)IPV6_LEN);
}

char *
frame_summary(const uint8_t *frame, size_t len, char text[SUMMARY_SIZE])
{
	struct line line = { .text = text };
	uint16_t type;

	text[0] = '\0';
	if (len < ETHER_LEN) {
		say(&line, "a frame of %zu bytes", len);
		return text;
	}
	type = load16(frame + 12);
	frame += ETHER_LEN;
	len -= ETHER_LEN;
	if (type == ETHER_TYPE_IPV4)
		say_ipv4(&line, frame, len);
	else if (type == ETHER_TYPE_IPV6)
		say_ipv6(&line, frame, len);
	else
		say(&line, "%s, %zu bytes", type == ETHER_TYPE_ARP ? "ARP" : "another protocol", len);
	return text;
}
