/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/number_json.h"

#include "base/timestamp.h"

/* JSON integers have 63 bits here; a counter that gets so far starts again from 0, as RFC 8676's do at 64. */
json_t *
number_json(uint64_t value)
{
	return json_integer((json_int_t)(value & INT64_MAX));
}

json_t *
moment_json(uint64_t ms)
{
	char text[TIMESTAMP_TEXT_SIZE];

	return json_string(timestamp_format(ms, text));
}

json_t *
traffic_json(json_t *object, const char *packets, const char *bytes, const struct traffic *traffic)
{
	json_object_set_new(object, packets, number_json(traffic->packets));
	json_object_set_new(object, bytes, number_json(traffic->bytes));
	return object;
}
