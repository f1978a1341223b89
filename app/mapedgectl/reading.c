/* SPDX-License-Identifier: BSD-3-Clause */
#include "reading.h"

#include <stdio.h>

const char *
span_text(const json_t *seconds, char text[32])
{
	const long long s = (long long)json_integer_value(seconds);

	if (!json_is_integer(seconds))
		snprintf(text, 32, "forever");
	else if (s < 60)
		snprintf(text, 32, "%llds", s);
	else if (s < 3600)
		snprintf(text, 32, "%lldm%02llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, 32, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		snprintf(text, 32, "%lldd%02lldh", s / 86400, s / 3600 % 24);
	return text;
}
