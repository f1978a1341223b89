/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How often hosts are told: dnsmasq answers each solicitation from the unspecified address by multicast, at once, but at least three
 * seconds must lie between two of these (RFC 4861 section 6.2.6). A table of nftables, which goes with us, takes the others out.
 */
#ifndef MAPEDGE_APP_PACE_H
#define MAPEDGE_APP_PACE_H

#include <stdint.h>

#include "base/error.h"

/* On a socket's packets, SO_MARK: what must be told at once passes, and the others wait for it. */
#define PACE_MARK 109

struct pace;

/* For advertisements on these devices. NULL with the reason. */
struct pace *pace_open(const unsigned int *ifindex, uint32_t count, struct error *err);

/* NULL is allowed. */
void pace_close(struct pace *pace);

#endif
