/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MD5 (RFC 1321) and HMAC-MD5 (RFC 2104), because DHCPv6 demands it for Reconfigure messages (RFC 8415 section 20.4) and
 * has nothing else. For anything of our own: base/sha256.h.
 */
#ifndef MAPEDGE_BASE_MD5_H
#define MAPEDGE_BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

#define MD5_SIZE 16

struct md5 {
	uint32_t state[4];
	uint64_t len;      /* bytes so far */
	uint8_t block[64]; /* the bytes that do not fill a block yet */
};

void md5_init(struct md5 *md5);
void md5_add(struct md5 *md5, const void *data, size_t len);
void md5_end(struct md5 *md5, uint8_t digest[MD5_SIZE]);

/* Of data in pieces: begin, md5_add(), end with the same key. Keys of up to 64 bytes. */
void hmac_md5_begin(struct md5 *md5, const uint8_t *key, size_t len);
void hmac_md5_end(struct md5 *md5, const uint8_t *key, size_t len, uint8_t digest[MD5_SIZE]);

#endif
