/* SPDX-License-Identifier: BSD-3-Clause */
/* TCP segments that change something: RFC 7857 section 2, RFC 5961 section 3, RFC 7323 section 2. */
#include "nat/parts.h"
#include "nat/tcp_state.h"
#include "pkt/tcp_option.h"

#define OPTION_SCALE 3
#define OPTION_SCALE_LEN 3
#define MAX_SCALE 14 /* RFC 7323 section 2.3 */
#define NO_SCALE 255 /* its SYN had no such option */

static bool
is_opening(uint8_t state)
{
	return state == SESSION_TCP_INIT_OUT || state == SESSION_TCP_INIT_IN;
}

/* Of a connection picked up in its middle nobody knows the scales, so they are as large as can be. */
static void
forget_connection(struct session *s)
{
	s->last[0] = s->last[1] = 0;
	s->scale[0] = s->scale[1] = MAX_SCALE;
}

/* The SYN of a connection that opens: what this side has said of an earlier one is void. */
static void
learn_syn(struct session *s, const uint8_t *tcp, bool out)
{
	const size_t option = tcp_option(tcp, TCP_MIN_LEN, OPTION_SCALE, OPTION_SCALE_LEN);

	s->last[out] = 0;
	if (option == 0)
		s->scale[out] = NO_SCALE;
	else
		s->scale[out] = tcp[option + 2] < MAX_SCALE ? tcp[option + 2] : MAX_SCALE;
}

void
segment_first(const struct nat *nat, struct session *s, const uint8_t *tcp)
{
	forget_connection(s);
	s->calls = NONE;
	if (s->state == SESSION_TCP_ESTABLISHED && calls_have_control(nat, s))
		s->state = SESSION_TCP_CONTROL;
	if (tcp[13] & TCP_SYN)
		learn_syn(s, tcp, true);
}

/* Only when both SYNs have the option are windows scaled, and those of the SYNs themselves never are. */
static uint32_t
announced_window(const struct session *s, bool out)
{
	const uint8_t *said = (const uint8_t *)&s->last[out];
	const uint32_t window = load16(said + 6);

	if ((said[5] & TCP_SYN) || s->scale[0] == NO_SCALE || s->scale[1] == NO_SCALE)
		return window;
	return window << s->scale[out];
}

/* Does the reset lie in the window that the other side has announced last? A window of 0 takes the next byte. */
static bool
is_credible(const struct session *s, const uint8_t *reset, bool out)
{
	const uint8_t *said = (const uint8_t *)&s->last[!out];
	uint32_t window;

	if (is_opening(s->state) || session_is_closed(s->state))
		return true;
	if (!(said[5] & TCP_ACK)) /* it has said nothing yet */
		return true;
	window = announced_window(s, !out);
	return load32(reset + 4) - load32(said) < (window > 0 ? window : 1);
}

bool
nat_tcp_segment(struct nat *nat, struct session *s, const uint8_t *tcp, bool out, uint32_t now)
{
	const uint8_t flags = tcp[13], before = s->state;
	const uint32_t id = (uint32_t)(s - nat->sessions), timeout = session_timeout(nat, s);
	const bool is_control = calls_have_control(nat, s);

	if ((flags & TCP_RST) && !is_credible(s, tcp, out)) {
		nat_event(nat, EVENT_rst_ignored);
		return false;
	}
	s->state = (uint8_t)tcp_state_next((enum session_state)before, flags, out);
	if (s->state == SESSION_TCP_ESTABLISHED && is_control)
		s->state = SESSION_TCP_CONTROL;
	if (session_is_closed(before) && (flags & TCP_SYN))
		forget_connection(s);
	if ((flags & TCP_SYN) && (is_opening(before) || session_is_closed(before)))
		learn_syn(s, tcp, out);
	if ((flags & (TCP_RST | TCP_ACK)) == TCP_ACK)
		nat_note_segment(s, tcp, out);

	/* What both sides have closed, or one has reset, is not kept alive by stray segments (RFC 7857 section 2.2). */
	if (s->state != before || !session_is_closed(before))
		s->last_active = now;
	if (s->state != before &&
	    (session_is_closed(before) || session_is_closed(s->state) || session_timeout(nat, s) < timeout)) {
		expiry_remove(nat, id, before);
		expiry_add(nat, id);
	}
	if (is_control && session_is_closed(s->state))
		(void)calls_end(nat, s, now);
	return is_control && !session_is_closed(s->state);
}
