/* SPDX-License-Identifier: BSD-3-Clause */
#include "taking.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FILTER_SIZE 1024

bool
taking_pause(long us)
{
	const struct timespec most = { .tv_nsec = us * 1000 };
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	return sigtimedwait(&ends, NULL, &most) > 0;
}

bool
taking_number(const char *text, long long *number)
{
	char *end;

	*number = strtoll(text, &end, 10);
	return end != text && *end == '\0' && *number >= 0;
}

bool
taking_filter(json_t *wish, char *const *words, int count)
{
	char filter[FILTER_SIZE];
	size_t len = 0;

	for (int i = 0; i < count && len < sizeof(filter); i++)
		len += (size_t)snprintf(filter + len, sizeof(filter) - len, "%s%s", i > 0 ? " " : "", words[i]);
	if (len >= sizeof(filter))
		return false;
	return count == 0 || json_object_set_new(wish, "filter", json_string(filter)) == 0;
}
