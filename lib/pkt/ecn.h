/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps: what the outer traffic class says comes inside. ECN: RFC 6040 section 4.2, figure 4. DSCP: RFC 2983. */
#ifndef MAPEDGE_PKT_ECN_H
#define MAPEDGE_PKT_ECN_H

#include "pkt/softwire.h"

#define ECN_MASK 0x03

/* The two headers differ in a bit that counts. */
enum verdict class_combine(struct worker *w, struct packet *p, uint8_t mask);

static inline enum verdict
class_out_of_softwire(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	if (unlikely(((p->outer_class ^ p->tos) & softwire->decap_mask) != 0))
		return class_combine(w, p, softwire->decap_mask);
	return VERDICT_NEXT;
}

#endif
