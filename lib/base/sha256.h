/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-256 (FIPS 180-4) of a file, so that a record can say which version of it was in use: what sha256sum(1) prints. */
#ifndef MAPEDGE_BASE_SHA256_H
#define MAPEDGE_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_TEXT_SIZE 65

struct sha256 {
	uint32_t state[8];
	uint64_t len;      /* bytes so far */
	uint8_t block[64]; /* the bytes that do not fill a block yet */
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *data, size_t len);

/* Ends it; hexadecimal digits. Returns the buffer. */
char *sha256_text(struct sha256 *sha, char text[SHA256_TEXT_SIZE]);

/* Of a file's content. 0 or a negative errno, with nothing written. */
int sha256_file(const char *file, char text[SHA256_TEXT_SIZE]);

#endif
