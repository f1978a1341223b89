/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: the MSS option of a TCP SYN is lowered to what the softwire carries. RFC 4459 section 3.2, RFC 9293. */
#ifndef MAPEDGE_PKT_MSS_H
#define MAPEDGE_PKT_MSS_H

#include "pkt/l4.h"
#include "pkt/softwire.h"

/* Never raises the option, never adds one. The packet is a TCP SYN that l4_in() has proven. */
void mss_lower(struct worker *w, struct packet *p, uint16_t mss);

static inline void
mss_clamp(struct worker *w, struct packet *p, const struct softwire *softwire)
{
	if (unlikely(p->kind == L4_TCP && (p->tcp_flags & TCP_SYN) && softwire->mss != 0))
		mss_lower(w, p, softwire->mss);
}

#endif
