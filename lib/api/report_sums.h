/* SPDX-License-Identifier: BSD-3-Clause */
/* What every form of the statistics adds up in the same way: the JSON document and the text for Prometheus. */
#ifndef MAPEDGE_API_REPORT_SUMS_H
#define MAPEDGE_API_REPORT_SUMS_H

#include "api/report.h"

/* Of all workers, but for `generation`, of which there is no sum: 0. */
struct gauges report_gauges(const struct report *report);

/* What a softwire has counted since it was first configured. */
struct softwire_counters report_softwire_counters(const struct report_softwire *softwire, const struct counters *total);

/* Of all softwires there are and were. */
struct softwire_counters report_all_softwires(const struct counters *total);

/* RFC 8676 section 8: by the interface that a packet came in on, or could not leave by. */
uint64_t report_dropped_ipv4(const struct counters *total);
uint64_t report_dropped_ipv6(const struct counters *total);
uint64_t report_dropped_fragments(const struct counters *total);
uint64_t report_reassembled_fragments(const struct counters *total);

#endif
