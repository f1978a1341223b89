/* SPDX-License-Identifier: BSD-3-Clause */
/* The answer for people, in the manner of mapedgectl calc; it is read from JSON because it may come from the daemon. */
#include <stdio.h>
#include <string.h>

#include "lookup.h"
#include "reading.h"
#include "text.h"

/* A number that came over the socket is checked before it becomes a shift. */
static bool
read_ports(const json_t *ce, struct portset *ports)
{
	const long long psid = number_of(ce, "psid"), psid_len = number_of(ce, "psid_len"),
			offset = number_of(ce, "psid_offset");

	*ports = (struct portset){ (uint16_t)psid, (uint8_t)psid_len, (uint8_t)offset };
	return psid >= 0 && psid <= UINT16_MAX && psid_len >= 0 && offset >= 0 && offset <= 15 && psid_len <= 16 &&
	    (psid_len == 0 || psid_len + offset <= 16);
}

static void
print_ports(const json_t *ce)
{
	const bool is_prefix = strcmp(text_of(ce, "kind"), "prefix") == 0;
	struct portset ports;

	if (is_prefix)
		text_line("IPv4 prefix", "%s/%lld", text_of(ce, "ipv4"), number_of(ce, "ipv4_prefix_len"));
	else
		text_line("IPv4 address", "%s", text_of(ce, "ipv4"));
	if (!read_ports(ce, &ports))
		return;
	if (ports.psid_len == 0) {
		text_line("Ports", "all %u%s", PORTSET_PORTS, is_prefix ? " of each address" : "");
		return;
	}
	text_line("PSID", "0x%x (%u), %u bits at offset %u", ports.psid, ports.psid, ports.psid_len, ports.offset);
	text_line("Ports", "%u in %u range%s of %u", portset_count(&ports), portset_range_count(&ports),
	    portset_range_count(&ports) == 1 ? "" : "s", portset_range_size(&ports));
}

static void
print_ce(const json_t *ce)
{
	const json_t *rule = json_object_get(ce, "rule");

	text_line("Domain", "%s", text_of(ce, "domain"));
	if (rule != NULL)
		text_line("End-user prefix", "%s", text_of(ce, "end_user_prefix"));
	print_ports(ce);
	text_line(rule != NULL ? "MAP address" : "Softwire address", "%s", text_of(ce, "map_address"));
	text_line("BR address", "%s", text_of(ce, "br"));
	if (rule != NULL)
		text_line("Rule", "%s = %s, %lld EA bits", text_of(rule, "ipv6"), text_of(rule, "ipv4"),
		    number_of(rule, "ea"));
	else
		text_line("Rule", "a binding");
}

static void
print_record(const json_t *record)
{
	const json_t *stopped = json_object_get(record, "stopped");
	char text[120];

	text_line("As of", "%s, %s, generation %lld", text_of(record, "time"), text_of(record, "event"),
	    number_of(record, "generation"));
	if (stopped != NULL) {
		snprintf(text, sizeof(text), "mapedge had been stopped by then, at %s.", json_string_value(stopped));
		text_warning(text);
	}
	if (number_of(record, "damaged_lines") > 0)
		text_warning("behind that record a line of the rule log, or more, cannot be read.");
}

void
lookup_print(const json_t *answer)
{
	const json_t *ces = json_object_get(answer, "ces"), *record = json_object_get(answer, "record"), *ce;
	const long long more = number_of(answer, "total") - (long long)json_array_size(ces);
	struct portset ports;
	size_t i;

	json_array_foreach(ces, i, ce)
	{
		if (i > 0)
			putchar('\n');
		print_ce(ce);
	}
	if (more > 0)
		printf("\nand %lld more\n", more);
	if (record != NULL)
		print_record(record);
	ce = json_array_get(ces, 0);
	if (json_array_size(ces) == 1 && read_ports(ce, &ports) && ports.psid_len > 0)
		text_ranges(&ports);
}
