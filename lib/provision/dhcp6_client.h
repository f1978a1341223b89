/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A DHCPv6 client for one interface (RFC 8415 with what RFC 9915 took away left out: neither IA_TA nor unicast to servers).
 *
 * Events in, actions out. There is no socket, no clock and no file here: the caller passes each moment (milliseconds of a
 * clock that never goes back), sends what is to be sent from its link-local address and port 546 to ff02::1:2 port 547,
 * calls dhcp6_client_tick() at dhcp6_client_next(), and keeps the lease in a file when told.
 *
 *	                      ,-------------------- nothing is valid any more -----------------.
 *	OFF -> SOLICITING -> REQUESTING -> BOUND -- T1 --> RENEWING -- T2 --> REBINDING ---------'
 *	                                     ^---- Reply ------'----------------'
 *	start with a stored lease, link up: CONFIRMING (a Rebind with the times of Confirm, section 18.2.12) -> BOUND
 *	stateless: INFORMING -> INFORMED -- refresh --> INFORMING
 *	nothing to ask for: IDLE, until a router says that there is something (dhcp6_client_want())
 *	an address that somebody else has: DECLINING -> BOUND, and a Renew for another one
 */
#ifndef MAPEDGE_PROVISION_DHCP6_CLIENT_H
#define MAPEDGE_PROVISION_DHCP6_CLIENT_H

#include <errno.h>

#include "base/random.h"
#include "provision/dhcp6_lease.h"
#include "provision/dhcp6_message.h"

#define DHCP6_MAX_SEND 1232 /* fits into the IPv6 minimum MTU */
#define DHCP6_MAX_EXTRA_OPTIONS 16
#define DHCP6_MAX_OFFERS 4
#define DHCP6_MAX_CHANGES (2 * (DHCP6_MAX_PREFIXES + DHCP6_MAX_ADDRESSES))
#define DHCP6_BURST 20 /* messages in 20 s at most: section 14.1 */
#define DHCP6_REASON_SIZE 160

struct dhcp6_config {
	struct dhcp6_duid duid; /* stable over reboots and new hardware (section 11): the caller keeps it */
	bool stateless;         /* Information-request; no address, no prefix */
	bool want_pd;           /* neither, nor stateless: there is nothing to ask for yet */
	bool want_na;
	uint32_t pd_iaid; /* stable over restarts (section 12) */
	uint32_t na_iaid;
	uint8_t pd_hint_len; /* the prefix length we would like; 0: none */
	bool rapid_commit;
	bool reconfigure; /* accept Reconfigure messages (section 18.2.11) */
	uint8_t extra_count;
	uint16_t extra[DHCP6_MAX_EXTRA_OPTIONS]; /* more options to ask for */
};

enum dhcp6_state {
	DHCP6_OFF,
	DHCP6_IDLE,
	DHCP6_SOLICITING,
	DHCP6_REQUESTING,
	DHCP6_BOUND,
	DHCP6_RENEWING,
	DHCP6_REBINDING,
	DHCP6_CONFIRMING,
	DHCP6_DECLINING,
	DHCP6_RELEASING,
	DHCP6_INFORMING,
	DHCP6_INFORMED,
};

enum dhcp6_change_kind {
	DHCP6_PREFIX_NEW,
	DHCP6_PREFIX_LIFETIME, /* known, with other lifetimes or another excluded part */
	DHCP6_PREFIX_WITHDRAWN, /* the server ended it, or we released it: advertise zero lifetimes (RFC 9096 section 3.5) */
	DHCP6_PREFIX_EXPIRED,
	DHCP6_ADDRESS_NEW, /* to be probed (RFC 4862 section 5.4), as a /128 without any on-link prefix, before it is used */
	DHCP6_ADDRESS_LIFETIME,
	DHCP6_ADDRESS_WITHDRAWN,
	DHCP6_ADDRESS_EXPIRED,
};

struct dhcp6_change {
	enum dhcp6_change_kind kind;
	struct prefix6 prefix; /* an address as /128 */
};

/*
 * What the caller has to do after an event, in this order: apply the changes (a Release must not leave before the prefix is
 * out of use, section 18.2.7), keep the lease, send. Overwritten by each event.
 */
struct dhcp6_actions {
	uint32_t change_count;
	struct dhcp6_change changes[DHCP6_MAX_CHANGES];
	bool settings_changed; /* DNS, time servers */
	bool softwire_changed; /* settings.softwire: evaluate again */
	bool keep;             /* the lease differs from what was last kept */
	size_t send_len;       /* 0: nothing */
	uint8_t send[DHCP6_MAX_SEND];
};

struct dhcp6_datagram {
	const uint8_t *bytes; /* UDP payload */
	size_t len;
	bool multicast; /* its destination; a Reconfigure must not be (section 16.11) */
};

struct dhcp6_counters {
	uint64_t sent[DHCP6_TYPES];     /* by message type */
	uint64_t received[DHCP6_TYPES]; /* well-formed, by message type */
	uint64_t bad[DHCP6_ERRORS];     /* not used, by reason */
	uint64_t held_back;             /* not sent at once: section 14.1 */
};

/* The exchange that is under way: section 15. */
struct dhcp6_exchange {
	uint8_t type; /* of the message that is repeated; 0: none */
	uint8_t xid[3];
	uint32_t tries;
	uint64_t started;  /* first transmission; elapsed time counts from here */
	uint64_t rt;       /* the retransmission time in use, ms */
	uint64_t send_at;  /* next transmission */
	uint64_t ends_at;  /* MRD */
	uint32_t irt, mrt; /* ms */
	uint32_t mrc;      /* 0: no limit */
};

/* T1 and T2 of one IA. */
struct dhcp6_times {
	uint64_t renew_at;
	uint64_t rebind_at;
};

/* What a server would give. */
struct dhcp6_advertised {
	struct dhcp6_duid server;
	uint8_t preference;
	uint8_t worth; /* what it offers of what we want */
	struct dhcp6_lease lease;
};

/* The caller owns it and reads config, state, lease and counters; the rest belongs to the client. */
struct dhcp6_client {
	struct dhcp6_config config;
	enum dhcp6_state state;
	struct dhcp6_lease lease;
	struct dhcp6_counters counters;
	uint32_t sol_max_rt, inf_max_rt; /* s: sections 21.24, 21.25 */

	struct random *random;
	struct dhcp6_exchange exchange;
	uint32_t offer_count;
	struct dhcp6_advertised offers[DHCP6_MAX_OFFERS];
	uint64_t free_at[DHCP6_BURST]; /* a ring: when each of the last messages no longer counts */
	uint32_t free_next;
	struct dhcp6_times pd_times, na_times;
	struct dhcp6_lease returned; /* what a Release or Decline names */
	uint64_t hint_at;            /* a Renew is wanted then, before its time; DHCP6_NEVER */
	uint64_t hint_not_before;
	char trouble[DHCP6_REASON_SIZE]; /* what the last server said against us, escaped; "": nothing */
};

/* The random numbers choose transaction IDs and the spread of the times. The client is off. */
void dhcp6_client_init(struct dhcp6_client *client, const struct dhcp6_config *config, struct random *random);

/*
 * Begins. With a stored lease that is still valid it is used at once (its changes are in the actions) and checked by a
 * Rebind (section 18.2.12); NULL, or nothing valid in it: Solicit, or Information-request when the configuration says so.
 * A lease that was given to another DUID or IAID is nobody's: do not pass it.
 */
void dhcp6_client_start(struct dhcp6_client *client, uint64_t now, const struct dhcp6_lease *stored,
    struct dhcp6_actions *actions);

/* A datagram to port 546. */
void dhcp6_client_receive(struct dhcp6_client *client, uint64_t now, const struct dhcp6_datagram *datagram,
    struct dhcp6_actions *actions);

/* Time has passed; call at dhcp6_client_next() or any time. One message leaves at most: ask for the next moment again. */
void dhcp6_client_tick(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions);

/* When dhcp6_client_tick() has something to do; DHCP6_NEVER. It may be in the past. */
uint64_t dhcp6_client_next(const struct dhcp6_client *client);

/* The link was down and is up again: check the lease (section 18.2.12). */
void dhcp6_client_link_up(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions);

/* A router advertisement shows that prefixes have changed: Renew, at most every 30 s (section 18.2.12). */
void dhcp6_client_prefixes_moved(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions);

/*
 * A router says that there is a prefix to be had, or an address (RFC 7084 WPD-4, WAA-6): they are asked for from now on, with what is
 * held already. What was wanted before stays wanted.
 */
void dhcp6_client_want(struct dhcp6_client *client, uint64_t now, bool pd, bool na, struct dhcp6_actions *actions);

/*
 * Somebody else uses an address of ours (section 18.2.8): given back, and where a lease is left another one is asked for by a Renew, at most
 * every 30 s. -ENOENT: it is not ours.
 */
int dhcp6_client_decline(struct dhcp6_client *client, uint64_t now, u128 addr, struct dhcp6_actions *actions);

/* Gives everything back (section 18.2.7): only when a person says so. */
void dhcp6_client_release(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions);

/* Off, without a word to the server: the next start finds the lease again (RFC 9096 section 3.1). */
void dhcp6_client_stop(struct dhcp6_client *client);

/* "soliciting", "bound", ... */
const char *dhcp6_state_word(enum dhcp6_state state);

/* What is being waited for, and since which trouble: one line for a person; nothing in it but printable ASCII. */
char *dhcp6_client_reason(const struct dhcp6_client *client, uint64_t now, char text[2 * DHCP6_REASON_SIZE]);

#endif
