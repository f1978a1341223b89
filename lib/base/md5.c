/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/md5.h"

#include <string.h>

/* RFC 1321 section 3.4: the fractions of the sines of 1 to 64. */
static const uint32_t sine[64] = { 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613,
	0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6,
	0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681,
	0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085,
	0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039,
	0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82,
	0xbd3af235, 0x2ad7d2bb, 0xeb86d391 };

/* How far each step of a round turns. */
static const uint8_t turn[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };

/* The order in which a round takes the words: it begins at the first number and goes on by the second. */
static const uint8_t order[4][2] = { { 0, 1 }, { 1, 5 }, { 5, 3 }, { 0, 7 } };

static uint32_t
rotate(uint32_t value, unsigned int by)
{
	return value << by | value >> (32 - by);
}

static uint32_t
little_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

/* F, G, H and I of section 3.4. */
static uint32_t
mix(unsigned int round, uint32_t b, uint32_t c, uint32_t d)
{
	switch (round) {
	case 0:
		return (b & c) | (~b & d);
	case 1:
		return (b & d) | (c & ~d);
	case 2:
		return b ^ c ^ d;
	default:
		return c ^ (b | ~d);
	}
}

static void
compress(uint32_t state[4], const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

	for (unsigned int i = 0; i < 64; i++) {
		const unsigned int round = i / 16, word = (order[round][0] + i % 16 * order[round][1]) % 16;
		const uint32_t sum = a + mix(round, b, c, d) + little_endian(block + 4 * word) + sine[i];

		a = d;
		d = c;
		c = b;
		b += rotate(sum, turn[round][i % 4]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

void
md5_init(struct md5 *md5)
{
	*md5 = (struct md5){ .state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } };
}

void
md5_add(struct md5 *md5, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	while (len > 0) {
		const size_t used = md5->len % sizeof(md5->block), room = sizeof(md5->block) - used;
		const size_t now = len < room ? len : room;

		memcpy(md5->block + used, bytes, now);
		md5->len += now;
		bytes += now;
		len -= now;
		if (now == room)
			compress(md5->state, md5->block);
	}
}

void
md5_end(struct md5 *md5, uint8_t digest[MD5_SIZE])
{
	static const uint8_t padding[64] = { 0x80 };
	const uint64_t bits = md5->len * 8;
	uint8_t length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> 8 * i);
	/* Up to 8 bytes before the end of a block: section 3.1. */
	md5_add(md5, padding, 1 + (119 - md5->len % 64) % 64);
	md5_add(md5, length, sizeof(length));
	for (int i = 0; i < MD5_SIZE; i++)
		digest[i] = (uint8_t)(md5->state[i / 4] >> i % 4 * 8);
}

/* RFC 2104 section 2: the key, filled up with zeros, over and over with one byte. */
static void
add_key(struct md5 *md5, const uint8_t *key, size_t len, uint8_t with)
{
	uint8_t block[64];

	memset(block, with, sizeof(block));
	for (size_t i = 0; i < len; i++)
		block[i] ^= key[i];
	md5_add(md5, block, sizeof(block));
}

void
hmac_md5_begin(struct md5 *md5, const uint8_t *key, size_t len)
{
	md5_init(md5);
	add_key(md5, key, len, 0x36);
}

void
hmac_md5_end(struct md5 *md5, const uint8_t *key, size_t len, uint8_t digest[MD5_SIZE])
{
	uint8_t inner[MD5_SIZE];

	md5_end(md5, inner);
	md5_init(md5);
	add_key(md5, key, len, 0x5c);
	md5_add(md5, inner, sizeof(inner));
	md5_end(md5, digest);
}
