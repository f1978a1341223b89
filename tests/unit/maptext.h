/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses, prefixes and rules written as text; a test with a wrong text fails. */
#ifndef MAPEDGE_TESTS_MAPTEXT_H
#define MAPEDGE_TESTS_MAPTEXT_H

#include "map/rule.h"
#include "unit.h"

static inline uint32_t
ip4(const char *text)
{
	uint32_t addr = 0;

	ck_assert_msg(ip4_parse(text, &addr) == 0, "not an IPv4 address: %s", text);
	return addr;
}

static inline u128
ip6(const char *text)
{
	u128 addr = 0;

	ck_assert_msg(ip6_parse(text, &addr) == 0, "not an IPv6 address: %s", text);
	return addr;
}

static inline struct prefix4
prefix4(const char *text)
{
	struct prefix4 prefix = { 0 };

	ck_assert_msg(prefix4_parse(text, &prefix) == 0, "not an IPv4 prefix: %s", text);
	return prefix;
}

static inline struct prefix6
prefix6(const char *text)
{
	struct prefix6 prefix = { 0 };

	ck_assert_msg(prefix6_parse(text, &prefix) == 0, "not an IPv6 prefix: %s", text);
	return prefix;
}

static inline struct map_rule_spec
rule_spec(const char *ipv6, const char *ipv4, unsigned int ea_len, unsigned int offset)
{
	return (struct map_rule_spec){ .ipv6 = prefix6(ipv6),
		.ipv4 = prefix4(ipv4),
		.ea_len = (uint8_t)ea_len,
		.psid_offset = (uint8_t)offset,
		.fmr = true };
}

/* A one-to-one rule: no EA bits, the PSID is given. */
static inline struct map_rule_spec
fixed_spec(const char *ipv6, const char *ipv4, unsigned int offset, unsigned int psid, unsigned int psid_len)
{
	struct map_rule_spec spec = rule_spec(ipv6, ipv4, 0, offset);

	spec.has_psid = true;
	spec.psid = (uint16_t)psid;
	spec.psid_len = (uint8_t)psid_len;
	return spec;
}

/* Addresses whose port sets are given out by bindings. */
static inline struct map_rule_spec
pool_spec(const char *ipv4, unsigned int offset, unsigned int psid_len)
{
	return (struct map_rule_spec){ .ipv4 = prefix4(ipv4),
		.psid_offset = (uint8_t)offset,
		.psid_len = (uint8_t)psid_len,
		.bound = true,
		.fmr = true };
}

#endif
