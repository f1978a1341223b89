/* SPDX-License-Identifier: BSD-3-Clause */
/* log-set, log-get: how much each part of the daemon writes to its log. */
#ifndef MAPEDGE_API_LOG_H
#define MAPEDGE_API_LOG_H

#include <stddef.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_NOTICE, /* at the start: what went wrong, and what has changed */
	LOG_LEVEL_ERROR,  /* only what went wrong */
	LOG_LEVEL_DEBUG,  /* also each step */
	LOG_LEVELS
};

/* What a line of the log begins with; the last one stands for lines that begin otherwise. */
enum log_part {
	LOG_ACCESS,
	LOG_CONFIG,
	LOG_CONTROL,
	LOG_DHCPV6,
	LOG_HB46PP,
	LOG_HOST,
	LOG_HTTP,
	LOG_LAN,
	LOG_NAT,
	LOG_PORT,
	LOG_REGISTRATION,
	LOG_SOFTWIRE,
	LOG_TIME,
	LOG_OTHER,
	LOG_PARTS
};

#define LOG_PART_WORDS "access|config|control|dhcpv6|hb46pp|host|http|lan|nat|port|registration|softwire|time|other"
#define LOG_LEVEL_WORDS "error|notice|debug"

/* Levels of all parts, as somebody has wished them. */
struct log_levels {
	enum log_level of[LOG_PARTS];
	uint64_t left_s; /* until all is LOG_LEVEL_NOTICE again; 0: it stays */
};

/* The part that a line belongs to: "host: up name=lan" is LOG_HOST. */
enum log_part log_part_of(const char *line);

#endif
