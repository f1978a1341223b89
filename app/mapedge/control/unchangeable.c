/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/unchangeable.h"

#include <string.h>

/* The same place to listen at, on whatever line. */
static bool
is_same_http(const struct conf_http *now, const struct conf_http *next)
{
	return now->kind == next->kind && strcmp(now->path, next->path) == 0 && now->port == next->port &&
	    now->address.ipv4 == next->address.ipv4 && now->address.v4 == next->address.v4 &&
	    now->address.v6 == next->address.v6;
}

const char *
unchangeable(const struct conf *now, const struct conf *next)
{
	if (now->role != next->role)
		return "role";
	if (now->workers != next->workers)
		return "dpdk.workers";
	if (now->buffers != next->buffers)
		return "dpdk.buffers";
	if (now->host != next->host)
		return "host";
	if (now->poll != next->poll)
		return "dpdk.poll";
	if (now->eal_count != next->eal_count || memcmp(now->eal, next->eal, sizeof(now->eal)) != 0)
		return "dpdk.eal";
	if (now->nat.sessions != next->nat.sessions)
		return "nat.sessions";
	if (memcmp(&now->fragments, &next->fragments, sizeof(now->fragments)) != 0)
		return "fragments";
	if (memcmp(&now->access, &next->access, sizeof(now->access)) != 0)
		return "access";
	if (memcmp(&now->lan, &next->lan, sizeof(now->lan)) != 0)
		return "lan";
	if (now->role == CONF_CE &&
	    memcmp(&now->softwires[0].sources, &next->softwires[0].sources, sizeof(struct source_order)) != 0)
		return "provision";
	if (now->softwires[0].device_addr != next->softwires[0].device_addr ||
	    (now->softwires[0].device_addr != 0 && strcmp(now->softwires[0].name, next->softwires[0].name) != 0))
		return "the device of the softwire";
	if (strcmp(now->control_socket, next->control_socket) != 0)
		return "control.socket";
	if (strcmp(now->rule_log, next->rule_log) != 0)
		return "control.rule_log";
	if (!is_same_http(&now->http, &next->http))
		return "control.http";
	for (int i = 0; i < INTERFACE_COUNT; i++) {
		const struct conf_interface *one = &now->interfaces[i], *other = &next->interfaces[i];

		if (strcmp(one->name, other->name) != 0 || strcmp(one->port, other->port) != 0)
			return "the name or port of an interface";
		if (one->has_mac != other->has_mac || memcmp(&one->mac, &other->mac, sizeof(one->mac)) != 0)
			return "the mac of an interface";
		if (one->mtu != other->mtu)
			return "the mtu of an interface";
	}
	return NULL;
}
