/* SPDX-License-Identifier: BSD-3-Clause */
/* What each port is used for: forwards, ports set aside, and the common rest. Set-up, not the packet path. */
#include "nat/parts.h"

/* Port 0 is nobody's, and a box with every port leaves the system ports to forwards: it has enough others. */
static bool
is_dynamic(const struct portset *set, uint16_t port)
{
	return port != 0 && (set->psid_len != 0 || port >= 1024);
}

static bool
is_rest(unsigned int kind)
{
	return kind == PORT_COMMON || kind == PORT_RESERVED;
}

/* The mapping of a port ends before its sessions do. */
static void
flush_mapping(struct nat *nat, unsigned int space, uint16_t port)
{
	struct nat_port *it = &nat->ports[space].port[port];

	if (it->kind == PORT_FORWARD)
		it->inside = 0;
	else
		mapping_end(nat, space, port);
	it->mapping = it->mapping == UINT16_MAX ? 1 : it->mapping + 1;
	ports_share(&nat->ports[space], port, (int32_t)it->mapped);
	it->mapped = 0;
}

/* The port is used for something else from now on. `inside`: of a forward, else 0. What sessions stand on stays held. */
static void
turn(struct nat *nat, unsigned int space, uint16_t port, enum port_kind kind, uint64_t inside)
{
	struct ports *ports = &nat->ports[space];
	struct nat_port *it = &ports->port[port];
	uint16_t old;

	if (it->mapping == 0)
		it->mapping = 1;
	if (it->kind == kind && (kind != PORT_FORWARD || it->inside == inside))
		return;
	if (it->inside != 0 && !(is_rest(it->kind) && is_rest(kind)))
		flush_mapping(nat, space, port);
	it->kind = (uint8_t)kind;
	if (kind == PORT_FORWARD) {
		ports_give_back(ports, port);
		old = mapping_find(nat, inside);
		if (old != 0 && ports->port[old].kind != PORT_FORWARD)
			flush_mapping(nat, space, old);
		it->inside = inside;
	} else if (it->sharing > 0) {
		(void)ports_hold(ports, port);
	}
	ports_settle(ports, port, 0, 0);
}

/* ---- the plan --------------------------------------------------------------------------------------------------- */

/* Every port of the set, whichever worker's, and no other one. The same for all workers but for whose the forwards are. */
struct plan {
	uint8_t kind[PORTSET_PORTS];
};

/* The ports of the set that every session may have, and those of forwards. */
static void
plan_ports(const struct nat *nat, unsigned int space, struct plan *plan)
{
	for (uint32_t i = 0; i < nat->port_count; i++) {
		const uint16_t port = portset_port(&nat->bank->set, i);

		plan->kind[port] = is_dynamic(&nat->bank->set, port) ? PORT_COMMON : PORT_FOREIGN;
	}
	for (uint32_t i = 0; i < nat->config.forward_count; i++) {
		const struct nat_forward *forward = &nat->config.forwards[i];

		for (uint32_t port = forward->first; forward->space == space && port <= forward->last; port++) {
			if (port != 0 && portset_contains(&nat->bank->set, (uint16_t)port))
				plan->kind[port] = PORT_FORWARD;
		}
	}
}

/* Those set aside lie all over the ports of a home, as evenly as can be. */
static void
plan_reserved(const struct nat *nat, uint16_t home, struct plan *plan)
{
	const uint16_t workers = nat->bank->workers;
	const uint64_t all = nat->config.reserved_ports, reserved = all / workers + (home < all % workers);
	uint64_t count = 0, i = 0;

	if (reserved == 0)
		return;
	for (uint32_t at = home; at < nat->port_count; at += workers)
		count += plan->kind[portset_port(&nat->bank->set, at)] == PORT_COMMON;
	for (uint32_t at = home; at < nat->port_count; at += workers) {
		const uint16_t port = portset_port(&nat->bank->set, at);

		if (plan->kind[port] != PORT_COMMON)
			continue;
		if (reserved >= count || (i + 1) * reserved / count != i * reserved / count)
			plan->kind[port] = PORT_RESERVED;
		i++;
	}
}

static void
turn_forwards(struct nat *nat, unsigned int space, struct plan *plan)
{
	struct ports *ports = &nat->ports[space];

	for (uint32_t i = 0; i < nat->config.forward_count; i++) {
		const struct nat_forward *forward = &nat->config.forwards[i];

		for (uint32_t port = forward->first; forward->space == space && port <= forward->last; port++) {
			const uint16_t inside_port = (uint16_t)(forward->inside_port + port - forward->first);

			if (!portset_contains(&nat->bank->set, (uint16_t)port) || plan->kind[port] != PORT_FORWARD)
				continue;
			plan->kind[port] = PORT_FOREIGN; /* done: of two forwards with one port the first counts */
			bank_set_owner(nat->bank, space, (uint16_t)port, forward->worker);
			if (forward->worker != ports->self) {
				turn(nat, space, (uint16_t)port, PORT_FOREIGN, 0);
				continue;
			}
			turn(nat, space, (uint16_t)port, PORT_FORWARD,
			    session_end(forward->inside_addr, inside_port, (uint8_t)space));
			ports->forwards++;
		}
	}
}

static void
turn_rest(struct nat *nat, unsigned int space, const struct plan *plan)
{
	struct ports *ports = &nat->ports[space];

	for (uint32_t i = 0; i < nat->port_count; i++) {
		const uint16_t port = portset_port(&nat->bank->set, i);
		const enum port_kind kind = (enum port_kind)plan->kind[port];

		ports->total += kind != PORT_FOREIGN && ports_is_home(ports, port);
		if (kind != PORT_FORWARD)
			turn(nat, space, port, kind, 0);
		if (is_rest(kind))
			bank_allow(nat->bank, &ports->allowed[kind], port);
	}
}

/* ---- what others see -------------------------------------------------------------------------------------------- */

void
assign_ports(struct nat *nat)
{
	if (nat->bank == NULL)
		return;
	for (unsigned int space = 0; space < L4_SPACES; space++) {
		struct ports *ports = &nat->ports[space];
		struct plan plan; /* set where there is a port of ours: it is large */

		plan_ports(nat, space, &plan);
		for (uint16_t home = 0; home < nat->bank->workers; home++)
			plan_reserved(nat, home, &plan);
		ports->total = ports->forwards = 0;
		bank_allow_none(nat->bank, &ports->allowed[PORT_COMMON]);
		bank_allow_none(nat->bank, &ports->allowed[PORT_RESERVED]);
		turn_rest(nat, space, &plan);
		turn_forwards(nat, space, &plan);
		ports_list_common(ports);
	}
}

bool
assign_ended(const struct nat *nat, const struct session *s)
{
	const struct nat_port *port;

	if (s->space >= L4_SPACES)
		return false;
	port = &nat->ports[s->space].port[s->external_port];
	return s->mapping == SESSION_SHARES ? !is_rest(port->kind) : s->mapping != port->mapping;
}
