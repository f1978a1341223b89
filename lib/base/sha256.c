/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/sha256.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* FIPS 180-4 section 4.2.2: the fractions of the cube roots of the first 64 primes. */
static const uint32_t round_constant[64] = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
	0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
	0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c,
	0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

static uint32_t
rotate(uint32_t value, unsigned int by)
{
	return value >> by | value << (32 - by);
}

/* The message schedule: 16 words of the block, and 48 made of them (section 6.2.2 step 1). */
static void
schedule(const uint8_t *block, uint32_t word[64])
{
	for (int i = 0; i < 16; i++)
		word[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		    (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (int i = 16; i < 64; i++) {
		const uint32_t near = word[i - 2], far = word[i - 15];

		word[i] = (rotate(near, 17) ^ rotate(near, 19) ^ near >> 10) + word[i - 7] +
		    (rotate(far, 7) ^ rotate(far, 18) ^ far >> 3) + word[i - 16];
	}
}

static void
compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t word[64], s[8]; /* s: a to h of section 6.2.2 */

	schedule(block, word);
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < 64; i++) {
		const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
		const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		const uint32_t one = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + choice +
		    round_constant[i] + word[i];
		const uint32_t two = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + majority;

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += one;
		s[0] = one + two;
	}
	for (int i = 0; i < 8; i++)
		state[i] += s[i];
}

void
sha256_init(struct sha256 *sha)
{
	/* Section 5.3.3: the fractions of the square roots of the first 8 primes. */
	*sha = (struct sha256){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
				    0x1f83d9ab, 0x5be0cd19 } };
}

void
sha256_add(struct sha256 *sha, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	while (len > 0) {
		const size_t used = sha->len % sizeof(sha->block), room = sizeof(sha->block) - used;
		const size_t now = len < room ? len : room;

		memcpy(sha->block + used, bytes, now);
		sha->len += now;
		bytes += now;
		len -= now;
		if (now == room)
			compress(sha->state, sha->block);
	}
}

char *
sha256_text(struct sha256 *sha, char text[SHA256_TEXT_SIZE])
{
	static const uint8_t padding[64] = { 0x80 };
	const uint64_t bits = sha->len * 8;
	uint8_t length[8];

	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	/* Up to 8 bytes before the end of a block: section 5.1.1. */
	sha256_add(sha, padding, 1 + (119 - sha->len % 64) % 64);
	sha256_add(sha, length, sizeof(length));
	for (int i = 0; i < 8; i++)
		snprintf(text + 8 * i, 9, "%08x", sha->state[i]);
	return text;
}

int
sha256_file(const char *file, char text[SHA256_TEXT_SIZE])
{
	FILE *in = fopen(file, "rbe");
	struct sha256 sha;
	char buffer[4096];
	size_t len;
	int rc = 0;

	if (in == NULL)
		return -errno;
	sha256_init(&sha);
	while ((len = fread(buffer, 1, sizeof(buffer), in)) > 0)
		sha256_add(&sha, buffer, len);
	if (ferror(in))
		rc = -EIO;
	else
		sha256_text(&sha, text);
	fclose(in);
	return rc;
}
