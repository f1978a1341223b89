/* SPDX-License-Identifier: BSD-3-Clause */
/* The kinds of softwire of a CE: which settings each has, and what they come to. */
#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

/* In the order of enum source_kind. */
const char *const conf_provision_words[] = { "dhcpv6", "hb46pp", "rules", "static", NULL };

const char *const conf_kind_words[] = { "map-e", "lw4o6", "ipip", "ds-lite", NULL };

/* ---- which settings each has ------------------------------------------------------------------------------------ */

#define NEEDS_MAP_E (1u << OFFER_MAP_E)
#define NEEDS_LW4O6 (1u << OFFER_LW4O6)
#define NEEDS_IPIP (1u << OFFER_IPIP)
#define NEEDS_DS_LITE (1u << OFFER_DS_LITE)

static const struct {
	const char *name;
	unsigned int kinds;    /* that may have it */
	unsigned int required; /* that must */
	const char *example;
} settings[] = {
	{ "end_user_prefix", NEEDS_MAP_E, NEEDS_MAP_E, "end_user_prefix = \"2001:db8:12:3400::/56\"" },
	{ "iid", NEEDS_MAP_E, 0, NULL },
	{ "mesh", NEEDS_MAP_E, 0, NULL },
	{ "rules", NEEDS_MAP_E, 0, NULL },
	{ "rules_file", NEEDS_MAP_E, 0, NULL },
	{ "service", NEEDS_MAP_E, 0, NULL },
	{ "local", NEEDS_LW4O6 | NEEDS_IPIP | NEEDS_DS_LITE, NEEDS_LW4O6 | NEEDS_IPIP | NEEDS_DS_LITE,
	    "local = \"2001:db8:12:3400::1\"" },
	{ "ipv4", NEEDS_LW4O6 | NEEDS_IPIP, NEEDS_LW4O6 | NEEDS_IPIP, "ipv4 = \"203.0.113.7/32\"" },
	{ "offset", NEEDS_LW4O6, 0, NULL },
	{ "psid", NEEDS_LW4O6, 0, NULL },
	{ "psid_len", NEEDS_LW4O6, 0, NULL },
};

/* What the provider says, nobody else does; how its rules are to be read is ours. */
static int
check_provisioned(const config_setting_t *group, struct error *err)
{
	static const char *const said[] = { "kind", "end_user_prefix", "br", "mesh", "rules", "rules_file", "service",
		"local", "ipv4", "offset", "psid", "psid_len" };

	for (size_t i = 0; i < READER_COUNT(said); i++) {
		if (config_setting_get_member(group, said[i]) == NULL)
			continue;
		place_error(err, reader_place(group, said[i]), "%s: a softwire with provision has none", said[i]);
		error_hint(err, "the provider of the line says it; leave it out, or leave provision out");
		return -EINVAL;
	}
	return 0;
}

static int
check_settings(enum offer_kind kind, const config_setting_t *group, struct error *err)
{
	for (size_t i = 0; i < READER_COUNT(settings); i++) {
		const bool is_there = config_setting_get_member(group, settings[i].name) != NULL;

		if (is_there && (settings[i].kinds >> kind & 1) == 0) {
			place_error(err, reader_place(group, settings[i].name), "%s: a softwire of kind %s has none",
			    settings[i].name, offer_kind_word(kind));
			error_hint(err, "leave it out, or is kind wrong?");
			return -EINVAL;
		}
		if (!is_there && (settings[i].required >> kind & 1) != 0) {
			place_error(err, group, "%s is missing", settings[i].name);
			error_hint(err, "for example: %s;", settings[i].example);
			return -EINVAL;
		}
	}
	return 0;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static int
read_local(struct conf_softwire *softwire, const config_setting_t *group, struct error *err)
{
	const char *problem;
	char text[IP6_TEXT_SIZE];

	if (!reader_get_ip6(group, "local", &softwire->local))
		return 0;
	problem = text_global6(softwire->local);
	if (problem == NULL)
		return 0;
	place_error(err, reader_place(group, "local"), "local: %s %s", ip6_format(softwire->local, text), problem);
	error_hint(err, "it is this box's address, inside the prefix that the provider gave to the line");
	return -EINVAL;
}

static int
read_ipv4(struct conf_softwire *softwire, const config_setting_t *group, struct error *err)
{
	struct prefix4 *ipv4 = &softwire->ipv4;
	char text[PREFIX_TEXT_SIZE];

	if (!reader_get_prefix4(group, "ipv4", ipv4))
		return 0;
	if (!prefix4_is_aligned(ipv4)) {
		place_error(err, reader_place(group, "ipv4"), "ipv4: %s has host bits set", prefix4_format(ipv4, text));
		ipv4->addr &= mask4(ipv4->len);
		error_hint(err, "write %s", prefix4_format(ipv4, text));
		return -EINVAL;
	}
	if (softwire->kind == OFFER_LW4O6 && ipv4->len != 32) {
		place_error(err, reader_place(group, "ipv4"), "ipv4: %s is more than one address",
		    prefix4_format(ipv4, text));
		error_hint(err, "lw4o6 shares one address: \"203.0.113.7/32\"; whole prefixes are of kind ipip");
		return -EINVAL;
	}
	return 0;
}

/* RFC 7597 section 5.1; the numbers by themselves have been checked. */
static int
read_ports(struct conf_softwire *softwire, const config_setting_t *group, struct error *err)
{
	const int offset = reader_get_int(group, "offset", PORTSET_DEFAULT_OFFSET);
	const int psid = reader_get_int(group, "psid", 0), psid_len = reader_get_int(group, "psid_len", 0);

	softwire->ports = (struct portset){ (uint16_t)psid, (uint8_t)psid_len, (uint8_t)offset };
	if (offset + psid_len > 16) {
		place_error(err, reader_place(group, "psid_len"),
		    "psid_len: offset %d and psid_len %d are more than 16 bits", offset, psid_len);
		error_hint(err, "a port has 16 bits; offset is %d where it is left out", PORTSET_DEFAULT_OFFSET);
		return -EINVAL;
	}
	if (psid >> psid_len != 0) {
		place_error(err, reader_place(group, "psid"), "psid: %d does not fit into psid_len %d", psid, psid_len);
		error_hint(err, "psid is right-aligned: 0 to 2^psid_len - 1");
		return -EINVAL;
	}
	return 0;
}

static int
read_sources(struct conf_softwire *softwire, const config_setting_t *group, struct error *err)
{
	struct source_order *order = &softwire->sources;

	for (size_t i = 0; i < reader_length(group, "provision"); i++) {
		const char *word = reader_value(group, "provision", i);
		const enum source_kind kind = (enum source_kind)text_word(word, conf_provision_words);

		if (source_is_listed(order, kind)) {
			place_error(err, reader_element(group, "provision", i), "provision: \"%s\" is there twice",
			    word);
			error_hint(err, "the order says which source is tried first; name each once");
			return -EINVAL;
		}
		order->kind[order->count++] = kind;
	}
	return 0;
}

int
conf_read_kind(struct conf_softwire *softwire, const config_setting_t *group, struct error *err)
{
	softwire->provisioned = reader_length(group, "provision") > 0;
	if (softwire->provisioned) {
		softwire->source = SOURCE_NONE;
		softwire->is_down = true;
		error_set(&softwire->why_down, ENOENT, "the line has not been asked yet");
		return read_sources(softwire, group, err) < 0 ? -EINVAL : check_provisioned(group, err);
	}
	softwire->kind = (enum offer_kind)reader_get_word(group, "kind", conf_kind_words, OFFER_MAP_E);
	if (check_settings(softwire->kind, group, err) < 0 || read_local(softwire, group, err) < 0 ||
	    read_ipv4(softwire, group, err) < 0 || read_ports(softwire, group, err) < 0)
		return -EINVAL;
	return 0;
}

/* ---- what they come to ------------------------------------------------------------------------------------------ */

static int
derive_map_e(const struct conf_softwire *softwire, struct map_ce *ce, struct error *err)
{
	const struct map_rule_spec *bmr =
	    map_find_bmr(softwire->rules, softwire->rule_count, &softwire->end_user_prefix);

	if (bmr == NULL)
		return error_set(err, EINVAL, "softwire %s: no rule matches the end-user prefix", softwire->name);
	return map_ce_derive(bmr, &softwire->end_user_prefix, ce, err);
}

int
conf_derive(const struct conf_softwire *softwire, struct map_ce *ce, struct error *err)
{
	if (softwire->kind == OFFER_MAP_E)
		return derive_map_e(softwire, ce, err);
	*ce = (struct map_ce){ .kind = softwire->ports.psid_len > 0 ? MAP_SHARED : MAP_FULL,
		.ipv4 = softwire->ipv4,
		.ports = softwire->ports,
		.address = softwire->local,
		.prefix = { softwire->local, 128 } };
	if (softwire->ipv4.len < 32)
		ce->kind = MAP_PREFIX;
	return 0;
}
