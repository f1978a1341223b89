/* SPDX-License-Identifier: BSD-3-Clause */
/* Mappings and who may answer: RFC 4787 sections 4.1 and 5. */
#include "nat/parts.h"

/* ---- inside endpoint <-> external port -------------------------------------------------------------------------- */

/* As the index of mappings knows a port. */
static uint32_t
port_id(unsigned int space, uint16_t port)
{
	return space << 16 | port;
}

/* A forward that has this inside endpoint and a port of ours; the first one counts. */
static uint16_t
find_forward(const struct nat *nat, uint64_t inside)
{
	const struct ports *ports = &nat->ports[(uint8_t)inside];

	for (uint32_t i = 0; i < nat->config.forward_count; i++) {
		const struct nat_forward *forward = &nat->config.forwards[i];
		const uint16_t ahead = (uint16_t)(session_end_port(inside) - forward->inside_port);
		const uint16_t port = (uint16_t)(forward->first + ahead);

		if (forward->space == (uint8_t)inside && forward->inside_addr == session_end_addr(inside) &&
		    ports->port[port].kind == PORT_FORWARD && ports->port[port].inside == inside)
			return port;
	}
	return 0;
}

uint16_t
mapping_find(const struct nat *nat, uint64_t inside)
{
	struct index_cursor cursor = index_search(&nat->inside, nat_hash_inside(nat, inside));
	uint32_t id;

	while ((id = index_next(&cursor)) != INDEX_NONE) {
		if (nat->ports[id >> 16].port[(uint16_t)id].inside == inside)
			return (uint16_t)id;
	}
	return find_forward(nat, inside);
}

bool
mapping_make(struct nat *nat, uint64_t inside, uint16_t port, uint32_t host)
{
	const uint8_t space = (uint8_t)inside;

	if (index_insert(&nat->inside, nat_hash_inside(nat, inside), port_id(space, port)) < 0)
		return false;
	nat->ports[space].port[port].inside = inside;
	nat->hosts.host[host].mappings[space]++;
	nat->mapping_count++;
	return true;
}

void
mapping_end(struct nat *nat, unsigned int space, uint16_t port)
{
	struct nat_port *it = &nat->ports[space].port[port];
	const uint32_t host = nat_hosts_find(&nat->hosts, session_end_addr(it->inside));

	index_remove(&nat->inside, nat_hash_inside(nat, it->inside), port_id(space, port));
	nat->hosts.host[host].mappings[space]--; /* which still has a session: the mapping's last one at least */
	nat->mapping_count--;
	it->inside = 0;
}

void
mapping_let_go(struct nat *nat, unsigned int space, uint16_t port, uint32_t now)
{
	const struct nat_port *it = &nat->ports[space].port[port];

	if (it->inside != 0 && it->mapped == 0 && it->kind != PORT_FORWARD)
		mapping_end(nat, space, port);
	ports_settle(&nat->ports[space], port, now, nat->config.quarantine);
}

/* ---- peers: who may answer -------------------------------------------------------------------------------------- */

static uint32_t
peer_find(const struct nat *nat, uint64_t key)
{
	struct index_cursor cursor = index_search(&nat->by_peer, nat_hash_peer(nat, key));
	uint32_t id;

	while ((id = index_next(&cursor)) != INDEX_NONE) {
		if (nat->peers[id].key == key)
			return id;
	}
	return NONE;
}

static uint32_t
unused_peer(const struct nat *nat)
{
	if (nat->free_peer != NONE)
		return nat->free_peer;
	return nat->peer_fresh < nat->config.sessions ? nat->peer_fresh : NONE;
}

/* The next one is on its way into the cache: only then it says which one is behind it. */
static void
take_peer(struct nat *nat, uint32_t id)
{
	if (id == nat->free_peer)
		nat->free_peer = nat->peers[id].sessions;
	else
		nat->peer_fresh++;
	__builtin_prefetch(&nat->peers[nat->free_peer != NONE ? nat->free_peer : nat->peer_fresh], 1);
}

static bool
peer_hold(struct nat *nat, uint64_t key)
{
	uint32_t id = peer_find(nat, key);

	if (id == NONE) {
		id = unused_peer(nat);
		if (id == NONE || index_insert(&nat->by_peer, nat_hash_peer(nat, key), id) < 0)
			return false;
		take_peer(nat, id);
		nat->peers[id] = (struct nat_peer){ .key = key };
	}
	nat->peers[id].sessions++;
	return true;
}

static void
peer_release(struct nat *nat, uint64_t key)
{
	const uint32_t id = peer_find(nat, key);

	if (id == NONE || --nat->peers[id].sessions > 0)
		return;
	index_remove(&nat->by_peer, nat_hash_peer(nat, key), id);
	nat->peers[id].sessions = nat->free_peer;
	nat->free_peer = id;
}

/* ---- sessions come and go --------------------------------------------------------------------------------------- */

bool
mapping_join(struct nat *nat, const struct session *s)
{
	if (s->mapping != SESSION_SHARES) {
		if (!peer_hold(nat, nat_peer_key(s->external_port, s->remote)))
			return false;
		nat->ports[s->space].port[s->external_port].mapped++;
		return true;
	}
	nat->sharing_count++;
	if (s->space < L4_SPACES) {
		ports_share(&nat->ports[s->space], s->external_port, 1);
	}
	return true;
}

void
mapping_leave(struct nat *nat, const struct session *s, uint32_t now)
{
	struct ports *ports;

	if (s->mapping == SESSION_SHARES)
		nat->sharing_count--;
	else
		peer_release(nat, nat_peer_key(s->external_port, s->remote));
	if (s->space >= L4_SPACES)
		return;
	ports = &nat->ports[s->space];
	if (s->mapping == ports->port[s->external_port].mapping)
		ports->port[s->external_port].mapped--;
	else
		ports_share(ports, s->external_port, -1);
	mapping_let_go(nat, s->space, s->external_port, now);
}

/* ---- from outside without a session ----------------------------------------------------------------------------- */

/* RFC 4787 section 5: may this remote endpoint, which has no session yet, use the mapping? */
static bool
is_admitted(const struct nat *nat, const struct nat_port *port, uint16_t number, uint64_t remote)
{
	if (port->kind == PORT_FORWARD)
		return true;
	if (port->sharing > 0) /* whose answer it is, only the session says */
		return false;
	switch (policy_filtering(&nat->config, port->inside)) {
	case NAT_ENDPOINT_INDEPENDENT:
		return true;
	case NAT_ADDRESS_DEPENDENT:
		return peer_find(nat, nat_peer_key(number, remote)) != NONE;
	case NAT_ADDRESS_AND_PORT_DEPENDENT:
	default:
		return false;
	}
}

bool
nat_passage(const struct nat *nat, uint16_t external_port, uint64_t remote, struct session *passage)
{
	const uint8_t space = (uint8_t)remote;
	uint64_t inside;

	if (space >= L4_SPACES)
		return false;
	inside = nat->ports[space].port[external_port].inside;
	if (inside == 0)
		return false;
	*passage = session_between(nat, inside, external_port, remote);
	return true;
}

bool
nat_passage_out(const struct nat *nat, uint64_t inside, uint64_t remote, struct session *passage)
{
	const uint16_t port = (uint8_t)inside < L4_SPACES ? mapping_find(nat, inside) : 0;

	if (port == 0)
		return false;
	*passage = session_between(nat, inside, port, remote);
	return true;
}

bool
nat_admit(const struct nat *nat, uint16_t external_port, uint64_t remote, struct session *passage,
    enum drop_reason *why)
{
	if (!nat_passage(nat, external_port, remote, passage)) {
		*why = DROP_nat_no_mapping;
		return false;
	}
	*why = DROP_nat_filtered;
	return is_admitted(nat, &nat->ports[passage->space].port[external_port], external_port, remote);
}
