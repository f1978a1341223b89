/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of bindings (docs/bindings.md): the text that people write, and the compiled file that loads faster. Whatever a
 * file is, each binding in it is checked, and nothing of a file that is wrong somewhere is taken.
 */
#ifndef MAPEDGE_CONF_BINDINGS_H
#define MAPEDGE_CONF_BINDINGS_H

#include "conf/conf.h"
#include "map/binding.h"

#define CONF_NO_PSID (-1) /* in place of a PSID: a whole address */

/* What a binding has to fit. */
struct conf_bindings_scope {
	const struct conf_pool *pools; /* of its domain */
	size_t pool_count;
	u128 br[CONF_MAX_DOMAINS]; /* border relays' addresses: no CE has one of them */
	size_t br_count;
	uint16_t domain;
};

/* The bindings of one or more files, those of each file in ascending order of address and PSID. */
struct conf_bindings {
	struct binding *bindings;
	uint32_t count;
	uint32_t room;
};

/* The scope of a domain; the configuration has to outlive it. */
void conf_bindings_scope(const struct conf *conf, uint16_t domain, struct conf_bindings_scope *scope);

/* The pool an address belongs to, or NULL. */
const struct conf_pool *conf_bindings_pool(const struct conf_bindings_scope *scope, uint32_t ipv4);

/*
 * Makes a binding, if it fits: the address is in a pool, the PSID (or CONF_NO_PSID) is one of the pool's, the softwire
 * address can be a CE's. 0, or -EINVAL with the reason, without a place. The first one does it without the softwire.
 */
int conf_binding_ports(const struct conf_bindings_scope *scope, uint32_t ipv4, int psid, struct binding *binding,
    struct error *err);
int conf_binding_make(const struct conf_bindings_scope *scope, uint32_t ipv4, int psid, u128 softwire,
    struct binding *binding, struct error *err);

/*
 * Reads a text or a compiled file and adds its bindings to a list. 0, or -EINVAL or -ENOMEM with "FILE:LINE: error: …" (of
 * a compiled file "FILE: error: …") and a hint, the list as it was.
 */
int conf_bindings_load(const char *file, const struct conf_bindings_scope *scope, struct conf_bindings *list,
    struct error *err);

/*
 * Writes what conf_bindings_load() has read from one file as a compiled file, which replaces `file` when it is complete
 * and on disk. 0, or a negative errno with the reason.
 */
int conf_bindings_compile(const char *file, const struct conf_bindings_scope *scope, const struct conf_bindings *list,
    struct error *err);

/* The list itself is the caller's. */
void conf_bindings_free(struct conf_bindings *list);

#endif
