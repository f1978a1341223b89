/* SPDX-License-Identifier: BSD-3-Clause */
#include "pkt/checksum.h"

uint64_t
checksum_add(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *byte = data;
	uint32_t word;
	uint16_t half = 0;

	for (; len >= sizeof(word); len -= sizeof(word), byte += sizeof(word)) {
		memcpy(&word, byte, sizeof(word));
		sum += word;
	}
	if (len >= sizeof(half)) {
		memcpy(&half, byte, sizeof(half));
		sum += half;
		byte += sizeof(half);
		len -= sizeof(half);
	}
	if (len != 0) {
		half = 0;
		memcpy(&half, byte, 1);
		sum += half;
	}
	return sum;
}
