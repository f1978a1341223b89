/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/timestamp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

char *
timestamp_format(uint64_t ms, char text[TIMESTAMP_TEXT_SIZE])
{
	const time_t seconds = (time_t)(ms / 1000);
	struct tm utc;
	size_t len;

	gmtime_r(&seconds, &utc);
	len = strftime(text, TIMESTAMP_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + len, TIMESTAMP_TEXT_SIZE - len, ".%03uZ", (unsigned int)(ms % 1000));
	return text;
}

/* Takes exactly `digits` digits and then one of the characters `after`, if there are any. */
static bool
take(const char **text, unsigned int digits, const char *after, int *value)
{
	*value = 0;
	for (; digits > 0; digits--, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (**text - '0');
	}
	if (*after == '\0')
		return true;
	return **text != '\0' && strchr(after, *(*text)++) != NULL;
}

static bool
take_fraction(const char **text, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (**text != '.')
		return true;
	(*text)++;
	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++, scale /= 10)
		*ms += (**text - '0') * scale;
	return true;
}

/* Seconds that local time is ahead of UTC. */
static bool
take_offset(const char **text, int *ahead)
{
	const char sign = **text;
	int hours, minutes;

	*ahead = 0;
	(*text)++;
	if (sign == 'Z')
		return true;
	if ((sign != '+' && sign != '-') || !take(text, 2, ":", &hours) || !take(text, 2, "", &minutes) || hours > 23 ||
	    minutes > 59)
		return false;
	*ahead = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

int
timestamp_parse(const char *text, uint64_t *ms)
{
	struct tm utc = { 0 }, day;
	int year, month, fraction, ahead;
	time_t seconds;

	if (!take(&text, 4, "-", &year) || !take(&text, 2, "-", &month) || !take(&text, 2, "T ", &utc.tm_mday) ||
	    !take(&text, 2, ":", &utc.tm_hour) || !take(&text, 2, ":", &utc.tm_min) ||
	    !take(&text, 2, "", &utc.tm_sec) || !take_fraction(&text, &fraction) || !take_offset(&text, &ahead) ||
	    *text != '\0')
		return -EINVAL;
	if (year < 1970 || utc.tm_hour > 23 || utc.tm_min > 59 || utc.tm_sec > 59)
		return -EINVAL;
	utc.tm_year = year - 1900;
	utc.tm_mon = month - 1;
	day = utc;
	seconds = timegm(&day);
	/* timegm() takes 30 February for 2 March. */
	if (day.tm_mday != utc.tm_mday || day.tm_mon != utc.tm_mon || seconds < ahead)
		return -EINVAL;
	*ms = (uint64_t)(seconds - ahead) * 1000 + (uint64_t)fraction;
	return 0;
}
