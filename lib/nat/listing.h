/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker's NAT holds, told to somebody who must not touch it: the worker itself copies what is asked for, a little
 * between two bursts.
 */
#ifndef MAPEDGE_NAT_LISTING_H
#define MAPEDGE_NAT_LISTING_H

#include "nat/nat.h"

#define NAT_LISTING_ROWS 128
#define NAT_LISTING_PLACES 1024 /* looked at in one go: about as long as a burst takes */

/* A session as it is told. */
struct nat_session_row {
	uint64_t inside; /* session_end()s */
	uint64_t remote;
	uint32_t idle; /* seconds since its last packet */
	uint32_t left; /* seconds until it ends, if no other comes */
	uint16_t external_port;
	uint8_t space;
	uint8_t state;
	bool shares; /* its port, with sessions to other places */
};

/* An inside host with sessions. */
struct nat_host_row {
	uint32_t addr;
	uint32_t sessions;
	uint32_t mappings[L4_SPACES];
	uint32_t refused;
};

enum nat_table { NAT_SESSIONS, NAT_HOSTS };

struct nat_listing {
	/* the question; of hosts, only `inside` counts; what is 0 matches all, for the space that is NAT_ANY_SPACE */
	enum nat_table table;
	uint32_t inside;
	uint32_t remote;
	uint16_t external_port;
	uint8_t space;
	uint32_t start; /* place to begin at: 0, or `next` of the last answer */
	uint32_t limit; /* rows that are wanted, 1..NAT_LISTING_ROWS */

	/* the answer */
	uint32_t next; /* where to go on */
	bool is_end;   /* nothing is behind */
	uint32_t count;
	union {
		struct nat_session_row session[NAT_LISTING_ROWS];
		struct nat_host_row host[NAT_LISTING_ROWS];
	};
};

/*
 * Fills in an answer from at most NAT_LISTING_PLACES places. Who comes or goes between two answers may be in none, or in
 * the second one only; who stays is told once. `now`: the worker's seconds.
 */
void nat_list(const struct nat *nat, struct nat_listing *listing, uint32_t now);

#endif
