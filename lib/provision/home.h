/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A home behind a CE: which part of the line's prefix is the LAN's, what becomes of the rest, and which prefixes the hosts must be
 * told to give up. RFC 7084 section 4.3, RFC 9096 section 3.5.
 */
#ifndef MAPEDGE_PROVISION_HOME_H
#define MAPEDGE_PROVISION_HOME_H

#include "base/error.h"
#include "provision/dhcp6_lease.h"

#define HOME_SUBNET_AUTO (-1)
#define HOME_MAX_DISCARD 64
#define HOME_MAX_STALE 7  /* with the one that holds they fit into a router advertisement */
#define HOME_STALE_S 5400 /* RFC 9096 section 3.5: no host has heard of a longer lifetime from us */
#define HOME_FILE_SIZE 1024

/*
 * The LAN's /64: number `wanted` of those in the delegated prefix; HOME_SUBNET_AUTO: 1, as 0 has the MAP address
 * (RFC 7597 section 5.2), or what there is. Never one that the server has excluded (RFC 6603). 0, or -EINVAL with the reason.
 */
int home_subnet(const struct dhcp6_prefix *delegated, int wanted, struct prefix6 *subnet, struct error *err);

/*
 * What must not be sent back to the provider when nobody has it (RFC 7084 WPD-5): the delegated prefix, in parts where some of it
 * is the provider's (RFC 6603 section 4.2). Returns how many.
 */
uint32_t home_discard(const struct dhcp6_prefix *delegated, struct prefix6 parts[HOME_MAX_DISCARD]);

/* RFC 4193 section 3.2: a unique local /48, of 40 random bits; is it one; and a /64 of it, HOME_SUBNET_AUTO is number 1. */
struct prefix6 home_ula(uint64_t random);
bool home_is_ula(const struct prefix6 *prefix);
struct prefix6 home_ula_subnet(const struct prefix6 *ula, int number);

/* Prefixes that hosts may still have from us, and until when they are told that it is over: ms of any clock. */
struct home_stale {
	uint32_t count;
	struct dhcp6_prefix at[HOME_MAX_STALE]; /* valid_until is the end of the telling */
};

/* From now on `prefix` is told to be over; the one that ends first gives way where there is no room. */
void home_stale_add(struct home_stale *stale, const struct prefix6 *prefix, uint64_t until);

/* It is given again. */
void home_stale_remove(struct home_stale *stale, const struct prefix6 *prefix);

/* True when some are not told any more. */
bool home_stale_expire(struct home_stale *stale, uint64_t now);

/*
 * The prefixes as a text to keep over a restart or a crash (RFC 9096 section 3.5), one a line; `current` (NULL: none) is what hosts have
 * now. Of a damaged text what can be read counts; all of it is then told until `until`.
 */
size_t home_stale_write(const struct home_stale *stale, const struct prefix6 *current, char text[HOME_FILE_SIZE]);
void home_stale_read(const char *text, uint64_t until, struct home_stale *stale);

#endif
