/* SPDX-License-Identifier: BSD-3-Clause */
/* When ports are short: what is shared with whom, what is set aside, who may have how many. docs/napt.md. */
#include "nat_fixture.h"

static struct nat_fixture f;

static void
make(const struct nat_config *config)
{
	if (f.nat != NULL)
		fixture_free(&f);
	fixture_make(&f, config, 3);
}

static void
tear_down(void)
{
	fixture_free(&f);
}

static uint64_t
inside(uint32_t host, uint16_t port, uint8_t space)
{
	return session_end(HOST + host, port, space);
}

static uint64_t
remote(uint32_t number, uint8_t space)
{
	return session_end(SERVER + number, space == L4_ICMP_QUERY ? 0 : 443, space);
}

/* Takes ports from inside port 10000 on until none is free; all towards one server. The number of ports. */
static uint16_t
use_up(uint8_t space, uint32_t now)
{
	uint16_t count = 0;

	while (fixture_free_ports(&f, space, PORT_COMMON) > 0)
		fixture_open(&f, inside(0, (uint16_t)(10000 + count++), space), remote(0, space), SYN, now);
	return count;
}

static enum drop_reason
refused(uint64_t from, uint64_t to, uint32_t now)
{
	enum drop_reason why = DROP_COUNT;

	ck_assert_ptr_null(fixture_out(&f, from, to, SYN, now, &why));
	return why;
}

/* ---- sharing ---------------------------------------------------------------------------------------------------- */

/* NAT-02, NAT-18: off, a flow beyond the last port is refused; on, it gets a port if its destination is another. */
START_TEST(shares_when_nothing_is_free)
{
	const uint8_t space = (uint8_t)_i;
	struct nat_config config = fixture_config(1024);
	const struct session *s;

	make(&config);
	ck_assert_uint_eq(use_up(space, 0), PORTS);
	ck_assert_int_eq(refused(inside(1, 1, space), remote(1, space), 0), DROP_nat_no_port);
	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	nat_set_config(f.nat, &config);
	s = fixture_open(&f, inside(1, 1, space), remote(1, space), SYN, 0);
	ck_assert_int_eq(s->mapping, SESSION_SHARES);
	ck_assert(portset_contains(&fixture_ports, s->external_port));
	ck_assert_ptr_eq(fixture_in(&f, s->external_port, remote(1, space), 0, 0), s);
	ck_assert_uint_eq(f.nat->ports[space].shared, 1);
	ck_assert_uint_eq(f.nat->sharing_count, 1);
	ck_assert_uint_eq(f.event[EVENT_port_shared], 1);
	/* NAT-03: every port is in use towards this destination. */
	ck_assert_int_eq(refused(inside(1, 1, space), remote(0, space), 0), DROP_nat_no_port);
	/* Who has a mapping keeps it, whoever shares its port. */
	ck_assert_uint_ne(fixture_open(&f, inside(0, 10000, space), remote(2, space), SYN, 0)->mapping, SESSION_SHARES);
}
END_TEST

/* NAT-02: "on_exhaustion" does nothing as long as there is a free port; "always" never makes a mapping. */
START_TEST(when_ports_are_free)
{
	struct nat_config config = fixture_config(1024);

	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	make(&config);
	for (uint16_t i = 0; i < PORTS; i++)
		ck_assert_uint_ne(fixture_open(&f, inside(0, i, L4_UDP), remote(i, L4_UDP), 0, 0)->mapping,
		    SESSION_SHARES);
	ck_assert_uint_eq(f.event[EVENT_port_shared], 0);

	config.reuse = NAT_REUSE_ALWAYS;
	make(&config);
	for (uint16_t i = 0; i < 100; i++)
		ck_assert_uint_eq(fixture_open(&f, inside(0, i, L4_UDP), remote(i, L4_UDP), 0, 0)->mapping,
		    SESSION_SHARES);
	ck_assert_uint_eq(f.nat->mapping_count, 0);
	ck_assert_uint_eq(f.nat->sharing_count, 100);
	ck_assert_uint_lt(f.nat->ports[L4_UDP].shared, 100); /* 100 draws from 240 */
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_UDP]), f.nat->ports[L4_UDP].shared);
	nat_expire(f.nat, 302, UINT32_MAX);
	ck_assert_uint_eq(f.nat->sharing_count, 0);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), PORTS);
}
END_TEST

/* A household: 240 ports, 4 hosts, 20 000 TCP and 20 000 UDP sessions to 200 destinations at once (NAT-02, NAT-03). */
START_TEST(household)
{
	struct nat_config config = fixture_config(40000);
	static uint32_t used[2][PORTSET_PORTS][200 / 32 + 1];

	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	make(&config);
	memset(used, 0, sizeof(used));
	for (uint32_t i = 0; i < 40000; i++) {
		const uint8_t space = i % 2 ? L4_TCP : L4_UDP;
		const uint32_t n = i / 2, destination = n % 200;
		const struct session *s =
		    fixture_open(&f, inside(n % 4, (uint16_t)(1024 + n), space), remote(destination, space), SYN, 0);
		uint32_t *word = &used[space][s->external_port][destination / 32];

		ck_assert_uint_eq(*word & 1u << destination % 32, 0);
		*word |= 1u << destination % 32;
	}
	ck_assert_uint_eq(f.nat->session_count, 40000);
	ck_assert_uint_eq(f.nat->hosts.count, 4);
	for (uint32_t n = 0; n < 20000; n++)
		ck_assert(fixture_has(&f, inside(n % 4, (uint16_t)(1024 + n), L4_TCP), remote(n % 200, L4_TCP)));
	ck_assert_uint_eq(nat_expire(f.nat, 302, UINT32_MAX), 40000);
	ck_assert_uint_eq(ports_used(&f.nat->ports[L4_TCP]) + ports_used(&f.nat->ports[L4_UDP]), 0);
}
END_TEST

/* A shared port lets in only whom a session knows, also towards the mapping that was there before (NAT-13). */
START_TEST(shared_port_is_filtered_by_address_and_port)
{
	struct nat_config config = fixture_config(1024);
	const struct session *guest;
	struct session passage;
	enum drop_reason why;
	uint16_t port;

	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	config.filtering = NAT_ENDPOINT_INDEPENDENT;
	make(&config);
	use_up(L4_UDP, 100);
	guest = fixture_open(&f, inside(1, 1, L4_UDP), remote(1, L4_UDP), 0, 0);
	port = guest->external_port;
	ck_assert(!nat_admit(f.nat, port, remote(7, L4_UDP), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_filtered);
	ck_assert(nat_passage(f.nat, port, remote(7, L4_UDP), &passage)); /* hairpin asks no filter */
	nat_expire(f.nat, 302, UINT32_MAX);                               /* the guest goes */
	ck_assert(nat_admit(f.nat, port, remote(7, L4_UDP), &passage, &why));
	ck_assert_uint_eq(session_end_addr(passage.inside), HOST);
}
END_TEST

/* The mapping ends, its guest stays: the port is not free, and without a mapping nobody is let in. */
START_TEST(guest_outlives_the_mapping)
{
	struct nat_config config = fixture_config(1024);
	const struct session *guest;
	struct session passage;
	enum drop_reason why;
	uint16_t port;

	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	make(&config);
	use_up(L4_UDP, 0);
	guest = fixture_open(&f, inside(1, 1, L4_UDP), remote(1, L4_UDP), 0, 100);
	port = guest->external_port;
	ck_assert_uint_eq(nat_expire(f.nat, 302, UINT32_MAX), PORTS);
	ck_assert_uint_eq(f.nat->mapping_count, 0);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), PORTS - 1);
	ck_assert(!nat_admit(f.nat, port, remote(0, L4_UDP), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	ck_assert_ptr_eq(fixture_in(&f, port, remote(1, L4_UDP), 0, 302), guest);
	for (uint16_t i = 0; i < PORTS - 1; i++)
		ck_assert_uint_ne(fixture_open(&f, inside(2, i, L4_UDP), remote(0, L4_UDP), 0, 302)->external_port,
		    port);
}
END_TEST

/* A mapping whose port a guest uses towards a new destination of its own: that one session shares another port. */
START_TEST(mapping_gives_way_to_its_guest)
{
	struct nat_config config = fixture_config(1024);
	const struct session *guest, *s;
	uint64_t owner = 0;

	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	make(&config);
	use_up(L4_TCP, 0);
	guest = fixture_open(&f, inside(1, 1, L4_TCP), remote(1, L4_TCP), SYN, 0);
	owner = f.nat->ports[L4_TCP].port[guest->external_port].inside;
	s = fixture_open(&f, owner, remote(1, L4_TCP), SYN, 0);
	ck_assert_uint_eq(s->mapping, SESSION_SHARES);
	ck_assert_uint_ne(s->external_port, guest->external_port);
	ck_assert_uint_eq(fixture_open(&f, owner, remote(2, L4_TCP), SYN, 0)->external_port, guest->external_port);
}
END_TEST

/* At most 256 ports are tried; with a whole address a destination may be refused although a port is left. */
START_TEST(bounded_search)
{
	const struct portset all = { .psid_len = 0, .offset = 6 };
	struct nat_config config = fixture_config(70000);
	uint32_t opened = 0;

	config.reuse = NAT_REUSE_ALWAYS;
	make(&config);
	fixture_set_external(&f, EXTERNAL, &all, 0);
	for (uint32_t i = 0; i < 64512; i++) {
		enum drop_reason why;

		opened += fixture_out(&f, inside(i >> 15, (uint16_t)(i & 0x7fff), L4_UDP), remote(0, L4_UDP), 0, 0,
			      &why) != NULL;
	}
	ck_assert_uint_gt(opened, 60000);
	ck_assert_uint_lt(opened, 64512);
}
END_TEST

/* ---- reserved ports and policies -------------------------------------------------------------------------------- */

static struct nat_config
game_config(enum nat_reuse reuse)
{
	struct nat_config config = fixture_config(2048);

	config.reuse = reuse;
	config.reserved_ports = 16;
	config.policy_count = 2;
	config.policies[0] =
	    (struct nat_policy){ HOST + 9, UINT32_MAX, L4_UDP, 3074, 3100, true, NAT_FILTERING_UNSAID };
	config.policies[1] =
	    (struct nat_policy){ HOST + 9, UINT32_MAX, NAT_ANY_SPACE, 0, 65535, false, NAT_ENDPOINT_INDEPENDENT };
	return config;
}

/* The slice set aside keeps endpoint-independent mapping however short ports are, also with `always`. */
START_TEST(reserved_ports)
{
	const struct nat_config config = game_config((enum nat_reuse)_i);
	const struct session *s;

	make(&config);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_RESERVED), 16);
	for (uint16_t i = 0; i < PORTS; i++) { /* nobody else takes or shares one */
		enum drop_reason why;

		s = fixture_out(&f, inside(i % 4, i, L4_UDP), remote(i, L4_UDP), 0, 0, &why);
		ck_assert(s == NULL || f.nat->ports[L4_UDP].port[s->external_port].kind == PORT_COMMON);
	}
	for (uint16_t i = 0; i < 16; i++) {
		s = fixture_open(&f, inside(9, (uint16_t)(3074 + i), L4_UDP), remote(1, L4_UDP), 0, 0);
		ck_assert_uint_ne(s->mapping, SESSION_SHARES);
		ck_assert_int_eq(f.nat->ports[L4_UDP].port[s->external_port].kind, PORT_RESERVED);
		ck_assert_uint_eq(fixture_open(&f, inside(9, (uint16_t)(3074 + i), L4_UDP), remote(2, L4_UDP), 0, 0)
				      ->external_port,
		    s->external_port);
	}
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_RESERVED), 0);
	/* The ranges all have a part of them. */
	for (uint32_t port = 0, before = 0; port < PORTSET_PORTS; port++) {
		if (f.nat->ports[L4_UDP].port[port].kind == PORT_RESERVED) {
			ck_assert_uint_le(port - before, 2 * 4096);
			before = port;
		}
	}
}
END_TEST

/* The first policy that matches counts; what it leaves out is as without one. */
START_TEST(policies)
{
	struct nat_config config = game_config(NAT_REUSE_OFF);
	struct session passage;
	enum drop_reason why;
	uint16_t game, other;

	config.filtering = NAT_ADDRESS_DEPENDENT;
	make(&config);
	game = fixture_open(&f, inside(9, 3100, L4_UDP), remote(1, L4_UDP), 0, 0)->external_port;
	other = fixture_open(&f, inside(9, 3101, L4_UDP), remote(1, L4_UDP), 0, 0)->external_port;
	ck_assert(!nat_admit(f.nat, game, remote(2, L4_UDP), &passage, &why));
	ck_assert(nat_admit(f.nat, other, remote(2, L4_UDP), &passage, &why));
	other = fixture_open(&f, inside(9, 3100, L4_TCP), remote(1, L4_TCP), SYN, 0)->external_port;
	ck_assert_int_eq(f.nat->ports[L4_TCP].port[other].kind, PORT_COMMON);
	ck_assert(nat_admit(f.nat, other, remote(2, L4_TCP), &passage, &why));
	other = fixture_open(&f, inside(8, 3100, L4_UDP), remote(1, L4_UDP), 0, 0)->external_port;
	ck_assert_int_eq(f.nat->ports[L4_UDP].port[other].kind, PORT_COMMON);
	ck_assert(!nat_admit(f.nat, other, remote(2, L4_UDP), &passage, &why));
}
END_TEST

/* ---- limits ----------------------------------------------------------------------------------------------------- */

/* NAT-44, RFC 6888 REQ-4: one host cannot take what others need. */
START_TEST(sessions_per_host)
{
	struct nat_config config = fixture_config(1024);

	config.sessions_per_host = 50;
	make(&config);
	for (uint16_t i = 0; i < 50; i++)
		fixture_open(&f, inside(1, 5000, L4_UDP), remote(i, L4_UDP), 0, i);
	ck_assert_int_eq(refused(inside(1, 5000, L4_UDP), remote(50, L4_UDP), 50), DROP_nat_host_limit);
	ck_assert_int_eq(refused(inside(1, 5000, L4_TCP), remote(50, L4_TCP), 50), DROP_nat_host_limit);
	fixture_open(&f, inside(2, 5000, L4_UDP), remote(1, L4_UDP), 0, 50);
	ck_assert_uint_eq(nat_expire(f.nat, 301, UINT32_MAX), 1);
	fixture_open(&f, inside(1, 5000, L4_UDP), remote(50, L4_UDP), 0, 301);
	ck_assert_int_eq(refused(inside(1, 5000, L4_UDP), remote(51, L4_UDP), 301), DROP_nat_host_limit);
	ck_assert_uint_eq(f.nat->hosts.host[nat_hosts_find(&f.nat->hosts, HOST + 1)].refused, 3);
}
END_TEST

/* NAT-44, RFC 6888 REQ-4: ports of one space count once for each mapping; a guest's port is not the host's. */
START_TEST(ports_per_host)
{
	struct nat_config config = fixture_config(1024);

	config.ports_per_host = 100;
	make(&config);
	for (uint16_t i = 0; i < 100; i++) {
		fixture_open(&f, inside(1, i, L4_TCP), remote(1, L4_TCP), SYN, 0);
		fixture_open(&f, inside(1, i, L4_TCP), remote(2, L4_TCP), SYN, 0);
	}
	ck_assert_int_eq(refused(inside(1, 100, L4_TCP), remote(1, L4_TCP), 0), DROP_nat_host_limit);
	fixture_open(&f, inside(1, 100, L4_UDP), remote(1, L4_UDP), 0, 0);
	fixture_open(&f, inside(2, 100, L4_TCP), remote(1, L4_TCP), SYN, 0);
	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	nat_set_config(f.nat, &config);
	ck_assert_uint_eq(fixture_open(&f, inside(1, 100, L4_TCP), remote(1, L4_TCP), SYN, 0)->mapping, SESSION_SHARES);
	nat_expire(f.nat, 242, UINT32_MAX);
	ck_assert_uint_ne(fixture_open(&f, inside(1, 100, L4_TCP), remote(1, L4_TCP), SYN, 242)->mapping,
	    SESSION_SHARES);
}
END_TEST

static bool
opens_at(uint32_t host, uint16_t port, uint64_t now_ms)
{
	const struct nat_opening opening = { inside(host, port, L4_UDP), remote(1, L4_UDP), NULL,
		(uint32_t)(now_ms / 1000), now_ms };
	enum drop_reason why = DROP_COUNT;

	if (nat_open_out(f.nat, &opening, &why) != NULL)
		return true;
	ck_assert_int_eq(why, DROP_nat_host_limit);
	return false;
}

/* RFC 6888 REQ-5: ten at once, then one each 100 ms; others have their own. */
START_TEST(new_sessions_per_host)
{
	struct nat_config config = fixture_config(1024);
	uint16_t port = 1;

	config.new_sessions_per_host = 10;
	make(&config);
	for (int i = 0; i < 10; i++)
		ck_assert(opens_at(1, port++, 5000));
	ck_assert(!opens_at(1, port++, 5000));
	ck_assert(opens_at(2, port++, 5000));
	ck_assert(!opens_at(1, port++, 5099));
	ck_assert(opens_at(1, port++, 5100));
	ck_assert(!opens_at(1, port++, 5199));
	for (int i = 0; i < 10; i++)
		ck_assert(opens_at(1, port++, 100000));
	ck_assert(!opens_at(1, port++, 100000));
}
END_TEST

/* More inside hosts than there is room for: who is there goes on, and the record of one who has gone is used again. */
START_TEST(too_many_hosts)
{
	const struct nat_config config = fixture_config(8192);
	const struct portset all = { .psid_len = 0, .offset = 6 };

	make(&config);
	fixture_set_external(&f, EXTERNAL, &all, 0);
	for (uint32_t i = 0; i < NAT_MAX_HOSTS; i++)
		fixture_open(&f, inside(i, 1, L4_UDP), remote(1, L4_UDP), 0, i == 7 ? 0 : 100);
	ck_assert_uint_eq(f.nat->hosts.count, NAT_MAX_HOSTS);
	ck_assert_int_eq(refused(inside(NAT_MAX_HOSTS, 1, L4_UDP), remote(1, L4_UDP), 100), DROP_nat_table_full);
	fixture_open(&f, inside(0, 2, L4_UDP), remote(1, L4_UDP), 0, 100);
	ck_assert_uint_eq(nat_expire(f.nat, 302, UINT32_MAX), 1);
	ck_assert_uint_eq(f.nat->hosts.count, NAT_MAX_HOSTS - 1);
	fixture_open(&f, inside(NAT_MAX_HOSTS, 1, L4_UDP), remote(1, L4_UDP), 0, 302);
	ck_assert_uint_eq(nat_expire(f.nat, 900, UINT32_MAX), NAT_MAX_HOSTS + 1);
	ck_assert_uint_eq(f.nat->hosts.count, 0);
}
END_TEST

/* ---- ports that come back --------------------------------------------------------------------------------------- */

/* NAT-47, RFC 6888 REQ-8: after its last session a port rests; 119 s are too early, 120 s are not. */
START_TEST(quarantine)
{
	struct nat_config config = fixture_config(1024);
	const struct ports *ports;

	config.quarantine = 120;
	make(&config);
	ports = &f.nat->ports[L4_UDP];
	use_up(L4_UDP, 0);
	ck_assert_uint_eq(nat_expire(f.nat, 301, UINT32_MAX), PORTS);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), 0);
	ck_assert_uint_eq(ports_used(ports), PORTS);
	ck_assert_int_eq(refused(inside(1, 1, L4_UDP), remote(1, L4_UDP), 301), DROP_nat_no_port);
	nat_expire(f.nat, 301 + 119, UINT32_MAX);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), 0);
	nat_expire(f.nat, 301 + 120, 32); /* in small steps, too */
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), 32);
	nat_expire(f.nat, 301 + 120, UINT32_MAX);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), PORTS);
}
END_TEST

/* What rests may be shared; then it rests anew. */
START_TEST(quarantined_port_is_shared)
{
	struct nat_config config = fixture_config(1024);

	config.quarantine = 120;
	config.reuse = NAT_REUSE_ON_EXHAUSTION;
	make(&config);
	use_up(L4_UDP, 0);
	nat_expire(f.nat, 301, UINT32_MAX);
	ck_assert_uint_eq(fixture_open(&f, inside(1, 1, L4_UDP), remote(1, L4_UDP), 0, 310)->mapping, SESSION_SHARES);
	nat_expire(f.nat, 301 + 120, UINT32_MAX);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), PORTS - 1);
	ck_assert_uint_eq(nat_expire(f.nat, 611, UINT32_MAX), 1);
	nat_expire(f.nat, 611 + 119, UINT32_MAX);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), PORTS - 1);
	nat_expire(f.nat, 611 + 120, UINT32_MAX);
	ck_assert_uint_eq(fixture_free_ports(&f, L4_UDP, PORT_COMMON), PORTS);
}
END_TEST

/* Closes the connection from inside port 10000 + i. */
static void
close_connection(uint16_t i, uint32_t now)
{
	const uint64_t from = inside(0, (uint16_t)(10000 + i), L4_TCP);
	const uint16_t port = fixture_find_out(&f, from, remote(0, L4_TCP))->external_port;

	fixture_in(&f, port, remote(0, L4_TCP), SYN | ACK, now);
	fixture_open(&f, from, remote(0, L4_TCP), FIN | ACK, now);
	fixture_in(&f, port, remote(0, L4_TCP), FIN | ACK, now);
}

/* NAT-29, RFC 5382 section 5: the oldest closed connection ends for a new one, five seconds after its end, not before. */
START_TEST(closed_early)
{
	struct nat_config config = fixture_config(1024);

	config.closed_early = true;
	make(&config);
	use_up(L4_TCP, 0);
	ck_assert_int_eq(refused(inside(1, 1, L4_TCP), remote(1, L4_TCP), 50), DROP_nat_no_port);
	close_connection(7, 100);
	close_connection(3, 101);
	ck_assert_int_eq(refused(inside(1, 1, L4_TCP), remote(1, L4_TCP), 104), DROP_nat_no_port);
	fixture_open(&f, inside(1, 1, L4_TCP), remote(1, L4_TCP), SYN, 105);
	ck_assert(!fixture_has(&f, inside(0, 10007, L4_TCP), remote(0, L4_TCP)));
	ck_assert(fixture_has(&f, inside(0, 10003, L4_TCP), remote(0, L4_TCP)));
	ck_assert_int_eq(refused(inside(1, 2, L4_TCP), remote(1, L4_TCP), 105), DROP_nat_no_port);
	fixture_open(&f, inside(1, 2, L4_TCP), remote(1, L4_TCP), SYN, 106);
	ck_assert_uint_eq(f.event[EVENT_closed_early], 2);
	ck_assert_int_eq(refused(inside(1, 3, L4_TCP), remote(1, L4_TCP), 200), DROP_nat_no_port);
	/* A new connection on the same ends is not closed any more. */
	close_connection(9, 150);
	fixture_open(&f, inside(0, 10009, L4_TCP), remote(0, L4_TCP), SYN, 152);
	ck_assert_int_eq(refused(inside(1, 3, L4_TCP), remote(1, L4_TCP), 200), DROP_nat_no_port);
}
END_TEST

/* At most 16 are ended for one port: those of a mapping with many free none before the last. */
START_TEST(closed_early_is_bounded)
{
	struct nat_config config = fixture_config(1024);
	uint16_t port;

	config.closed_early = true;
	make(&config);
	use_up(L4_TCP, 0);
	port = fixture_find_out(&f, inside(0, 10000, L4_TCP), remote(0, L4_TCP))->external_port;
	for (uint32_t i = 1; i <= 40; i++) {
		fixture_open(&f, inside(0, 10000, L4_TCP), remote(i, L4_TCP), SYN, 10);
		fixture_in(&f, port, remote(i, L4_TCP), RST, 10);
	}
	ck_assert_int_eq(refused(inside(1, 1, L4_TCP), remote(1, L4_TCP), 20), DROP_nat_no_port);
	ck_assert_uint_eq(f.event[EVENT_closed_early], 16);
}
END_TEST

/* ---- protocols without ports ------------------------------------------------------------------------------------ */

/* One host for each protocol and remote address; the number is the "port". */
START_TEST(without_ports)
{
	const struct nat_config config = fixture_config(64);
	const uint64_t esp = session_end(SERVER, 50, L4_OTHER), gre = session_end(SERVER, 47, L4_OTHER);
	const struct session *s;
	struct session passage;
	enum drop_reason why;

	make(&config);
	s = fixture_open(&f, session_end(HOST, 50, L4_OTHER), esp, 0, 0);
	ck_assert_int_eq(s->state, SESSION_OTHER);
	ck_assert_uint_eq(s->external_port, 50);
	ck_assert_ptr_eq(fixture_in(&f, 50, esp, 0, 10), s);
	ck_assert_int_eq(refused(session_end(HOST + 1, 50, L4_OTHER), esp, 10), DROP_nat_no_port);
	fixture_open(&f, session_end(HOST + 1, 47, L4_OTHER), gre, 0, 10);
	fixture_open(&f, session_end(HOST + 1, 50, L4_OTHER), session_end(SERVER + 1, 50, L4_OTHER), 0, 10);
	ck_assert(!nat_admit(f.nat, 50, session_end(SERVER + 2, 50, L4_OTHER), &passage, &why));
	ck_assert_int_eq(why, DROP_nat_no_mapping);
	ck_assert_uint_eq(nat_expire(f.nat, 610, UINT32_MAX), 0);
	ck_assert_uint_eq(nat_expire(f.nat, 612, UINT32_MAX), 3);
	fixture_open(&f, session_end(HOST + 1, 50, L4_OTHER), esp, 0, 612);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("nat_sharing");
	TCase *tcase = tcase_create("nat_sharing");

	tcase_add_checked_fixture(tcase, NULL, tear_down);
	tcase_add_loop_test(tcase, shares_when_nothing_is_free, 0, L4_SPACES);
	tcase_add_test(tcase, when_ports_are_free);
	tcase_add_test(tcase, household);
	tcase_add_test(tcase, shared_port_is_filtered_by_address_and_port);
	tcase_add_test(tcase, guest_outlives_the_mapping);
	tcase_add_test(tcase, mapping_gives_way_to_its_guest);
	tcase_add_test(tcase, bounded_search);
	tcase_add_loop_test(tcase, reserved_ports, 0, 3);
	tcase_add_test(tcase, policies);
	tcase_add_test(tcase, sessions_per_host);
	tcase_add_test(tcase, ports_per_host);
	tcase_add_test(tcase, new_sessions_per_host);
	tcase_add_test(tcase, too_many_hosts);
	tcase_add_test(tcase, quarantine);
	tcase_add_test(tcase, quarantined_port_is_shared);
	tcase_add_test(tcase, closed_early);
	tcase_add_test(tcase, closed_early_is_bounded);
	tcase_add_test(tcase, without_ports);
	suite_add_tcase(suite, tcase);
	return suite;
}
