/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of the line: access.c asks by DHCPv6 and sets the softwire up, access_address.c gives the WAN its addresses and knows what to
 * ask for, access_prefix.c which prefix to stand on.
 */
#ifndef MAPEDGE_APP_ACCESS_PARTS_H
#define MAPEDGE_APP_ACCESS_PARTS_H

#include <net/if.h>

#include "line/access.h"
#include "host/endpoint.h"
#include "host/leased.h"
#include "line/registrar.h"
#include "line/routers.h"
#include "line/sources.h"
#include "line/timekeeper.h"
#include "provision/dhcp6_store.h"

#define ACCESS_STATE_FILE "dhcpv6"
#define ACCESS_DATAGRAM_MAX 65535
#define ACCESS_IN_FLIGHT 1       /* datagrams between the TAP and the socket, at most */
#define ACCESS_PATIENCE_MS 15000 /* then a line without an answer to a Solicit has no prefix by DHCPv6 */

/* What access_apply() has found out, for the case that its configuration is refused. */
struct access_held {
	struct s46_choice choice;
	struct prefix6 prefix, longest;
	struct line line;
};

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
	struct prefix6 prefix;  /* that the softwire stands on, or would; length 0: none */
	struct prefix6 longest; /* that lasted longest when this was found out */
	uint64_t heard;         /* datagrams that Linux has given us */
	uint64_t heard_then;    /* when it was last seen that it had grown, */
	uint64_t replies_then;  /* and what had come in on the port by then */
	struct line line;       /* what the sources are told */
	struct access_held held;
	struct sources *sources;
	struct line_report report;
	uint8_t datagram[ACCESS_DATAGRAM_MAX];
	struct event *readable;
	struct event *timer;
	struct routers *routers;
	struct event *patience;
	struct endpoint *endpoint;
	struct leased *leased; /* the WAN's addresses by DHCPv6 */
	struct conf_access conf;
	struct registrar *registrar; /* NULL: nothing is registered */
	struct timekeeper *timekeeper;
	u128 duplicate; /* somebody else has this MAP address; 0: nobody */
	access_news *news;
	access_news *moved;
	access_stepped *stepped;
	void *context;
};

/*
 * What an event of the DHCPv6 client asks for, in the order of dhcp6_client.h: a Release must not leave before the prefix is out of
 * use. `before` is the state that the client was in.
 */
void access_act(struct access *access, enum dhcp6_state before);

/* Into the file. */
void access_keep(struct access *access);

/*
 * RFC 8415 section 11: who we are does not change with a new network card. So the DUID of the file counts, unless the configuration
 * names another. False: there is no lease to go on with.
 */
bool access_recall(struct access *access, struct dhcp6_store *store);

/* Prefix, resolvers and time servers of the line, as they are now. */
void access_tell_sources(struct access *access);

/* The prefixes of the line; their number. */
uint32_t access_prefixes(const struct access *access, const struct dhcp6_prefix **prefixes);

/* Does another one last longest now? */
bool access_is_overtaken(const struct access *access);

/* All of them, the longest first, for the sources. */
void access_list_prefixes(const struct access *access, struct line *line);

/* Our end of the softwire where it is an address of the link to the provider; 0: it is not, or there is none. */
u128 access_end_on_link(const struct access *access, const struct conf *conf);

/* The WAN's device has the addresses of the lease, and no other ones by DHCPv6; what `status` says about them. */
void access_give_addresses(struct access *access);
void access_report_addresses(struct access *access);

/* What is asked for: as the routers say, without their saying, and because it was held. */
void access_follow_flags(struct access *access);
void access_ask_unheard(struct access *access);
void access_want_lease(struct access *access, const struct dhcp6_lease *lease);

/* Why nothing is asked for; false: something is. */
bool access_say_idle(const struct access *access, char *text, size_t size);

/* Events. */
void access_on_tested(void *context, u128 addr, bool is_duplicate);
void access_on_patience(evutil_socket_t fd, short what, void *argument);
void access_on_routers(void *context, bool is_new);
void access_on_duplicate(void *context);

#endif
