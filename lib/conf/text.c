/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/text.h"

#include <string.h>

int
text_word(const char *text, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(text, words[i]) == 0)
			return i;
	}
	return -1;
}

const char *
text_name(const char *text)
{
	const size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	if (text[len] != '\0')
		return "is not a name of letters, digits, \"-\" and \"_\"";
	if (len >= CONF_NAME_SIZE)
		return "is longer than 31 characters";
	return NULL;
}
_Static_assert(CONF_NAME_SIZE == 32, "the text above says 31");

const char *
text_mac(const char *text, struct mac *mac)
{
	static const struct mac zero;

	if (mac_parse(text, mac) < 0)
		return "is not a MAC address";
	if ((mac->byte[0] & 1) != 0)
		return "is multicast, not the MAC address of one station";
	if (memcmp(mac, &zero, sizeof(zero)) == 0)
		return "is zero, not the MAC address of a station";
	return NULL;
}

const char *
text_node4(uint32_t address)
{
	if (address >> 24 == 0)
		return "is unspecified, not the address of a node";
	if (address >> 24 == 127)
		return "is a loopback address";
	if (address >> 28 == 14)
		return "is multicast, not the address of one node";
	if (address >> 28 == 15)
		return "is broadcast or reserved, not the address of one node";
	return NULL;
}

const char *
text_node6(u128 address)
{
	if (address == 0)
		return "is unspecified, not the address of a node";
	if (address == 1)
		return "is the loopback address";
	if (address >> 120 == 0xff)
		return "is multicast, not the address of one node";
	if (address >> 32 == 0xffff)
		return "is an IPv4-mapped address";
	return NULL;
}

bool
text_is_link_local(u128 address)
{
	return address >> 118 == 0xfe80 >> 6;
}

const char *
text_global6(u128 address)
{
	return text_is_link_local(address) ? "is link-local" : text_node6(address);
}

const char *
text_address(const char *text, struct conf_address *address)
{
	*address = (struct conf_address){ 0 };
	if (ip4_parse(text, &address->v4) == 0) {
		address->ipv4 = true;
		address->len = 32;
		return text_node4(address->v4);
	}
	address->len = 128;
	return ip6_parse(text, &address->v6) < 0 ? "is not an IPv4 or IPv6 address" : text_node6(address->v6);
}

static const char *
subnet4_problem(const struct prefix4 *subnet)
{
	const uint32_t host = subnet->addr & ~mask4(subnet->len);

	if (text_node4(subnet->addr) != NULL)
		return text_node4(subnet->addr);
	if (subnet->len < 8)
		return "is not in a subnet: its length is below /8";
	if (subnet->len >= 31) /* RFC 3021: with /31 both addresses are nodes */
		return NULL;
	if (host == 0)
		return "is the subnet itself, not the address of a node in it";
	return host == ~mask4(subnet->len) ? "is the broadcast address of its subnet" : NULL;
}

const char *
text_subnet(const char *text, struct conf_address *address)
{
	struct prefix4 subnet4;
	struct prefix6 subnet6;

	if (prefix4_parse(text, &subnet4) == 0) {
		*address = (struct conf_address){ .ipv4 = true, .v4 = subnet4.addr, .len = subnet4.len };
		return subnet4_problem(&subnet4);
	}
	if (prefix6_parse(text, &subnet6) < 0)
		return "is not an address with prefix length";
	*address = (struct conf_address){ .v6 = subnet6.addr, .len = subnet6.len };
	if (text_node6(subnet6.addr) != NULL)
		return text_node6(subnet6.addr);
	if (subnet6.len < 8)
		return "is not in a subnet: its length is below /8";
	/* RFC 4291 section 2.6.1: the first address is the anycast address of the subnet's routers. */
	return subnet6.len < 127 && (subnet6.addr & ~mask6(subnet6.len)) == 0
	    ? "is the subnet itself, not the address of a node in it"
	    : NULL;
}

const char *
text_prefix4(const char *text, struct prefix4 *prefix)
{
	return prefix4_parse(text, prefix) < 0 ? "is not an IPv4 prefix" : NULL;
}

const char *
text_prefix6(const char *text, struct prefix6 *prefix)
{
	return prefix6_parse(text, prefix) < 0 ? "is not an IPv6 prefix" : NULL;
}

/* A port number in decimal, without sign or leading zeros; moves on behind it. */
static bool
take_port(const char **text, uint16_t *port)
{
	uint32_t value = 0;
	size_t digits = 0;

	for (; (*text)[digits] >= '0' && (*text)[digits] <= '9' && digits < 5; digits++)
		value = value * 10 + (uint32_t)((*text)[digits] - '0');
	if (digits == 0 || **text == '0' || value > UINT16_MAX)
		return false;
	*text += digits;
	*port = (uint16_t)value;
	return true;
}

const char *
text_ports(const char *text, struct port_range *ports)
{
	if (!take_port(&text, &ports->first))
		return "is not a port from 1 to 65535, nor a range of them";
	ports->last = ports->first;
	if (*text == '\0')
		return NULL;
	if (*text++ != '-' || !take_port(&text, &ports->last) || *text != '\0')
		return "is not a range of ports: FIRST-LAST, each from 1 to 65535";
	return ports->first > ports->last ? "is a range whose first port is larger than its last" : NULL;
}

char *
text_format(const struct conf_address *address, char text[PREFIX_TEXT_SIZE])
{
	return address->ipv4 ? ip4_format(address->v4, text) : ip6_format(address->v6, text);
}

bool
text_same_address(const struct conf_address *one, const struct conf_address *other)
{
	return one->ipv4 == other->ipv4 && (one->ipv4 ? one->v4 == other->v4 : one->v6 == other->v6);
}
