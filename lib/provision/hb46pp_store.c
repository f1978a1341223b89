/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "provision/hb46pp.h"

char *
hb46pp_stored_format(uint64_t wall_ms, const char *body, size_t len, size_t *size)
{
	char time[TIMESTAMP_TEXT_SIZE], *text;
	size_t time_len;

	(void)timestamp_format(wall_ms, time);
	time_len = strlen(time);
	text = malloc(time_len + 1 + len + 1);
	if (text == NULL)
		return NULL;
	memcpy(text, time, time_len);
	text[time_len] = '\n';
	memcpy(text + time_len + 1, body, len);
	*size = time_len + 1 + len;
	text[*size] = '\0';
	return text;
}

int
hb46pp_stored_parse(const char *text, size_t size, uint64_t *wall_ms, const char **body, size_t *len, struct error *err)
{
	const char *end = memchr(text, '\n', size);
	char time[TIMESTAMP_TEXT_SIZE];

	if (end == NULL || (size_t)(end - text) >= sizeof(time))
		return error_set(err, EINVAL, "the stored answer does not begin with a line that is a time");
	memcpy(time, text, (size_t)(end - text));
	time[end - text] = '\0';
	if (timestamp_parse(time, wall_ms) < 0)
		return error_set(err, EINVAL, "the stored answer does not begin with a time");
	*body = end + 1;
	*len = size - (size_t)(end + 1 - text);
	return 0;
}
