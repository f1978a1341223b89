/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NAPT44 sessions: one for each flow, found from either side by its own key.
 *
 *   inside address:port  <->  external port (of the port set)  <->  remote address:port
 *   `---------------- mapping ---------------'
 *   `---------------------------- session ----------------------------------'
 *
 * Sessions of one inside endpoint have one mapping, whatever they talk to: endpoint-independent mapping, RFC 4787 REQ-1.
 * When ports are short, a session may share the port of others instead and has no mapping then: RFC 7857 section 3.
 */
#ifndef MAPEDGE_NAT_SESSION_H
#define MAPEDGE_NAT_SESSION_H

#include <stdbool.h>
#include <stdint.h>

enum session_state {
	SESSION_UDP,
	SESSION_DNS, /* UDP to port 53: RFC 4787 REQ-5a */
	SESSION_ICMP,
	SESSION_OTHER,        /* a protocol without ports or a PPTP call, under an address that is all ours */
	SESSION_TCP_INIT_OUT, /* SYN seen from inside (or a flow picked up in its middle) */
	SESSION_TCP_INIT_IN,  /* SYN seen from outside for a connection that had ended */
	SESSION_TCP_ESTABLISHED,
	SESSION_TCP_CONTROL, /* the same of a PPTP control connection: none of its segments is plain data */
	SESSION_TCP_FIN_OUT,
	SESSION_TCP_FIN_IN,
	SESSION_TCP_FIN_BOTH,
	SESSION_TCP_REFUSED, /* reset before the peer has sent its SYN */
	SESSION_TCP_RESET,
	SESSION_STATES,
	SESSION_UNUSED = SESSION_STATES, /* no session */
};

#define SESSION_NONE UINT32_MAX
#define SESSION_SHARES 0 /* in place of a mapping */

/* Of a PPTP call, in place of what TCP has. Its session's inside port is the remote side's call id. */
struct session_call {
	uint32_t control;   /* session of its control connection */
	uint32_t next;      /* call of that connection */
	uint16_t inside_id; /* the inside host's call id */
	uint16_t spare[3];
};

struct session {
	uint64_t remote; /* session_end() of the remote endpoint, with the protocol */
	uint64_t inside; /* session_end() of the inside endpoint */
	union {
		/*
		 * TCP: bytes 8 to 15 of the last header with an acknowledgement, from outside and from inside, as on the
		 * wire: what the RST check needs. 0: none since the connection began.
		 */
		uint64_t last[2];
		struct session_call call;
	};
	uint32_t last_active; /* worker's seconds */
	uint32_t next;        /* neighbours in a slot of the wheel, or among the closed connections */
	uint32_t prev;
	uint16_t wheel_slot;
	uint16_t host;    /* index of the inside host's record */
	uint16_t mapping; /* number of its port's mapping that it belongs to, or SESSION_SHARES */
	uint16_t external_port;
	/* Checksum differences, inside -> external: of the IPv4 header, and of the transport header. */
	uint16_t address_difference;
	uint16_t l4_difference;
	uint8_t space;    /* L4_TCP, L4_UDP, L4_ICMP_QUERY, L4_OTHER, L4_CALL */
	uint8_t state;    /* enum session_state */
	uint8_t scale[2]; /* TCP: of the windows from outside and from inside, RFC 7323 section 2 */
	uint32_t calls;   /* of a PPTP control connection: the first, SESSION_NONE without any */
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct session) == 64, "a session is one cache line");

/* An endpoint as one number that is compared at once. A protocol without ports has its number for a port, a call its id. */
static inline uint64_t
session_end(uint32_t addr, uint16_t port, uint8_t space)
{
	return (uint64_t)addr << 32 | (uint32_t)port << 16 | space;
}

static inline uint32_t
session_end_addr(uint64_t end)
{
	return (uint32_t)(end >> 32);
}

static inline uint16_t
session_end_port(uint64_t end)
{
	return (uint16_t)(end >> 16);
}

/* Closed by both sides or reset: such connections end in the order in which they were closed. */
static inline bool
session_is_closed(uint8_t state)
{
	return state >= SESSION_TCP_FIN_BOTH && state <= SESSION_TCP_RESET;
}

#endif
