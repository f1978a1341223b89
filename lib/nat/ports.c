/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/ports.h"

#include <string.h>

void
ports_clear(struct ports *ports)
{
	memset(ports->port, 0, sizeof(ports->port));
	ports->total = ports->shared = ports->common.count = 0;
	for (int kind = 0; kind < PORT_FORWARD; kind++)
		ports->free[kind].count = 0;
	ports->quarantined = ports->quarantined_last = 0;
}

/* ---- free ------------------------------------------------------------------------------------------------------- */

static void
add_free(struct ports *ports, uint16_t port)
{
	struct nat_port *it = &ports->port[port];
	struct port_list *list = &ports->free[it->kind];

	it->rest = PORT_FREE;
	it->place = (uint16_t)list->count;
	list->port[list->count++] = port;
}

static void
remove_free(struct ports *ports, uint16_t port)
{
	struct nat_port *it = &ports->port[port];
	struct port_list *list = &ports->free[it->kind];
	const uint16_t last = list->port[--list->count];

	it->rest = PORT_IN_USE;
	list->port[it->place] = last;
	ports->port[last].place = it->place;
}

uint16_t
ports_take(struct ports *ports, struct random *random, enum port_kind kind)
{
	const struct port_list *list = &ports->free[kind];
	uint16_t port;

	if (list->count == 0)
		return 0;
	port = list->port[random_below(random, list->count)];
	remove_free(ports, port);
	return port;
}

/* ---- quarantine ------------------------------------------------------------------------------------------------- */

static void
add_quarantine(struct ports *ports, uint16_t port, uint32_t now)
{
	struct nat_port *it = &ports->port[port];

	it->rest = PORT_IN_QUARANTINE;
	it->freed = now;
	it->before = ports->quarantined_last;
	it->after = 0;
	if (it->before != 0)
		ports->port[it->before].after = port;
	else
		ports->quarantined = port;
	ports->quarantined_last = port;
}

static void
remove_quarantine(struct ports *ports, uint16_t port)
{
	struct nat_port *it = &ports->port[port];

	it->rest = PORT_IN_USE;
	if (it->before != 0)
		ports->port[it->before].after = it->after;
	else
		ports->quarantined = it->after;
	if (it->after != 0)
		ports->port[it->after].before = it->before;
	else
		ports->quarantined_last = it->before;
}

uint32_t
ports_end_quarantine(struct ports *ports, uint32_t now, uint32_t quarantine, uint32_t budget)
{
	uint32_t ended = 0;

	while (ports->quarantined != 0 && ended < budget) {
		const uint16_t port = ports->quarantined;

		if (now - ports->port[port].freed < quarantine)
			break;
		remove_quarantine(ports, port);
		add_free(ports, port);
		ended++;
	}
	return ended;
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

void
ports_leave_rest(struct ports *ports, uint16_t port)
{
	if (ports->port[port].rest == PORT_FREE)
		remove_free(ports, port);
	else if (ports->port[port].rest == PORT_IN_QUARANTINE)
		remove_quarantine(ports, port);
}

void
ports_settle(struct ports *ports, uint16_t port, uint32_t now, uint32_t quarantine)
{
	const struct nat_port *it = &ports->port[port];
	const bool is_ours = it->kind == PORT_COMMON || it->kind == PORT_RESERVED;

	if (!is_ours || it->rest != PORT_IN_USE || it->inside != 0 || it->sharing > 0)
		return;
	if (quarantine > 0)
		add_quarantine(ports, port, now);
	else
		add_free(ports, port);
}
