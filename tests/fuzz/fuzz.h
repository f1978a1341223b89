/* SPDX-License-Identifier: BSD-3-Clause */
/* What every fuzz target shares. */
#ifndef MAPEDGE_TESTS_FUZZ_H
#define MAPEDGE_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* One input. libFuzzer calls it, or standalone.c for each file of a corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input: says what does not, and dies, in any build. */
static inline void
require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* The input, read from its beginning; zeros when it is used up. */
struct input {
	const uint8_t *data;
	size_t left;
};

static inline uint8_t
input_byte(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->data++;
}

static inline uint64_t
input_number(struct input *input, int bytes)
{
	uint64_t number = 0;

	for (int i = 0; i < bytes; i++)
		number = number << 8 | input_byte(input);
	return number;
}

/* At most `len` bytes; *got says how many there are. */
static inline const uint8_t *
input_bytes(struct input *input, size_t len, size_t *got)
{
	const uint8_t *bytes = input->data;

	*got = len < input->left ? len : input->left;
	input->data += *got;
	input->left -= *got;
	return bytes;
}

#endif
