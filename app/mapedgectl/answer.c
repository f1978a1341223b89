/* SPDX-License-Identifier: BSD-3-Clause */
#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "lookup.h"

#define PATH_SIZE 512
#define CELL_SIZE 160
#define COLUMNS_MAX 24
#define INDENT 2
#define GAP 2
#define WIDE 140 /* columns: a wider table is no table any more */

/* A value in one line: strings without quotes, lists of such with commas, what is deeper as JSON. */
static const char *
cell_text(const json_t *value, char text[CELL_SIZE])
{
	char *json;

	if (json_is_string(value)) {
		snprintf(text, CELL_SIZE, "%s", json_string_value(value));
	} else if (json_is_integer(value)) {
		snprintf(text, CELL_SIZE, "%lld", (long long)json_integer_value(value));
	} else if (json_is_boolean(value)) {
		snprintf(text, CELL_SIZE, "%s", json_is_true(value) ? "yes" : "no");
	} else if (value == NULL || json_is_null(value)) {
		snprintf(text, CELL_SIZE, "-");
	} else {
		json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		snprintf(text, CELL_SIZE, "%s", json != NULL ? json : "?");
		free(json);
	}
	return text;
}

/* Columns on a terminal: every byte of UTF-8 but those that continue a character. */
static int
width_of(const char *text)
{
	int width = 0;

	for (; *text != '\0'; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void
pad(FILE *out, int width)
{
	fprintf(out, "%*s", width > 0 ? width : 0, "");
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static bool
is_table(const json_t *value)
{
	return json_array_size(value) > 0 && json_is_object(json_array_get(value, 0));
}

static bool
is_flat_list(const json_t *value)
{
	size_t i;
	json_t *element;

	if (!json_is_array(value))
		return false;
	json_array_foreach((json_t *)value, i, element)
	{
		if (json_is_object(element))
			return false;
	}
	return true;
}

/* A list of plain values and of pairs, as ranges of ports are, in lines of 80 columns. */
static void
print_list(FILE *out, const json_t *list, int indent)
{
	char text[CELL_SIZE], first[CELL_SIZE], last[CELL_SIZE];
	int column = indent;
	size_t i;
	json_t *element;

	json_array_foreach((json_t *)list, i, element)
	{
		if (json_array_size(element) == 2)
			snprintf(text, sizeof(text), "%.70s-%.70s", cell_text(json_array_get(element, 0), first),
			    cell_text(json_array_get(element, 1), last));
		else
			cell_text(element, text);
		if (column > indent && column + width_of(text) + 2 > 80) {
			fprintf(out, ",\n");
			pad(out, indent);
			column = indent;
		} else if (i > 0) {
			column += fprintf(out, ", ");
		}
		fputs(text, out);
		column += width_of(text);
	}
	if (json_array_size(list) == 0)
		fputc('-', out);
	fputc('\n', out);
}

struct table {
	unsigned int columns;
	const char *name[COLUMNS_MAX];
	int width[COLUMNS_MAX];
	bool is_number[COLUMNS_MAX];
};

static unsigned int
column_of(struct table *table, const char *name)
{
	unsigned int i = 0;

	while (i < table->columns && strcmp(table->name[i], name) != 0)
		i++;
	if (i == table->columns && i < COLUMNS_MAX) {
		table->name[i] = name;
		table->width[i] = width_of(name);
		table->is_number[i] = true;
		table->columns++;
	}
	return i;
}

static void
measure(struct table *table, const json_t *rows)
{
	char text[CELL_SIZE];
	const char *name;
	json_t *row, *value;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		json_object_foreach(row, name, value)
		{
			const unsigned int column = column_of(table, name);
			const int width = width_of(cell_text(value, text));

			if (column == COLUMNS_MAX)
				continue;
			if (width > table->width[column])
				table->width[column] = width;
			table->is_number[column] &= json_is_integer(value) || json_is_null(value);
		}
	}
}

static void
print_cell(FILE *out, const struct table *table, unsigned int column, const char *text)
{
	const int room = table->width[column] - width_of(text);

	if (table->is_number[column])
		pad(out, room);
	fputs(text, out);
	if (column + 1 == table->columns)
		fputc('\n', out);
	else
		pad(out, GAP + (table->is_number[column] ? 0 : room));
}

static int
width_of_table(const struct table *table, int indent)
{
	int width = indent;

	for (unsigned int column = 0; column < table->columns; column++)
		width += table->width[column] + GAP;
	return width;
}

static void print_object(FILE *out, const json_t *object, int indent);

/* One below the other, with a line between. */
static void
print_blocks(FILE *out, const json_t *rows, int indent)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		if (i > 0)
			fputc('\n', out);
		print_object(out, row, indent);
	}
}

static void
print_table(FILE *out, const json_t *rows, int indent)
{
	struct table table = { 0 };
	char text[CELL_SIZE];
	json_t *row;
	size_t i;

	measure(&table, rows);
	if (width_of_table(&table, indent) > WIDE) {
		print_blocks(out, rows, indent);
		return;
	}
	pad(out, indent);
	for (unsigned int column = 0; column < table.columns; column++)
		print_cell(out, &table, column, table.name[column]);
	json_array_foreach((json_t *)rows, i, row)
	{
		pad(out, indent);
		for (unsigned int column = 0; column < table.columns; column++)
			print_cell(out, &table, column, cell_text(json_object_get(row, table.name[column]), text));
	}
}

static int
widest_name(const json_t *object)
{
	const char *name;
	json_t *value;
	int width = 0;

	json_object_foreach((json_t *)object, name, value)
	{
		if (!json_is_object(value) && !is_table(value) && width_of(name) > width)
			width = width_of(name);
	}
	return width;
}

/* First what fits a line, then what needs a block of its own. */
static void
print_object(FILE *out, const json_t *object, int indent)
{
	const int width = widest_name(object) + GAP;
	char text[CELL_SIZE];
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
	{
		if (json_is_object(value) || is_table(value))
			continue;
		pad(out, indent);
		fputs(name, out);
		pad(out, width - width_of(name));
		if (is_flat_list(value))
			print_list(out, value, indent + width);
		else
			fprintf(out, "%s\n", json_is_string(value) ? json_string_value(value) : cell_text(value, text));
	}
	json_object_foreach((json_t *)object, name, value)
	{
		if (!is_table(value) && json_object_size(value) == 0)
			continue;
		fprintf(out, "%s%*s%s\n", indent == 0 ? "\n" : "", indent, "", name);
		if (is_table(value))
			print_table(out, value, indent + INDENT);
		else
			print_object(out, value, indent + INDENT);
	}
}

void
answer_text(FILE *out, const json_t *value)
{
	char text[CELL_SIZE];

	if (json_is_object(value))
		print_object(out, value, 0);
	else if (is_table(value))
		print_table(out, value, 0);
	else
		fprintf(out, "%s\n", cell_text(value, text));
}

/* ---- dump ------------------------------------------------------------------------------------------------------- */

/* A tab or the end of a line in a value would be taken for the dump's own. */
static void
dump_value(FILE *out, const char *path, const json_t *value)
{
	char *json;

	if (!json_is_string(value)) {
		json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		fprintf(out, "%s\t%s\n", path, json != NULL ? json : "?");
		free(json);
		return;
	}
	fprintf(out, "%s\t", path);
	for (const char *c = json_string_value(value); *c != '\0'; c++)
		fputc(*c == '\t' || *c == '\n' || *c == '\r' ? ' ' : *c, out);
	fputc('\n', out);
}

/* Lines: the path, a tab, the value. A name that is added to an answer moves no other line's path. */
static void
dump(FILE *out, char path[PATH_SIZE], const json_t *value)
{
	const size_t len = strlen(path);
	const char *dot = len > 0 ? "." : "", *name;
	json_t *child;
	size_t i;

	if (!json_is_object(value) && !json_is_array(value)) {
		dump_value(out, path, value);
		return;
	}
	json_object_foreach((json_t *)value, name, child)
	{
		snprintf(path + len, PATH_SIZE - len, "%s%s", dot, name);
		dump(out, path, child);
	}
	json_array_foreach((json_t *)value, i, child)
	{
		snprintf(path + len, PATH_SIZE - len, "%s%zu", dot, i);
		dump(out, path, child);
	}
	path[len] = '\0';
}

/* Of explain-packet: the lines as they are. */
static void
print_packets(FILE *out, const json_t *answer)
{
	json_t *lines, *line;
	size_t i, j;

	json_array_foreach(json_object_get(answer, "packets"), i, lines)
	{
		if (i > 0)
			fputc('\n', out);
		json_array_foreach(lines, j, line) fprintf(out, "%s\n", json_string_value(line));
	}
}

/* ---- both, and JSON --------------------------------------------------------------------------------------------- */

void
answer_print(FILE *out, const struct api_command *command, enum form form, const json_t *answer)
{
	char path[PATH_SIZE] = "";

	if (form == FORM_DUMP) {
		dump(out, path, answer);
	} else if (form == FORM_JSON) {
		json_dumpf(answer, out, JSON_INDENT(2));
		fputc('\n', out);
	} else if (strcmp(command->name, "lookup") == 0) {
		lookup_print(answer);
	} else if (strcmp(command->name, "explain-packet") == 0) {
		print_packets(out, answer);
	} else {
		answer_text(out, answer);
	}
}
