/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What somebody should look at, since when, and what ends it. Conditions, not events: an alarm is raised as long as its condition
 * holds, however often one looks.
 */
#ifndef MAPEDGE_API_ALARMS_H
#define MAPEDGE_API_ALARMS_H

#include <jansson.h>

#include "api/health.h"
#include "api/report.h"

#define ALARM_TEXT_SIZE 320

/* What is known besides health and statistics. */
struct alarm_signs {
	const struct health *health;
	const struct report *report;
	bool waits_for_confirm; /* config-apply confirm_within_s */
	bool is_drained;
	const char *lan_trouble; /* of the LAN's services; NULL or "": none */
};

enum alarm_kind {
	ALARM_WORKER_STANDS_STILL,
	ALARM_CONFIG_NOT_IN_USE,
	ALARM_IPV4_LINK_DOWN,
	ALARM_IPV6_LINK_DOWN,
	ALARM_SOFTWIRE_DOWN,
	ALARM_SOFTWIRE_SILENT,
	ALARM_NO_RULES,
	ALARM_TCP_PORTS_SHORT,
	ALARM_UDP_PORTS_SHORT,
	ALARM_ICMP_IDS_SHORT,
	ALARM_DROPS,
	ALARM_LAN_SERVICES,
	ALARM_RULE_LOG,
	ALARM_UNCONFIRMED,
	ALARM_DRAINED,
	ALARM_KINDS
};

/* All zero is the state before the first look. */
struct alarms {
	struct alarm_state {
		bool is_on;
		uint64_t since_ms; /* milliseconds since 1970, of the last time that it was raised */
		uint64_t raised;   /* how often */
		char text[ALARM_TEXT_SIZE];
	} state[ALARM_KINDS];
};

/* As documents and metrics write them. */
const char *alarm_name(enum alarm_kind kind);
enum severity alarm_severity(enum alarm_kind kind);

/* What holds now. */
void alarms_look(struct alarms *alarms, const struct alarm_signs *signs, uint64_t wall_ms);

/* A new reference; `all`: also those that are over, or never were. */
json_t *alarms_json(const struct alarms *alarms, bool all);

#endif
