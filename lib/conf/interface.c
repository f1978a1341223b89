/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/martians.h"
#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

#define MTU_DEFAULT 1500
#define MTU_MIN4 576
#define MTU_MIN6 1280 /* RFC 8200 section 5 */
#define MTU_MAX 2000
#define MAX_NEIGHBOURS 4096

static const char *const role_words[] = {
	[CONF_LAN] = "lan",
	[CONF_WAN] = "wan",
	[CONF_MAP] = "map",
	[CONF_INTERNET] = "internet",
	NULL,
};

/* What a box has: its IPv4 side, its IPv6 side. */
static const enum conf_interface_role roles[][CONF_MAX_INTERFACES] = {
	[CONF_CE] = { CONF_LAN, CONF_WAN },
	[CONF_BR] = { CONF_INTERNET, CONF_MAP },
};

static const struct reader_key interface_keys[] = {
	{ .name = "name", .type = READER_NAME, .required = true, .example = "\"lan\"" },
	{ .name = "role", .type = READER_WORD, .required = true, .words = role_words, .example = "\"lan\"" },
	{ .name = "port", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 1, .example = "\"net_af_packet0,iface=eth1\"" },
	{ .name = "mac", .type = READER_MAC },
	{ .name = "mtu", .type = READER_INT, .min = MTU_MIN4, .max = MTU_MAX, .example = "1500" },
	{ .name = "addresses",
	    .type = READER_VALUES,
	    .element = READER_SUBNET,
	    .max = CONF_MAX_ADDRESSES,
	    .example = "[ \"192.168.1.1/24\" ]" },
	{ .name = "neighbours",
	    .type = READER_GROUPS,
	    .max = MAX_NEIGHBOURS,
	    .example = "( { address = \"192.168.1.10\"; mac = \"02:00:00:00:01:10\"; } )" },
	{ .name = "gateway", .type = READER_ADDRESS, .example = "\"fe80::1\"" },
	{ MARTIANS_KEY },
	{ .name = "antispoof", .type = READER_BOOL },
};

static const struct reader_key neighbour_keys[] = {
	{ .name = "address", .type = READER_ADDRESS, .required = true },
	{ .name = "mac", .type = READER_MAC, .required = true },
};

static bool
is_ipv4_side(enum conf_interface_role role)
{
	return role == CONF_LAN || role == CONF_INTERNET;
}

/* ---- addresses and neighbours ----------------------------------------------------------------------------------- */

static bool
in_subnet(const struct conf_address *subnet, const struct conf_address *address)
{
	if (subnet->ipv4 != address->ipv4)
		return false;
	return subnet->ipv4 ? ((subnet->v4 ^ address->v4) & mask4(subnet->len)) == 0
			    : ((subnet->v6 ^ address->v6) & mask6(subnet->len)) == 0;
}

bool
conf_has_subnet_of(const struct conf_interface *interface, const struct conf_address *address)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		if (in_subnet(&interface->addresses[i], address))
			return true;
	}
	return false;
}

/* A link-local address is on-link without being named. */
static bool
on_link(const struct conf_interface *interface, const struct conf_address *address)
{
	return (!address->ipv4 && text_is_link_local(address->v6)) || conf_has_subnet_of(interface, address);
}

static bool
is_own(const struct conf_interface *interface, const struct conf_address *address)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		if (text_same_address(&interface->addresses[i], address))
			return true;
	}
	return false;
}

static int
read_addresses(struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	const bool ipv4_side = is_ipv4_side(interface->role);
	const char *role = role_words[interface->role];
	bool has_ipv4 = false;

	for (size_t i = 0; i < reader_length(group, "addresses"); i++) {
		const config_setting_t *place = reader_element(group, "addresses", i);
		const char *text = reader_value(group, "addresses", i);
		struct conf_address address;

		text_subnet(text, &address);
		if (is_own(interface, &address)) {
			place_error(err, place, "addresses: %s is given twice", text);
			error_hint(err, "leave one of them out");
			return -EINVAL;
		}
		if (address.ipv4 && !ipv4_side) {
			place_error(err, place, "addresses: the IPv4 address %s on the %s interface", text, role);
			error_hint(err, "the %s interface speaks IPv6 only: IPv4 is inside the softwire", role);
			return -EINVAL;
		}
		has_ipv4 |= address.ipv4;
		interface->addresses[interface->address_count++] = address;
	}
	if (ipv4_side && !has_ipv4 && !interface->host) {
		place_error(err, reader_place(group, "addresses"), "the %s interface needs an IPv4 address", role);
		error_hint(err,
		    interface->role == CONF_LAN
			? "add addresses = [ \"192.168.1.1/24\" ];"
			: "ICMP errors have it as source: add addresses = [ \"198.51.100.1/24\" ];");
		return -EINVAL;
	}
	return 0;
}

static int
check_neighbour(const struct conf_interface *interface, const struct conf_neighbour *neighbour,
    const config_setting_t *group, struct error *err)
{
	const config_setting_t *place = reader_place(group, "address");
	const char *role = role_words[interface->role];
	char text[PREFIX_TEXT_SIZE];

	text_format(&neighbour->address, text);
	for (const struct conf_neighbour *n = interface->neighbours; n < neighbour; n++) {
		if (!text_same_address(&n->address, &neighbour->address))
			continue;
		place_error(err, place, "neighbours: %s is given twice", text);
		error_hint(err, "leave one of them out");
		return -EINVAL;
	}
	if (is_own(interface, &neighbour->address)) {
		place_error(err, place, "neighbours: %s is the interface's own address", text);
		error_hint(err, "neighbours are the other nodes on the link");
		return -EINVAL;
	}
	if (interface->has_mac && memcmp(&interface->mac, &neighbour->mac, sizeof(interface->mac)) == 0) {
		place_error(err, reader_place(group, "mac"), "neighbours: %s has the interface's own MAC", text);
		error_hint(err, "neighbours are the other nodes on the link");
		return -EINVAL;
	}
	if (neighbour->address.ipv4 && !is_ipv4_side(interface->role)) {
		place_error(err, place, "neighbours: the IPv4 neighbour %s on the %s interface", text, role);
		error_hint(err, "the %s interface speaks IPv6 only: IPv4 is inside the softwire", role);
		return -EINVAL;
	}
	if (interface->role == CONF_LAN && !interface->host && !on_link(interface, &neighbour->address)) {
		place_error(err, place, "neighbours: %s is in no subnet of the interface", text);
		error_hint(err, "add its subnet to addresses, or correct the neighbour");
		return -EINVAL;
	}
	return 0;
}

static int
read_neighbours(struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	const size_t count = reader_length(group, "neighbours");

	if (count == 0)
		return 0;
	interface->neighbours = calloc(count, sizeof(*interface->neighbours));
	if (interface->neighbours == NULL)
		return error_set(err, ENOMEM, "out of memory for %zu neighbours", count);
	for (size_t i = 0; i < count; i++) {
		const config_setting_t *element = reader_element(group, "neighbours", i);
		struct conf_neighbour *neighbour = &interface->neighbours[i];

		if (reader_check(element, neighbour_keys, READER_COUNT(neighbour_keys), err) < 0)
			return -EINVAL;
		reader_get_address(element, "address", &neighbour->address);
		reader_get_mac(element, "mac", &neighbour->mac);
		if (check_neighbour(interface, neighbour, element, err) < 0)
			return -EINVAL;
		interface->neighbour_count++;
	}
	return 0;
}

/* ---- gateway ---------------------------------------------------------------------------------------------------- */

static int
check_no_gateway(const struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	const char *role = role_words[interface->role];

	if (is_ipv4_side(interface->role) || interface->host)
		return 0;
	place_error(err, group, "gateway is missing: the %s interface sends everything there", role);
	error_hint(err, "for example: gateway = \"fe80::1\"; and the same address in neighbours");
	return -EINVAL;
}

static int
read_gateway(struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	const config_setting_t *place = reader_place(group, "gateway");
	const bool ipv4 = is_ipv4_side(interface->role);
	const char *role = role_words[interface->role];
	struct conf_address address;
	char text[PREFIX_TEXT_SIZE];

	if (!reader_get_address(group, "gateway", &address))
		return check_no_gateway(interface, group, err);
	text_format(&address, text);
	if (interface->role == CONF_LAN) {
		place_error(err, place, "gateway: the lan interface has none");
		error_hint(err, "leave it out: what is not on the LAN goes into the softwire");
		return -EINVAL;
	}
	if (address.ipv4 != ipv4) {
		place_error(err, place, "gateway: %s is not an %s address", text, ipv4 ? "IPv4" : "IPv6");
		error_hint(err, "the %s interface sends %s packets", role, ipv4 ? "IPv4" : "IPv6");
		return -EINVAL;
	}
	for (size_t i = 0; i < interface->neighbour_count; i++) {
		if (text_same_address(&interface->neighbours[i].address, &address)) {
			interface->has_gateway = true;
			interface->gateway = i;
			return 0;
		}
	}
	place_error(err, place, "gateway: %s is not among the neighbours", text);
	error_hint(err, "add { address = \"%s\"; mac = \"...\"; } to neighbours", text);
	return -EINVAL;
}

/* An IPv4 router's neighbours are used when they are on-link or the gateway; any other one is a mistake. */
static int
check_internet_neighbours(const struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	char text[PREFIX_TEXT_SIZE];

	if (interface->role != CONF_INTERNET || interface->host)
		return 0;
	for (size_t i = 0; i < interface->neighbour_count; i++) {
		const struct conf_address *address = &interface->neighbours[i].address;

		if ((interface->has_gateway && interface->gateway == i) || on_link(interface, address))
			continue;
		place_error(err, reader_element(group, "neighbours", i),
		    "neighbours: %s is in no subnet of the interface and not its gateway", text_format(address, text));
		error_hint(err, "add its subnet to addresses, or leave the neighbour out");
		return -EINVAL;
	}
	return 0;
}

/* ---- what must not come in -------------------------------------------------------------------------------------- */

static int
read_refused_sources(struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	static const char *const settings[] = { "martians", "antispoof" };

	if (interface->role == CONF_INTERNET) {
		interface->antispoof = reader_get_bool(group, "antispoof", true);
		return martians_read(interface, group, err);
	}
	for (size_t i = 0; i < READER_COUNT(settings); i++) {
		if (config_setting_get_member(group, settings[i]) == NULL)
			continue;
		place_error(err, reader_place(group, settings[i]), "%s on the %s interface", settings[i],
		    role_words[interface->role]);
		error_hint(err, "leave it out: it belongs to the internet interface of a BR");
		return -EINVAL;
	}
	return 0;
}

/* ---- interface -------------------------------------------------------------------------------------------------- */

static int
check_link(const struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	const char *role = role_words[interface->role];

	if (!is_ipv4_side(interface->role) && interface->mtu < MTU_MIN6) {
		place_error(err, reader_place(group, "mtu"), "mtu: %u is too small for IPv6", interface->mtu);
		error_hint(err, "the mtu of the %s interface is %d to %d", role, MTU_MIN6, MTU_MAX);
		return -EINVAL;
	}
	if (interface->port[0] == '\0' && !interface->has_mac) {
		place_error(err, group, "interface \"%s\" has neither port nor mac", interface->name);
		error_hint(err, "the daemon needs port, a replay needs mac");
		return -EINVAL;
	}
	return 0;
}

static int
read_interface(struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	const char *port = reader_get_text(group, "port");

	snprintf(interface->name, sizeof(interface->name), "%s", reader_get_text(group, "name"));
	snprintf(interface->port, sizeof(interface->port), "%s", port != NULL ? port : "");
	interface->line = place_line(group);
	interface->role = (enum conf_interface_role)reader_get_word(group, "role", role_words, CONF_LAN);
	interface->has_mac = reader_get_mac(group, "mac", &interface->mac);
	interface->mtu = (uint16_t)reader_get_int(group, "mtu", MTU_DEFAULT);

	if (check_link(interface, group, err) < 0 || read_addresses(interface, group, err) < 0 ||
	    read_neighbours(interface, group, err) < 0 || read_gateway(interface, group, err) < 0 ||
	    read_refused_sources(interface, group, err) < 0)
		return -EINVAL;
	return check_internet_neighbours(interface, group, err);
}

/* The place of this interface in conf: [0] the IPv4 side, [1] the IPv6 side; NULL when it may not be there. */
static struct conf_interface *
find_slot(struct conf *conf, const config_setting_t *group, struct error *err)
{
	const int role = reader_get_word(group, "role", role_words, CONF_LAN);
	const int slot = is_ipv4_side((enum conf_interface_role)role) ? 0 : 1;
	const config_setting_t *place = reader_place(group, "role");

	if ((int)roles[conf->role][slot] != role) {
		place_error(err, place, "a %s has no \"%s\" interface", conf->role == CONF_CE ? "CE" : "BR",
		    role_words[role]);
		error_hint(err, "its interfaces are one \"%s\" and one \"%s\"", role_words[roles[conf->role][0]],
		    role_words[roles[conf->role][1]]);
		return NULL;
	}
	if (conf->interfaces[slot].line != 0) {
		place_error(err, place, "a second \"%s\" interface", role_words[role]);
		error_hint(err, "the first is in line %u; this version has one of each", conf->interfaces[slot].line);
		return NULL;
	}
	return &conf->interfaces[slot];
}

/* The two interfaces must be told apart, by people and by DPDK. */
static int
check_distinct(const struct conf_interface *interface, const struct conf_interface *other,
    const config_setting_t *group, struct error *err)
{
	const size_t device_len = strcspn(interface->port, ",");

	if (other->line == 0)
		return 0;
	if (strcmp(interface->name, other->name) == 0) {
		place_error(err, reader_place(group, "name"), "a second interface has the name \"%s\"",
		    interface->name);
		error_hint(err, "the first is in line %u", other->line);
		return -EINVAL;
	}
	if (device_len > 0 && device_len == strcspn(other->port, ",") &&
	    strncmp(interface->port, other->port, device_len) == 0) {
		place_error(err, reader_place(group, "port"), "a second interface has the port %.*s", (int)device_len,
		    interface->port);
		error_hint(err, "number virtual devices: net_af_packet0, net_af_packet1");
		return -EINVAL;
	}
	return 0;
}

static int
check_both(const struct conf *conf, const config_setting_t *list, struct error *err)
{
	for (size_t slot = 0; slot < CONF_MAX_INTERFACES; slot++) {
		if (conf->interfaces[slot].line != 0)
			continue;
		place_error(err, list, "there is no \"%s\" interface", role_words[roles[conf->role][slot]]);
		error_hint(err, "add it: a %s has one \"%s\" and one \"%s\"", conf->role == CONF_CE ? "CE" : "BR",
		    role_words[roles[conf->role][0]], role_words[roles[conf->role][1]]);
		return -EINVAL;
	}
	return 0;
}

int
conf_read_interfaces(struct conf *conf, const config_setting_t *root, struct error *err)
{
	for (size_t i = 0; i < reader_length(root, "interfaces"); i++) {
		const config_setting_t *group = reader_element(root, "interfaces", i);
		struct conf_interface *interface, *other;

		if (reader_check(group, interface_keys, READER_COUNT(interface_keys), err) < 0)
			return -EINVAL;
		interface = find_slot(conf, group, err);
		if (interface == NULL)
			return -EINVAL;
		interface->host = conf->host;
		if (read_interface(interface, group, err) < 0)
			return -EINVAL;
		other = interface == &conf->interfaces[0] ? &conf->interfaces[1] : &conf->interfaces[0];
		if (check_distinct(interface, other, group, err) < 0)
			return -EINVAL;
		conf->interface_count++;
	}
	return check_both(conf, reader_place(root, "interfaces"), err);
}
