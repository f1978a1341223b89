/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Softwires by DHCPv6: from the options of a lease to one offer. MAP-E and lightweight 4over6 containers (RFC 7598), the
 * name of an AFTR (RFC 6334), and the provider's order of preference (RFC 8026).
 */
#ifndef MAPEDGE_PROVISION_S46_H
#define MAPEDGE_PROVISION_S46_H

#include "provision/dhcp6_lease.h"
#include "provision/offer.h"

#define S46_MAX_NOTES 8
#define S46_NOTE_SIZE 200

/* How we read what the provider says. */
struct s46_policy {
	uint32_t allowed;  /* 1 << enum offer_kind for each mechanism that may be used */
	enum map_iid iid;  /* of the rules: MAP_IID_RFC7597 unless the provider is known to speak draft-03 */
	bool psid_from_ea; /* where EA bits and port parameters give different PSIDs believe the EA bits */
};

struct s46_choice {
	struct offer offer; /* valid only when s46_choose() has returned 0 */
	uint32_t ignored; /* containers that lack what they must have or hold what they must not (RFC 7598 section 6) */
	uint32_t refused; /* containers with an impossible value or a sub-option that nobody knows (section 8) */
	bool priority_invalid;
	bool psid_conflict; /* EA bits and port parameters gave different PSIDs */
	uint32_t note_count;
	char notes[S46_MAX_NOTES][S46_NOTE_SIZE]; /* one line each, for the log: which field, which value */
};

/*
 * The first mechanism in the order of option 111 that is allowed and has a valid configuration; without option 111 MAP-E,
 * lw4o6, DS-Lite. The lease's prefixes tell which BR addresses cannot be and which PSID the EA bits give. 0, or -ENOENT
 * with the reason. RFC 7598, RFC 8026 section 1.4.
 */
int s46_choose(const struct dhcp6_lease *lease, const struct s46_policy *policy, struct s46_choice *choice,
    struct error *err);

#endif
