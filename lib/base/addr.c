/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int
ip4_parse(const char *text, uint32_t *addr)
{
	struct in_addr wire;

	if (inet_pton(AF_INET, text, &wire) != 1)
		return -EINVAL;
	*addr = ntohl(wire.s_addr);
	return 0;
}

int
ip6_parse(const char *text, u128 *addr)
{
	struct in6_addr wire;

	if (inet_pton(AF_INET6, text, &wire) != 1)
		return -EINVAL;
	*addr = ip6_load(&wire);
	return 0;
}

/* Splits "address/length"; the length is decimal digits only: no sign, no space, no leading zero. */
static int
split_prefix(const char *text, char *addr, size_t size, unsigned int max_len, uint8_t *len)
{
	const char *slash = strchr(text, '/');
	const char *digits;
	unsigned long value;
	char *end;

	if (slash == NULL || (size_t)(slash - text) >= size)
		return -EINVAL;
	digits = slash + 1;
	if (*digits < '0' || *digits > '9' || (digits[0] == '0' && digits[1] != '\0'))
		return -EINVAL;
	value = strtoul(digits, &end, 10);
	if (*end != '\0' || value > max_len)
		return -EINVAL;

	memcpy(addr, text, (size_t)(slash - text));
	addr[slash - text] = '\0';
	*len = (uint8_t)value;
	return 0;
}

int
prefix4_parse(const char *text, struct prefix4 *prefix)
{
	char addr[IP4_TEXT_SIZE];
	struct prefix4 out;

	if (split_prefix(text, addr, sizeof(addr), 32, &out.len) < 0 || ip4_parse(addr, &out.addr) < 0)
		return -EINVAL;
	*prefix = out;
	return 0;
}

int
prefix6_parse(const char *text, struct prefix6 *prefix)
{
	char addr[IP6_TEXT_SIZE];
	struct prefix6 out;

	if (split_prefix(text, addr, sizeof(addr), 128, &out.len) < 0 || ip6_parse(addr, &out.addr) < 0)
		return -EINVAL;
	*prefix = out;
	return 0;
}

/* The value of a hexadecimal digit, or -1. */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Two digits and a colon, six times; sscanf() would also take blanks, signs and "0x". */
int
mac_parse(const char *text, struct mac *mac)
{
	struct mac out;

	if (strlen(text) != MAC_TEXT_SIZE - 1)
		return -EINVAL;
	for (int i = 0; i < 6; i++) {
		const int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != ':'))
			return -EINVAL;
		out.byte[i] = (uint8_t)(high << 4 | low);
	}
	*mac = out;
	return 0;
}

char *
ip4_format(uint32_t addr, char text[IP4_TEXT_SIZE])
{
	const struct in_addr wire = { .s_addr = htonl(addr) };

	inet_ntop(AF_INET, &wire, text, IP4_TEXT_SIZE);
	return text;
}

char *
ip6_format(u128 addr, char text[IP6_TEXT_SIZE])
{
	struct in6_addr wire;

	ip6_store(&wire, addr);
	inet_ntop(AF_INET6, &wire, text, IP6_TEXT_SIZE);
	return text;
}

char *
prefix4_format(const struct prefix4 *prefix, char text[PREFIX_TEXT_SIZE])
{
	char addr[IP4_TEXT_SIZE];

	snprintf(text, PREFIX_TEXT_SIZE, "%s/%u", ip4_format(prefix->addr, addr), prefix->len);
	return text;
}

char *
prefix6_format(const struct prefix6 *prefix, char text[PREFIX_TEXT_SIZE])
{
	char addr[IP6_TEXT_SIZE];

	snprintf(text, PREFIX_TEXT_SIZE, "%s/%u", ip6_format(prefix->addr, addr), prefix->len);
	return text;
}

char *
mac_format(const struct mac *mac, char text[MAC_TEXT_SIZE])
{
	snprintf(text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac->byte[0], mac->byte[1], mac->byte[2],
	    mac->byte[3], mac->byte[4], mac->byte[5]);
	return text;
}
