/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several packets at once. A packet has its words in a row; turned round, the same word of all of them stands in a column, which is
 * one register: eight words with AVX2, else four. One instruction then asks the same of all, and no answer is a branch: a mixture of
 * TCP and UDP takes no longer than either.
 *
 * The vectors are the compiler's, for any machine.
 */
#ifndef MAPEDGE_PATH_COLUMNS_H
#define MAPEDGE_PATH_COLUMNS_H

#include <stdint.h>
#include <string.h>

#include "base/likely.h"

/* Of two columns, in each sixteen bytes: the lower or the upper words by turns, or the lower or the upper pairs of words. */
#if defined(__AVX2__)
#define COLUMN_PACKETS 8
#define COLUMN_OF_ROWS(row) COLUMN_PICK(row[0], row[1], 0, 1, 2, 3, 4, 5, 6, 7)
#define COLUMN_LOW 0, 8, 1, 9, 4, 12, 5, 13
#define COLUMN_HIGH 2, 10, 3, 11, 6, 14, 7, 15
#define COLUMN_LOW_PAIRS 0, 1, 8, 9, 4, 5, 12, 13
#define COLUMN_HIGH_PAIRS 2, 3, 10, 11, 6, 7, 14, 15
#define COLUMN_SWAPPED                                                                                                \
	3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12, 19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, \
	    29, 28
#else
#define COLUMN_PACKETS 4
#define COLUMN_OF_ROWS(row) (row[0])
#define COLUMN_LOW 0, 4, 1, 5
#define COLUMN_HIGH 2, 6, 3, 7
#define COLUMN_LOW_PAIRS 0, 1, 4, 5
#define COLUMN_HIGH_PAIRS 2, 3, 6, 7
#define COLUMN_SWAPPED 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12
#endif

#define COLUMN_BYTES (COLUMN_PACKETS * 4)
#define COLUMN_ROW 16 /* bytes of a packet that are read at once */

typedef uint32_t column __attribute__((vector_size(COLUMN_BYTES)));

#define COLUMN_PICK(one, other, ...) __builtin_shufflevector(one, other, __VA_ARGS__)

/* ---- rows and columns ------------------------------------------------------------------------------------------- */

/* Sixteen bytes of the first row and, where a column takes more than four, of the fourth behind it. */
static INLINED column
column_rows(const uint8_t *const *first, int offset)
{
	typedef uint32_t row __attribute__((vector_size(COLUMN_ROW)));
	row rows[COLUMN_BYTES / COLUMN_ROW];

	for (int i = 0; i < COLUMN_BYTES / COLUMN_ROW; i++)
		memcpy(&rows[i], first[4 * i] + offset, COLUMN_ROW);
	return COLUMN_OF_ROWS(rows);
}

/* Four words, as they stand in memory at `offset` of each row. Those that nobody asks for cost next to nothing. */
static INLINED void
columns_turn(column word[4], const uint8_t *const row[COLUMN_PACKETS], int offset)
{
	const column a = column_rows(row, offset), b = column_rows(row + 1, offset);
	const column c = column_rows(row + 2, offset), d = column_rows(row + 3, offset);
	const column ab01 = COLUMN_PICK(a, b, COLUMN_LOW), ab23 = COLUMN_PICK(a, b, COLUMN_HIGH);
	const column cd01 = COLUMN_PICK(c, d, COLUMN_LOW), cd23 = COLUMN_PICK(c, d, COLUMN_HIGH);

	word[0] = COLUMN_PICK(ab01, cd01, COLUMN_LOW_PAIRS);
	word[1] = COLUMN_PICK(ab01, cd01, COLUMN_HIGH_PAIRS);
	word[2] = COLUMN_PICK(ab23, cd23, COLUMN_LOW_PAIRS);
	word[3] = COLUMN_PICK(ab23, cd23, COLUMN_HIGH_PAIRS);
}

/* Numbers of 64 bits from their halves, one behind the other. */
static INLINED void
columns_join(uint64_t to[COLUMN_PACKETS], column high, column low)
{
	const column one = COLUMN_PICK(low, high, COLUMN_LOW), other = COLUMN_PICK(low, high, COLUMN_HIGH);

	for (int i = 0; i < COLUMN_BYTES / COLUMN_ROW; i++) {
		memcpy(to + 4 * i, (const uint8_t *)&one + COLUMN_ROW * i, COLUMN_ROW);
		memcpy(to + 4 * i + 2, (const uint8_t *)&other + COLUMN_ROW * i, COLUMN_ROW);
	}
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
	typedef uint8_t bytes __attribute__((vector_size(COLUMN_BYTES)));
	const bytes b = (bytes)words;

	return (column)COLUMN_PICK(b, b, COLUMN_SWAPPED);
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
	typedef int32_t numbers __attribute__((vector_size(COLUMN_BYTES)));

	return (column)((numbers)one > (numbers)other);
}

static INLINED column
column_at_least(column one, column other)
{
	return ~column_above(other, one);
}

#endif
