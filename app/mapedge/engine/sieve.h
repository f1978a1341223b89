/* SPDX-License-Identifier: BSD-3-Clause */
/* A filter as tcpdump takes it, for packets that begin with their frame and for those that begin with their IP header. */
#ifndef MAPEDGE_APP_SIEVE_H
#define MAPEDGE_APP_SIEVE_H

#include <pcap/pcap.h>
#include <rte_mbuf.h>
#include <stdbool.h>

#include "base/error.h"

struct sieve {
	struct bpf_program frames;
	struct bpf_program packets;
	bool is_on; /* else everything passes */
};

/* "" lets everything pass. 0, or a negative errno with what libpcap says; sieve_free() in both cases. */
int sieve_init(struct sieve *sieve, const char *filter, struct error *err);
void sieve_free(struct sieve *sieve);

/* Worker: a packet on its way may have lost its frame. */
bool sieve_begins_with_ip(const struct rte_mbuf *mbuf);
bool sieve_passes(const struct sieve *sieve, const struct rte_mbuf *mbuf, bool is_ip);

#endif
