/* SPDX-License-Identifier: BSD-3-Clause */
/* The result for people: at most 80 columns wide, so that it survives a ticket or a mail. */
#include <string.h>

#include "calc.h"
#include "text.h"

static void
print_question(const struct calc_result *result)
{
	const struct calc_args *args = result->args;
	char addr[IP4_TEXT_SIZE], prefix[PREFIX_TEXT_SIZE];

	if (args->reverse && args->has_port)
		text_line("Asked for", "%s port %u", ip4_format(args->ipv4, addr), args->port);
	else if (args->reverse)
		text_line("Asked for", "%s", ip4_format(args->ipv4, addr));
	text_line("End-user prefix", "%s", prefix6_format(&result->end_user_prefix, prefix));
}

static void
print_ipv4(const struct map_ce *ce)
{
	const struct portset *set = &ce->ports;
	const uint32_t ranges = portset_range_count(set), size = portset_range_size(set);
	char text[PREFIX_TEXT_SIZE];

	if (ce->kind == MAP_PREFIX) {
		text_line("IPv4 prefix", "%s", prefix4_format(&ce->ipv4, text));
		text_line("PSID", "none, the addresses are not shared");
	} else {
		text_line("IPv4 address", "%s", ip4_format(ce->ipv4.addr, text));
		if (ce->kind == MAP_FULL)
			text_line("PSID", "none, the address is not shared");
		else
			text_line("PSID", "0x%x (%u), %u bits at offset %u", set->psid, set->psid, set->psid_len,
			    set->offset);
	}
	text_line("Sharing ratio", "1:%u", 1u << set->psid_len);
	if (ce->kind != MAP_SHARED)
		text_line("Ports", "all %u%s", size, ce->kind == MAP_PREFIX ? " of each address" : "");
	else
		text_line("Ports", "%u in %u range%s of %u", portset_count(set), ranges, ranges == 1 ? "" : "s", size);
}

static void
print_rule(const struct calc_result *result)
{
	const struct calc_match *match = &result->match;
	const struct map_rule_spec *spec = &match->spec;
	char ipv6[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];
	const char *file = result->rules->file_name;

	text_line("Rule", "%s = %s, %u EA bits", prefix6_format(&spec->ipv6, ipv6), prefix4_format(&spec->ipv4, ipv4),
	    spec->ea_len);
	if (match->service == NULL) {
		text_line("Rule from", "the command line");
		return;
	}
	if (strrchr(file, '/') != NULL)
		file = strrchr(file, '/') + 1;
	text_line("Rule from", "%s, %s line %u%s%s", match->service->name, file, match->line,
	    result->rules->file->date[0] != '\0' ? ", as of " : "", result->rules->file->date);
}

void
calc_print_text(const struct calc_result *result)
{
	const struct map_ce *ce = &result->ce;
	char text[IP6_TEXT_SIZE];

	print_question(result);
	print_ipv4(ce);
	text_line("MAP address", "%s", ip6_format(ce->address, text));
	text_line("Interface id", "%s", result->match.spec.iid == MAP_IID_DRAFT03 ? "draft03" : "rfc7597");
	text_line("BR address", "%s", result->has_br ? ip6_format(result->br, text) : "not given");
	print_rule(result);
	if (ce->kind == MAP_SHARED)
		text_ranges(&ce->ports);
	for (int i = 0; i < result->warning_count; i++)
		text_warning(result->warning[i]);
}
