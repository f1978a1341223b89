/* SPDX-License-Identifier: BSD-3-Clause */
/* What no part can see alone: do rules, addresses and prefixes fit together? */
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/rules.h"
#include "conf/text.h"

/* ---- the rules -------------------------------------------------------------------------------------------------- */

static int
list_pools(const struct conf_softwire *domain, size_t index, const config_setting_t *group, struct rule_list *list,
    struct error *err)
{
	list->rules = calloc(domain->pool_count, sizeof(*list->rules));
	list->lines = calloc(domain->pool_count, sizeof(*list->lines));
	if (list->rules == NULL || list->lines == NULL)
		return error_set(err, ENOMEM, "out of memory for %zu pools", domain->pool_count);
	list->count = domain->pool_count;
	place_file(reader_element(group, "pools", 0), list->file);
	for (size_t i = 0; i < domain->pool_count; i++) {
		list->rules[i] = conf_pool_spec(&domain->pools[i], index);
		list->lines[i] = domain->pools[i].line;
	}
	return 0;
}

static void
free_lists(const struct conf *conf, struct rule_list *lists)
{
	for (size_t i = 0; i < conf->softwire_count; i++)
		rules_free(&lists[conf->softwire_count + i]);
	free(lists);
}

/*
 * The rules of all softwires, then the pools of all, in the shape that lib/conf/rules.h wants: the order in which packets
 * will have them. The rules themselves stay where they are.
 */
static struct rule_list *
list_rules(const struct conf *conf, const config_setting_t *root, struct error *err)
{
	const size_t count = conf->softwire_count;
	struct rule_list *lists = calloc(2 * count, sizeof(*lists));

	if (lists == NULL) {
		error_set(err, ENOMEM, "out of memory for the rules of %zu softwires", count);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		const struct conf_softwire *softwire = &conf->softwires[i];

		lists[i] = (struct rule_list){ .rules = softwire->rules,
			.lines = softwire->rule_lines,
			.count = softwire->rule_count };
		memcpy(lists[i].file, softwire->rule_file, sizeof(lists[i].file));
		if (softwire->pool_count > 0 &&
		    list_pools(softwire, i, reader_element(root, "domains", i), &lists[count + i], err) < 0) {
			free_lists(conf, lists);
			return NULL;
		}
	}
	return lists;
}

/* ---- CE --------------------------------------------------------------------------------------------------------- */

/* Bits that two addresses have in common from the left. */
static unsigned int
common_bits(u128 one, u128 other)
{
	unsigned int bits = 0;

	while (bits < 128 && ((one ^ other) >> (127 - bits)) == 0)
		bits++;
	return bits;
}

static int
no_bmr(const struct conf_softwire *softwire, const config_setting_t *place, struct error *err)
{
	const struct prefix6 *prefix = &softwire->end_user_prefix;
	char text[PREFIX_TEXT_SIZE];
	unsigned int nearest_bits = 0;
	size_t nearest = 0;

	for (size_t i = 0; i < softwire->rule_count; i++) {
		const unsigned int bits = common_bits(softwire->rules[i].ipv6.addr, prefix->addr);

		if (bits > nearest_bits) {
			nearest_bits = bits;
			nearest = i;
		}
	}
	if (nearest_bits >= prefix->len)
		place_error(err, place, "the end-user prefix %s is shorter than the Rule IPv6 prefix it matches",
		    prefix6_format(prefix, text));
	else
		place_error(err, place, "no rule covers the end-user prefix %s", prefix6_format(prefix, text));
	error_hint(err, "the nearest is %s at %s:%u; is the prefix right, and is it this provider's?",
	    prefix6_format(&softwire->rules[nearest].ipv6, text), softwire->rule_file, softwire->rule_lines[nearest]);
	return -EINVAL;
}

/* The MAP address, if the BR can derive it, too. */
static int
derive_map_e(const struct conf_softwire *softwire, struct map_ce *ce, const config_setting_t *place, struct error *err)
{
	const struct map_rule_spec *bmr =
	    map_find_bmr(softwire->rules, softwire->rule_count, &softwire->end_user_prefix);
	char file[CONF_TEXT_SIZE];
	unsigned int line;

	if (bmr == NULL)
		return no_bmr(softwire, place, err);
	line = softwire->rule_lines[bmr - softwire->rules];
	if (map_ce_derive(bmr, &softwire->end_user_prefix, ce, err) < 0) {
		place_add(err, place_file(place, file), place_line(place));
		error_hint(err, "the rule is at %s:%u; is its ea too large, or the prefix wrong?", softwire->rule_file,
		    line);
		return -EINVAL;
	}
	if (!ce->outside_prefix)
		return 0;
	place_error(err, place,
	    "bmr-ambiguous: bits between rule + EA bits (/%u) and the prefix length (/%u) are not zero; "
	    "the BR cannot know them",
	    ce->prefix.len, softwire->end_user_prefix.len);
	error_hint(err, "the rule is at %s:%u; is its ea too small, or the prefix wrong?", softwire->rule_file, line);
	return -EINVAL;
}

static int
derive(const struct conf_softwire *softwire, struct map_ce *ce, const config_setting_t *group, struct error *err)
{
	if (softwire->kind != OFFER_MAP_E)
		return conf_derive(softwire, ce, err);
	return derive_map_e(softwire, ce, reader_place(group, "end_user_prefix"), err);
}

/* The place where the border relay's address comes from. */
static const config_setting_t *
br_place(const config_setting_t *group)
{
	return reader_place(group, config_setting_get_member(group, "br") != NULL ? "br" : "service");
}

static int
check_ce_br(const struct conf *conf, const struct map_ce *ce, const config_setting_t *place, struct error *err)
{
	const struct conf_softwire *softwire = &conf->softwires[0];
	const struct conf_interface *wan = &conf->interfaces[1];
	char br[IP6_TEXT_SIZE], prefix[PREFIX_TEXT_SIZE];

	ip6_format(softwire->br, br);
	for (size_t i = 0; i < wan->address_count; i++) {
		if (wan->addresses[i].v6 != softwire->br)
			continue;
		place_error(err, place, "br: %s is the own address of interface \"%s\"", br, wan->name);
		error_hint(err, "br is the other end: the provider's border relay");
		return -EINVAL;
	}
	if (softwire->br == ce->address) { /* RFC 2473 section 4.1.2 */
		place_error(err, place, "br: %s is the own address of the softwire", br);
		error_hint(err, "br is the other end: the provider's border relay");
		return -EINVAL;
	}
	if (softwire->kind == OFFER_MAP_E &&
	    prefix6_contains(&softwire->end_user_prefix, softwire->br)) { /* RFC 7598 section 4.2 */
		place_error(err, place, "br: %s is inside the end-user prefix %s", br,
		    prefix6_format(&softwire->end_user_prefix, prefix));
		error_hint(err, "br is the other end: the provider's border relay");
		return -EINVAL;
	}
	return 0;
}

static const config_setting_t *
find_interface(const config_setting_t *root, const char *name)
{
	const config_setting_t *group = root;

	for (size_t i = 0; i < reader_length(root, "interfaces"); i++) {
		group = reader_element(root, "interfaces", i);
		if (strcmp(reader_get_text(group, "name"), name) == 0)
			break;
	}
	return group;
}

static int
check_lan(const struct conf *conf, const struct map_ce *ce, const config_setting_t *root, struct error *err)
{
	const struct conf_interface *lan = &conf->interfaces[0];
	const size_t bad = conf_check_lan(lan, ce, err);
	const config_setting_t *place;
	char file[CONF_TEXT_SIZE];

	if (bad == lan->address_count)
		return 0;
	place = reader_element(find_interface(root, lan->name), "addresses", bad);
	return place_add(err, place_file(place, file), place_line(place));
}

/* Without a NAT the hosts' own addresses go out: they must be the line's. */
static int
check_lan_untranslated(const struct conf *conf, const struct map_ce *ce, const config_setting_t *root,
    struct error *err)
{
	const struct conf_interface *lan = &conf->interfaces[0];
	char text[PREFIX_TEXT_SIZE];

	if (conf->nat.forward_count > 0) {
		place_error(err, reader_place(config_setting_get_member(root, "nat"), "forwards"),
		    "forwards: nothing is translated on this softwire");
		error_hint(err, "hosts have addresses of their own there, and all their ports");
		return -EINVAL;
	}
	for (size_t i = 0; i < lan->address_count; i++) {
		if (lan->addresses[i].ipv4 && prefix4_contains(&ce->ipv4, lan->addresses[i].v4))
			return 0;
	}
	if (lan->host)
		return 0; /* Linux may have one */
	place_error(err, find_interface(root, lan->name), "no address of interface \"%s\" is inside the IPv4 prefix %s",
	    lan->name, prefix4_format(&ce->ipv4, text));
	error_hint(err, "number the LAN from the prefix of the line: nothing is translated");
	return -EINVAL;
}

static int
check_mesh(const struct conf_softwire *softwire, const struct map_ce *ce, const config_setting_t *group,
    struct error *err)
{
	if (!softwire->mesh)
		return 0;
	if (ce->kind == MAP_PREFIX) {
		place_error(err, reader_place(group, "mesh"), "mesh = true, but the line has an IPv4 prefix");
		error_hint(err, "set mesh = false: with a prefix this version sends everything to the BR");
		return -EINVAL;
	}
	for (size_t i = 0; i < softwire->rule_count; i++) {
		if (softwire->rules[i].fmr)
			return 0;
	}
	place_error(err, reader_place(group, "mesh"), "mesh = true, but no rule has fmr = true");
	error_hint(err, "set mesh = false, or fmr = true in the rules of the other CEs");
	return -EINVAL;
}

/* A source that takes its knowledge from a setting of the group `access`: both or neither. */
static int
check_source(const struct conf *conf, const config_setting_t *group, enum source_kind kind, bool is_set,
    struct error *err)
{
	const char *word = source_word(kind);
	const bool is_listed = source_is_listed(&conf->softwires[0].sources, kind);

	if (is_listed == is_set)
		return 0;
	if (is_listed)
		place_error(err, reader_place(group, "provision"), "provision: \"%s\" without access.%s", word, word);
	else
		place_error(err, reader_place(group, "provision"), "provision lacks \"%s\", but there is access.%s",
		    word, word);
	error_hint(err, "for example: provision = [ \"dhcpv6\", \"%s\" ]; access = { %s = %s; };", word, word,
	    kind == SOURCE_RULES ? "\"rules/japan.conf\"" : "{ kind = \"ds-lite\"; br = \"gw.example.net\"; }");
	return -EINVAL;
}

/* The line is asked through Linux: by DHCPv6 and from its link-local address. */
static int
check_access(const struct conf *conf, const config_setting_t *group, struct error *err)
{
	if (!conf->host) {
		place_error(err, reader_place(group, "provision"), "provision needs host interfaces");
		error_hint(err, "host = true; or say what the softwire is: end_user_prefix, br and rules");
		return -EINVAL;
	}
	if (check_source(conf, group, SOURCE_RULES, conf->access.rules_file[0] != '\0', err) < 0)
		return -EINVAL;
	return check_source(conf, group, SOURCE_STATIC, conf->access.has_offer, err);
}

static int
check_ce(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = reader_element(root, "softwires", 0);
	const struct conf_softwire *softwire = &conf->softwires[0];
	struct map_ce ce;

	if (softwire->provisioned)
		return check_access(conf, group, err);
	if (derive(softwire, &ce, group, err) < 0 || check_ce_br(conf, &ce, br_place(group), err) < 0 ||
	    check_mesh(softwire, &ce, group, err) < 0)
		return -EINVAL;
	if (ce.kind == MAP_PREFIX)
		return check_lan_untranslated(conf, &ce, root, err);
	if (check_lan(conf, &ce, root, err) < 0)
		return -EINVAL;
	return conf_check_forwards(conf, &ce.ports, root, err);
}

/* ---- BR --------------------------------------------------------------------------------------------------------- */

static int
check_domain_br(const struct conf *conf, size_t index, const config_setting_t *group, struct error *err)
{
	const struct conf_interface *map = &conf->interfaces[1];
	const u128 br = conf->softwires[index].br;
	char text[IP6_TEXT_SIZE];

	ip6_format(br, text);
	for (size_t i = 0; i < index; i++) {
		if (conf->softwires[i].br != br)
			continue;
		place_error(err, br_place(group), "br: domain \"%s\" has %s already", conf->softwires[i].name, text);
		error_hint(err, "give each domain its own BR address: it tells a CE which domain a packet is of");
		return -EINVAL;
	}
	for (size_t i = 0; i < map->neighbour_count; i++) {
		if (map->neighbours[i].address.v6 != br)
			continue;
		place_error(err, br_place(group), "br: %s is a neighbour of interface \"%s\"", text, map->name);
		error_hint(err, "it is this box's own address");
		return -EINVAL;
	}
	return 0;
}

/* A CE with the BR's address would be refused as a loop. */
static int
check_br_not_ce(const struct conf_softwire *domain, const struct ruleset *set, const struct rule_list *lists,
    const config_setting_t *group, struct error *err)
{
	const uint32_t rule = ruleset_find6(set, domain->br);
	char br[IP6_TEXT_SIZE], prefix[PREFIX_TEXT_SIZE];
	struct map_rule_spec spec;

	if (rule == MAP_NO_RULE)
		return 0;
	spec = map_rule_spec_of(&set->rules[rule]);
	place_error(err, br_place(group), "br: %s is inside the Rule IPv6 prefix %s", ip6_format(domain->br, br),
	    prefix6_format(&spec.ipv6, prefix));
	error_hint(err, "the rule at %s:%u gives it to a CE; choose a BR address outside all rules",
	    rules_place(lists, rule).file, rules_place(lists, rule).line);
	return -EINVAL;
}

static int
check_domain_rules(const struct conf_softwire *domain, struct error *err)
{
	for (size_t i = 0; i < domain->rule_count; i++) {
		if (domain->rules[i].fmr)
			continue;
		place_error_line(err, domain->rule_file, domain->rule_lines[i], "fmr = false in a rule of a BR");
		error_hint(err, "leave fmr out: a BR forwards by every rule");
		return -EINVAL;
	}
	return 0;
}

/*
 * Addresses on the Internet side must not belong to CEs, or their packets would leave through the softwire. A rule for
 * all of IPv4 is no oversight: its author knows that it takes these addresses, too.
 */
static int
check_internet_address(const struct conf_address *address, const struct ruleset *set, const struct rule_list *lists,
    const config_setting_t *place, struct error *err)
{
	const struct map_rule *rule = address->ipv4 ? ruleset_find4(set, address->v4, 0) : NULL;
	char text[PREFIX_TEXT_SIZE], prefix[PREFIX_TEXT_SIZE];
	struct map_rule_spec spec;
	struct rule_place at;

	if (rule == NULL || rule->v4_len == 0)
		return 0;
	spec = map_rule_spec_of(rule);
	at = rules_place(lists, (uint32_t)(rule - set->rules));
	place_error(err, place, "%s is inside the %s %s", text_format(address, text),
	    rule->bound ? "pool" : "Rule IPv4 prefix", prefix4_format(&spec.ipv4, prefix));
	error_hint(err, "the %s at %s:%u gives it to a CE", rule->bound ? "pool" : "rule", at.file, at.line);
	return -EINVAL;
}

/* The answer to a packet from this address, if there is one, must come to this box. */
static int
check_icmp_source(const struct conf *conf, const struct ruleset *set, const struct rule_list *lists,
    const config_setting_t *root, struct error *err)
{
	const struct conf_address source = { .ipv4 = true, .v4 = conf->icmp.source, .len = 32 };

	if (conf->icmp.source == 0)
		return 0;
	return check_internet_address(&source, set, lists,
	    reader_place(config_setting_get_member(root, "icmp"), "source"), err);
}

static int
check_internet(const struct conf *conf, const struct ruleset *set, const struct rule_list *lists,
    const config_setting_t *root, struct error *err)
{
	const struct conf_interface *internet = &conf->interfaces[0];
	const config_setting_t *group = find_interface(root, internet->name);

	for (size_t i = 0; i < internet->address_count; i++) {
		if (check_internet_address(&internet->addresses[i], set, lists, reader_element(group, "addresses", i),
			err) < 0)
			return -EINVAL;
	}
	for (size_t i = 0; i < internet->neighbour_count; i++) {
		if (check_internet_address(&internet->neighbours[i].address, set, lists,
			reader_element(group, "neighbours", i), err) < 0)
			return -EINVAL;
	}
	return check_icmp_source(conf, set, lists, root, err);
}

static int
check_br_box(const struct conf *conf, const struct ruleset *set, const struct rule_list *lists,
    const config_setting_t *root, struct error *err)
{
	for (size_t i = 0; i < conf->softwire_count; i++) {
		const config_setting_t *group = reader_element(root, "domains", i);
		const struct conf_softwire *domain = &conf->softwires[i];

		if (check_domain_br(conf, i, group, err) < 0 || check_domain_rules(domain, err) < 0 ||
		    check_br_not_ce(domain, set, lists, group, err) < 0)
			return -EINVAL;
	}
	return check_internet(conf, set, lists, root, err);
}

int
conf_check(struct conf *conf, const config_setting_t *root, struct error *err)
{
	struct rule_list *lists = list_rules(conf, root, err);
	struct ruleset *set;
	int rc = -EINVAL;

	if (lists == NULL)
		return -EINVAL;
	set = rules_build(lists, 2 * conf->softwire_count, err);
	if (set == NULL)
		goto free_lists;
	rc = conf->role == CONF_CE ? check_ce(conf, root, err) : check_br_box(conf, set, lists, root, err);
	ruleset_free(set);

free_lists:
	free_lists(conf, lists);
	return rc;
}
