/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps: IPv4 addresses that must not come from the Internet or go there: martians (RFC 1812 section 5.3.7, RFC 6890),
 * broadcasts of our subnets (RFC 2644), and from outside our own CEs' addresses, or on a CE the LAN's; and our own ones, which are
 * Linux's.
 * Nearly all packets pass on one bit; the others are looked at closely.
 */
#ifndef MAPEDGE_PATH_SUSPECTS_H
#define MAPEDGE_PATH_SUSPECTS_H

#include "path/path.h"

/* Set-up: marks the /16s that need the close look. All else of the snapshot must be set. */
void suspects_mark(struct snapshot *snapshot);

/* The close look. */
enum verdict suspects_judge_source(struct worker *w, struct packet *p);
enum verdict suspects_judge_destination(struct worker *w, struct packet *p);
enum verdict suspects_judge_lan(struct worker *w, struct packet *p);

static inline bool
is_suspect(const struct snapshot *snapshot, uint32_t addr)
{
	return snapshot->suspects[addr >> 21] >> (addr >> 16 & 31) & 1;
}

static inline enum verdict
source_from_internet(struct worker *w, struct packet *p)
{
	if (unlikely(is_suspect(w->snapshot, p->src)))
		return suspects_judge_source(w, p);
	return VERDICT_NEXT;
}

static inline enum verdict
destination_to_internet(struct worker *w, struct packet *p)
{
	if (unlikely(is_suspect(w->snapshot, p->dst)))
		return suspects_judge_destination(w, p);
	return VERDICT_NEXT;
}

#endif
