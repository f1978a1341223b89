/* SPDX-License-Identifier: BSD-3-Clause */
/* The flows of a NAT as a plain list, searched from its beginning to its end, and what it says that a NAT must do. */
#ifndef MAPEDGE_TESTS_NAT_LIST_H
#define MAPEDGE_TESTS_NAT_LIST_H

#include "nat/nat.h"

#define SESSIONS 96 /* of 60 ports in each space: both can run out */

struct flow {
	uint64_t inside, remote;
	uint32_t last_active;
	uint16_t port;
	uint8_t state;
	bool shares;
	bool stale; /* a new configuration has ended what it stands on */
	struct said {
		bool any, in_syn; /* whose window is never scaled */
		uint32_t acknowledged, window;
	} said[2];   /* by the outside, by the inside */
	bool scaled; /* by as much as can be: nobody saw a SYN */
};

struct list {
	struct nat_config config;
	struct portset set;
	uint32_t now;
	struct flow flow[SESSIONS];
	uint32_t flows;
	uint32_t (*freed)[PORTSET_PORTS]; /* since when each port is in quarantine, 0: it is not */
	uint32_t resets_ignored;
};

/* A TCP header without options. */
struct header {
	uint8_t byte[TCP_MIN_LEN];
};

struct flow *list_find(struct list *list, uint64_t inside, uint64_t remote);
struct flow *list_find_in(struct list *list, uint16_t port, uint64_t remote);

/* The external port of the endpoint's mapping, and the inside endpoint of the port's mapping. 0: it has none. */
uint16_t list_mapping(const struct list *list, uint64_t inside);
uint64_t list_inside(const struct list *list, uint8_t space, uint16_t port);

/* The forward that has this port of the set, or NULL. */
const struct nat_forward *list_forward(const struct list *list, uint8_t space, uint16_t port);

/* The flows on a port, and those of them that do not belong to its mapping. */
uint32_t list_on_port(const struct list *list, uint8_t space, uint16_t port, uint32_t *sharing);

/* Does a policy set ports aside for this endpoint? May this sender, who has no flow, use the port's mapping? */
bool list_reserves(const struct list *list, uint64_t inside);
bool list_admits(const struct list *list, uint16_t port, uint64_t remote);

/* The flows of a host, and its ports in this space that no forward gave it. */
uint32_t list_of_host(const struct list *list, uint64_t inside);
uint32_t list_ports_of_host(const struct list *list, uint64_t inside);

bool list_is_over(const struct list *list, const struct flow *flow);
bool flow_is_closed(uint8_t state);

/* What a packet does to a flow: NAT-09, NAT-27; what has been closed or reset and stays so is not kept. */
void list_touch(struct list *list, struct flow *flow, const struct header *tcp, bool out);

/* Takes a flow out of the list, and notes when its port was left. */
void list_remove(struct list *list, struct flow *flow);

/* After a new configuration: flows that no longer stand on their mapping, or share a forward's port; ports that wait no more. */
void list_outdate(struct list *list, const struct nat_config *before);
void list_end_quarantines(struct list *list);

#endif
