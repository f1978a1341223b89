/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps: what the outer traffic class says comes inside. ECN: RFC 6040 section 4.2, figure 4. DSCP: RFC 2983. */
#ifndef MAPEDGE_PKT_ECN_H
#define MAPEDGE_PKT_ECN_H

#include "pkt/softwire.h"

#define ECN_MASK 0x03

/* The cases in which the two headers differ and the outer one says something. */
enum verdict ecn_combine(struct worker *w, struct packet *p);

/* DSCP by the softwire's policy: the outer one replaces the inner one. */
void dscp_copy(struct packet *p);

static inline enum verdict
class_out_of_softwire(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	const uint8_t outer = p->outer_class & ECN_MASK;

	if (unlikely(outer != 0 && outer != (p->tos & ECN_MASK)))
		TRY(ecn_combine(w, p));
	if (unlikely(softwire->decap_dscp))
		dscp_copy(p);
	return VERDICT_NEXT;
}

#endif
