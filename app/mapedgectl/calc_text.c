/* SPDX-License-Identifier: BSD-3-Clause */
/* The result for people: at most 80 columns wide, so that it survives a ticket or a mail. */
#include "calc.h"

#include <stdarg.h>
#include <string.h>

#define LABEL_WIDTH 18
#define WIDTH 80

static void __attribute__((format(printf, 2, 3))) line(const char *label, const char *format, ...)
{
	va_list args;

	printf("%-*s", LABEL_WIDTH, label);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void
print_question(const struct calc_result *result)
{
	const struct calc_args *args = result->args;
	char addr[IP4_TEXT_SIZE], prefix[PREFIX_TEXT_SIZE];

	if (args->reverse && args->has_port)
		line("Asked for", "%s port %u", ip4_format(args->ipv4, addr), args->port);
	else if (args->reverse)
		line("Asked for", "%s", ip4_format(args->ipv4, addr));
	line("End-user prefix", "%s", prefix6_format(&result->end_user_prefix, prefix));
}

static void
print_ipv4(const struct map_ce *ce)
{
	const struct portset *set = &ce->ports;
	const uint32_t ranges = portset_range_count(set), size = portset_range_size(set);
	char text[PREFIX_TEXT_SIZE];

	if (ce->kind == MAP_PREFIX) {
		line("IPv4 prefix", "%s", prefix4_format(&ce->ipv4, text));
		line("PSID", "none, the addresses are not shared");
	} else {
		line("IPv4 address", "%s", ip4_format(ce->ipv4.addr, text));
		if (ce->kind == MAP_FULL)
			line("PSID", "none, the address is not shared");
		else
			line("PSID", "0x%x (%u), %u bits at offset %u", set->psid, set->psid, set->psid_len,
			    set->offset);
	}
	line("Sharing ratio", "1:%u", 1u << set->psid_len);
	if (ce->kind != MAP_SHARED)
		line("Ports", "all %u%s", size, ce->kind == MAP_PREFIX ? " of each address" : "");
	else
		line("Ports", "%u in %u range%s of %u", portset_count(set), ranges, ranges == 1 ? "" : "s", size);
}

static void
print_rule(const struct calc_result *result)
{
	const struct calc_match *match = &result->match;
	const struct map_rule_spec *spec = &match->spec;
	char ipv6[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];
	const char *file = result->rules->file_name;

	line("Rule", "%s = %s, %u EA bits", prefix6_format(&spec->ipv6, ipv6), prefix4_format(&spec->ipv4, ipv4),
	    spec->ea_len);
	if (match->service == NULL) {
		line("Rule from", "the command line");
		return;
	}
	if (strrchr(file, '/') != NULL)
		file = strrchr(file, '/') + 1;
	line("Rule from", "%s, %s line %u%s%s", match->service->name, file, match->line,
	    result->rules->file->date[0] != '\0' ? ", as of " : "", result->rules->file->date);
}

/* A range as people write it. */
static int
format_range(struct port_range range, char text[16])
{
	if (range.first == range.last)
		return snprintf(text, 16, "%u", range.first);
	return snprintf(text, 16, "%u-%u", range.first, range.last);
}

/* Columns as wide as the last range, which has the largest numbers. */
static void
print_ranges(const struct portset *set)
{
	const uint32_t count = portset_range_count(set);
	char text[16];
	const int width = format_range(portset_range(set, count - 1), text);
	const uint32_t columns = WIDTH / (uint32_t)(width + 2);

	printf("\nPort range%s\n", count == 1 ? "" : "s");
	for (uint32_t i = 0; i < count; i++) {
		format_range(portset_range(set, i), text);
		printf("  %*s", width, text);
		if (i % columns == columns - 1 || i == count - 1)
			putchar('\n');
	}
}

static void
print_warning(const char *text)
{
	int column = printf("\nWarning:");

	for (;;) {
		const int word = (int)strcspn(text, " ");

		if (column + 1 + word > WIDTH)
			column = printf("\n ") - 1;
		column += printf(" %.*s", word, text);
		if (text[word] == '\0')
			break;
		text += word + 1;
	}
	putchar('\n');
}

void
calc_print_text(const struct calc_result *result)
{
	const struct map_ce *ce = &result->ce;
	char text[IP6_TEXT_SIZE];

	print_question(result);
	print_ipv4(ce);
	line("MAP address", "%s", ip6_format(ce->address, text));
	line("Interface id", "%s", result->match.spec.iid == MAP_IID_DRAFT03 ? "draft03" : "rfc7597");
	line("BR address", "%s", result->has_br ? ip6_format(result->br, text) : "not given");
	print_rule(result);
	if (ce->kind == MAP_SHARED)
		print_ranges(&ce->ports);
	for (int i = 0; i < result->warning_count; i++)
		print_warning(result->warning[i]);
}
