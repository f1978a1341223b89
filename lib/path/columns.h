/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Eight packets at once. A packet has its words in a row; turned round, the same word of all eight stands in a column, which is one
 * register. One instruction then asks the same of eight packets, and no answer is a branch: a mixture of TCP and UDP takes
 * no longer than either.
 *
 * The vectors are the compiler's, for any machine: where registers are shorter, it takes several.
 */
#ifndef MAPEDGE_PATH_COLUMNS_H
#define MAPEDGE_PATH_COLUMNS_H

#include <stdint.h>
#include <string.h>

#include "base/likely.h"

#define COLUMN_PACKETS 8

typedef uint32_t column __attribute__((vector_size(32)));

#define COLUMN_PICK(one, other, ...) __builtin_shufflevector(one, other, __VA_ARGS__)

/* ---- rows and columns ------------------------------------------------------------------------------------------- */

/* Sixteen bytes of each, one behind the other. */
static INLINED column
column_pair(const uint8_t *one, const uint8_t *other)
{
	typedef uint32_t half __attribute__((vector_size(16)));
	half low, high;

	memcpy(&low, one, sizeof(low));
	memcpy(&high, other, sizeof(high));
	return COLUMN_PICK(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

/* Four words, as they stand in memory at `offset` of eight rows. Those that nobody asks for cost next to nothing. */
static INLINED void
columns_turn(column word[4], const uint8_t *const row[COLUMN_PACKETS], int offset)
{
	const column a = column_pair(row[0] + offset, row[4] + offset);
	const column b = column_pair(row[1] + offset, row[5] + offset);
	const column c = column_pair(row[2] + offset, row[6] + offset);
	const column d = column_pair(row[3] + offset, row[7] + offset);
	const column ab01 = COLUMN_PICK(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
	const column ab23 = COLUMN_PICK(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
	const column cd01 = COLUMN_PICK(c, d, 0, 8, 1, 9, 4, 12, 5, 13);
	const column cd23 = COLUMN_PICK(c, d, 2, 10, 3, 11, 6, 14, 7, 15);

	word[0] = COLUMN_PICK(ab01, cd01, 0, 1, 8, 9, 4, 5, 12, 13);
	word[1] = COLUMN_PICK(ab01, cd01, 2, 3, 10, 11, 6, 7, 14, 15);
	word[2] = COLUMN_PICK(ab23, cd23, 0, 1, 8, 9, 4, 5, 12, 13);
	word[3] = COLUMN_PICK(ab23, cd23, 2, 3, 10, 11, 6, 7, 14, 15);
}

/* Numbers of 64 bits from their halves, one behind the other. */
static INLINED void
columns_join(uint64_t to[COLUMN_PACKETS], column high, column low)
{
	const column one = COLUMN_PICK(low, high, 0, 8, 1, 9, 4, 12, 5, 13);
	const column other = COLUMN_PICK(low, high, 2, 10, 3, 11, 6, 14, 7, 15);
	const column first = COLUMN_PICK(one, other, 0, 1, 2, 3, 8, 9, 10, 11);
	const column last = COLUMN_PICK(one, other, 4, 5, 6, 7, 12, 13, 14, 15);

	memcpy(to, &first, sizeof(first));
	memcpy(to + COLUMN_PACKETS / 2, &last, sizeof(last));
}

static INLINED void
column_store(uint32_t to[COLUMN_PACKETS], column words)
{
	memcpy(to, &words, sizeof(words));
}

static INLINED column
column_of(uint32_t word)
{
	return (column){ 0 } + word;
}

/* The wire's order, the machine's order. */
static INLINED column
column_swap(column words)
{
	typedef uint8_t bytes __attribute__((vector_size(32)));
	const bytes b = (bytes)words;

	return (column)COLUMN_PICK(b, b, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22,
	    21, 20, 27, 26, 25, 24, 31, 30, 29, 28);
}

/* ---- questions: all bits for yes, none for no ------------------------------------------------------------------- */

static INLINED column
column_equal(column one, uint32_t other)
{
	return (column)(one == other);
}

/* Of numbers below 2^31: machines compare them as signed ones. */
static INLINED column
column_above(column one, column other)
{
	typedef int32_t numbers __attribute__((vector_size(32)));

	return (column)((numbers)one > (numbers)other);
}

static INLINED column
column_at_least(column one, column other)
{
	return ~column_above(other, one);
}

#endif
