/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/ports.h"

#include <string.h>

#define ALL_OF_64 UINT64_MAX
#define LENT_OF_64 UINT64_C(0x7777777777777777) /* three of four */

void
ports_init(struct ports *ports, unsigned int space, struct random *random)
{
	memset(ports, 0, sizeof(*ports));
	ports->space = (uint8_t)space;
	ports->random = random;
}

void
ports_clear(struct ports *ports, struct bank *bank, const struct portset *old, uint32_t old_count)
{
	for (uint32_t i = 0; i < old_count; i++)
		ports->port[portset_port(old, i)] = (struct nat_port){ 0 };
	ports->bank = bank;
	ports->total = ports->held = ports->forwards = ports->shared = ports->common.count = 0;
	ports->quarantined = ports->quarantined_last = 0;
	for (int i = 0; bank != NULL && i < PORTS_DRAWN; i++)
		ports->drawn[i] = (uint16_t)bank_draw(bank, ports->random);
}

/* ---- which may be shared ---------------------------------------------------------------------------------------- */

static void
list_add(struct ports *ports, uint16_t port)
{
	ports->port[port].place = (uint16_t)ports->common.count;
	ports->common.port[ports->common.count++] = port;
}

/* Only borrowed ports leave the list, and they are behind all others. */
static void
list_remove(struct ports *ports, uint16_t port)
{
	const uint16_t place = ports->port[port].place, last = ports->common.port[--ports->common.count];

	ports->common.port[place] = last;
	ports->port[last].place = place;
}

static bool
is_listed(const struct ports *ports, uint16_t port)
{
	const uint16_t place = ports->port[port].place;

	return place < ports->common.count && ports->common.port[place] == port;
}

void
ports_list_common(struct ports *ports)
{
	const struct portset *set = &ports->bank->set;
	const uint32_t count = portset_count(set);

	ports->common.count = 0;
	for (uint32_t i = ports->self; i < count; i += ports->bank->workers) {
		if (ports->port[portset_port(set, i)].kind == PORT_COMMON)
			list_add(ports, portset_port(set, i));
	}
	for (uint32_t i = 0; i < count; i++) {
		const uint16_t port = portset_port(set, i);

		if (!ports_is_home(ports, port) && ports->port[port].kind == PORT_COMMON &&
		    ports->port[port].rest != PORT_AWAY)
			list_add(ports, port);
	}
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

	it->rest = PORT_HELD;
	if (it->before != 0)
		ports->port[it->before].after = it->after;
	else
		ports->quarantined = it->after;
	if (it->after != 0)
		ports->port[it->after].before = it->before;
	else
		ports->quarantined_last = it->before;
}

/* ---- holding ---------------------------------------------------------------------------------------------------- */

static uint16_t
hold(struct ports *ports, uint16_t port)
{
	struct nat_port *it = &ports->port[port];

	it->rest = PORT_HELD;
	ports->held++;
	if (it->kind == PORT_COMMON && !ports_is_home(ports, port))
		list_add(ports, port);
	return port;
}

static struct bank_wish
wish_for(const struct ports *ports, enum port_kind kind, uint16_t home, uint64_t of_64)
{
	return (struct bank_wish){ .allowed = &ports->allowed[kind],
		.of_64 = of_64,
		.home = home,
		.space = ports->space,
		.worker = ports->self };
}

/* The place where the next port is looked for, and another one is drawn. */
static uint16_t
next_drawn(struct ports *ports)
{
	uint16_t *drawn = &ports->drawn[ports->next_drawn++ % PORTS_DRAWN];
	const uint16_t ordinal = *drawn;

	*drawn = (uint16_t)bank_draw(ports->bank, ports->random);
	return ordinal;
}

uint16_t
ports_take(struct ports *ports, enum port_kind kind)
{
	const struct bank_wish wish = wish_for(ports, kind, ports->self, ALL_OF_64);
	uint16_t port;

	if (ports->bank == NULL)
		return 0;
	port = bank_take_at(ports->bank, &wish, next_drawn(ports));
	if (port == 0)
		port = bank_take(ports->bank, &wish, ports->random);
	return port != 0 ? hold(ports, port) : 0;
}

uint16_t
ports_borrow(struct ports *ports, enum port_kind kind, bool modestly)
{
	const uint16_t workers = ports->bank != NULL ? ports->bank->workers : 1;
	uint16_t port = 0;

	for (uint16_t i = 1; i < workers && port == 0; i++) {
		const uint16_t home = (uint16_t)((ports->self + i) % workers);
		const struct bank_wish wish = wish_for(ports, kind, home, modestly ? LENT_OF_64 : ALL_OF_64);

		port = bank_take(ports->bank, &wish, ports->random);
	}
	return port != 0 ? hold(ports, port) : 0;
}

bool
ports_hold(struct ports *ports, uint16_t port)
{
	if (ports->port[port].rest == PORT_IN_QUARANTINE)
		remove_quarantine(ports, port);
	if (ports->port[port].rest == PORT_HELD)
		return true;
	if (!bank_claim(ports->bank, ports->space, port, ports->self))
		return false;
	hold(ports, port);
	return true;
}

void
ports_give_back(struct ports *ports, uint16_t port)
{
	struct nat_port *it = &ports->port[port];

	if (it->rest == PORT_AWAY)
		return;
	if (it->rest == PORT_IN_QUARANTINE)
		remove_quarantine(ports, port);
	if (!ports_is_home(ports, port) && is_listed(ports, port))
		list_remove(ports, port);
	it->rest = PORT_AWAY;
	ports->held--;
	bank_give_back(ports->bank, ports->space, port);
}

uint32_t
ports_end_quarantine(struct ports *ports, uint32_t now, uint32_t quarantine, uint32_t budget)
{
	uint32_t ended = 0;

	while (ports->quarantined != 0 && ended < budget) {
		const uint16_t port = ports->quarantined;

		if (now - ports->port[port].freed < quarantine)
			break;
		ports_give_back(ports, port);
		ended++;
	}
	return ended;
}

void
ports_settle(struct ports *ports, uint16_t port, uint32_t now, uint32_t quarantine)
{
	const struct nat_port *it = &ports->port[port];

	if (it->rest != PORT_HELD || it->inside != 0 || it->sharing > 0)
		return;
	if (quarantine > 0)
		add_quarantine(ports, port, now);
	else
		ports_give_back(ports, port);
}
