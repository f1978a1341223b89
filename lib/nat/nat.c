/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/nat.h"

#include "nat/parts.h"

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

/* A host needs a session. */
static uint32_t
host_limit(const struct nat_config *config)
{
	return config->sessions < NAT_MAX_HOSTS ? config->sessions : NAT_MAX_HOSTS;
}

size_t
nat_size(const struct nat_config *config)
{
	return round_up(sizeof(struct nat)) + round_up(config->sessions * sizeof(struct session)) +
	    round_up(config->sessions * sizeof(struct nat_peer)) + 3 * round_up(index_size(config->sessions)) +
	    round_up(index_size(mapping_limit(config))) + round_up(nat_hosts_size(host_limit(config)));
}

static void *
carve(uint8_t **memory, size_t size)
{
	void *part = *memory;

	*memory += round_up(size);
	return part;
}

/* No session, whatever the tables still hold. */
static void
begin(struct nat *nat, uint32_t now)
{
	expiry_clear(nat, now);
	nat->free_session = nat->free_peer = NONE;
	nat->session_fresh = nat->peer_fresh = 0;
	nat->session_count = nat->mapping_count = nat->sharing_count = 0;
}

/* Everything else in the tables goes by the indexes. */
static void
forget(struct nat *nat)
{
	index_forget(&nat->out);
	index_forget(&nat->in);
	index_forget(&nat->by_peer);
	index_forget(&nat->inside);
	nat_hosts_forget(&nat->hosts);
}

void
nat_clear_up(struct nat *nat, uint32_t budget)
{
	index_clear_up(&nat->out, budget);
	index_clear_up(&nat->in, budget);
	index_clear_up(&nat->by_peer, budget);
	index_clear_up(&nat->inside, budget);
	index_clear_up(&nat->hosts.index, budget);
}

struct nat *
nat_init(void *memory, const struct nat_config *config, struct random *random, uint64_t *event, uint32_t now)
{
	uint8_t *at = memory;
	struct nat *nat = carve(&at, sizeof(*nat));

	memset(nat, 0, offsetof(struct nat, ports)); /* ports_init() does the rest */
	nat->config = *config;
	nat->random = random;
	nat->event = event;
	nat->key = random_fork(random).key;
	nat->sessions = carve(&at, config->sessions * sizeof(struct session));
	nat->peers = carve(&at, config->sessions * sizeof(struct nat_peer));
	index_init(&nat->out, carve(&at, index_size(config->sessions)), config->sessions);
	index_init(&nat->in, carve(&at, index_size(config->sessions)), config->sessions);
	index_init(&nat->by_peer, carve(&at, index_size(config->sessions)), config->sessions);
	index_init(&nat->inside, carve(&at, index_size(mapping_limit(config))), mapping_limit(config));
	nat_hosts_init(&nat->hosts, carve(&at, nat_hosts_size(host_limit(config))), host_limit(config), &nat->key);
	for (unsigned int space = 0; space < L4_SPACES; space++)
		ports_init(&nat->ports[space], space, random);
	begin(nat, now);
	return nat;
}

/* ---- the configuration ------------------------------------------------------------------------------------------ */

uint32_t
nat_set_external(struct nat *nat, uint32_t addr, struct bank *bank, uint16_t self, uint32_t now)
{
	const uint32_t ended = nat->session_count;

	for (unsigned int space = 0; space < L4_SPACES; space++) {
		ports_clear(&nat->ports[space], bank, &nat->set, nat->port_count);
		nat->ports[space].self = self;
	}
	nat->bank = bank;
	nat->external_addr = addr;
	nat->set = bank != NULL ? bank->set : (struct portset){ 0 };
	nat->port_count = bank != NULL ? portset_count(&bank->set) : 0;
	if (nat->session_count > 0) /* without any the indexes are empty */
		forget(nat);
	begin(nat, now);
	assign_ports(nat);
	return ended;
}

static bool
same_forward(const struct nat_forward *one, const struct nat_forward *other)
{
	return one->space == other->space && one->first == other->first && one->last == other->last &&
	    one->inside_addr == other->inside_addr && one->inside_port == other->inside_port;
}

/* Do the two use the same ports for the same ends? Whose a port is follows from the forwards, too. */
static bool
same_ports(const struct nat_config *one, const struct nat_config *other)
{
	if (one->reserved_ports != other->reserved_ports || one->forward_count != other->forward_count)
		return false;
	for (uint32_t i = 0; i < one->forward_count; i++) {
		if (!same_forward(&one->forwards[i], &other->forwards[i]))
			return false;
	}
	return true;
}

void
nat_set_config(struct nat *nat, const struct nat_config *config)
{
	const uint32_t sessions = nat->config.sessions;
	const bool other_ports = !same_ports(config, &nat->config);
	bool shorter = false;

	for (int state = 0; state < SESSION_STATES; state++)
		shorter |= config->timeout[state] < nat->config.timeout[state];
	nat->config = *config;
	nat->config.sessions = sessions;
	if (other_ports)
		assign_ports(nat);
	/* Sessions stand on ports that may have gone, and in slots for the old timeouts: each is looked at once. */
	if (other_ports || shorter)
		nat->sweep_left = nat->session_fresh;
}
