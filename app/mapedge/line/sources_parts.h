/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of sources: sources.c tries them and sets the softwire up, sources_report.c says how they are. */
#ifndef MAPEDGE_APP_SOURCES_PARTS_H
#define MAPEDGE_APP_SOURCES_PARTS_H

#include <net/if.h>

#include "line/asker.h"
#include "line/sources.h"

/* What has come of trying them the last time. */
struct outcome {
	enum source_kind chosen;
	bool was_tried[SOURCE_KINDS];
	struct error why[SOURCE_KINDS]; /* what was tried and did not work; "": it did */
	struct offer rules;             /* the last that were used, of a file that was written then */
	uint64_t rules_written_ms;
};

struct sources {
	struct source_order order;
	struct conf_access access;
	char device[IF_NAMESIZE];
	struct random random;
	struct resolver *resolver;
	struct asker *asker; /* NULL: not listed */
	struct far_names names;
	struct event *settled; /* news, when the call that brings it is over */
	struct event *timer;
	sources_news *news;
	void *context;
	bool has_prefix;
	struct prefix6 prefix;
	struct dhcp6_servers dns;
	uint64_t patient_until;
	struct offer read; /* from the file of rules, just now */
	struct outcome outcome, held;
};

/* Who has said which resolvers to ask. */
const char *sources_resolvers_from(const struct sources *sources);

/* When a file was written, in milliseconds since 1970; 0 when there is none. */
uint64_t sources_written_ms(const char *file);

#endif
