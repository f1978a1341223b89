/* SPDX-License-Identifier: BSD-3-Clause */
/* The softwire of a CE and the domains of a BR: two tables, one reader. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/rules.h"
#include "conf/spell.h"
#include "conf/text.h"

#define SOFTWIRE_MTU_MIN 576 /* RFC 1122 section 3.3.3: what every host can take */
#define SOFTWIRE_MTU_MAX UINT16_MAX

static const char *const source_check_words[] = { [CONF_STRICT] = "strict", [CONF_EABITS] = "eabits", NULL };
static const char *const traffic_class_words[] = { "copy", NULL };
static const char *const fragment_words[] = {
	[CONF_FRAGMENT_OUTER] = "outer",
	[CONF_FRAGMENT_INNER] = "inner",
	[CONF_FRAGMENT_DROP] = "drop",
	NULL,
};
static const char
    *const flow_label_words[] = { [CONF_FLOW_LABEL_ZERO] = "zero", [CONF_FLOW_LABEL_HASH] = "hash", NULL };
static const char *const decap_dscp_words[] = { "keep", "copy", NULL };

#define NAME_KEY .name = "name", .type = READER_NAME, .required = true
#define BR_KEY .name = "br", .type = READER_IP6
#define IID_KEY .name = "iid", .type = READER_WORD, .words = rules_iid_words, .example = "\"rfc7597\""
#define MTU_KEY .name = "mtu", .type = READER_INT, .min = SOFTWIRE_MTU_MIN, .max = SOFTWIRE_MTU_MAX, .example = "1460"
#define MSS_CLAMP_KEY .name = "mss_clamp", .type = READER_BOOL
#define HOP_LIMIT_KEY .name = "hop_limit", .type = READER_INT, .min = 1, .max = 255, .example = "64"
#define TRAFFIC_CLASS_KEY \
	.name = "traffic_class", .type = READER_INT, .max = 63, .words = traffic_class_words, .example = "\"copy\""
#define FRAGMENT_KEY .name = "fragment", .type = READER_WORD, .words = fragment_words, .example = "\"outer\""
#define FLOW_LABEL_KEY .name = "flow_label", .type = READER_WORD, .words = flow_label_words, .example = "\"hash\""
#define DECAP_DSCP_KEY .name = "decap_dscp", .type = READER_WORD, .words = decap_dscp_words, .example = "\"keep\""
#define RULES_FILE_KEY \
	.name = "rules_file", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 1, .example = "\"rules/japan.conf\""
#define SERVICE_KEY .name = "service", .type = READER_NAME, .example = "\"v6plus\""

static const struct reader_key softwire_keys[] = {
	{ NAME_KEY },
	{ .name = "kind", .type = READER_WORD, .words = conf_kind_words, .example = "\"map-e\"" },
	{ .name = "provision",
	    .type = READER_VALUES,
	    .min = 1,
	    .max = SOURCE_KINDS,
	    .element = READER_WORD,
	    .words = conf_provision_words,
	    .example = "[ \"dhcpv6\" ]" },
	{ .name = "end_user_prefix", .type = READER_PREFIX6, .example = "\"2001:db8:12:3400::/56\"" },
	{ .name = "local", .type = READER_IP6 },
	{ .name = "ipv4", .type = READER_PREFIX4, .example = "\"203.0.113.7/32\"" },
	{ .name = "offset", .type = READER_INT, .max = 15, .example = "6" },
	{ .name = "psid", .type = READER_INT, .max = UINT16_MAX, .example = "52" },
	{ .name = "psid_len", .type = READER_INT, .max = 16, .example = "8" },
	{ BR_KEY },
	{ IID_KEY },
	{ .name = "mesh", .type = READER_BOOL },
	{ MTU_KEY },
	{ MSS_CLAMP_KEY },
	{ HOP_LIMIT_KEY },
	{ TRAFFIC_CLASS_KEY },
	{ FRAGMENT_KEY },
	{ FLOW_LABEL_KEY },
	{ DECAP_DSCP_KEY },
	{ RULES_KEY },
	{ RULES_FILE_KEY },
	{ SERVICE_KEY },
	{ .name = "device", .type = READER_BOOL },
	{ .name = "device_address", .type = READER_ADDRESS, .example = "\"192.0.0.2\"" },
	{ .name = "probe", .type = READER_ADDRESS, .example = "\"192.0.2.1\"" },
	{ .name = "probe_interval", .type = READER_INT, .min = 1, .max = 3600, .example = "10" },
	{ .name = "probe_misses", .type = READER_INT, .min = 1, .max = 100, .example = "3" },
};

static const struct reader_key domain_keys[] = {
	{ NAME_KEY },
	{ BR_KEY },
	{ IID_KEY },
	{ .name = "source_check", .type = READER_WORD, .words = source_check_words, .example = "\"strict\"" },
	{ MTU_KEY },
	{ MSS_CLAMP_KEY },
	{ HOP_LIMIT_KEY },
	{ TRAFFIC_CLASS_KEY },
	{ FRAGMENT_KEY },
	{ FLOW_LABEL_KEY },
	{ DECAP_DSCP_KEY },
	{ .name = "anycast", .type = READER_BOOL },
	{ .name = "report_spoofing", .type = READER_BOOL },
	{ RULES_KEY },
	{ RULES_FILE_KEY },
	{ SERVICE_KEY },
	{ .name = "pools",
	    .type = READER_GROUPS,
	    .min = 1,
	    .max = CONF_MAX_POOLS,
	    .example = "( { ipv4 = \"203.0.113.0/24\"; psid_len = 8; } )" },
	{ .name = "bindings_file", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 1, .example = "\"bindings.txt\"" },
};

/* ---- rules ------------------------------------------------------------------------------------------------------ */

static int
read_inline_rules(struct conf_softwire *softwire, const config_setting_t *group, struct error *err)
{
	struct rule_list list;

	if (rules_read(group, softwire->iid, &list, err) < 0)
		return -EINVAL;
	softwire->rules = list.rules;
	softwire->rule_lines = list.lines;
	softwire->rule_count = list.count;
	memcpy(softwire->rule_file, list.file, sizeof(list.file));
	return 0;
}

static int
unknown_service(const struct conf_rule_file *file, const config_setting_t *group, struct error *err)
{
	struct spell spell = { .word = reader_get_text(group, "service") };
	char known[160] = "";

	for (size_t i = 0; i < file->service_count; i++) {
		const size_t len = strlen(known);

		snprintf(known + len, sizeof(known) - len, "%s%s", i == 0 ? "" : ", ", file->services[i].name);
		if (spell.word != NULL)
			spell_try(&spell, file->services[i].name);
	}
	if (spell.word == NULL)
		place_error(err, reader_place(group, "rules_file"), "rules_file without service");
	else
		place_error(err, reader_place(group, "service"), "service: the rule file has no \"%s\"", spell.word);
	if (spell.best != NULL)
		error_hint(err, "did you mean \"%s\"? The file has: %s", spell.best, known);
	else
		error_hint(err, "the file has: %s", known);
	return -EINVAL;
}

static bool
covers(const struct conf_service *service, const struct prefix6 *prefix)
{
	for (size_t i = 0; i < service->rule_count; i++) {
		const struct prefix6 *rule = &service->rules[i].ipv6;

		if (rule->len <= prefix->len && prefix6_contains(rule, prefix->addr))
			return true;
	}
	return false;
}

/* People often know their prefix, but not whose service their provider sells: the file knows. */
static int
check_service(const struct conf_softwire *softwire, const struct conf_rule_file *file,
    const struct conf_service *service, const config_setting_t *group, struct error *err)
{
	const struct prefix6 *prefix = &softwire->end_user_prefix;
	char text[PREFIX_TEXT_SIZE];

	if (prefix->len == 0 || covers(service, prefix)) /* a BR's domain has no prefix */
		return 0;
	for (size_t i = 0; i < file->service_count; i++) {
		if (!covers(&file->services[i], prefix))
			continue;
		place_error(err, reader_place(group, "service"),
		    "service: \"%s\" has no rule for the end-user prefix %s", service->name,
		    prefix6_format(prefix, text));
		error_hint(err, "service \"%s\" has one", file->services[i].name);
		return -EINVAL;
	}
	return 0; /* conf_check() says which rule is the nearest */
}

static int
copy_service(struct conf_softwire *softwire, const struct conf_service *service, const config_setting_t *group,
    struct error *err)
{
	const bool has_iid = config_setting_get_member(group, "iid") != NULL;

	softwire->rules = calloc(service->rule_count, sizeof(*softwire->rules));
	softwire->rule_lines = calloc(service->rule_count, sizeof(*softwire->rule_lines));
	if (softwire->rules == NULL || softwire->rule_lines == NULL)
		return error_set(err, ENOMEM, "out of memory for %zu rules", service->rule_count);
	softwire->rule_count = service->rule_count;
	memcpy(softwire->rule_lines, service->rule_lines, service->rule_count * sizeof(*softwire->rule_lines));
	memcpy(softwire->rules, service->rules, service->rule_count * sizeof(*softwire->rules));

	/* What the config says itself wins over the rule file. */
	if (!has_iid)
		softwire->iid = service->iid;
	for (size_t i = 0; i < softwire->rule_count; i++)
		softwire->rules[i].iid = softwire->iid;
	if (config_setting_get_member(group, "br") == NULL && service->has_br)
		softwire->br = service->br;
	return 0;
}

static int
read_rules_file(struct conf_softwire *softwire, const char *config, const config_setting_t *group, struct error *err)
{
	const char *wanted = reader_get_text(group, "service");
	const struct conf_service *service;
	struct conf_rule_file *file;
	int rc;

	if (place_find(err, reader_place(group, "rules_file"), config, softwire->rule_file) < 0)
		return -EINVAL;
	file = conf_rule_file_load(softwire->rule_file, err);
	if (file == NULL)
		return -EINVAL;
	service = wanted != NULL ? conf_rule_file_service(file, wanted) : NULL;
	rc = service == NULL ? unknown_service(file, group, err) : check_service(softwire, file, service, group, err);
	if (rc == 0)
		rc = copy_service(softwire, service, group, err);
	conf_rule_file_free(file);
	return rc;
}

static int
read_rules(struct conf_softwire *softwire, const struct conf *conf, const config_setting_t *group, struct error *err)
{
	const bool has_rules = config_setting_get_member(group, "rules") != NULL;
	const bool has_file = config_setting_get_member(group, "rules_file") != NULL;

	if (has_rules && has_file) {
		place_error(err, reader_place(group, "rules_file"), "both rules and rules_file are given");
		error_hint(err, "keep one of them");
		return -EINVAL;
	}
	if (!has_file && config_setting_get_member(group, "service") != NULL) {
		place_error(err, reader_place(group, "service"), "service without rules_file");
		error_hint(err, "for example: rules_file = \"rules/japan.conf\";");
		return -EINVAL;
	}
	if (has_file)
		return read_rules_file(softwire, conf->file, group, err);
	if (has_rules)
		return read_inline_rules(softwire, group, err);
	snprintf(softwire->rule_file, sizeof(softwire->rule_file), "%s", conf->file);
	if (softwire->pool_count > 0 || softwire->kind != OFFER_MAP_E || softwire->provisioned)
		return 0;
	place_error(err, group, "\"%s\" has no rules", softwire->name);
	error_hint(err, "add rules = ( ... ), or rules_file and service%s",
	    conf->role == CONF_BR ? ", or pools and bindings_file" : "");
	return -EINVAL;
}

/* ---- the other settings ----------------------------------------------------------------------------------------- */

static int
read_mtu(struct conf_softwire *softwire, const struct conf *conf, const config_setting_t *group, struct error *err)
{
	const struct conf_interface *outside = &conf->interfaces[1];
	const int room = outside->mtu - CONF_SOFTWIRE_OVERHEAD;
	const int mtu = reader_get_int(group, "mtu", room);

	if (mtu > room) {
		place_error(err, reader_place(group, "mtu"), "mtu: %d does not fit into interface \"%s\" of mtu %u",
		    mtu, outside->name, outside->mtu);
		error_hint(err, "at most %d: the outer IPv6 header takes %d bytes", room, CONF_SOFTWIRE_OVERHEAD);
		return -EINVAL;
	}
	softwire->mtu = (uint16_t)mtu;
	return 0;
}

static int
read_end_user_prefix(struct conf_softwire *softwire, const config_setting_t *group, struct error *err)
{
	struct prefix6 *prefix = &softwire->end_user_prefix;
	char text[PREFIX_TEXT_SIZE];
	const char *problem;

	if (!reader_get_prefix6(group, "end_user_prefix", prefix)) /* a BR's domain has none */
		return 0;
	prefix6_format(prefix, text);
	if (!prefix6_is_aligned(prefix)) {
		place_error(err, reader_place(group, "end_user_prefix"), "end_user_prefix: %s has host bits set", text);
		prefix->addr &= mask6(prefix->len);
		error_hint(err, "write %s", prefix6_format(prefix, text));
		return -EINVAL;
	}
	problem = text_global6(prefix->addr);
	if (problem == NULL)
		return 0;
	place_error(err, reader_place(group, "end_user_prefix"), "end_user_prefix: %s %s", text, problem);
	error_hint(err, "it is the global prefix that the provider gave to the line");
	return -EINVAL;
}

/* The border relay, from here or from the rule file: RFC 7598 section 4.2. */
static int
check_br(const struct conf_softwire *softwire, const config_setting_t *group, struct error *err)
{
	const config_setting_t *place = reader_place(group, "br");
	const char *problem = text_global6(softwire->br);
	char text[IP6_TEXT_SIZE];

	if (softwire->provisioned)
		return 0;
	if (softwire->br == 0 && place == group) {
		place_error(err, group, "br is missing");
		error_hint(err, "for example: br = \"2001:db8:ffff::1\";");
		return -EINVAL;
	}
	if (problem == NULL)
		return 0;
	place_error(err, place, "br: %s %s", ip6_format(softwire->br, text), problem);
	error_hint(err, "the border relay has a global IPv6 address");
	return -EINVAL;
}

static int
read_softwire(struct conf_softwire *softwire, const struct conf *conf, const config_setting_t *group, struct error *err)
{
	const bool br = conf->role == CONF_BR;
	const bool copy = reader_get_text(group, "traffic_class") != NULL;

	snprintf(softwire->name, sizeof(softwire->name), "%s", reader_get_text(group, "name"));
	softwire->line = place_line(group);
	reader_get_ip6(group, "br", &softwire->br);
	softwire->iid = (enum map_iid)reader_get_word(group, "iid", rules_iid_words, MAP_IID_RFC7597);
	softwire->mesh = reader_get_bool(group, "mesh", false);
	softwire->source_check =
	    (enum conf_source_check)reader_get_word(group, "source_check", source_check_words, CONF_STRICT);
	softwire->mss_clamp = reader_get_bool(group, "mss_clamp", true);
	softwire->hop_limit = (uint8_t)reader_get_int(group, "hop_limit", 64);
	softwire->traffic_class = copy ? CONF_TRAFFIC_CLASS_COPY : reader_get_int(group, "traffic_class", 0);
	softwire->decap_dscp_copy = reader_get_word(group, "decap_dscp", decap_dscp_words, 0) != 0;
	softwire->flow_label = (enum conf_flow_label)reader_get_word(group, "flow_label", flow_label_words,
	    br ? CONF_FLOW_LABEL_HASH : CONF_FLOW_LABEL_ZERO);
	softwire->report_spoofing = reader_get_bool(group, "report_spoofing", false);
	softwire->anycast = reader_get_bool(group, "anycast", false);
	/* Fragments from one address, sent by several BRs, would mix up their identifications (RFC 7597 section 8.3.1). */
	softwire->fragment = (enum conf_fragment)reader_get_word(group, "fragment", fragment_words,
	    softwire->anycast ? CONF_FRAGMENT_INNER : CONF_FRAGMENT_OUTER);

	if ((!br && conf_read_kind(softwire, group, err) < 0) || read_end_user_prefix(softwire, group, err) < 0 ||
	    (!br && conf_read_device(softwire, conf, group, err) < 0) ||
	    (!br && conf_read_probe(softwire, conf, group, err) < 0) || read_mtu(softwire, conf, group, err) < 0 ||
	    conf_read_pools(softwire, conf->file, group, err) < 0 || read_rules(softwire, conf, group, err) < 0)
		return -EINVAL;
	return check_br(softwire, group, err);
}

static int
check_names(const struct conf *conf, const config_setting_t *group, struct error *err)
{
	const struct conf_softwire *softwire = &conf->softwires[conf->softwire_count];

	for (size_t i = 0; i < conf->softwire_count; i++) {
		if (strcmp(conf->softwires[i].name, softwire->name) != 0)
			continue;
		place_error(err, reader_place(group, "name"), "a second domain has the name \"%s\"", softwire->name);
		error_hint(err, "the first is in line %u", conf->softwires[i].line);
		return -EINVAL;
	}
	return 0;
}

int
conf_read_softwires(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const bool ce = conf->role == CONF_CE;
	const char *name = ce ? "softwires" : "domains";
	const size_t count = reader_length(root, name);

	if (ce && count > 1) {
		place_error(err, reader_element(root, name, 1), "a second softwire");
		error_hint(err, "this version has exactly one");
		return -EINVAL;
	}
	conf->softwires = calloc(count, sizeof(*conf->softwires));
	if (conf->softwires == NULL)
		return error_set(err, ENOMEM, "out of memory for %zu %s", count, name);
	for (size_t i = 0; i < count; i++) {
		const config_setting_t *group = reader_element(root, name, i);
		struct conf_softwire *softwire = &conf->softwires[i];
		int rc = ce ? reader_check(group, softwire_keys, READER_COUNT(softwire_keys), err)
			    : reader_check(group, domain_keys, READER_COUNT(domain_keys), err);

		/* Counted at once, so that conf_free() finds what a failure leaves behind. */
		if (rc == 0)
			rc = read_softwire(softwire, conf, group, err);
		if (rc == 0)
			rc = check_names(conf, group, err);
		conf->softwire_count++;
		if (rc < 0)
			return -EINVAL;
		for (size_t r = 0; r < softwire->rule_count; r++)
			softwire->rules[r].domain = (uint16_t)i;
	}
	return 0;
}
