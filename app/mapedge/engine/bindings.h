/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bindings of a border relay that runs: the table the workers look into, what they count for each binding, and what
 * control has to remember about both. Control is the table's one writer; each worker writes its own counters.
 *
 * Every reload makes new ones from the files, as it makes a new snapshot, and old ones go with their snapshot.
 */
#ifndef MAPEDGE_APP_BINDINGS_H
#define MAPEDGE_APP_BINDINGS_H

#include "api/api.h"
#include "conf/conf.h"
#include "engine/engine.h"
#include "path/snapshot.h"

#define BINDINGS_MIN_CAPACITY 65536

struct bindings;

/*
 * Reads the files of all domains into a table that has room for a quarter more, and at least for BINDINGS_MIN_CAPACITY. 0, with
 * NULL in *bindings when no domain has pools; or a negative errno with the reason.
 */
int bindings_load(const struct conf *conf, unsigned int workers, struct bindings **bindings, struct error *err);

/* When no worker can see them any more. NULL is allowed. */
void bindings_free(struct bindings *bindings);

/* Shows them to whoever gets the snapshot. NULL is allowed. */
void bindings_attach(const struct bindings *bindings, struct snapshot *snapshot);

/* How many there are, of how many, and the memory they take; zeros for NULL. */
void bindings_report(const struct bindings *bindings, struct report *report);
uint32_t bindings_count(const struct bindings *bindings);

/* Adds to each domain's number how many it has. NULL is allowed. */
void bindings_count_domains(const struct bindings *bindings, uint64_t *counts);

/* How a `lookup` asks them (api/lookup.h). A softwire address is looked for one by one: nothing else needs to find it. */
void bindings_resolve(const struct bindings *bindings, struct lookup_bindings *resolver);
int bindings_of_port_set(const void *bindings, uint32_t ipv4, uint16_t psid, struct binding *binding);

/*
 * Changes by command, as struct api_backend wants them; `bindings` may be NULL. -ENOSPC when the table is full, or what is
 * free in it waits for a grace period: then bindings_tidy() helps.
 */
int bindings_add(struct bindings *bindings, const struct conf *conf, const struct api_binding *wanted, bool replace,
    struct error *err);
int bindings_remove(struct bindings *bindings, const struct conf *conf, const struct api_binding *wanted,
    struct error *err);
int
bindings_get(const struct bindings *bindings, const struct conf *conf, struct api_binding *wanted, struct error *err);

/*
 * Looks whether the workers have let go of what was taken out, and starts the next grace period. True as long as
 * something waits: call it again. NULL is allowed.
 */
bool bindings_tidy(struct bindings *bindings, struct engine *engine);

/* Adds what a binding has carried, if the same one, with the same softwire, is among these. */
void
bindings_add_counters(const struct bindings *bindings, const struct binding *binding, struct binding_counters *total);

/* When no worker counts in `before` any more: bindings that stayed what they were go on from their old counts. */
void bindings_carry_on(struct bindings *bindings, const struct bindings *before);

#endif
