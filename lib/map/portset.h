/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port sets: RFC 7597 section 5.1 and appendix B.
 *
 *        0                   1
 *        0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 *       +-----------+-----------+-------+
 *       |     A     |    PSID   |   j   |
 *       +-----------+-----------+-------+
 *       |  a bits   |  k bits   |m bits |
 *
 * A port belongs to the set when its PSID field is the set's. With a > 0 the ports with A = 0 (0..2^(16-a)-1) belong to
 * nobody, so the set is 2^a - 1 ranges of 2^m ports; with a = 0 it is one range. With k = 0 there is no sharing and the
 * set is every port, whatever the offset says.
 */
#ifndef MAPEDGE_MAP_PORTSET_H
#define MAPEDGE_MAP_PORTSET_H

#include <stdbool.h>
#include <stdint.h>

#define PORTSET_DEFAULT_OFFSET 6 /* RFC 7597 section 5.1 */
#define PORTSET_PORTS 65536u

struct portset {
	uint16_t psid;    /* right-aligned, < 2^psid_len */
	uint8_t psid_len; /* k, 0..16 */
	uint8_t offset;   /* a, 0..15; a + k <= 16 */
};

struct port_range {
	uint16_t first;
	uint16_t last;
};

/* m: the number of low bits that count within one range. */
static inline unsigned int
portset_m(const struct portset *set)
{
	return 16u - set->offset - set->psid_len;
}

/* Smallest port that may belong to anybody: everything below is excluded. */
static inline uint32_t
portset_first_port(const struct portset *set)
{
	return set->psid_len != 0 && set->offset != 0 ? 1u << (16 - set->offset) : 0;
}

static inline bool
portset_contains(const struct portset *set, uint16_t port)
{
	if (set->psid_len == 0)
		return true;
	return port >= portset_first_port(set) && ((port >> portset_m(set)) & ((1u << set->psid_len) - 1)) == set->psid;
}

static inline uint32_t
portset_range_count(const struct portset *set)
{
	return set->psid_len == 0 || set->offset == 0 ? 1 : (1u << set->offset) - 1;
}

/* How many low bits of a port say which one of its range it is. */
static inline unsigned int
portset_range_bits(const struct portset *set)
{
	return set->psid_len == 0 ? 16 : portset_m(set);
}

/* Number of ports in each range. */
static inline uint32_t
portset_range_size(const struct portset *set)
{
	return 1u << portset_range_bits(set);
}

static inline uint32_t
portset_count(const struct portset *set)
{
	return portset_range_count(set) * portset_range_size(set);
}

/* The index-th range in ascending order; index < portset_range_count(). */
static inline struct port_range
portset_range(const struct portset *set, uint32_t index)
{
	const uint32_t a = set->psid_len != 0 && set->offset != 0 ? index + 1 : 0;
	uint32_t first = 0;

	if (set->psid_len != 0)
		first = (a << (16 - set->offset)) | ((uint32_t)set->psid << portset_m(set));
	return (struct port_range){ (uint16_t)first, (uint16_t)(first + portset_range_size(set) - 1) };
}

/* The index-th port in ascending order; index < portset_count(). */
static inline uint16_t
portset_port(const struct portset *set, uint32_t index)
{
	const unsigned int bits = portset_range_bits(set);

	return (uint16_t)(portset_range(set, index >> bits).first + (index & ((1u << bits) - 1)));
}

/* And back: which one a port of the set is. */
static inline uint32_t
portset_index(const struct portset *set, uint16_t port)
{
	const unsigned int bits = portset_range_bits(set);
	uint32_t range = 0;

	if (set->psid_len == 0)
		return port;
	if (set->offset != 0)
		range = (port >> (16 - set->offset)) - 1u;
	return (range << bits) + (port & ((1u << bits) - 1));
}

#endif
