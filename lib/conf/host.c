/* SPDX-License-Identifier: BSD-3-Clause */
/* Host interfaces: may Linux have devices of these names, and how many packets it gets. */
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

#define MAX_RATE 1000000

static const struct reader_key limit_keys[] = {
	{ .name = "neighbour", .type = READER_INT, .min = 0, .max = MAX_RATE, .example = "1000" },
	{ .name = "dhcp", .type = READER_INT, .min = 0, .max = MAX_RATE, .example = "200" },
	{ .name = "icmp", .type = READER_INT, .min = 0, .max = MAX_RATE, .example = "1000" },
	{ .name = "other", .type = READER_INT, .min = 0, .max = MAX_RATE, .example = "20000" },
};

int
conf_read_host(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const config_setting_t *group = config_setting_get_member(root, "host_limits");

	conf->host = reader_get_bool(root, "host", false);
	conf->host_limits = (struct conf_host_limits){ .neighbour = 1000, .dhcp = 200, .icmp = 1000, .other = 20000 };
	if (group == NULL)
		return 0;
	if (reader_check(group, limit_keys, READER_COUNT(limit_keys), err) < 0)
		return -EINVAL;
	conf->host_limits.neighbour = (uint32_t)reader_get_int(group, "neighbour", 1000);
	conf->host_limits.dhcp = (uint32_t)reader_get_int(group, "dhcp", 200);
	conf->host_limits.icmp = (uint32_t)reader_get_int(group, "icmp", 1000);
	conf->host_limits.other = (uint32_t)reader_get_int(group, "other", 20000);
	return 0;
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

/* "net_af_packet0,iface=eth1,…" and "eth1". */
static bool
is_on_device(const char *port, const char *name)
{
	const char *device = strstr(port, ",iface=");
	const size_t len = strlen(name);

	if (device == NULL)
		return false;
	device += strlen(",iface=");
	return strncmp(device, name, len) == 0 && (device[len] == '\0' || device[len] == ',');
}

static int
check_name(const struct conf *conf, const config_setting_t *group, struct error *err)
{
	const char *name = reader_get_text(group, "name");
	const config_setting_t *place = reader_place(group, "name");

	/* The directories of /proc/sys/net/ipv4/conf that are no device's. */
	if (strlen(name) > CONF_DEVICE_MAX || strcmp(name, "all") == 0 || strcmp(name, "default") == 0) {
		place_error(err, place, "name: \"%s\" cannot be the name of a host interface", name);
		error_hint(err, "names of network devices have up to %d characters, and are not all or default",
		    CONF_DEVICE_MAX);
		return -EINVAL;
	}
	for (int i = 0; i < CONF_MAX_INTERFACES; i++) {
		if (!is_on_device(conf->interfaces[i].port, name))
			continue;
		place_error(err, place,
		    "name: the port of \"%s\" is on the device %s, whose name the host interface "
		    "would have",
		    conf->interfaces[i].name, name);
		error_hint(err, "give the interface another name, or the device: ip link set dev %s name %.10s-port",
		    name, name);
		return -EINVAL;
	}
	return 0;
}

int
conf_check_host(const struct conf *conf, const config_setting_t *root, struct error *err)
{
	for (size_t i = 0; i < reader_length(root, "interfaces") && conf->host; i++) {
		if (check_name(conf, reader_element(root, "interfaces", i), err) < 0)
			return -EINVAL;
	}
	return 0;
}

/* ---- the softwire's device -------------------------------------------------------------------------------------- */

#define DEVICE_ADDRESS UINT32_C(0xc0000002) /* 192.0.0.2: RFC 6333 section 5.7, RFC 7335 */

/* Linux must tell it from an interface's. */
static int
check_device_name(const struct conf *conf, const config_setting_t *group, struct error *err)
{
	const char *name = reader_get_text(group, "name");

	for (int i = 0; i < CONF_MAX_INTERFACES; i++) {
		if (strcmp(conf->interfaces[i].name, name) != 0)
			continue;
		place_error(err, reader_place(group, "name"), "name: the host interface of \"%s\" has this name", name);
		error_hint(err, "give the softwire another name, or set device = false");
		return -EINVAL;
	}
	return check_name(conf, group, err);
}

static int
check_device_address(const struct conf_address *address, const struct conf_interface *lan,
    const config_setting_t *place, struct error *err)
{
	char text[PREFIX_TEXT_SIZE];

	text_format(address, text);
	if (!address->ipv4) {
		place_error(err, place, "device_address: %s is not an IPv4 address", text);
		error_hint(err, "the device is there for IPv4; IPv6 of the box needs none");
		return -EINVAL;
	}
	if (!conf_has_subnet_of(lan, address))
		return 0;
	place_error(err, place, "device_address: %s is in a subnet of interface \"%s\"", text, lan->name);
	error_hint(err, "it is nobody's but Linux's own: leave it out to have 192.0.0.2");
	return -EINVAL;
}

int
conf_read_device(struct conf_softwire *softwire, const struct conf *conf, const config_setting_t *group,
    struct error *err)
{
	struct conf_address address = { .ipv4 = true, .v4 = DEVICE_ADDRESS, .len = 32 };
	const bool given = reader_get_address(group, "device_address", &address);

	if (!conf->host || !reader_get_bool(group, "device", true))
		return 0;
	if (check_device_name(conf, group, err) < 0 ||
	    check_device_address(&address, &conf->interfaces[0], given ? reader_place(group, "device_address") : group,
		err) < 0)
		return -EINVAL;
	softwire->device_addr = address.v4;
	return 0;
}
