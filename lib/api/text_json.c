/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/text_json.h"

#include <stdlib.h>
#include <string.h>

json_t *
text_json(const char *text)
{
	json_t *string = json_string(text);
	char *ascii = string == NULL ? strdup(text) : NULL;

	if (ascii == NULL)
		return string;
	for (char *c = ascii; *c != '\0'; c++)
		*c = (*c & 0x80) != 0 ? '?' : *c;
	string = json_string(ascii);
	free(ascii);
	return string;
}
