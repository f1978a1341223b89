/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes written as hexadecimal digits; blanks between them mean nothing. */
#ifndef MAPEDGE_TESTS_HEXBYTES_H
#define MAPEDGE_TESTS_HEXBYTES_H

#include <stdio.h>
#include <string.h>

#include "unit.h"

static inline size_t
hex_bytes(const char *text, uint8_t *bytes, size_t size)
{
	size_t len = 0;
	unsigned int byte;

	for (; text[strspn(text, " ")] != '\0'; text += 2) {
		text += strspn(text, " ");
		ck_assert_msg(sscanf(text, "%2x", &byte) == 1 && len < size, "no bytes, or too many: %s", text);
		bytes[len++] = (uint8_t)byte;
	}
	return len;
}

#endif
