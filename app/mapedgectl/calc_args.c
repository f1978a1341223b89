/* SPDX-License-Identifier: BSD-3-Clause */
#include "calc.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "Usage: mapedgectl calc RULES [--json] [--iid rfc7597|draft03] [--br ADDR] PREFIX\n"
    "       mapedgectl calc RULES [--json] [--iid rfc7597|draft03] [--br ADDR] --reverse IPV4[:PORT]\n"
    "\n"
    "Calculates what a MAP-E CE with this End-user IPv6 prefix has (RFC 7597): IPv4 address, PSID, port set and\n"
    "MAP address. With --reverse: which CE has this IPv4 address and port (or ICMP identifier).\n"
    "\n"
    "RULES is one of:\n"
    "  --rule ipv6=PREFIX,ipv4=PREFIX,ea=BITS[,offset=A][,psid=VALUE/LENGTH]\n"
    "                       a mapping rule; the offset is 6 when not given; several are allowed\n"
    "  --rules FILE         the rules of a rule file, of all its services or of one:\n"
    "  --service NAME       v6plus, biglobe, ocn, nuro ...; without --rules from the rule file that comes\n"
    "                       with mapedge, or that MAPEDGE_RULES names; biglobe means all of biglobe-*\n"
    "\n"
    "Options:\n"
    "  --iid FORMAT         interface identifier: rfc7597 or draft03 (draft-ietf-softwire-map-03); without it\n"
    "                       what the rule file says, else rfc7597\n"
    "  --br ADDR            BR address to show; without it what the rule file says\n"
    "  --json               print one JSON object\n"
    "  --help               print this\n"
    "\n"
    "Exit status: 0, or 1 when a value is invalid or there is no such CE, or 2 when used wrongly.\n";

void
calc_usage(FILE *out)
{
	fputs(usage_text, out);
}

/* Decimal or 0x: digits only, no sign, no blank, no octal. */
static bool
parse_number(const char *text, unsigned int max, unsigned int *value)
{
	const bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	const size_t len = strlen(digits);

	if (len == 0 || len > 9 || strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789") != len)
		return false;
	*value = (unsigned int)strtoul(digits, NULL, hex ? 16 : 10);
	return *value <= max;
}

/* ---- --rule ----------------------------------------------------------------------------------------------------- */

static bool
parse_psid(char *text, struct map_rule_spec *spec)
{
	char *slash = strchr(text, '/');
	unsigned int psid, len;

	if (slash == NULL)
		return false;
	*slash = '\0';
	if (!parse_number(text, 0xffff, &psid) || !parse_number(slash + 1, 16, &len))
		return false;
	spec->has_psid = true;
	spec->psid = (uint16_t)psid;
	spec->psid_len = (uint8_t)len;
	return true;
}

enum rule_key { KEY_IPV6, KEY_IPV4, KEY_EA, KEY_OFFSET, KEY_PSID, KEY_COUNT };

static const struct {
	const char *name, *wants;
	bool required;
} rule_keys[KEY_COUNT] = {
	[KEY_IPV6] = { "ipv6", "an IPv6 prefix, ADDRESS/LENGTH", true },
	[KEY_IPV4] = { "ipv4", "an IPv4 prefix, ADDRESS/LENGTH", true },
	[KEY_EA] = { "ea", "the number of EA bits, 0 to 48", true },
	[KEY_OFFSET] = { "offset", "the PSID offset, 0 to 15", false },
	[KEY_PSID] = { "psid", "a PSID and its length, for example 0x34/8", false },
};

static bool
parse_rule_value(enum rule_key key, char *value, struct map_rule_spec *spec)
{
	unsigned int number = 0;
	bool good;

	switch (key) {
	case KEY_IPV6:
		return prefix6_parse(value, &spec->ipv6) == 0;
	case KEY_IPV4:
		return prefix4_parse(value, &spec->ipv4) == 0;
	case KEY_EA:
		good = parse_number(value, MAP_MAX_EA_LEN, &number);
		spec->ea_len = (uint8_t)number;
		return good;
	case KEY_OFFSET:
		good = parse_number(value, 15, &number);
		spec->psid_offset = (uint8_t)number;
		return good;
	case KEY_PSID:
		return parse_psid(value, spec);
	case KEY_COUNT:
		break;
	}
	return false;
}

/* One "key=value" of a rule; *seen has a bit for each key. */
static int
parse_rule_part(char *part, unsigned int *seen, struct map_rule_spec *spec, struct error *err)
{
	char shown[80];
	char *value;

	snprintf(shown, sizeof(shown), "%s", part); /* parsing cuts the part to pieces */
	value = strchr(part, '=');
	if (value == NULL)
		return error_set(err, EINVAL, "--rule: '%s' is not KEY=VALUE", shown);
	*value++ = '\0';
	for (enum rule_key key = 0; key < KEY_COUNT; key++) {
		if (strcmp(part, rule_keys[key].name) != 0)
			continue;
		if (*seen & 1u << key)
			return error_set(err, EINVAL, "--rule: %s is given twice", part);
		*seen |= 1u << key;
		if (!parse_rule_value(key, value, spec))
			return error_set(err, EINVAL, "--rule: %s is not %s", shown, rule_keys[key].wants);
		return 0;
	}
	return error_set(err, EINVAL, "--rule: there is no key '%s': ipv6, ipv4, ea, offset, psid", part);
}

static int
parse_rule(const char *text, struct calc_args *args, struct error *err)
{
	struct map_rule_spec spec = { .psid_offset = PORTSET_DEFAULT_OFFSET, .fmr = true };
	char *copy = strdup(text), *rest = copy, *part;
	unsigned int seen = 0;
	int rc = 0;

	if (copy == NULL)
		return error_set(err, ENOMEM, "out of memory");
	while (rc == 0 && (part = strsep(&rest, ",")) != NULL)
		rc = parse_rule_part(part, &seen, &spec, err);
	free(copy);
	for (enum rule_key key = 0; rc == 0 && key < KEY_COUNT; key++) {
		if (rule_keys[key].required && !(seen & 1u << key))
			rc = error_set(err, EINVAL, "--rule: %s= is missing: %s", rule_keys[key].name,
			    rule_keys[key].wants);
	}
	if (rc == 0 && args->rule_count == CALC_MAX_RULES)
		rc = error_set(err, EINVAL, "more than %d times --rule; write a rule file", CALC_MAX_RULES);
	if (rc == 0)
		args->rules[args->rule_count++] = spec;
	return rc;
}

/* ---- the other options ------------------------------------------------------------------------------------------ */

static int
parse_reverse(const char *text, struct calc_args *args, struct error *err)
{
	const char *colon = strchr(text, ':');
	const size_t len = colon != NULL ? (size_t)(colon - text) : strlen(text);
	char addr[IP4_TEXT_SIZE];
	unsigned int port = 0;

	args->reverse = true;
	args->has_port = colon != NULL;
	if (len >= sizeof(addr))
		return error_set(err, EINVAL, "--reverse: '%s' is not an IPv4 address and port, ADDRESS:PORT", text);
	memcpy(addr, text, len);
	addr[len] = '\0';
	if (ip4_parse(addr, &args->ipv4) < 0 || (colon != NULL && !parse_number(colon + 1, 65535, &port)))
		return error_set(err, EINVAL, "--reverse: '%s' is not an IPv4 address and port, ADDRESS:PORT", text);
	args->port = (uint16_t)port;
	return 0;
}

static int
parse_iid(const char *text, struct calc_args *args, struct error *err)
{
	args->has_iid = true;
	if (strcmp(text, "rfc7597") == 0)
		args->iid = MAP_IID_RFC7597;
	else if (strcmp(text, "draft03") == 0)
		args->iid = MAP_IID_DRAFT03;
	else
		return error_set(err, EINVAL, "--iid: '%s' is neither rfc7597 nor draft03", text);
	return 0;
}

static int
parse_br(const char *text, struct calc_args *args, struct error *err)
{
	args->has_br = true;
	if (ip6_parse(text, &args->br) < 0)
		return error_set(err, EINVAL, "--br: '%s' is not an IPv6 address", text);
	return 0;
}

static const struct option options[] = {
	{ "rule", required_argument, NULL, 'r' },
	{ "rules", required_argument, NULL, 'f' },
	{ "service", required_argument, NULL, 's' },
	{ "reverse", required_argument, NULL, 'R' },
	{ "iid", required_argument, NULL, 'i' },
	{ "br", required_argument, NULL, 'b' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static enum calc_parsed
parse_option(int option, struct calc_args *args, struct error *err)
{
	int rc = 0;

	switch (option) {
	case 'r':
		rc = parse_rule(optarg, args, err);
		break;
	case 'f':
		args->rules_file = optarg;
		break;
	case 's':
		args->service = optarg;
		break;
	case 'R':
		rc = parse_reverse(optarg, args, err);
		break;
	case 'i':
		rc = parse_iid(optarg, args, err);
		break;
	case 'b':
		rc = parse_br(optarg, args, err);
		break;
	case 'j':
		args->json = true;
		break;
	case 'h':
		return CALC_HELP;
	default:
		return CALC_USAGE;
	}
	return rc < 0 ? CALC_INVALID : CALC_RUN;
}

static enum calc_parsed
wrong_usage(struct error *err, const char *text)
{
	error_set(err, EINVAL, "%s", text);
	return CALC_USAGE;
}

/* Does what was given make up one question? `operands` is what is left behind the options. */
static enum calc_parsed
check_usage(const struct calc_args *args, int operands, struct error *err)
{
	if (args->rule_count == 0 && args->rules_file == NULL && args->service == NULL)
		return wrong_usage(err, "no rules: give --rule, --rules or --service");
	if (args->rule_count > 0 && (args->rules_file != NULL || args->service != NULL))
		return wrong_usage(err, "--rule does not go with --rules or --service");
	if (args->reverse && operands > 0)
		return wrong_usage(err, "--reverse takes the place of the prefix");
	if (!args->reverse && operands == 0)
		return wrong_usage(err, "the End-user IPv6 prefix is missing");
	if (operands > 1)
		return wrong_usage(err, "more than one prefix");
	return CALC_RUN;
}

enum calc_parsed
calc_args_parse(int argc, char **argv, struct calc_args *args, struct error *err)
{
	enum calc_parsed parsed = CALC_RUN;
	int option;

	*args = (struct calc_args){ 0 };
	err->text[0] = '\0';
	while (parsed == CALC_RUN && (option = getopt_long(argc, argv, "h", options, NULL)) != -1)
		parsed = parse_option(option, args, err);
	if (parsed == CALC_RUN)
		parsed = check_usage(args, argc - optind, err);
	if (parsed == CALC_RUN && !args->reverse && prefix6_parse(argv[optind], &args->end_user_prefix) < 0) {
		error_set(err, EINVAL, "'%s' is not an IPv6 prefix, ADDRESS/LENGTH", argv[optind]);
		return CALC_INVALID;
	}
	return parsed;
}
