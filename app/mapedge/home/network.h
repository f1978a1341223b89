/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One network of a home, the LAN or a further one: which /64 its device has, and which ones its hosts must forget (RFC 9096
 * section 3.5).
 */
#ifndef MAPEDGE_APP_NETWORK_H
#define MAPEDGE_APP_NETWORK_H

#include <net/if.h>

#include "conf/conf.h"
#include "home/lan.h"

#define NETWORK_FILE_SIZE (CONF_TEXT_SIZE + 32)

struct network {
	unsigned int ifindex;
	char name[IF_NAMESIZE];       /* of its device */
	struct mac mac;               /* of the LAN alone, which may share its /64 with others */
	int number;                   /* of its /64, or HOME_SUBNET_AUTO */
	char file[NETWORK_FILE_SIZE]; /* what hosts were told */
	bool has_subnet;
	struct prefix6 subnet;
	struct prefix6 address; /* ours in it */
	struct prefix6 ula;     /* our unique local address; length 0: none */
	struct home_stale stale;
	struct error trouble; /* why there is no subnet; "": the line has no prefix */
};

/*
 * ifindex and number must be set. What hosts had from us in an earlier life is over, unless the line still has it; our address there is
 * taken away. A further network has another file. 0, or a negative errno with the reason.
 */
int network_open(struct network *network, const char *state, bool is_further, struct error *err);

/* The unique local address for good; the prefix is a /48. */
void network_have_ula(struct network *network, const struct prefix6 *ula);

/* The hosts' subnet is over, or there was none. */
void network_withdraw(struct network *network);

/* The subnet is theirs from now on. */
void network_begin(struct network *network, const struct lan_line *line, const struct prefix6 *subnet);

/* With what is left of the lifetimes: again with each Renew. */
void network_assign(const struct network *network, const struct lan_line *line);

/* Writes what hosts were told to the disk. */
void network_keep(const struct network *network);

#endif
