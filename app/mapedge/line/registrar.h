/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells the server of a fixed IPv4 address where our end of the softwire is. When and how often is lib/provision's to say. */
#ifndef MAPEDGE_APP_REGISTRAR_H
#define MAPEDGE_APP_REGISTRAR_H

#include "conf/conf.h"
#include "provision/registration.h"
#include "line/resolver.h"

struct registrar;

/* NULL without memory. The resolver must live as long. */
struct registrar *
registrar_new(struct event_base *base, const struct conf_registration *conf, struct resolver *resolver);

/* Our end, which Linux must have as an address; 0: there is none. NULL is allowed, here and below. */
void registrar_set(struct registrar *registrar, u128 local);

/* The operator wants it done once more. */
void registrar_again(struct registrar *registrar);

/* NULL: nothing is registered. */
const struct registration *registrar_report(const struct registrar *registrar);

void registrar_free(struct registrar *registrar);

#endif
