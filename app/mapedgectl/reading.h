/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers as the screens for people read them: what is not there is "", 0 or false. */
#ifndef MAPEDGECTL_READING_H
#define MAPEDGECTL_READING_H

#include <jansson.h>
#include <stdbool.h>

static inline const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

static inline long long
number_of(const json_t *object, const char *name)
{
	return (long long)json_integer_value(json_object_get(object, name));
}

static inline bool
is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* 65 seconds are 1m05s; what is no number is "forever". */
const char *span_text(const json_t *seconds, char text[32]);

#endif
