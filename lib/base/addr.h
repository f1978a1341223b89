/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses and prefixes.
 *
 * Two shapes on purpose: on the wire an IPv6 address is 16 bytes (struct ip6); where it is calculated with it is one
 * 128-bit number in host order (u128), because MAP is arithmetic on bit positions. An IPv4 address in arithmetic is a
 * uint32_t in host order; a name ending in _be is in network order.
 */
#ifndef MAPEDGE_BASE_ADDR_H
#define MAPEDGE_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

struct ip6 {
	uint8_t byte[16];
};

struct mac {
	uint8_t byte[6];
};

struct prefix4 {
	uint32_t addr; /* host order; host bits may be set until prefix4_is_aligned() says no */
	uint8_t len;   /* 0..32 */
};

struct prefix6 {
	u128 addr;   /* host order */
	uint8_t len; /* 0..128 */
};

#define IP4_TEXT_SIZE 16
#define IP6_TEXT_SIZE 46
#define PREFIX_TEXT_SIZE 50
#define MAC_TEXT_SIZE 18

static inline u128
u128_make(uint64_t high, uint64_t low)
{
	return (u128)high << 64 | low;
}

static inline u128
ip6_load(const void *wire)
{
	uint64_t half[2];

	memcpy(half, wire, sizeof(half));
	return u128_make(__builtin_bswap64(half[0]), __builtin_bswap64(half[1]));
}

static inline void
ip6_store(void *wire, u128 addr)
{
	const uint64_t half[2] = { __builtin_bswap64((uint64_t)(addr >> 64)), __builtin_bswap64((uint64_t)addr) };

	memcpy(wire, half, sizeof(half));
}

/* The first len bits set; a shift by the whole width is undefined in C, hence the special case. */
static inline uint32_t
mask4(unsigned int len)
{
	return len == 0 ? 0 : ~UINT32_C(0) << (32 - len);
}

static inline u128
mask6(unsigned int len)
{
	return len == 0 ? 0 : ~(u128)0 << (128 - len);
}

static inline bool
prefix4_contains(const struct prefix4 *prefix, uint32_t addr)
{
	return ((prefix->addr ^ addr) & mask4(prefix->len)) == 0;
}

/* Is one inside the other? */
static inline bool
prefix4_overlaps(const struct prefix4 *one, const struct prefix4 *other)
{
	return ((one->addr ^ other->addr) & mask4(one->len < other->len ? one->len : other->len)) == 0;
}

static inline bool
prefix6_contains(const struct prefix6 *prefix, u128 addr)
{
	return ((prefix->addr ^ addr) & mask6(prefix->len)) == 0;
}

/* No bit set beyond the prefix length. */
static inline bool
prefix4_is_aligned(const struct prefix4 *prefix)
{
	return (prefix->addr & ~mask4(prefix->len)) == 0;
}

static inline bool
prefix6_is_aligned(const struct prefix6 *prefix)
{
	return (prefix->addr & ~mask6(prefix->len)) == 0;
}

/* Text to number. Each takes the whole string or fails: 0 or -EINVAL, with nothing written. */
int ip4_parse(const char *text, uint32_t *addr);
int ip6_parse(const char *text, u128 *addr);
int prefix4_parse(const char *text, struct prefix4 *prefix);
int prefix6_parse(const char *text, struct prefix6 *prefix);
int mac_parse(const char *text, struct mac *mac);

/* Number to text. The buffer has the size named above; it is returned, so that calls fit into printf arguments. */
char *ip4_format(uint32_t addr, char text[IP4_TEXT_SIZE]);
char *ip6_format(u128 addr, char text[IP6_TEXT_SIZE]);
char *prefix4_format(const struct prefix4 *prefix, char text[PREFIX_TEXT_SIZE]);
char *prefix6_format(const struct prefix6 *prefix, char text[PREFIX_TEXT_SIZE]);
char *mac_format(const struct mac *mac, char text[MAC_TEXT_SIZE]);

#endif
