/* SPDX-License-Identifier: BSD-3-Clause */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LABEL_WIDTH 18
#define WIDTH 80

void
text_line(const char *label, const char *format, ...)
{
	va_list args;

	printf("%-*s", LABEL_WIDTH, label);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* A range as people write it. */
static int
format_range(struct port_range range, char text[16])
{
	if (range.first == range.last)
		return snprintf(text, 16, "%u", range.first);
	return snprintf(text, 16, "%u-%u", range.first, range.last);
}

/* Columns as wide as the last range, which has the largest numbers. */
void
text_ranges(const struct portset *set)
{
	const uint32_t count = portset_range_count(set);
	char text[16];
	const int width = format_range(portset_range(set, count - 1), text);
	const uint32_t columns = WIDTH / (uint32_t)(width + 2);

	printf("\nPort range%s\n", count == 1 ? "" : "s");
	for (uint32_t i = 0; i < count; i++) {
		format_range(portset_range(set, i), text);
		printf("  %*s", width, text);
		if (i % columns == columns - 1 || i == count - 1)
			putchar('\n');
	}
}

void
text_warning(const char *text)
{
	int column = printf("\nWarning:");

	for (;;) {
		const int word = (int)strcspn(text, " ");

		if (column + 1 + word > WIDTH)
			column = printf("\n ") - 1;
		column += printf(" %.*s", word, text);
		if (text[word] == '\0')
			break;
		text += word + 1;
	}
	putchar('\n');
}
