/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/ranges_json.h"

json_t *
ranges_json(const struct portset *ports)
{
	json_t *ranges = json_array();

	for (uint32_t i = 0; i < portset_range_count(ports); i++) {
		const struct port_range range = portset_range(ports, i);

		json_array_append_new(ranges, json_pack("[ii]", range.first, range.last));
	}
	return ranges;
}
