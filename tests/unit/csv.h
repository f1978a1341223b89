/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads the tables under tests/vectors: comma-separated, a header line, "quoted, fields" on one line. */
#ifndef MAPEDGE_TESTS_CSV_H
#define MAPEDGE_TESTS_CSV_H

#include <stdbool.h>
#include <stdio.h>

#define CSV_MAX_COLUMNS 40

struct csv {
	FILE *file;
	char *header; /* text that name[] points into */
	char *line;   /* text that value[] points into */
	size_t line_size;
	const char *name[CSV_MAX_COLUMNS];
	const char *value[CSV_MAX_COLUMNS];
	int columns;
	int row; /* rows read so far */
};

/* Opens the file and reads its header, or ends the program with a message: without data there is nothing to test. */
void csv_open(struct csv *csv, const char *path);
void csv_close(struct csv *csv);

/* Reads the next row; false at the end of the file. A row with another number of fields ends the program. */
bool csv_next(struct csv *csv);

/* The current row's field; empty fields are "". An unknown column ends the program. */
const char *csv_get(const struct csv *csv, const char *column);
unsigned int csv_uint(const struct csv *csv, const char *column);

#endif
