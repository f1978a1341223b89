/* SPDX-License-Identifier: BSD-3-Clause */
/* The group `access`: how a CE asks its line. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"
#include "provision/take.h"

#define STATE_DIRECTORY "/var/lib/mapedge"

static const char *const psid_words[] = { "option", "ea", NULL };

static const char *const kind_words[] = {
	[CONF_ACCESS_AUTO] = "auto",
	[CONF_ACCESS_PD] = "pd",
	[CONF_ACCESS_RA] = "ra",
	NULL,
};

static const struct reader_key keys[] = {
	{ .name = "kind", .type = READER_WORD, .words = kind_words, .example = "\"auto\"" },
	{ .name = "state", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 32, .example = "\"/var/lib/mapedge\"" },
	{ .name = "prefix_hint", .type = READER_INT, .min = 32, .max = 64, .example = "56" },
	{ .name = "rapid_commit", .type = READER_BOOL },
	{ .name = "reconfigure", .type = READER_BOOL },
	{ .name = "psid_source", .type = READER_WORD, .words = psid_words, .example = "\"option\"" },
	{ .name = "resolvers",
	    .type = READER_VALUES,
	    .max = CONF_MAX_RESOLVERS,
	    .element = READER_ADDRESS,
	    .example = "[ \"2001:db8::53\" ]" },
	{ .name = "ntp",
	    .type = READER_VALUES,
	    .max = CONF_MAX_RESOLVERS,
	    .element = READER_TEXT,
	    .example = "[ \"ntp.example.net\" ]" },
	{ .name = "set_clock", .type = READER_BOOL },
	{ .name = "rules", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 1, .example = "\"rules/japan.conf\"" },
	{ .name = "static", .type = READER_GROUP, .example = "{ kind = \"ds-lite\"; br = \"gw.example.net\"; }" },
	{ .name = "hb46pp", .type = READER_GROUP, .example = "{ ca_file = \"ca.pem\"; }" },
	{ .name = "registration", .type = READER_GROUP, .example = "{ url = \"http://update.example.jp/\"; }" },
	{ .name = "duid", .type = READER_TEXT, .max = 3 * 130, .example = "\"00:03:00:01:02:00:00:00:0c:02\"" },
};

/* Bytes as hexadecimal digits, colons between them or not. False: something else. */
static bool
parse_bytes(const char *text, uint8_t *bytes, size_t size, uint8_t *len)
{
	unsigned int byte;
	size_t count = 0;

	while (*text != '\0') {
		if (count == size || !isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
			return false;
		if (sscanf(text, "%2x", &byte) != 1)
			return false;
		bytes[count++] = (uint8_t)byte;
		text += 2;
		if (text[0] == ':' && text[1] != '\0')
			text++;
	}
	*len = (uint8_t)count;
	return count > 2; /* RFC 8415 section 11.1: a type, and at least one byte */
}

static int
read_duid(struct conf_access *access, const config_setting_t *group, struct error *err)
{
	const char *text = reader_get_text(group, "duid");

	if (text == NULL || parse_bytes(text, access->duid, sizeof(access->duid), &access->duid_len))
		return 0;
	place_error(err, reader_place(group, "duid"), "duid: \"%.40s\" is not 3 to 130 bytes in hexadecimal digits",
	    text);
	error_hint(err, "for example: duid = \"00:03:00:01:02:00:00:00:0c:02\"; or leave it out");
	return -EINVAL;
}

/* Asked through Linux's routes: nobody says on which link a link-local one would be. */
static int
read_resolvers(struct conf_access *access, const config_setting_t *group, struct error *err)
{
	for (size_t i = 0; i < reader_length(group, "resolvers"); i++) {
		struct conf_address *resolver = &access->resolvers[access->resolver_count++];

		(void)text_address(reader_value(group, "resolvers", i), resolver);
		if (resolver->ipv4 || !text_is_link_local(resolver->v6))
			continue;
		place_error(err, reader_element(group, "resolvers", i), "resolvers: \"%s\" is link-local",
		    reader_value(group, "resolvers", i));
		error_hint(err, "resolvers of the line by DHCPv6 may be; here give a global address");
		return -EINVAL;
	}
	return 0;
}

static int
read_ntp(struct conf_access *access, const config_setting_t *group, struct error *err)
{
	for (size_t i = 0; i < reader_length(group, "ntp"); i++) {
		const char *text = reader_value(group, "ntp", i);
		u128 addr;

		if (ip6_parse(text, &addr) == 0 ? take_node_problem(addr) == NULL : take_is_name(text)) {
			snprintf(access->ntp[access->ntp_count++], OFFER_NAME_SIZE, "%s", text);
			continue;
		}
		place_error(err, reader_element(group, "ntp", i),
		    "ntp: \"%.100s\" is neither an IPv6 address beyond the link nor the name of a host", text);
		error_hint(err, "time servers are asked over IPv6, before there is a softwire");
		return -EINVAL;
	}
	return 0;
}

static int
read_rules(struct conf *conf, const config_setting_t *group, struct error *err)
{
	const config_setting_t *place = reader_place(group, "rules");
	struct offer offer;
	struct error why = { 0 };

	if (reader_get_text(group, "rules") == NULL)
		return 0;
	if (place_find(err, place, conf->file, conf->access.rules_file) < 0)
		return -EINVAL;
	if (conf_rules_offer(conf->access.rules_file, NULL, &offer, &why) == 0)
		return 0;
	place_error(err, place, "rules: %.180s", why.text);
	error_hint(err, "%s",
	    why.hint[0] != '\0' ? why.hint : "it is an answer of a rule server, or a rule file as docs/config.md says");
	return -EINVAL;
}

int
conf_read_access(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = config_setting_get_member(root, "access");
	struct conf_access *access = &conf->access;
	const char *state;

	if (reader_check(group, keys, READER_COUNT(keys), err) < 0)
		return -EINVAL;
	if (group != NULL && conf->role == CONF_BR) {
		place_error(err, group, "access in the configuration of a BR");
		error_hint(err, "leave it out: only a CE asks its line");
		return -EINVAL;
	}
	state = reader_get_text(group, "state");
	snprintf(access->state, sizeof(access->state), "%s", state != NULL ? state : STATE_DIRECTORY);
	access->kind = (enum conf_access_kind)reader_get_word(group, "kind", kind_words, CONF_ACCESS_AUTO);
	access->hint_len = (uint8_t)reader_get_int(group, "prefix_hint", 0);
	access->rapid_commit = reader_get_bool(group, "rapid_commit", false);
	access->accept_reconfigure = reader_get_bool(group, "reconfigure", false);
	access->psid_from_ea = reader_get_word(group, "psid_source", psid_words, 0) != 0;
	access->set_clock = reader_get_bool(group, "set_clock", true);
	if (read_duid(access, group, err) < 0 || read_resolvers(access, group, err) < 0 ||
	    read_ntp(access, group, err) < 0 || read_rules(conf, group, err) < 0)
		return -EINVAL;
	if (conf_read_static(conf, group, err) < 0 || conf_read_hb46pp(conf, group, err) < 0)
		return -EINVAL;
	return conf_read_registration(conf, group, err);
}
