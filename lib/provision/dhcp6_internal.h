/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the DHCPv6 client share and nobody else needs. */
#ifndef MAPEDGE_PROVISION_DHCP6_INTERNAL_H
#define MAPEDGE_PROVISION_DHCP6_INTERNAL_H

#include "provision/dhcp6_client.h"

#define DHCP6_INFINITY UINT32_MAX /* seconds: RFC 8415 section 7.7 */

/* A prefix, or an address as /128, as a message gives it; lifetimes in seconds. */
struct dhcp6_given {
	struct prefix6 prefix;
	uint32_t preferred;
	uint32_t valid;
	bool has_exclude;
	struct prefix6 exclude;
};

struct dhcp6_ia {
	bool present;
	uint16_t status;
	uint32_t t1, t2; /* s */
	uint32_t count;
	struct dhcp6_given given[DHCP6_MAX_PREFIXES];
};

_Static_assert(DHCP6_MAX_PREFIXES == DHCP6_MAX_ADDRESSES, "struct dhcp6_ia is for both");

/* The authentication option of the reconfigure key protocol: section 20.4. */
struct dhcp6_auth {
	uint8_t type; /* 1: value is the key, 2: the digest */
	uint64_t replay;
	const uint8_t *value; /* 16 bytes in the message */
};

/* An Advertise, a Reply or a Reconfigure with what the client looks at. */
struct dhcp6_answer {
	uint8_t type;
	uint8_t xid[3];
	const uint8_t *message;
	struct dhcp6_reader options;
	struct dhcp6_duid server;
	bool for_us; /* the client ID is ours */
	bool rapid_commit;
	uint8_t preference;
	uint16_t status;
	char status_text[DHCP6_REASON_SIZE / 2]; /* of the first status that is no success, wherever it is; escaped */
	struct dhcp6_ia pd, na;
	uint32_t sol_max_rt, inf_max_rt; /* s; 0: absent or out of range */
	bool has_auth;
	struct dhcp6_auth auth;
	uint8_t reconfigure; /* message type that a Reconfigure asks for; 0: none */
	bool has_refresh;
	uint32_t refresh; /* s */
};

/* DHCP6_OK, DHCP6_TRUNCATED or DHCP6_UNWANTED_TYPE. What is wrong with one option only makes that option absent. */
enum dhcp6_error dhcp6_answer_read(const struct dhcp6_datagram *datagram, const struct dhcp6_config *config,
    struct dhcp6_answer *answer);

/* The other options of an answer. */
void dhcp6_settings_read(struct dhcp6_reader options, struct dhcp6_settings *settings);

/* The new ones in the place of the old; what differs is noted in the actions. */
void dhcp6_settings_apply(struct dhcp6_settings *settings, const struct dhcp6_settings *heard,
    struct dhcp6_actions *actions);

/* `seconds` from now; infinity stays infinity. */
uint64_t dhcp6_after(uint64_t now, uint32_t seconds);

bool dhcp6_lease_is_empty(const struct dhcp6_lease *lease);

/* The next moment at which a binding ends. */
uint64_t dhcp6_lease_next_end(const struct dhcp6_lease *lease);

/* Takes out what has ended, or everything, and notes it. The softwire goes with the last prefix (RFC 7598 section 9). */
void dhcp6_lease_expire(struct dhcp6_lease *lease, uint64_t now, struct dhcp6_actions *actions);
void dhcp6_lease_withdraw(struct dhcp6_lease *lease, struct dhcp6_actions *actions);
void dhcp6_lease_announce(const struct dhcp6_lease *lease, struct dhcp6_actions *actions);

/* An address that is not to be used any more. False: it is not in the lease. */
bool dhcp6_lease_remove_address(struct dhcp6_lease *lease, u128 addr, struct dhcp6_actions *actions);

/*
 * Section 18.2.10.1: what is given is added, refreshed or, with valid lifetime 0, taken out; what is not mentioned stays.
 * True when the IA said anything of use; the times are written then.
 */
bool dhcp6_lease_apply_pd(struct dhcp6_lease *lease, const struct dhcp6_ia *ia, uint64_t now, struct dhcp6_times *times,
    struct dhcp6_actions *actions);
bool dhcp6_lease_apply_na(struct dhcp6_lease *lease, const struct dhcp6_ia *ia, uint64_t now, struct dhcp6_times *times,
    struct dhcp6_actions *actions);

/* Writes the message of the exchange that is under way; its length. */
size_t dhcp6_build(const struct dhcp6_client *client, uint64_t now, uint8_t data[DHCP6_MAX_SEND]);

/* A new exchange whose first message leaves after at most `delay` ms. The times of a Rebind are those of Confirm in DHCP6_CONFIRMING. */
void dhcp6_exchange_begin(struct dhcp6_client *client, uint64_t now, uint8_t type, uint32_t delay, uint64_t ends_at);

/* Sends the message of the exchange if it is due and section 14.1 lets it go. */
void dhcp6_exchange_transmit(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions);

/* Has it been sent as often as it may be, and waited for once more? */
bool dhcp6_exchange_exhausted(const struct dhcp6_client *client, uint64_t now);

/* Into the states. */
void dhcp6_solicit(struct dhcp6_client *client, uint64_t now);
void dhcp6_request(struct dhcp6_client *client, uint64_t now);
void dhcp6_request_next(struct dhcp6_client *client, uint64_t now);
void dhcp6_bound(struct dhcp6_client *client, uint64_t now);
void dhcp6_declined(struct dhcp6_client *client, uint64_t now);
void dhcp6_renew(struct dhcp6_client *client, uint64_t now);
void dhcp6_rebind(struct dhcp6_client *client, uint64_t now);
void dhcp6_inform(struct dhcp6_client *client, uint64_t now, uint32_t delay);

/* A message that has been read whole; what is wrong with it. */
enum dhcp6_error dhcp6_advertise(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer);
enum dhcp6_error dhcp6_reply(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer,
    struct dhcp6_actions *actions);

enum dhcp6_error dhcp6_reconfigure(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer);

/* The key that a Reply brings; another server's key is of no use. Call before the lease's server changes. */
void dhcp6_learn_key(struct dhcp6_client *client, const struct dhcp6_answer *answer);

#endif
