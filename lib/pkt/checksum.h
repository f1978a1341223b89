/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Internet checksums (RFC 1071, RFC 1624).
 *
 * One's complement sums do not care about byte order, so all values here are 16-bit words as they lie in the packet.
 */
#ifndef MAPEDGE_PKT_CHECKSUM_H
#define MAPEDGE_PKT_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t
checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* Sum of len bytes, not folded, not complemented; an odd last byte counts as if a zero followed. */
uint64_t checksum_add(uint64_t sum, const void *data, size_t len);

/* The value for a checksum field (which must be zero meanwhile). */
static inline uint16_t
checksum(const void *data, size_t len)
{
	return (uint16_t)~checksum_fold(checksum_add(0, data, len));
}

/* Is the checksum inside the data right? */
static inline bool
checksum_is_valid(const void *data, size_t len)
{
	return checksum_fold(checksum_add(0, data, len)) == 0xffff;
}

/*
 * Incremental update, RFC 1624 equation 3: a difference is what must be added to the sum when words change, and its
 * complement takes it back.
 */
static inline uint16_t
checksum_difference16(uint16_t old, uint16_t new)
{
	const uint32_t sum = (uint32_t)(uint16_t)~old + new;

	return (uint16_t)((sum & 0xffff) + (sum >> 16)); /* two words have one carry */
}

static inline uint16_t
checksum_difference32(uint32_t old, uint32_t new)
{
	return checksum_fold((uint64_t)(uint32_t)~old + new);
}

static inline uint16_t
checksum_update(uint16_t sum, uint16_t difference)
{
	uint32_t result = (uint32_t)(uint16_t)~sum + difference;

	result = (result & 0xffff) + (result >> 16);
	return (uint16_t)~result;
}

/* Applies a difference to a checksum field in the packet. */
static inline void
checksum_patch(uint8_t *field, uint16_t difference)
{
	uint16_t sum;

	memcpy(&sum, field, sizeof(sum));
	sum = checksum_update(sum, difference);
	memcpy(field, &sum, sizeof(sum));
}

/* UDP: no checksum stays no checksum, and a sum of zero is sent as all ones (RFC 768). */
static inline void
checksum_patch_udp(uint8_t *field, uint16_t difference)
{
	uint16_t sum;

	memcpy(&sum, field, sizeof(sum));
	if (sum == 0)
		return;
	sum = checksum_update(sum, difference);
	if (sum == 0)
		sum = 0xffff;
	memcpy(field, &sum, sizeof(sum));
}

#endif
