/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of a plan: plan.c compares configurations, plan_rules.c rules, plan_cut.c asks who would be cut off. */
#ifndef MAPEDGE_API_PLAN_PARTS_H
#define MAPEDGE_API_PLAN_PARTS_H

#include "api/plan.h"

#define PLAN_RULES_TOLD 50 /* one by one; the others are counted */

struct plan {
	bool is_br;
	json_t *changes;
	json_int_t rules_added, rules_removed, rules_modified;
	uint32_t rules_told;
};

void plan_add(struct plan *plan, const char *what, const char *change, const char *effect);

/* Of a softwire that was there before, by its name. */
void plan_rules(struct plan *plan, const struct conf_softwire *now, const struct conf_softwire *next);

/* Is there a forward in `nat` that does the same? */
bool plan_has_forward(const struct conf_nat *nat, const struct conf_forward *wanted);

#endif
