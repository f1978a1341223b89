/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions that another NAT has: found from both sides, on the same port, whatever this one would have chosen. */
#include "nat_fixture.h"

static struct nat_fixture f;
static const uint8_t syn[20] = { [12] = 5 << 4, [13] = SYN };

static void
set_up(void)
{
	struct nat_config config = fixture_config(8);

	config.refuses_new = true; /* what is there goes on while the box is drained */
	config.sessions_per_host = 1;
	fixture_make(&f, &config, 3);
}

static void
tear_down(void)
{
	fixture_free(&f);
}

static struct session *
adopt(uint32_t host, uint16_t inside, uint32_t server, uint8_t space, uint16_t port)
{
	const struct nat_opening opening = { .inside = session_end(HOST + host, inside, space),
		.remote = session_end(SERVER + server, 443, space),
		.tcp = syn };

	return nat_adopt(f.nat, &opening, port);
}

START_TEST(found_from_both_sides)
{
	const uint8_t space = (uint8_t)_i;
	const uint16_t port = portset_range(&fixture_ports, 7).first;
	struct session *s = adopt(0, 5000, 0, space, port), *other;

	ck_assert_ptr_nonnull(s);
	ck_assert_uint_eq(s->external_port, port);
	ck_assert_ptr_eq(fixture_in(&f, port, session_end(SERVER, 443, space), 0, 0), s);
	ck_assert_uint_eq(nat_hash_out(f.nat, s->inside, s->remote),
	    nat_hash_out(f.nat, session_end(HOST, 5000, space), session_end(SERVER, 443, space)));
	ck_assert_ptr_eq(nat_find_out(f.nat, nat_hash_out(f.nat, s->inside, s->remote), s->inside, s->remote), s);
	/* One endpoint has one mapping (RFC 4787 REQ-1), and the port is nobody else's. */
	other = adopt(0, 5000, 1, space, port);
	ck_assert_ptr_nonnull(other);
	ck_assert_uint_eq(other->mapping, s->mapping);
	ck_assert_ptr_null(adopt(0, 5000, 2, space, (uint16_t)(port + 1)));
	ck_assert_ptr_null(adopt(1, 5000, 0, space, port));
	ck_assert_uint_eq(f.nat->session_count, 2);
	ck_assert_uint_eq(f.nat->hosts.count, 1);
}
END_TEST

START_TEST(not_of_the_set)
{
	const uint16_t port = portset_range(&fixture_ports, 0).first;

	ck_assert_ptr_null(adopt(0, 5000, 0, L4_TCP, (uint16_t)(port - 1)));
	ck_assert_ptr_null(adopt(0, 5000, 0, L4_OTHER, port));
	nat_set_external(f.nat, EXTERNAL, NULL, 0, 0);
	ck_assert_ptr_null(adopt(0, 5000, 0, L4_TCP, port));
	ck_assert_uint_eq(f.nat->session_count, 0);
	ck_assert_uint_eq(f.nat->hosts.count, 0);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("nat_adopt");
	TCase *tcase = tcase_create("nat_adopt");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, found_from_both_sides, 0, L4_SPACES);
	tcase_add_test(tcase, not_of_the_set);
	suite_add_tcase(suite, tcase);
	return suite;
}
