/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values out of JSON that a server has sent. What is refused is named with key and value, in printable ASCII (the value
 * comes from the network), so that the text can go into a log as it is.
 */
#ifndef MAPEDGE_PROVISION_TAKE_H
#define MAPEDGE_PROVISION_TAKE_H

#include <jansson.h>

#include "base/addr.h"
#include "base/error.h"
#include "provision/offer.h"

#define TAKE_PATH_SIZE 64

/* An object and where it stands. */
struct take {
	const json_t *object;
	char path[TAKE_PATH_SIZE]; /* "map_e.rules[3]"; "": the outermost */
	bool loose;                /* numbers may be written as strings */
	struct error *err;
};

/* Each takes the value of a key: 0, or -EINVAL with the reason when it is absent or not as it says. */
int take_text(const struct take *take, const char *key, const char **text);
int take_number(const struct take *take, const char *key, unsigned int max, unsigned int *value);
int take_flag(const struct take *take, const char *key, bool *flag); /* true, false, 1, 0 */
int take_prefix6(const struct take *take, const char *key, struct prefix6 *prefix);
int take_node6(const struct take *take, const char *key, u128 *address);            /* of one node beyond the link */
int take_far_end(const struct take *take, const char *key, struct offer *offer);    /* a node, or its name */
int take_objects(const struct take *take, const char *key, const json_t **objects); /* an array that is not empty */

/* Why an address cannot be that of a node on the other side of the line, as the end of a sentence; NULL: it can. */
const char *take_node_problem(u128 address);

/* Can it be the name of a host? An IPv4 address is none. */
bool take_is_name(const char *text);

/* A key whose value is null is absent. */
bool take_has(const struct take *take, const char *key);

/* The index-th element of an array, or with index < 0 the value itself, as an object. */
int take_object(const struct take *take, const char *key, int index, struct take *inner);

/* The reason for a value that take_text() has taken: "PATH.KEY: VALUE is …". Returns -EINVAL. */
int take_refuse(const struct take *take, const char *key, const char *what);

/* ---- take_rules.c ---- */

/* Reads one rule; iid is filled in before. */
typedef int take_rule_fn(const struct take *take, struct map_rule_spec *rule);

/* {"ipv6", "ipv4", "ea_length", "psid_offset"} */
take_rule_fn take_rule;

/*
 * An array of rules into offer->rules, each checked by itself and all of them together: what is accepted forms a rule set
 * (map/ruleset.h).
 */
int take_rules(const struct take *take, const char *key, take_rule_fn *read, enum map_iid iid, struct offer *offer);

/* ---- texts ---- */

/* A copy of UTF-8 that fits, whole characters only, '?' for control characters. Did it fit? */
bool take_copy(const char *text, char *copy, size_t size);

/* A copy of bytes of any kind as far as it fits, '?' for each that is not printable ASCII. */
void take_printable(const char *bytes, size_t len, char *copy, size_t size);

#endif
