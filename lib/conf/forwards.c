/* SPDX-License-Identifier: BSD-3-Clause */
/* The forwards of a CE: which external ports belong to which inside host for good. */
#include <stdio.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

enum { TCP, UDP, BOTH };

static const char *const protocol_words[] = { [TCP] = "tcp", [UDP] = "udp", [BOTH] = "both", NULL };

static const struct reader_key forward_keys[] = {
	{ .name = "protocol", .type = READER_WORD, .required = true, .words = protocol_words, .example = "\"tcp\"" },
	{ .name = "ports", .type = READER_PORTS, .required = true, .example = "\"5000\"" },
	{ .name = "to", .type = READER_ADDRESS, .required = true, .example = "\"192.168.1.10\"" },
	{ .name = "to_port", .type = READER_INT, .min = 1, .max = UINT16_MAX, .example = "80" },
};

static uint32_t
range_size(const struct port_range *range)
{
	return (uint32_t)range->last - range->first + 1;
}

static bool
ranges_meet(struct port_range one, struct port_range other)
{
	return one.first <= other.last && other.first <= one.last;
}

/* Where the forward's ports end up inside. */
static struct port_range
inside_range(const struct conf_forward *forward)
{
	return (struct port_range){ forward->to_port, (uint16_t)(forward->to_port + range_size(&forward->ports) - 1) };
}

/* A port has one owner, and an inside endpoint one port: mapping is endpoint-independent. */
static int
check_against(const struct conf_forward *forward, const struct conf_forward *other, const config_setting_t *group,
    struct error *err)
{
	if (!((forward->tcp && other->tcp) || (forward->udp && other->udp)))
		return 0;
	if (ranges_meet(forward->ports, other->ports)) {
		place_error(err, reader_place(group, "ports"), "ports: %u-%u meet those of another forward, %u-%u",
		    forward->ports.first, forward->ports.last, other->ports.first, other->ports.last);
		error_hint(err, "the other one is in line %u; a port goes to one host", other->line);
		return -EINVAL;
	}
	if (forward->to == other->to && ranges_meet(inside_range(forward), inside_range(other))) {
		place_error(err, group, "another forward leads to the same port of the same host");
		error_hint(err, "the other one is in line %u; what the host sends can have one external port only",
		    other->line);
		return -EINVAL;
	}
	return 0;
}

static int
read_forward(const config_setting_t *group, struct conf_forward *forward, struct error *err)
{
	struct conf_address to;
	int protocol;

	if (reader_check(group, forward_keys, READER_COUNT(forward_keys), err) < 0)
		return -EINVAL;
	protocol = reader_get_word(group, "protocol", protocol_words, BOTH);
	forward->tcp = protocol != UDP;
	forward->udp = protocol != TCP;
	forward->line = place_line(group);
	reader_get_ports(group, "ports", &forward->ports);
	forward->to_port = (uint16_t)reader_get_int(group, "to_port", forward->ports.first);
	reader_get_address(group, "to", &to);
	forward->to = to.v4;
	if (!to.ipv4) {
		place_error(err, reader_place(group, "to"), "to: not an IPv4 address");
		error_hint(err, "forwards are for IPv4; IPv6 hosts are reached by their own addresses");
		return -EINVAL;
	}
	if (forward->to_port + range_size(&forward->ports) - 1 <= UINT16_MAX)
		return 0;
	place_error(err, reader_place(group, "to_port"), "to_port: %u and the %u ports behind it go beyond 65535",
	    forward->to_port, range_size(&forward->ports) - 1);
	error_hint(err, "at most %u", PORTSET_PORTS - range_size(&forward->ports));
	return -EINVAL;
}

int
conf_read_forwards(struct conf *conf, const config_setting_t *nat, struct error *err)
{
	for (size_t i = 0; i < reader_length(nat, "forwards"); i++) {
		const config_setting_t *group = reader_element(nat, "forwards", i);
		struct conf_forward *forward = &conf->nat.forwards[i];

		if (read_forward(group, forward, err) < 0)
			return -EINVAL;
		for (size_t other = 0; other < i; other++) {
			if (check_against(forward, &conf->nat.forwards[other], group, err) < 0)
				return -EINVAL;
		}
		conf->nat.forward_count++;
	}
	return 0;
}

/* ---- beside the LAN and the port set ---------------------------------------------------------------------------- */

static int
check_to(const struct conf *conf, const struct conf_forward *forward, const config_setting_t *group, struct error *err)
{
	const struct conf_interface *lan = &conf->interfaces[0];
	const config_setting_t *place = reader_place(group, "to");
	char text[IP4_TEXT_SIZE];
	bool on_lan = false;

	ip4_format(forward->to, text);
	for (size_t i = 0; i < lan->address_count; i++) {
		const struct conf_address *address = &lan->addresses[i];

		if (!address->ipv4)
			continue;
		if (address->v4 == forward->to) {
			place_error(err, place, "to: %s is this box itself", text);
			error_hint(err, "forwards lead to a host of the LAN");
			return -EINVAL;
		}
		on_lan |= ((address->v4 ^ forward->to) & mask4(address->len)) == 0;
	}
	if (on_lan)
		return 0;
	place_error(err, place, "to: %s is on no subnet of the LAN", text);
	error_hint(err, "forwards lead to a host of interface \"%s\"", lan->name);
	return -EINVAL;
}

static bool
is_forwarded(const struct conf_nat *nat, const struct conf_forward *except, uint32_t port)
{
	for (size_t i = 0; i < nat->forward_count; i++) {
		const struct conf_forward *forward = &nat->forwards[i];

		if (forward != except && port >= forward->ports.first && port <= forward->ports.last)
			return true;
	}
	return false;
}

#define SUGGESTIONS 4

/* The ports of the set nearest to the wanted one that no other forward has, nearest first, as a list. */
static void
suggest(const struct conf_nat *nat, const struct conf_forward *forward, const struct portset *set, char *list,
    size_t size)
{
	unsigned int count = 0;
	size_t len = 0;

	list[0] = '\0';
	for (uint32_t distance = 0; distance < PORTSET_PORTS && count < SUGGESTIONS; distance++) {
		const uint32_t either[] = { forward->ports.first - distance, forward->ports.first + distance };

		for (int i = 0; i < 2 && count < SUGGESTIONS; i++) {
			const uint32_t port = either[i]; /* wraps to a huge number below 0 */

			if (port == 0 || port > UINT16_MAX || !portset_contains(set, (uint16_t)port) ||
			    is_forwarded(nat, forward, port))
				continue;
			len += (size_t)snprintf(list + len, size - len, "%s%u", count > 0 ? ", " : "", port);
			count++;
		}
	}
}

static uint32_t
ports_in(const struct port_range *ports, const struct portset *set)
{
	uint32_t count = 0;

	for (uint32_t port = ports->first; port <= ports->last; port++)
		count += portset_contains(set, (uint16_t)port);
	return count;
}

void
conf_count_forwards(struct conf *conf, const struct portset *set)
{
	for (size_t i = 0; i < conf->nat.forward_count; i++)
		conf->nat.forwards[i].port_count = ports_in(&conf->nat.forwards[i].ports, set);
}

static int
check_ports(const struct conf_nat *nat, struct conf_forward *forward, const struct portset *set,
    const config_setting_t *group, struct error *err)
{
	char nearest[64];

	forward->port_count = ports_in(&forward->ports, set);
	if (forward->port_count > 0)
		return 0;
	suggest(nat, forward, set, nearest, sizeof(nearest));
	if (forward->ports.first == forward->ports.last)
		place_error(err, reader_place(group, "ports"), "ports: %u is not in the port set of this line",
		    forward->ports.first);
	else
		place_error(err, reader_place(group, "ports"), "ports: none of %u-%u is in the port set of this line",
		    forward->ports.first, forward->ports.last);
	error_hint(err, "the nearest free ones are %s; to_port says where they lead", nearest);
	return -EINVAL;
}

int
conf_check_forwards(struct conf *conf, const struct portset *set, const config_setting_t *root, struct error *err)
{
	const config_setting_t *nat = config_setting_get_member(root, "nat");
	uint32_t taken = conf->nat.reserved_ports;

	for (size_t i = 0; i < conf->nat.forward_count; i++) {
		struct conf_forward *forward = &conf->nat.forwards[i];
		const config_setting_t *group = reader_element(nat, "forwards", i);

		if (check_to(conf, forward, group, err) < 0 || check_ports(&conf->nat, forward, set, group, err) < 0)
			return -EINVAL;
		taken += forward->port_count;
	}
	if (conf->nat.reserved_ports == 0 || taken < portset_count(set))
		return 0;
	place_error(err, reader_place(nat, "reserved_ports"),
	    "reserved_ports: %u and %u forwarded ones leave none of the %u ports of the set", conf->nat.reserved_ports,
	    taken - conf->nat.reserved_ports, portset_count(set));
	error_hint(err, "reserve fewer");
	return -EINVAL;
}
