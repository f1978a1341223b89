/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/nat.h"

#include "nat/tcp_state.h"
#include "pkt/l4.h"

#define NONE UINT32_MAX

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static size_t
round_up(size_t size)
{
	return (size + 63) & ~(size_t)63;
}

/* A mapping needs a session and an external port. */
static uint32_t
mapping_limit(const struct nat_config *config)
{
	const uint32_t ports = L4_SPACES * PORTSET_PORTS;

	return config->sessions < ports ? config->sessions : ports;
}

size_t
nat_size(const struct nat_config *config)
{
	const uint32_t mappings = mapping_limit(config);

	return round_up(sizeof(struct nat)) + round_up(config->sessions * sizeof(struct session)) +
	    round_up(mappings * sizeof(struct nat_mapping)) + round_up(config->sessions * sizeof(struct nat_peer)) +
	    3 * round_up(index_size(config->sessions)) + round_up(index_size(mappings));
}

static void *
carve(uint8_t **memory, size_t size)
{
	void *part = *memory;

	*memory += round_up(size);
	return part;
}

/* Everything back to "no session": the tables keep their memory. */
static void
clear(struct nat *nat, uint32_t now)
{
	const uint32_t sessions = nat->config.sessions;

	index_init(&nat->out, nat->out.buckets, sessions);
	index_init(&nat->in, nat->in.buckets, sessions);
	index_init(&nat->by_peer, nat->by_peer.buckets, sessions);
	index_init(&nat->inside, nat->inside.buckets, nat->mapping_limit);
	wheel_init(&nat->wheel, now);
	for (uint32_t i = 0; i < sessions; i++) {
		nat->sessions[i].wheel_next = i + 1 < sessions ? i + 1 : NONE;
		nat->peers[i].sessions = i + 1 < sessions ? i + 1 : NONE;
	}
	for (uint32_t i = 0; i < nat->mapping_limit; i++)
		nat->mappings[i].sessions = i + 1 < nat->mapping_limit ? i + 1 : NONE;
	nat->free_session = nat->free_mapping = nat->free_peer = 0;
	nat->session_count = nat->mapping_count = 0;
	memset(nat->by_port, 0xff, sizeof(nat->by_port));
}

struct nat *
nat_init(void *memory, const struct nat_config *config, struct random *random, uint32_t now)
{
	uint8_t *at = memory;
	struct nat *nat = carve(&at, sizeof(*nat));

	*nat = (struct nat){ .config = *config, .random = random, .mapping_limit = mapping_limit(config) };
	nat->key = random_fork(random).key;
	nat->sessions = carve(&at, config->sessions * sizeof(struct session));
	nat->mappings = carve(&at, nat->mapping_limit * sizeof(struct nat_mapping));
	nat->peers = carve(&at, config->sessions * sizeof(struct nat_peer));
	nat->out.buckets = carve(&at, index_size(config->sessions));
	nat->in.buckets = carve(&at, index_size(config->sessions));
	nat->by_peer.buckets = carve(&at, index_size(config->sessions));
	nat->inside.buckets = carve(&at, index_size(nat->mapping_limit));
	clear(nat, now);
	return nat;
}

/* Port 0 is nobody's, and a box with every port leaves the system ports alone: it has enough others. */
static bool
is_usable(const struct portset *set, uint16_t port)
{
	return port != 0 && (set->psid_len != 0 || port >= 1024);
}

uint32_t
nat_set_external(struct nat *nat, uint32_t addr, const struct portset *set, const uint8_t *owner, uint8_t self,
    uint32_t now)
{
	const uint32_t count = portset_count(set), ended = nat->session_count;

	clear(nat, now);
	nat->external_addr = addr;
	for (unsigned int space = 0; space < L4_SPACES; space++) {
		struct ports *ports = &nat->ports[space];

		ports->free_count = 0;
		for (uint32_t i = 0; i < count; i++) {
			const uint16_t port = portset_port(set, i);

			if (is_usable(set, port) && owner[port] == self)
				ports_give(ports, port);
		}
		ports->total = ports->free_count;
	}
	return ended;
}

void
nat_set_config(struct nat *nat, const struct nat_config *config)
{
	const uint32_t sessions = nat->config.sessions;
	bool shorter = false;

	for (int state = 0; state < SESSION_STATES; state++)
		shorter |= config->timeout[state] < nat->config.timeout[state];
	nat->config = *config;
	nat->config.sessions = sessions;
	/* Sessions stand in slots for the old timeouts: once round, and each is looked at. */
	if (shorter)
		nat->wheel.now -= WHEEL_SLOTS;
}

/* ---- mappings: inside endpoint <-> external port ---------------------------------------------------------------- */

static uint64_t
hash_inside(const struct nat *nat, uint64_t inside)
{
	return hash_pair(&nat->key, inside, 0);
}

static uint32_t
mapping_find(const struct nat *nat, uint64_t inside)
{
	struct index_cursor cursor = index_search(&nat->inside, hash_inside(nat, inside));
	uint32_t id;

	while ((id = index_next(&cursor)) != INDEX_NONE) {
		if (nat->mappings[id].inside == inside)
			return id;
	}
	return NONE;
}

static uint32_t
mapping_open(struct nat *nat, uint64_t inside, enum drop_reason *why)
{
	const uint8_t space = (uint8_t)inside;
	const uint32_t id = nat->free_mapping;
	struct nat_mapping *mapping;
	uint16_t port;

	*why = DROP_nat_table_full;
	if (id == NONE)
		return NONE;
	if (!ports_take(&nat->ports[space], nat->random, &port)) {
		*why = DROP_nat_no_port;
		return NONE;
	}
	if (index_insert(&nat->inside, hash_inside(nat, inside), id) < 0) {
		ports_give(&nat->ports[space], port);
		return NONE;
	}
	mapping = &nat->mappings[id];
	nat->free_mapping = mapping->sessions;
	*mapping = (struct nat_mapping){ .inside = inside, .external_port = port };
	nat->by_port[space][port] = id;
	nat->mapping_count++;
	return id;
}

static void
mapping_release(struct nat *nat, uint32_t id)
{
	struct nat_mapping *mapping = &nat->mappings[id];
	const uint8_t space = (uint8_t)mapping->inside;

	if (mapping->sessions > 0)
		return;
	index_remove(&nat->inside, hash_inside(nat, mapping->inside), id);
	nat->by_port[space][mapping->external_port] = NONE;
	ports_give(&nat->ports[space], mapping->external_port);
	mapping->sessions = nat->free_mapping;
	nat->free_mapping = id;
	nat->mapping_count--;
}

/* ---- peers: who may answer -------------------------------------------------------------------------------------- */

static uint64_t
peer_key(uint16_t external_port, uint64_t remote)
{
	return (remote & ~UINT64_C(0xffff0000)) | (uint64_t)external_port << 16; /* the remote port gives way */
}

static uint32_t
peer_find(const struct nat *nat, uint64_t key)
{
	struct index_cursor cursor = index_search(&nat->by_peer, hash_pair(&nat->key, key, 1));
	uint32_t id;

	while ((id = index_next(&cursor)) != INDEX_NONE) {
		if (nat->peers[id].key == key)
			return id;
	}
	return NONE;
}

static int
peer_hold(struct nat *nat, uint64_t key)
{
	uint32_t id = peer_find(nat, key);

	if (id == NONE) {
		id = nat->free_peer;
		if (id == NONE || index_insert(&nat->by_peer, hash_pair(&nat->key, key, 1), id) < 0)
			return -1;
		nat->free_peer = nat->peers[id].sessions;
		nat->peers[id] = (struct nat_peer){ .key = key };
	}
	nat->peers[id].sessions++;
	return 0;
}

static void
peer_release(struct nat *nat, uint64_t key)
{
	const uint32_t id = peer_find(nat, key);

	if (id == NONE || --nat->peers[id].sessions > 0)
		return;
	index_remove(&nat->by_peer, hash_pair(&nat->key, key, 1), id);
	nat->peers[id].sessions = nat->free_peer;
	nat->free_peer = id;
}

/* ---- sessions --------------------------------------------------------------------------------------------------- */

static uint32_t
session_timeout(const struct nat *nat, const struct session *s)
{
	return nat->config.timeout[s->state];
}

/* The checksum differences of the rewrite, inside -> external; the way back is their complement. */
static void
prepare_rewrite(const struct nat *nat, struct session *s)
{
	uint8_t inside[6], external[6];

	store32(inside, s->inside_addr);
	store16(inside + 4, s->inside_port);
	store32(external, nat->external_addr);
	store16(external + 4, s->external_port);

	s->address_difference = checksum_fold((uint64_t)(uint16_t)~checksum_fold(checksum_add(0, inside, 4)) +
	    checksum_fold(checksum_add(0, external, 4)));
	s->l4_difference = checksum_fold((uint64_t)(uint16_t)~checksum_fold(checksum_add(0, inside + 4, 2)) +
	    checksum_fold(checksum_add(0, external + 4, 2)));
	if (s->space != L4_ICMP_QUERY) /* ICMP has no pseudo-header, so the address is not in its sum */
		s->l4_difference = checksum_fold((uint32_t)s->l4_difference + s->address_difference);
}

static enum session_state
first_state(uint8_t space, uint8_t tcp_flags)
{
	switch (space) {
	case L4_TCP:
		return tcp_state_first(tcp_flags);
	case L4_UDP:
		return SESSION_UDP;
	default:
		return SESSION_ICMP;
	}
}

/* The part of a session that says who is who; the rest begins as zero. */
static struct session
session_between(const struct nat *nat, uint32_t mapping_id, uint64_t remote)
{
	const struct nat_mapping *mapping = &nat->mappings[mapping_id];
	struct session s = { .remote = remote,
		.inside = mapping->inside,
		.mapping = mapping_id,
		.inside_addr = (uint32_t)(mapping->inside >> 32),
		.inside_port = (uint16_t)(mapping->inside >> 16),
		.external_port = mapping->external_port,
		.space = (uint8_t)mapping->inside };

	prepare_rewrite(nat, &s);
	return s;
}

static struct session *
session_open(struct nat *nat, uint32_t mapping_id, uint64_t remote, uint8_t tcp_flags, uint32_t now)
{
	struct nat_mapping *mapping = &nat->mappings[mapping_id];
	const uint16_t port = mapping->external_port;
	const uint64_t hash_out = nat_hash_out(nat, mapping->inside, remote);
	const uint32_t id = nat->free_session;
	struct session *s;

	if (id == NONE)
		return NULL;
	if (index_insert(&nat->out, hash_out, id) < 0)
		return NULL;
	if (index_insert(&nat->in, nat_hash_in(nat, port, remote), id) < 0)
		goto remove_out;
	if (peer_hold(nat, peer_key(port, remote)) < 0)
		goto remove_in;

	s = &nat->sessions[id];
	nat->free_session = s->wheel_next;
	*s = session_between(nat, mapping_id, remote);
	s->last_active = now;
	s->state = (uint8_t)first_state(s->space, tcp_flags);
	wheel_add(&nat->wheel, nat->sessions, id, now + session_timeout(nat, s) + 1);
	mapping->sessions++;
	nat->session_count++;
	return s;

remove_in:
	index_remove(&nat->in, nat_hash_in(nat, port, remote), id);
remove_out:
	index_remove(&nat->out, hash_out, id);
	return NULL;
}

/* The session is in no wheel slot any more. */
static void
session_close(struct nat *nat, uint32_t id)
{
	struct session *s = &nat->sessions[id];

	index_remove(&nat->out, nat_hash_out(nat, s->inside, s->remote), id);
	index_remove(&nat->in, nat_hash_in(nat, s->external_port, s->remote), id);
	peer_release(nat, peer_key(s->external_port, s->remote));
	nat->mappings[s->mapping].sessions--;
	mapping_release(nat, s->mapping);
	s->wheel_next = nat->free_session;
	nat->free_session = id;
	nat->session_count--;
}

struct session *
nat_open_out(struct nat *nat, uint64_t inside, uint64_t remote, uint8_t tcp_flags, uint32_t now, enum drop_reason *why)
{
	uint32_t mapping = mapping_find(nat, inside);
	struct session *s;

	if ((uint8_t)inside == L4_TCP && (tcp_flags & TCP_RST)) {
		*why = DROP_nat_no_mapping;
		return NULL;
	}
	if (mapping == NONE) {
		mapping = mapping_open(nat, inside, why);
		if (mapping == NONE)
			return NULL;
	}
	s = session_open(nat, mapping, remote, tcp_flags, now);
	if (s == NULL) {
		*why = DROP_nat_table_full;
		mapping_release(nat, mapping);
	}
	return s;
}

/* RFC 4787 section 5: may this remote endpoint, which has no session yet, use the mapping? */
static bool
is_admitted(const struct nat *nat, uint16_t external_port, uint64_t remote)
{
	switch (nat->config.filtering) {
	case NAT_ENDPOINT_INDEPENDENT:
		return true;
	case NAT_ADDRESS_DEPENDENT:
		return peer_find(nat, peer_key(external_port, remote)) != NONE;
	case NAT_ADDRESS_AND_PORT_DEPENDENT:
	default:
		return false;
	}
}

bool
nat_admit(const struct nat *nat, uint16_t external_port, uint64_t remote, struct session *passage,
    enum drop_reason *why)
{
	const uint32_t mapping = nat->by_port[(uint8_t)remote][external_port];

	if (mapping == NONE) {
		*why = DROP_nat_no_mapping;
		return false;
	}
	if (!is_admitted(nat, external_port, remote)) {
		*why = DROP_nat_filtered;
		return false;
	}
	*passage = session_between(nat, mapping, remote);
	return true;
}

void
nat_tcp_segment(struct nat *nat, struct session *s, uint8_t tcp_flags, bool out, uint32_t now)
{
	const enum session_state before = (enum session_state)s->state;
	const uint32_t id = (uint32_t)(s - nat->sessions);

	s->state = (uint8_t)tcp_state_next(before, tcp_flags, out);
	/* What both sides have closed, or one has reset, is not kept alive by stray segments (RFC 7857 section 2.2). */
	if (s->state != before || (s->state != SESSION_TCP_FIN_BOTH && s->state != SESSION_TCP_RESET))
		s->last_active = now;
	if (session_timeout(nat, s) < nat->config.timeout[before]) {
		wheel_remove(&nat->wheel, nat->sessions, id);
		wheel_add(&nat->wheel, nat->sessions, id, now + session_timeout(nat, s) + 1);
	}
}

/* ---- expiry ----------------------------------------------------------------------------------------------------- */

uint32_t
nat_expire(struct nat *nat, uint32_t now, uint32_t budget)
{
	struct wheel *wheel = &nat->wheel;
	uint32_t ended = 0;

	/* After a long silence once round is enough: every session is in some slot. */
	if (now - wheel->now > WHEEL_SLOTS)
		wheel->now = now - WHEEL_SLOTS;
	for (; wheel->now != now; wheel->now++) {
		const uint32_t *slot = &wheel->slot[(wheel->now + 1) % WHEEL_SLOTS];

		while (*slot != SESSION_NONE) {
			const uint32_t id = *slot;
			struct session *s = &nat->sessions[id];

			if (budget-- == 0)
				return ended;
			wheel_remove(wheel, nat->sessions, id);
			if (now - s->last_active > session_timeout(nat, s)) {
				session_close(nat, id);
				ended++;
			} else {
				wheel_add(wheel, nat->sessions, id, s->last_active + session_timeout(nat, s) + 1);
			}
		}
	}
	return ended;
}
