/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats/alarm.h"

enum alarm_news
alarm_look(struct alarm *alarm, uint64_t used, uint64_t total, uint32_t percent)
{
	const uint64_t threshold = total * percent; /* in hundredths, as `used` below */
	const bool none = threshold == 0;

	if (!alarm->is_on && !none && used * 100 >= threshold) {
		alarm->is_on = true;
		alarm->raised++;
		return ALARM_RAISED;
	}
	if (alarm->is_on && (none || used * 100 * 8 < threshold * 7)) {
		alarm->is_on = false;
		return ALARM_OVER;
	}
	return ALARM_NO_NEWS;
}
