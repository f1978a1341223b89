/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

static struct {
	uint64_t count; /* ever */
	struct log_event event[LOG_KEPT];
} kept;

static enum log_level level_of[LOG_PARTS];

void
log_set_levels(const enum log_level levels[LOG_PARTS])
{
	memcpy(level_of, levels, sizeof(level_of));
}

void
log_get_levels(enum log_level levels[LOG_PARTS])
{
	memcpy(levels, level_of, sizeof(level_of));
}

static bool
is_wanted(int priority, const char *format)
{
	const enum log_level level = level_of[log_part_of(format)];

	if (priority <= LOG_ERROR)
		return true;
	return level == LOG_LEVEL_DEBUG || (priority <= LOG_NOTICE && level == LOG_LEVEL_NOTICE);
}

void
log_line(int priority, const char *format, ...)
{
	struct log_event *event = &kept.event[kept.count % LOG_KEPT];
	va_list args, again;

	if (!is_wanted(priority, format))
		return;
	event->number = ++kept.count;
	event->ms = wall_clock_ms();
	event->priority = priority;
	va_start(args, format);
	va_copy(again, args);
	vsnprintf(event->text, sizeof(event->text), format, args);
	fprintf(stderr, "<%d>mapedge: ", priority);
	vfprintf(stderr, format, again);
	fputc('\n', stderr);
	va_end(again);
	va_end(args);
}

const struct log_event *
log_find(uint64_t number)
{
	const uint64_t oldest = kept.count < LOG_KEPT ? 1 : kept.count - LOG_KEPT + 1;

	if (number < oldest)
		number = oldest;
	return number <= kept.count ? &kept.event[(number - 1) % LOG_KEPT] : NULL;
}
