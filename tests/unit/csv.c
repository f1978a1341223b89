/* SPDX-License-Identifier: BSD-3-Clause */
#include "csv.h"

#include <stdlib.h>
#include <string.h>

static void
fail(const struct csv *csv, const char *what, const char *name)
{
	fprintf(stderr, "row %d: %s %s\n", csv->row, what, name);
	exit(99);
}

/* Cuts a line into fields in place. */
static int
split(char *line, const char *field[CSV_MAX_COLUMNS])
{
	int count = 0;

	line[strcspn(line, "\r\n")] = '\0';
	for (char *at = line;; at++) {
		char end = ',';

		if (*at == '"') {
			end = '"';
			at++;
		}
		if (count == CSV_MAX_COLUMNS)
			return -1;
		field[count++] = at;
		at += strcspn(at, (char[]){ end, '\0' });
		if (end == '"' && *at == '"')
			*at++ = '\0';
		if (*at == '\0')
			return count;
		*at = '\0';
	}
}

void
csv_open(struct csv *csv, const char *path)
{
	size_t size = 0;

	*csv = (struct csv){ .file = fopen(path, "r") };
	if (csv->file == NULL || getline(&csv->header, &size, csv->file) < 0)
		fail(csv, "cannot read", path);
	csv->columns = split(csv->header, csv->name);
}

void
csv_close(struct csv *csv)
{
	fclose(csv->file);
	free(csv->header);
	free(csv->line);
}

bool
csv_next(struct csv *csv)
{
	if (getline(&csv->line, &csv->line_size, csv->file) < 0)
		return false;
	csv->row++;
	if (split(csv->line, csv->value) != csv->columns)
		fail(csv, "wrong number of fields after", csv->value[0]);
	return true;
}

const char *
csv_get(const struct csv *csv, const char *column)
{
	for (int i = 0; i < csv->columns; i++) {
		if (strcmp(csv->name[i], column) == 0)
			return csv->value[i];
	}
	fail(csv, "no column", column);
	return NULL;
}

unsigned int
csv_uint(const struct csv *csv, const char *column)
{
	const char *text = csv_get(csv, column);
	char *end;
	const unsigned long value = strtoul(text, &end, 0);

	if (*text == '\0' || *end != '\0')
		fail(csv, "no number in column", column);
	return (unsigned int)value;
}
