/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat/tcp_state.h"

enum tcp_event { SYN_OUT, SYN_IN, FIN_OUT, FIN_IN, RESET, DATA, TCP_EVENTS };

#define INIT_OUT SESSION_TCP_INIT_OUT
#define INIT_IN SESSION_TCP_INIT_IN
#define OPEN SESSION_TCP_ESTABLISHED
#define CONTROL SESSION_TCP_CONTROL
#define CLOSE_OUT SESSION_TCP_FIN_OUT
#define CLOSE_IN SESSION_TCP_FIN_IN
#define CLOSED SESSION_TCP_FIN_BOTH
#define REFUSED SESSION_TCP_REFUSED
#define GONE SESSION_TCP_RESET

/* clang-format off */
static const uint8_t next_state[SESSION_STATES][TCP_EVENTS] = {
	/*                SYN_OUT    SYN_IN     FIN_OUT    FIN_IN     RESET    DATA */
	[INIT_OUT] =  { INIT_OUT,  OPEN,      INIT_OUT,  INIT_OUT,  REFUSED, INIT_OUT  }, /* waits for the peer's SYN */
	[INIT_IN] =   { OPEN,      INIT_IN,   INIT_IN,   INIT_IN,   REFUSED,  INIT_IN   }, /* waits for the host's SYN */
	[OPEN] =      { OPEN,      OPEN,      CLOSE_OUT, CLOSE_IN,  GONE,    OPEN      }, /* a SYN here: RFC 5961 */
	[CONTROL] =   { OPEN,      OPEN,      CLOSE_OUT, CLOSE_IN,  GONE,    OPEN      }, /* open, too: segment.c */
	[CLOSE_OUT] = { CLOSE_OUT, CLOSE_OUT, CLOSE_OUT, CLOSED,    GONE,    CLOSE_OUT }, /* half closed lives long */
	[CLOSE_IN] =  { CLOSE_IN,  CLOSE_IN,  CLOSED,    CLOSE_IN,  GONE,    CLOSE_IN  },
	[CLOSED] =    { INIT_OUT,  INIT_IN,   CLOSED,    CLOSED,    CLOSED,  CLOSED    }, /* SYN: a new connection */
	[REFUSED] =   { INIT_OUT,  INIT_IN,   INIT_OUT,  INIT_OUT,  REFUSED, INIT_OUT  }, /* data revives: it opens on */
	[GONE] =      { INIT_OUT,  INIT_IN,   OPEN,      OPEN,      GONE,    OPEN      }, /* RFC 7857 2.2: data revives */
};
/* clang-format on */

enum session_state
tcp_state_next(enum session_state state, uint8_t tcp_flags, bool out)
{
	enum tcp_event event = DATA;

	if (tcp_flags & TCP_RST)
		event = RESET;
	else if (tcp_flags & TCP_SYN)
		event = out ? SYN_OUT : SYN_IN;
	else if (tcp_flags & TCP_FIN)
		event = out ? FIN_OUT : FIN_IN;
	return (enum session_state)next_state[state][event];
}
