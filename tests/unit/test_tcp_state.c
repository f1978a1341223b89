/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The TCP connection as the NAPT follows it, transition by transition. RFC 6146 section 3.5.2.2 is the model: its IPv6
 * side is our inside (out), its IPv4 side the remote end (in); TRANS is RESET here. RFC 7857 section 2 adds what happens
 * after a reset and leaves the two ends of a closed connection free to open a new one.
 */
#include "nat/tcp_state.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define PSH 0x08
#define ACK 0x10
#define URG 0x20
#define ECE 0x40
#define CWR 0x80

#define INIT_OUT SESSION_TCP_INIT_OUT
#define INIT_IN SESSION_TCP_INIT_IN
#define OPEN SESSION_TCP_ESTABLISHED
#define FIN_OUT SESSION_TCP_FIN_OUT
#define FIN_IN SESSION_TCP_FIN_IN
#define FIN_BOTH SESSION_TCP_FIN_BOTH
#define REFUSED SESSION_TCP_REFUSED
#define RESET SESSION_TCP_RESET

enum direction { IN = 0, OUT = 1 };

/* ---- single transitions ----------------------------------------------------------------------------------------- */

static const struct {
	enum session_state from;
	uint8_t flags;
	enum direction direction;
	enum session_state to;
} transitions[] = {
	/* V6 INIT: only the peer's SYN opens the connection. */
	{ INIT_OUT, SYN, OUT, INIT_OUT },
	{ INIT_OUT, SYN, IN, OPEN },
	{ INIT_OUT, SYN | ACK, IN, OPEN },
	{ INIT_OUT, ACK, OUT, INIT_OUT },
	{ INIT_OUT, ACK, IN, INIT_OUT },
	{ INIT_OUT, FIN | ACK, OUT, INIT_OUT },
	{ INIT_OUT, FIN | ACK, IN, INIT_OUT },
	/* V4 INIT */
	{ INIT_IN, SYN, IN, INIT_IN },
	{ INIT_IN, SYN, OUT, OPEN },
	{ INIT_IN, SYN | ACK, OUT, OPEN },
	{ INIT_IN, ACK, IN, INIT_IN },
	{ INIT_IN, ACK, OUT, INIT_IN },
	{ INIT_IN, FIN | ACK, IN, INIT_IN },
	{ INIT_IN, FIN | ACK, OUT, INIT_IN },
	/* ESTABLISHED: all that is neither FIN nor RST leaves it so; a SYN may be a blind one, RFC 5961 section 4. */
	{ OPEN, ACK, OUT, OPEN },
	{ OPEN, PSH | ACK, IN, OPEN },
	{ OPEN, URG | ACK | ECE | CWR, IN, OPEN },
	{ OPEN, 0, OUT, OPEN },
	{ OPEN, SYN, OUT, OPEN },
	{ OPEN, SYN, IN, OPEN },
	{ OPEN, SYN | ACK, IN, OPEN },
	{ OPEN, FIN | ACK, OUT, FIN_OUT },
	{ OPEN, FIN | ACK, IN, FIN_IN },
	/* V6 FIN RCV, V4 FIN RCV: half closed, data may flow for long. */
	{ FIN_OUT, ACK, OUT, FIN_OUT },
	{ FIN_OUT, PSH | ACK, IN, FIN_OUT },
	{ FIN_OUT, FIN | ACK, OUT, FIN_OUT },
	{ FIN_OUT, FIN | ACK, IN, FIN_BOTH },
	{ FIN_IN, ACK, IN, FIN_IN },
	{ FIN_IN, PSH | ACK, OUT, FIN_IN },
	{ FIN_IN, FIN | ACK, IN, FIN_IN },
	{ FIN_IN, FIN | ACK, OUT, FIN_BOTH },
	/* V6 FIN + V4 FIN RCV: the rest is translated and changes nothing. */
	{ FIN_BOTH, ACK, OUT, FIN_BOTH },
	{ FIN_BOTH, ACK, IN, FIN_BOTH },
	{ FIN_BOTH, FIN | ACK, OUT, FIN_BOTH },
	{ FIN_BOTH, FIN | ACK, IN, FIN_BOTH },
	{ FIN_BOTH, RST, OUT, FIN_BOTH },
	{ FIN_BOTH, RST | ACK, IN, FIN_BOTH },
	/* RFC 7857 section 2.2: a reset shortens the wait, whoever sent it; what follows it says that it was none. */
	{ INIT_OUT, RST, OUT, REFUSED },
	{ INIT_OUT, RST | ACK, IN, REFUSED },
	{ INIT_IN, RST, OUT, REFUSED },
	{ INIT_IN, RST, IN, REFUSED },
	/* Refused, by the peer or by somebody in its name: what comes then is as while it opened. */
	{ REFUSED, SYN | ACK, IN, INIT_IN },
	{ REFUSED, SYN, OUT, INIT_OUT },
	{ REFUSED, ACK, OUT, INIT_OUT },
	{ REFUSED, PSH | ACK, IN, INIT_OUT },
	{ REFUSED, FIN | ACK, IN, INIT_OUT },
	{ REFUSED, RST, IN, REFUSED },
	{ OPEN, RST, OUT, RESET },
	{ OPEN, RST | ACK, IN, RESET },
	{ FIN_OUT, RST, IN, RESET },
	{ FIN_OUT, RST, OUT, RESET },
	{ FIN_IN, RST, IN, RESET },
	{ FIN_IN, RST, OUT, RESET },
	{ RESET, RST, IN, RESET },
	{ RESET, RST, OUT, RESET },
	{ RESET, ACK, OUT, OPEN },
	{ RESET, PSH | ACK, IN, OPEN },
	{ RESET, FIN | ACK, OUT, OPEN },
	{ RESET, FIN | ACK, IN, OPEN },
	/* A SYN where everything had ended is a new connection with the same ports (RFC 9293 section 3.6.1). */
	{ FIN_BOTH, SYN, OUT, INIT_OUT },
	{ FIN_BOTH, SYN, IN, INIT_IN },
	{ RESET, SYN, OUT, INIT_OUT },
	{ RESET, SYN, IN, INIT_IN },
};

START_TEST(transition)
{
	const enum session_state to =
	    tcp_state_next(transitions[_i].from, transitions[_i].flags, transitions[_i].direction == OUT);

	ck_assert_msg(to == transitions[_i].to, "state %d, flags %02x, %s: %d, not %d", transitions[_i].from,
	    transitions[_i].flags, transitions[_i].direction == OUT ? "out" : "in", to, transitions[_i].to);
}
END_TEST

/* A reset is a reset, whatever else is set; and a SYN with FIN is a SYN. No flags lead out of TCP. */
START_TEST(mixed_flags)
{
	for (int state = SESSION_TCP_INIT_OUT; state < SESSION_STATES; state++) {
		for (unsigned int flags = 0; flags < 256; flags++) {
			for (int out = 0; out < 2; out++) {
				const enum session_state to = tcp_state_next(state, (uint8_t)flags, out);
				const uint8_t counts = (uint8_t)(flags & RST ? RST : flags & SYN ? SYN : flags & FIN);

				ck_assert_int_ge(to, SESSION_TCP_INIT_OUT);
				ck_assert_int_lt(to, SESSION_STATES);
				ck_assert_int_eq(to, tcp_state_next(state, counts, out));
			}
		}
	}
}
END_TEST

/* ---- beginnings ------------------------------------------------------------------------------------------------- */

START_TEST(first_segment)
{
	ck_assert_int_eq(tcp_state_first(SYN), INIT_OUT);
	ck_assert_int_eq(tcp_state_first(SYN | ECE | CWR), INIT_OUT);
	ck_assert_int_eq(tcp_state_first(SYN | ACK), OPEN); /* the answer to a SYN that came in */
	ck_assert_int_eq(tcp_state_first(ACK), INIT_OUT);   /* picked up in its middle */
	ck_assert_int_eq(tcp_state_first(FIN | ACK), INIT_OUT);
	ck_assert_int_eq(tcp_state_first(0), INIT_OUT);
}
END_TEST

/* ---- whole connections ------------------------------------------------------------------------------------------ */

struct segment {
	enum direction direction;
	uint8_t flags;
};

static const struct connection {
	const char *name;
	struct segment segment[12]; /* the first goes out; flags ff end the list */
	enum session_state end;
} connections[] = {
	{ "RFC 9293 figure 6 and 12: opened, used and closed by the inside",
	    { { OUT, SYN }, { IN, SYN | ACK }, { OUT, ACK }, { OUT, PSH | ACK }, { IN, ACK }, { OUT, FIN | ACK },
		{ IN, ACK }, { IN, FIN | ACK }, { OUT, ACK }, { IN, 0xff } },
	    FIN_BOTH },
	{ "RFC 9293 figure 7, RFC 5382 REQ-2: simultaneous open",
	    { { OUT, SYN }, { IN, SYN }, { OUT, SYN | ACK }, { IN, SYN | ACK }, { OUT, ACK }, { IN, 0xff } }, OPEN },
	{ "RFC 9293 figure 13: simultaneous close",
	    { { OUT, SYN }, { IN, SYN | ACK }, { OUT, ACK }, { OUT, FIN | ACK }, { IN, FIN | ACK }, { OUT, ACK },
		{ IN, ACK }, { IN, 0xff } },
	    FIN_BOTH },
	{ "opened from outside: the host answers",
	    { { OUT, SYN | ACK }, { IN, ACK }, { IN, PSH | ACK }, { OUT, ACK }, { IN, 0xff } }, OPEN },
	{ "refused", { { OUT, SYN }, { IN, RST | ACK }, { IN, 0xff } }, REFUSED },
	{ "RFC 5961 section 4: SYN in an open connection, challenge ACK",
	    { { OUT, SYN }, { IN, SYN | ACK }, { OUT, ACK }, { IN, SYN }, { OUT, ACK }, { IN, 0xff } }, OPEN },
	{ "RFC 7857 section 2.2: a blind reset, then data",
	    { { OUT, SYN }, { IN, SYN | ACK }, { OUT, ACK }, { IN, RST }, { OUT, ACK }, { IN, 0xff } }, OPEN },
	{ "the same ports again after a close",
	    { { OUT, SYN }, { IN, SYN | ACK }, { OUT, FIN | ACK }, { IN, FIN | ACK }, { OUT, SYN }, { IN, SYN | ACK },
		{ OUT, ACK }, { IN, 0xff } },
	    OPEN },
};

START_TEST(connection)
{
	const struct connection *c = &connections[_i];
	enum session_state state = tcp_state_first(c->segment[0].flags);

	for (int i = 1; c->segment[i].flags != 0xff; i++)
		state = tcp_state_next(state, c->segment[i].flags, c->segment[i].direction == OUT);
	ck_assert_msg(state == c->end, "%s: %d", c->name, state);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("tcp_state");
	TCase *tcase = tcase_create("tcp_state");

	tcase_add_loop_test(tcase, transition, 0, COUNT(transitions));
	tcase_add_test(tcase, mixed_flags);
	tcase_add_test(tcase, first_segment);
	tcase_add_loop_test(tcase, connection, 0, COUNT(connections));
	suite_add_tcase(suite, tcase);
	return suite;
}
