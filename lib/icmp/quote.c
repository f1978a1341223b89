/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp/quote.h"

bool
icmp_quote_parse(const struct packet *p, struct quote *quote)
{
	const uint32_t available = packet_l4_len(p) - (uint32_t)ICMP_LEN;
	uint8_t *ip = p->l4 + ICMP_LEN;
	uint32_t header_len;

	if (packet_l4_len(p) < ICMP_LEN + IPV4_MIN_LEN || ip[0] >> 4 != 4)
		return false;
	header_len = (uint32_t)(ip[0] & 0x0f) * 4;
	if (header_len < IPV4_MIN_LEN || available < header_len + 8)
		return false;
	if (load16(ip + 6) & IPV4_OFFSET)
		return false;

	*quote = (struct quote){ .ip = ip,
		.l4 = ip + header_len,
		.l4_len = (uint16_t)(available - header_len),
		.src = load32(ip + 12),
		.dst = load32(ip + 16),
		.kind = L4_OTHER };
	switch (ip[9]) {
	case PROTOCOL_TCP:
	case PROTOCOL_UDP:
		quote->kind = ip[9] == PROTOCOL_TCP ? L4_TCP : L4_UDP;
		quote->src_port = load16(quote->l4);
		quote->dst_port = load16(quote->l4 + 2);
		return true;
	case PROTOCOL_ICMP:
		quote->kind = icmp_kind(quote->l4[0]);
		quote->src_port = quote->dst_port = load16(quote->l4 + 4);
		return quote->kind != L4_ICMP_ERROR;
	default:
		return true;
	}
}

enum verdict
icmp_take_ports(struct worker *w, struct packet *error, bool from_ce)
{
	struct quote quote;

	if (!icmp_quote_parse(error, &quote))
		return drop(w, error, DROP_icmp_bad);
	if (quote.kind > L4_ICMP_QUERY)
		error->kind = L4_ICMP_ERROR_NO_PORT;
	error->src_port = quote.dst_port;
	error->dst_port = quote.src_port;
	error->quoted = from_ce ? quote.dst : quote.src;
	return VERDICT_NEXT;
}

/* Where the transport checksum of the quoted packet is, NULL when it was cut off. */
static uint8_t *
quoted_checksum(const struct quote *quote)
{
	switch (quote->kind) {
	case L4_TCP:
		return quote->l4_len >= 18 ? quote->l4 + 16 : NULL;
	case L4_UDP:
		return quote->l4 + 6;
	default:
		return quote->l4 + 2;
	}
}

static void
set_end(struct packet *p, const struct quote *quote, uint8_t *addr_at, uint8_t *port_at, uint32_t addr, uint16_t port)
{
	uint8_t *sum = quoted_checksum(quote);
	uint32_t old_addr, new_addr;
	uint16_t old_port, new_port, difference;

	memcpy(&old_addr, addr_at, sizeof(old_addr));
	memcpy(&old_port, port_at, sizeof(old_port));
	store32(addr_at, addr);
	store16(port_at, port);
	memcpy(&new_addr, addr_at, sizeof(new_addr));
	memcpy(&new_port, port_at, sizeof(new_port));

	checksum_patch(quote->ip + 10, checksum_difference32(old_addr, new_addr));
	difference = checksum_difference16(old_port, new_port);
	if (quote->kind != L4_ICMP_QUERY) /* ICMP has no pseudo-header */
		difference = checksum_fold((uint32_t)difference + checksum_difference32(old_addr, new_addr));
	if (quote->kind == L4_UDP)
		checksum_patch_udp(sum, difference);
	else if (sum != NULL)
		checksum_patch(sum, difference);

	store16(p->l4 + 2, 0);
	new_port = checksum(p->l4, packet_l4_len(p));
	memcpy(p->l4 + 2, &new_port, sizeof(new_port));
}

void
icmp_quote_set_src(struct packet *p, const struct quote *quote, uint32_t addr, uint16_t port)
{
	uint8_t *port_at = quote->kind == L4_ICMP_QUERY ? quote->l4 + 4 : quote->l4;

	set_end(p, quote, quote->ip + 12, port_at, addr, port);
}

void
icmp_quote_set_dst(struct packet *p, const struct quote *quote, uint32_t addr, uint16_t port)
{
	uint8_t *port_at = quote->kind == L4_ICMP_QUERY ? quote->l4 + 4 : quote->l4 + 2;

	set_end(p, quote, quote->ip + 16, port_at, addr, port);
}
