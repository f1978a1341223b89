/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the HB46PP client share. */
#ifndef MAPEDGE_PROVISION_HB46PP_PARTS_H
#define MAPEDGE_PROVISION_HB46PP_PARTS_H

#include "provision/hb46pp.h"
#include "provision/take.h"

/* ---- hb46pp_url.c ---- */

struct hb46pp_url {
	bool https;
	char host[OFFER_NAME_SIZE]; /* without the brackets of an IPv6 literal */
	size_t origin_len;          /* "https://host:port" */
	size_t path_len;            /* up to the query */
};

/* An absolute http or https URL of printable ASCII. 0, or -EINVAL with the reason. */
int hb46pp_url_split(const char *url, struct hb46pp_url *parts, struct error *err);

/* ---- hb46pp_methods.c ---- */

/* The kind of softwire that a method makes; false: none that we know. */
bool hb46pp_method_kind(enum hb46pp_method method, enum offer_kind *kind);

/* "map_e" to its number, or HB46PP_UNKNOWN. */
enum hb46pp_method hb46pp_method_find(const char *word);

/*
 * Reads the object of one of the methods that make a softwire into offers[0..max), which are all zero. The number of offers,
 * or -EINVAL with the reason.
 */
int hb46pp_method_read(const struct take *answer, enum hb46pp_method method, struct offer *offers);

#endif
