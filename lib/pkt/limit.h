/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Token buckets for what nobody may make us do without end: ICMP errors (RFC 1812 section 4.3.2.8, RFC 4443 section 2.4
 * f), packets to Linux. Rate and burst are the whole box's; each worker gets its share, so that more workers do not mean
 * more packets.
 */
#ifndef MAPEDGE_PKT_LIMIT_H
#define MAPEDGE_PKT_LIMIT_H

#include "pkt/worker.h"

/*
 * Takes one token of w's share, or returns false. The first ones find the bucket full. Rate 0: never. A share of the
 * burst is at least one token, else one worker of many could never send.
 */
bool limit_take(const struct worker *w, struct token_bucket *bucket, struct limit limit);

#endif
