/* SPDX-License-Identifier: BSD-3-Clause */
/* A CE and a BR with one worker each, for every test anew. */
#ifndef MAPEDGE_TESTS_TWO_BOXES_H
#define MAPEDGE_TESTS_TWO_BOXES_H

#include "box.h"
#include "traffic.h"

static struct box *ce, *br;

static inline void
set_up(void)
{
	ce = box_new(&(struct box_options){ .is_ce = true });
	br = box_new(&(struct box_options){ .is_ce = false });
}

static inline void
tear_down(void)
{
	box_free(ce);
	box_free(br);
}

static inline struct box *
box_of(enum traffic_way way)
{
	return way <= CE_DOWN ? ce : br;
}

#endif
