/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of the line: access.c asks by DHCPv6 and sets the softwire up, access_prefix.c knows which prefix to stand on. */
#ifndef MAPEDGE_APP_ACCESS_PARTS_H
#define MAPEDGE_APP_ACCESS_PARTS_H

#include <net/if.h>

#include "line/access.h"
#include "host/endpoint.h"
#include "line/registrar.h"
#include "line/routers.h"
#include "line/sources.h"

#define ACCESS_STATE_FILE "dhcpv6"
#define ACCESS_DATAGRAM_MAX 65535
#define ACCESS_IN_FLIGHT 1       /* datagrams between the TAP and the socket, at most */
#define ACCESS_PATIENCE_MS 15000 /* then a line without an answer to a Solicit has no prefix by DHCPv6 */

struct access {
	int fd;
	char device[IF_NAMESIZE];
	unsigned int ifindex;
	char file[CONF_TEXT_SIZE + sizeof("/" ACCESS_STATE_FILE)];
	struct random random;
	bool duid_is_given;
	enum conf_access_kind kind;
	bool by_ra; /* the prefix is that of router advertisements */
	struct dhcp6_config config;
	struct dhcp6_client client;
	struct dhcp6_actions actions;
	struct s46_policy policy;
	struct s46_choice choice;
	struct prefix6 prefix; /* that the softwire stands on */
	uint64_t heard;        /* datagrams that Linux has given us */
	uint64_t heard_then;   /* when it was last seen that it had grown, */
	uint64_t replies_then; /* and what had come in on the port by then */
	struct line line;      /* what the sources are told */
	struct sources *sources;
	struct line_report report;
	uint8_t datagram[ACCESS_DATAGRAM_MAX];
	struct event *readable;
	struct event *timer;
	struct routers *routers;
	struct event *patience;
	struct endpoint *endpoint;
	struct conf_registration registration;
	struct registrar *registrar; /* NULL: nothing is registered */
	u128 duplicate;              /* somebody else has this MAP address; 0: nobody */
	access_news *news;
	access_news *moved;
	void *context;
};

/*
 * What an event of the DHCPv6 client asks for, in the order of dhcp6_client.h: a Release must not leave before the prefix is out of
 * use. `before` is the state that the client was in.
 */
void access_act(struct access *access, enum dhcp6_state before);

/* Prefix and resolvers of the line, as they are now. */
void access_tell_sources(struct access *access);

/* The prefix that lasts longest is the one to stand on; NULL: there is none. */
const struct dhcp6_prefix *access_prefix(const struct access *access);

/* Our end of the softwire where it is an address of the link to the provider; 0: it is not, or there is none. */
u128 access_end_on_link(const struct access *access, const struct conf *conf);

/* Events. */
void access_on_patience(evutil_socket_t fd, short what, void *argument);
void access_on_routers(void *context, bool is_new);
void access_on_duplicate(void *context);

#endif
