/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef MAPEDGE_APP_EXPLAIN_H
#define MAPEDGE_APP_EXPLAIN_H

#include <stdio.h>

#include "conf/conf.h"
#include "nat/listing.h"

#define EXPLAIN_PACKETS_MAX 16

/* A running box, whose sessions count, too. */
struct explain_box {
	/* Asks a worker's NAT: nat/listing.h. False: it does not answer. */
	bool (*list)(void *context, unsigned int worker, struct nat_listing *listing);
	void *context;
	unsigned int workers;
};

/*
 * What would become of packets that somebody writes down (packet_text.h), one after the other, by the path itself, traced, in a box
 * of its own made from the configuration: 1..EXPLAIN_PACKETS_MAX of them, a block of lines each with an empty line between.
 * `box`: NULL when none runs. 0, or a negative errno with the reason, when some may have been told.
 */
int explain_packets(const struct conf *conf, char *const *texts, unsigned int count, const struct explain_box *box,
    FILE *out, struct error *err);

/*
 * `mapedge explain`: it runs no daemon and changes none. argv[0] is "explain". Returns the exit code: 0, 1 with the reason
 * on stderr, 2 on wrong usage.
 */
int explain_main(int argc, char **argv);

#endif
