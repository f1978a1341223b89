/* SPDX-License-Identifier: BSD-3-Clause */
/* `lan.networks`: the home's further LANs, each on a device of Linux's own. */
#include <stdio.h>
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

#define LEN_MAX 30 /* a network has hosts */

static const struct reader_key keys[] = {
	{ .name = "device", .type = READER_TEXT, .required = true, .max = CONF_DEVICE_MAX, .example = "\"guest\"" },
	{ .name = "address", .type = READER_SUBNET, .required = true, .example = "\"192.168.2.1/24\"" },
	{ .name = "subnet", .type = READER_INT, .min = 0, .max = UINT16_MAX, .example = "2" },
	{ .name = "dhcp", .type = READER_TEXT, .max = 31, .example = "\"192.168.2.100-192.168.2.199\"" },
};

/* ---- the device ------------------------------------------------------------------------------------------------- */

/* Whose name the device has already, NULL: nobody's. */
static const char *
who_has(const struct conf *conf, const char *device)
{
	for (int i = 0; i < CONF_MAX_INTERFACES; i++) {
		if (strcmp(conf->interfaces[i].name, device) == 0)
			return "an interface";
	}
	if (strcmp(conf->softwires[0].name, device) == 0)
		return "the softwire";
	for (size_t i = 0; i < conf->lan.network_count; i++) {
		if (strcmp(conf->lan.networks[i].device, device) == 0)
			return "another network";
	}
	return NULL;
}

static int
check_device(const struct conf *conf, const struct conf_network *network, const config_setting_t *group,
    struct error *err)
{
	const config_setting_t *place = reader_place(group, "device");
	const char *who = who_has(conf, network->device);

	if (strpbrk(network->device, "/ ,:\"") != NULL || network->device[0] == '.') {
		place_error(err, place, "device: \"%s\" cannot be the name of a network device", network->device);
		error_hint(err, "`ip link` has them: a VLAN, a bridge, a Wi-Fi device");
		return -EINVAL;
	}
	if (who == NULL)
		return 0;
	place_error(err, place, "device: \"%s\" is %s", network->device, who);
	error_hint(err, "networks are on devices of Linux's own, each on another one");
	return -EINVAL;
}

/* ---- addresses -------------------------------------------------------------------------------------------------- */

static struct prefix4
subnet_of(uint32_t addr, uint8_t len)
{
	return (struct prefix4){ addr & mask4(len), len };
}

/* Which of the others has some of this subnet, as a text; NULL: none. */
static const char *
whose_subnet(const struct conf *conf, const struct prefix4 *subnet)
{
	const struct conf_interface *lan = &conf->interfaces[0];
	const struct prefix4 device = { conf->softwires[0].device_addr, 32 };
	struct prefix4 other;

	for (size_t i = 0; i < lan->address_count; i++) {
		if (!lan->addresses[i].ipv4)
			continue;
		other = subnet_of(lan->addresses[i].v4, lan->addresses[i].len);
		if (prefix4_overlaps(&other, subnet))
			return lan->name;
	}
	for (size_t i = 0; i < conf->lan.network_count; i++) {
		other = conf_network_subnet(&conf->lan.networks[i]);
		if (prefix4_overlaps(&other, subnet))
			return conf->lan.networks[i].device;
	}
	return prefix4_overlaps(&device, subnet) ? conf->softwires[0].name : NULL;
}

static int
check_address(const struct conf *conf, const struct conf_address *address, const config_setting_t *group,
    struct error *err)
{
	const config_setting_t *place = reader_place(group, "address");
	struct prefix4 subnet;
	char text[PREFIX_TEXT_SIZE];
	const char *other;

	if (!address->ipv4 || address->len > LEN_MAX) {
		place_error(err, place, "address: %s is no IPv4 address with the length of its subnet, /%d or shorter",
		    reader_get_text(group, "address"), LEN_MAX);
		error_hint(err, "for example: address = \"192.168.2.1/24\"; IPv6 is of the line's prefix: subnet");
		return -EINVAL;
	}
	subnet = subnet_of(address->v4, address->len);
	other = whose_subnet(conf, &subnet);
	if (other == NULL)
		return 0;
	place_error(err, place, "address: %s overlaps a subnet of \"%s\"", prefix4_format(&subnet, text), other);
	error_hint(err, "each network has addresses of its own, for example 192.168.2.0/24");
	return -EINVAL;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

/* The LAN's own number is 1 where it is not given. */
static int
check_number(const struct conf *conf, int subnet, const config_setting_t *group, struct error *err)
{
	bool is_taken = subnet == (conf->lan.subnet >= 0 ? conf->lan.subnet : 1);

	for (size_t i = 0; i < conf->lan.network_count; i++)
		is_taken |= subnet == conf->lan.networks[i].subnet;
	if (!is_taken)
		return 0;
	place_error(err, reader_place(group, "subnet"), "subnet: %d is another network's", subnet);
	error_hint(err, "each network has a /64 of its own: subnet = another number");
	return -EINVAL;
}

static int
read_network(struct conf *conf, const config_setting_t *group, struct error *err)
{
	struct conf_lan *lan = &conf->lan;
	struct conf_network *network = &lan->networks[lan->network_count];
	struct conf_address address;
	struct prefix4 subnet;

	if (reader_check(group, keys, READER_COUNT(keys), err) < 0)
		return -EINVAL;
	snprintf(network->device, sizeof(network->device), "%s", reader_get_text(group, "device"));
	text_subnet(reader_get_text(group, "address"), &address);
	network->subnet = reader_get_int(group, "subnet", (int)lan->network_count + 2);
	if (check_device(conf, network, group, err) < 0 || check_address(conf, &address, group, err) < 0 ||
	    check_number(conf, network->subnet, group, err) < 0)
		return -EINVAL;
	network->address = address.v4;
	network->len = address.len;
	subnet = conf_network_subnet(network);
	if (conf_read_dhcp(group, &subnet, network->device, &network->dhcp, err) < 0)
		return -EINVAL;
	lan->network_count++;
	return 0;
}

int
conf_read_networks(struct conf *conf, const config_setting_t *group, struct error *err)
{
	const size_t count = reader_length(group, "networks");

	if (count > 0 && conf->softwires[0].device_addr == 0) {
		place_error(err, reader_place(group, "networks"), "networks, but the softwire has device = false");
		error_hint(err, "what Linux forwards for them goes into the softwire through its device");
		return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		if (read_network(conf, reader_element(group, "networks", i), err) < 0)
			return -EINVAL;
	}
	return 0;
}

/* ---- the line --------------------------------------------------------------------------------------------------- */

int
conf_check_networks(const struct conf_lan *lan, const struct map_ce *ce, struct error *err)
{
	char text[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < lan->network_count && ce->kind != MAP_PREFIX; i++) {
		const struct prefix4 subnet = conf_network_subnet(&lan->networks[i]);

		if (!prefix4_overlaps(&subnet, &ce->ipv4))
			continue;
		error_set(err, EINVAL, "networks: subnet %s overlaps the IPv4 address %s of the softwire",
		    prefix4_format(&subnet, text), prefix4_format(&ce->ipv4, ipv4));
		error_hint(err, "number the network from private space, for example 192.168.2.0/24");
		return -EINVAL;
	}
	return 0;
}
