/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp/relay.h"

#include "pkt/ipv6.h"

#define ICMP6_LEN 8
#define INNER_MIN_PAYLOAD 8 /* what RFC 792 promises of a quoted packet; the ports are in it */
#define IPV6_MIN_MTU 1280

/* Bytes of the message that are the quoted packet. Where extensions follow it, it says so: RFC 4884 section 4. */
static uint32_t
quoted_len(const uint8_t *message, uint32_t len)
{
	const uint32_t present = len - ICMP6_LEN;
	const bool has_length = message[0] == ICMP6_UNREACHABLE || message[0] == ICMP6_TIME_EXCEEDED;
	const uint32_t stated = has_length ? message[4] * UINT32_C(8) : 0;

	return stated != 0 && stated < present ? stated : present;
}

/* An error belongs to whoever sent the packet that it is about. */
static void
read_quoted_ports(struct packet *inner)
{
	struct quote quote;

	inner->src_port = inner->dst_port = 0;
	if (!icmp_quote_parse(inner, &quote))
		return;
	if (quote.kind > L4_ICMP_QUERY)
		inner->kind = L4_ICMP_ERROR_NO_PORT;
	inner->src_port = quote.dst_port;
	inner->dst_port = quote.src_port;
	inner->quoted = quote.src;
}

/* Like l4_in(), with no more than INNER_MIN_PAYLOAD bytes. False for ports that no packet of ours has. */
static bool
read_ports(struct packet *inner)
{
	inner->kind = L4_OTHER;
	if (load16(inner->ip + 6) & IPV4_OFFSET)
		return true;
	switch (inner->protocol) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
		inner->kind = inner->protocol == PROTOCOL_TCP ? L4_TCP : L4_UDP;
		return l4_read_ports(inner, inner->l4);
	case PROTOCOL_ICMP:
		inner->kind = icmp_kind(inner->l4[0]);
		inner->src_port = inner->dst_port = load16(inner->l4 + 4);
		if (inner->kind == L4_ICMP_ERROR)
			read_quoted_ports(inner);
		return true;
	default:
		return true;
	}
}

static bool
parse_inner(struct packet *inner, uint32_t available)
{
	if (available < IPV4_MIN_LEN || available < (inner->ip[0] & UINT32_C(0x0f)) * 4)
		return false;
	/* Only the header is read, and it is there; what else the total length promises may have been cut off. */
	if (!ipv4_parse(inner, UINT16_MAX))
		return false;
	if (inner->len > available)
		inner->len = (uint16_t)available;
	return packet_l4_len(inner) >= INNER_MIN_PAYLOAD && read_ports(inner);
}

/*
 * Bytes in front of the IPv4 header in `len` bytes of a quoted packet, 0 if there is none. What we send has one right behind
 * the IPv6 header, or behind a Fragment header, and only in the first fragment; so other extension headers were never ours.
 */
static uint32_t
outer_headers_len(const uint8_t *outer, uint32_t len)
{
	const uint8_t *fragment = outer + IPV6_LEN;

	if (len < IPV6_LEN || outer[0] >> 4 != 6)
		return 0;
	if (outer[6] == NEXT_HEADER_IPV4)
		return IPV6_LEN;
	if (outer[6] != NEXT_HEADER_FRAGMENT || len < IPV6_LEN + IPV6_FRAGMENT_LEN)
		return 0;
	if (fragment[0] != NEXT_HEADER_IPV4 || (load16(fragment + 2) & IPV6_FRAGMENT_OFFSET) != 0)
		return 0;
	return IPV6_LEN + IPV6_FRAGMENT_LEN;
}

bool
relay_parse(const uint8_t *message, uint16_t len, u128 src, u128 dst, struct relay *relay)
{
	const uint8_t *outer = message + ICMP6_LEN;
	uint32_t present, headers;

	if (len < ICMP6_LEN || message[0] >= ICMP6_FIRST_INFORMATIONAL || icmp6_checksum(src, dst, message, len) != 0)
		return false;
	present = quoted_len(message, len);
	headers = outer_headers_len(outer, present);
	if (headers == 0)
		return false;

	*relay = (struct relay){ .error = { message[0], message[1], load32(message + 4) },
		.outer_src = ip6_load(outer + 8),
		.outer_dst = ip6_load(outer + 24),
		.inner = { .ip = (uint8_t *)outer + headers } };
	return parse_inner(&relay->inner, present - headers);
}

/* RFC 2473 section 8.3; less than IPv6's minimum is no MTU (RFC 8201 section 4), and ICMPv4 has 16 bits for it. */
static bool
translate_too_big(const struct relay *relay, struct icmp_error *error)
{
	const uint32_t mtu = relay->error.value;

	if (!ipv4_has_df(&relay->inner) || mtu < IPV6_MIN_MTU || mtu - IPV6_LEN > UINT16_MAX)
		return false;
	*error = icmp_fragmentation_needed((uint16_t)(mtu - IPV6_LEN));
	return true;
}

bool
relay_translate(const struct relay *relay, struct icmp_error *error)
{
	if (!icmp_may_answer(&relay->inner))
		return false;
	*error = ICMP_HOST_UNREACHABLE;
	switch (relay->error.type) {
	case ICMP6_UNREACHABLE:
		return true;
	case ICMP6_TOO_BIG:
		return translate_too_big(relay, error);
	case ICMP6_TIME_EXCEEDED:
		return relay->error.code == 0; /* in transit; that of reassembly is nobody's fault on the way */
	case ICMP6_PARAMETER_PROBLEM:
		return relay->error.code <= 2;
	default:
		return false;
	}
}
