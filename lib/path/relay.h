/* SPDX-License-Identifier: BSD-3-Clause */
/* Step: an ICMPv6 error about one of our softwire packets becomes an ICMPv4 error for its inner source. RFC 2473 section 8. */
#ifndef MAPEDGE_PATH_RELAY_H
#define MAPEDGE_PATH_RELAY_H

#include "path/steps.h"

/* p->ip is at an ICMPv6 header, p->outer_len bytes are left. Never NEXT: what is no error is Linux's, an error ends here. */
enum verdict relay_error(struct worker *w, struct packet *p);

#endif
