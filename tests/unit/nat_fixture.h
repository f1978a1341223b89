/* SPDX-License-Identifier: BSD-3-Clause */
/* A NAT for tests: 192.0.2.18 with the port set of RFC 7597 appendix A, example 1, and offset 4: 15 ranges of 16 ports. */
#ifndef MAPEDGE_TESTS_NAT_FIXTURE_H
#define MAPEDGE_TESTS_NAT_FIXTURE_H

#include <stdlib.h>

#include "nat/nat.h"
#include "unit.h"

#define EXTERNAL UINT32_C(0xc0000212)
#define HOST UINT32_C(0xc0a8010a)
#define SERVER UINT32_C(0xc6336409)
#define PORTS 240
#define RANGES 15

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define ACK 0x10

static const struct portset fixture_ports = { .psid = 0x34, .psid_len = 8, .offset = 4 };

struct nat_fixture {
	struct nat *nat;
	struct random random;
	struct nat_config config;
	uint64_t event[EVENT_COUNT];
	struct bank *bank;
};

/* The defaults of the daemon: NAT-08, NAT-26, NAT-32. */
static inline struct nat_config
fixture_config(uint32_t sessions)
{
	struct nat_config config = { .sessions = sessions, .filtering = NAT_ADDRESS_DEPENDENT };

	for (int state = 0; state < SESSION_STATES; state++)
		config.timeout[state] = 240;
	config.timeout[SESSION_UDP] = 300;
	config.timeout[SESSION_DNS] = 30;
	config.timeout[SESSION_ICMP] = 60;
	config.timeout[SESSION_OTHER] = 600;
	config.timeout[SESSION_TCP_ESTABLISHED] = 7440;
	config.timeout[SESSION_TCP_CONTROL] = 7440;
	config.timeout[SESSION_TCP_FIN_OUT] = 7440;
	config.timeout[SESSION_TCP_FIN_IN] = 7440;
	return config;
}

/* Another address, or another port set: every session ends. */
static inline uint32_t
fixture_set_external(struct nat_fixture *f, uint32_t addr, const struct portset *set, uint32_t now)
{
	bank_free(f->bank);
	f->bank = bank_new(set, 1);
	ck_assert_ptr_nonnull(f->bank);
	return nat_set_external(f->nat, addr, f->bank, 0, now);
}

static inline void
fixture_make(struct nat_fixture *f, const struct nat_config *config, uint64_t seed)
{
	void *memory = aligned_alloc(64, nat_size(config));

	ck_assert_ptr_nonnull(memory);
	memset(memory, 0xee, nat_size(config)); /* its contents need not be cleared */
	memset(f, 0, sizeof(*f));
	f->config = *config;
	f->random = (struct random){ .key = { { seed, 42 } } };
	f->nat = nat_init(memory, config, &f->random, f->event, 0);
	fixture_set_external(f, EXTERNAL, &fixture_ports, 0);
}

static inline void
fixture_free(struct nat_fixture *f)
{
	free(f->nat);
	bank_free(f->bank);
	f->nat = NULL;
	f->bank = NULL;
}

/* How many ports of a kind nobody has. */
static inline uint32_t
fixture_free_ports(const struct nat_fixture *f, unsigned int space, enum port_kind kind)
{
	const struct ports *ports = &f->nat->ports[space];
	uint32_t count = 0;

	for (uint32_t port = 0; port < PORTSET_PORTS; port++)
		count += ports->port[port].kind == kind && ports->port[port].rest == PORT_AWAY;
	return count;
}

/* A TCP header with these flags and zeros; good until the next one. */
static inline const uint8_t *
fixture_tcp(uint8_t flags)
{
	static uint8_t tcp[TCP_MIN_LEN] = { [12] = TCP_MIN_LEN / 4 << 4 };

	tcp[13] = flags;
	return tcp;
}

static inline struct session *
fixture_find_out(const struct nat_fixture *f, uint64_t inside, uint64_t remote)
{
	return nat_find_out(f->nat, nat_hash_out(f->nat, inside, remote), inside, remote);
}

/* What a path does with an outbound packet: the session is found, or else opened, and touched. */
static inline struct session *
fixture_out(struct nat_fixture *f, uint64_t inside, uint64_t remote, uint8_t flags, uint32_t now, enum drop_reason *why)
{
	const struct nat_opening opening = { inside, remote, fixture_tcp(flags), now, (uint64_t)now * 1000 };
	struct session *s = fixture_find_out(f, inside, remote);

	if (s == NULL)
		s = nat_open_out(f->nat, &opening, why);
	if (s != NULL)
		nat_touch(f->nat, s, fixture_tcp(flags), true, now);
	return s;
}

/* And with an inbound one: NULL when there is no session. */
static inline struct session *
fixture_in(struct nat_fixture *f, uint16_t port, uint64_t remote, uint8_t flags, uint32_t now)
{
	struct session *s = nat_find_in(f->nat, nat_hash_in(f->nat, port, remote), port, remote);

	if (s != NULL)
		nat_touch(f->nat, s, fixture_tcp(flags), false, now);
	return s;
}

/* An outbound packet that must pass. */
static inline struct session *
fixture_open(struct nat_fixture *f, uint64_t inside, uint64_t remote, uint8_t flags, uint32_t now)
{
	enum drop_reason why = DROP_COUNT;
	struct session *s = fixture_out(f, inside, remote, flags, now, &why);

	ck_assert_msg(s != NULL, "no session: %s", why < DROP_COUNT ? drop_info[why].name : "and no reason");
	return s;
}

static inline bool
fixture_has(const struct nat_fixture *f, uint64_t inside, uint64_t remote)
{
	return fixture_find_out(f, inside, remote) != NULL;
}

#endif
