/* SPDX-License-Identifier: BSD-3-Clause */
/* Long lists in pages: {"total": …, "start": …, "NAME": […]}. */
#ifndef MAPEDGE_API_PAGING_H
#define MAPEDGE_API_PAGING_H

#include "api/command.h"

#define PAGING_MAX_START 10000000
#define PAGING_MAX_COUNT 1000

/* Of the table of a command whose answer is paged. */
#define PAGING_ARGUMENTS                                                          \
	{ .name = "start",                                                        \
		.type = ARGUMENT_COUNT,                                           \
		.max = PAGING_MAX_START,                                          \
		.help = "how many to leave out first, default 0" },               \
	{                                                                         \
		.name = "count", .type = ARGUMENT_COUNT, .max = PAGING_MAX_COUNT, \
		.help = "how many at most, default 100"                           \
	}

struct paging {
	json_int_t start, count;
	json_int_t seen; /* what could be in a page, so far */
};

static inline struct paging
paging_begin(const json_t *arguments, json_int_t count)
{
	const json_t *wanted = json_object_get(arguments, "count");

	return (struct paging){ .start = json_integer_value(json_object_get(arguments, "start")),
		.count = wanted != NULL ? json_integer_value(wanted) : count };
}

/* One more: is it in this page? */
static inline bool
paging_takes(struct paging *paging)
{
	const json_int_t at = paging->seen++;

	return at >= paging->start && at < paging->start + paging->count;
}

/* A new reference; takes the list over. */
static inline json_t *
paging_end(const struct paging *paging, const char *name, json_t *list)
{
	return json_pack("{s:I, s:I, s:o}", "total", paging->seen, "start", paging->start, name, list);
}

#endif
