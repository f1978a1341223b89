/* SPDX-License-Identifier: BSD-3-Clause */
/* The group `lan`: what a CE does for its hosts with what the line gives. */
#include <stdio.h>
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "provision/home.h"

#define LEASE 43200 /* seconds */
#define USER "dnsmasq"

static const char *const ula_words[] = { "generate", NULL };

static const struct reader_key keys[] = {
	{ .name = "subnet", .type = READER_INT, .min = 0, .max = UINT16_MAX, .example = "1" },
	{ .name = "services", .type = READER_BOOL },
	{ .name = "dhcp", .type = READER_TEXT, .max = 31, .example = "\"192.168.1.100-192.168.1.199\"" },
	{ .name = "dhcp_lease", .type = READER_INT, .min = 120, .max = 604800, .example = "43200" },
	{ .name = "dhcp_mtu", .type = READER_BOOL },
	{ .name = "user", .type = READER_NAME, .example = "\"dnsmasq\"" },
	{ .name = "ula",
	    .type = READER_PREFIX6,
	    .words = ula_words,
	    .example = "\"generate\"; or a prefix of your own, \"fd6d:6170:6564::/48\"" },
	{ .name = "networks",
	    .type = READER_GROUPS,
	    .max = CONF_MAX_NETWORKS,
	    .example = "( { device = \"guest\"; address = \"192.168.2.1/24\"; } )" },
};

/* The subnet that hosts get addresses of, the first IPv4 one. */
static const struct conf_address *
first_subnet(const struct conf_interface *lan)
{
	for (size_t i = 0; i < lan->address_count; i++) {
		if (lan->addresses[i].ipv4)
			return &lan->addresses[i];
	}
	return NULL;
}

static bool
parse_range(const char *text, uint32_t *first, uint32_t *last)
{
	const char *dash = strchr(text, '-');
	char begin[IP4_TEXT_SIZE];

	if (dash == NULL || dash - text >= IP4_TEXT_SIZE)
		return false;
	snprintf(begin, sizeof(begin), "%.*s", (int)(dash - text), text);
	return ip4_parse(begin, first) == 0 && ip4_parse(dash + 1, last) == 0 && *first <= *last;
}

int
conf_read_dhcp(const config_setting_t *group, const struct prefix4 *subnet, const char *device, struct conf_dhcp *dhcp,
    struct error *err)
{
	const char *text = reader_get_text(group, "dhcp");
	char subnet_text[PREFIX_TEXT_SIZE];

	if (text == NULL)
		return 0;
	if (!parse_range(text, &dhcp->first, &dhcp->last)) {
		place_error(err, reader_place(group, "dhcp"), "dhcp: \"%s\" is no range of IPv4 addresses", text);
		error_hint(err, "for example: dhcp = \"192.168.1.100-192.168.1.199\"");
		return -EINVAL;
	}
	if (prefix4_contains(subnet, dhcp->first) && prefix4_contains(subnet, dhcp->last))
		return 0;
	place_error(err, reader_place(group, "dhcp"), "dhcp: %s is not inside the subnet %s of \"%s\"", text,
	    prefix4_format(subnet, subnet_text), device);
	error_hint(err, "give out addresses of that subnet, or leave dhcp out");
	return -EINVAL;
}

static int
read_dhcp_of_lan(struct conf *conf, const config_setting_t *group, struct error *err)
{
	const struct conf_interface *lan = &conf->interfaces[0];
	const struct conf_address *own = first_subnet(lan);
	struct prefix4 subnet;

	if (own == NULL && reader_get_text(group, "dhcp") != NULL) {
		place_error(err, reader_place(group, "dhcp"), "dhcp: interface \"%s\" has no IPv4 address", lan->name);
		error_hint(err, "for example: addresses = [ \"192.168.1.1/24\" ]");
		return -EINVAL;
	}
	if (own == NULL)
		return 0;
	subnet = (struct prefix4){ own->v4 & mask4(own->len), own->len };
	return conf_read_dhcp(group, &subnet, lan->name, &conf->lan.dhcp, err);
}

static int
read_ula(struct conf_lan *lan, const config_setting_t *group, struct error *err)
{
	const char *text = reader_get_text(group, "ula");

	if (text == NULL)
		return 0;
	lan->generates_ula = strcmp(text, ula_words[0]) == 0;
	if (lan->generates_ula || (reader_get_prefix6(group, "ula", &lan->ula) && home_is_ula(&lan->ula)))
		return 0;
	place_error(err, reader_place(group, "ula"), "ula: %s is no unique local prefix", text);
	error_hint(err, "it is a /48 of fd00::/8 (RFC 4193), 40 bits of it random; or ula = \"generate\"");
	return -EINVAL;
}

int
conf_read_lan(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = config_setting_get_member(root, "lan");
	struct conf_lan *lan = &conf->lan;
	const char *user;

	if (reader_check(group, keys, READER_COUNT(keys), err) < 0)
		return -EINVAL;
	if (group != NULL && (conf->role == CONF_BR || !conf->softwires[0].provisioned)) {
		place_error(err, group, "lan, but the line is not asked for anything");
		error_hint(err, "a CE whose softwire has provision can have it; leave it out");
		return -EINVAL;
	}
	lan->is_given = group != NULL;
	lan->subnet = reader_get_int(group, "subnet", -1);
	lan->services = reader_get_bool(group, "services", false);
	lan->lease = (uint32_t)reader_get_int(group, "dhcp_lease", LEASE);
	lan->dhcp_mtu = reader_get_bool(group, "dhcp_mtu", true);
	user = reader_get_text(group, "user");
	snprintf(lan->user, sizeof(lan->user), "%s", user != NULL ? user : USER);
	if (read_ula(lan, group, err) < 0)
		return -EINVAL;
	return read_dhcp_of_lan(conf, group, err) < 0 ? -EINVAL : conf_read_networks(conf, group, err);
}
