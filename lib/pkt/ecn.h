/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: the congestion mark of the outer header comes inside. RFC 6040 section 4.2, figure 4. */
#ifndef MAPEDGE_PKT_ECN_H
#define MAPEDGE_PKT_ECN_H

#include "pkt/worker.h"

#define ECN_MASK 0x03

/* The cases in which the two headers differ and the outer one says something. */
enum verdict ecn_combine(struct worker *w, struct packet *p);

static inline enum verdict
ecn_out_of_softwire(struct worker *w, struct packet *p)
{
	const uint8_t outer = p->outer_class & ECN_MASK;

	if (unlikely(outer != 0 && outer != (p->tos & ECN_MASK)))
		return ecn_combine(w, p);
	return VERDICT_NEXT;
}

#endif
