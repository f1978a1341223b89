/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NAPT44 sessions: one for each flow, found from either side by its own key.
 *
 *   inside address:port  <->  external port (of the port set)  <->  remote address:port
 *   `---------------- mapping ---------------'
 *   `---------------------------- session ----------------------------------'
 *
 * Sessions of one inside endpoint share a mapping, whatever they talk to: endpoint-independent mapping, RFC 4787 REQ-1.
 */
#ifndef MAPEDGE_NAT_SESSION_H
#define MAPEDGE_NAT_SESSION_H

#include <stdbool.h>
#include <stdint.h>

enum session_state {
	SESSION_UDP,
	SESSION_ICMP,
	SESSION_TCP_INIT_OUT, /* SYN seen from inside (or a flow picked up in its middle) */
	SESSION_TCP_INIT_IN,  /* SYN seen from outside for a connection that had ended */
	SESSION_TCP_ESTABLISHED,
	SESSION_TCP_FIN_OUT,
	SESSION_TCP_FIN_IN,
	SESSION_TCP_FIN_BOTH,
	SESSION_TCP_RESET,
	SESSION_STATES,
};

#define SESSION_NONE UINT32_MAX

struct session {
	uint64_t remote;      /* session_end() of the remote endpoint, with the protocol */
	uint64_t inside;      /* session_end() of the inside endpoint */
	uint32_t last_active; /* worker's seconds */
	uint32_t mapping;     /* index of its mapping */
	uint32_t wheel_next;  /* neighbours in the expiry wheel's slot */
	uint32_t wheel_prev;
	uint32_t inside_addr; /* host order */
	uint16_t inside_port; /* host order */
	uint16_t external_port;
	/* Checksum differences, inside -> external: of the IPv4 header, and of the transport header. */
	uint16_t address_difference;
	uint16_t l4_difference;
	uint16_t wheel_slot;
	uint8_t space; /* L4_TCP, L4_UDP, L4_ICMP_QUERY */
	uint8_t state; /* enum session_state */
	uint32_t spare[2];
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct session) == 64, "a session is one cache line");

/* An endpoint as one number that is compared at once. */
static inline uint64_t
session_end(uint32_t addr, uint16_t port, uint8_t space)
{
	return (uint64_t)addr << 32 | (uint32_t)port << 16 | space;
}

#endif
