/* SPDX-License-Identifier: BSD-3-Clause */
/* What `status` says about the sources of a softwire. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/timestamp.h"
#include "clock.h"
#include "line/sources_parts.h"

const char *
sources_resolvers_from(const struct sources *sources)
{
	if (sources->dns.count > 0)
		return "dhcpv6";
	return sources->access.resolver_count > 0 ? "access.resolvers" : "/etc/resolv.conf";
}

uint64_t
sources_written_ms(const char *file)
{
	struct stat status;

	return stat(file, &status) == 0 ? (uint64_t)status.st_mtime * 1000 : 0;
}

static void
report_rules(const struct sources *sources, struct line_source *source)
{
	const char *file = sources->access.rules_file;
	const uint64_t now_ms = sources_written_ms(file);
	char written[TIMESTAMP_TEXT_SIZE];

	source->state = source->is_used ? "read" : sources->outcome.was_tried[SOURCE_RULES] ? "nothing" : "idle";
	source->written_ms = source->is_used ? sources->outcome.rules_written_ms : now_ms;
	snprintf(source->reason, sizeof(source->reason), "%.160s of %s%s", file,
	    timestamp_format(source->written_ms, written),
	    source->written_ms != now_ms ? "; the file is another now, config-reload reads it" : "");
}

static void
report_source(struct sources *sources, const struct line *line, struct line_source *source)
{
	switch (source->kind) {
	case SOURCE_DHCPV6:
		source->state = line->state;
		source->next_ms = line->next_ms;
		snprintf(source->reason, sizeof(source->reason), "%s",
		    line->offer != NULL ? offer_kind_word(line->offer->kind) : line->why.text);
		break;
	case SOURCE_HB46PP:
		source->state = hb46pp_state_word(asker_client(sources->asker)->state);
		source->next_ms = asker_client(sources->asker)->next_ms;
		asker_reason(sources->asker, source->reason, sizeof(source->reason));
		break;
	case SOURCE_RULES:
		report_rules(sources, source);
		break;
	default:
		source->state = "given";
		snprintf(source->reason, sizeof(source->reason), "%s of the configuration",
		    offer_kind_word(sources->access.offer.kind));
		break;
	}
}

/* Behind what the source says itself: what has become of it. */
static void
report_outcome(const struct sources *sources, struct line_source *source)
{
	const char *why = sources->outcome.why[source->kind].text;
	const size_t len = strlen(source->reason);

	if (!sources->has_prefix || (source->is_used && why[0] == '\0'))
		return;
	if (source->is_used)
		snprintf(source->reason + len, sizeof(source->reason) - len, "; what is in use stays: %s", why);
	else if (!sources->outcome.was_tried[source->kind])
		snprintf(source->reason + len, sizeof(source->reason) - len,
		    "; not needed: another source comes before it");
	else if (strstr(source->reason, why) == NULL)
		snprintf(source->reason + len, sizeof(source->reason) - len, "; %s", why);
}

void
sources_report(struct sources *sources, const struct line *line, struct line_report *report)
{
	report->source_count = sources->order.count;
	for (uint32_t i = 0; i < sources->order.count; i++) {
		struct line_source *source = &report->sources[i];

		*source = (struct line_source){ .kind = sources->order.kind[i],
			.is_used = sources->order.kind[i] == report->in_use,
			.next_ms = UINT64_MAX };
		report_source(sources, line, source);
		report_outcome(sources, source);
	}
	report->wall_ms = wall_clock_ms();
	report->names = &sources->names;
	report->hb46pp = sources->asker != NULL ? asker_client(sources->asker) : NULL;
	report->resolvers_from = sources_resolvers_from(sources);
	report->resolver_count = resolver_get(sources->resolver, report->resolvers);
}
