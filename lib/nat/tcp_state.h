/* SPDX-License-Identifier: BSD-3-Clause */
/* The TCP connection as the NAPT follows it: RFC 7857 section 2, RFC 6146 section 3.5.2. */
#ifndef MAPEDGE_NAT_TCP_STATE_H
#define MAPEDGE_NAT_TCP_STATE_H

#include "nat/session.h"
#include "pkt/l4.h"

/* The state after a segment with these flags; `out`: from inside. The state must be a TCP state. */
enum session_state tcp_state_next(enum session_state state, uint8_t tcp_flags, bool out);

/*
 * The state of a session that begins with an outbound segment. A SYN/ACK answers a SYN from outside, which needed no
 * session to come in; so both have been seen.
 */
static inline enum session_state
tcp_state_first(uint8_t tcp_flags)
{
	return (tcp_flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK) ? SESSION_TCP_ESTABLISHED
									: SESSION_TCP_INIT_OUT;
}

#endif
