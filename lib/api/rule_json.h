/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A mapping rule as JSON, with the names of the configuration file: the same in `rules-get`, in the rule log and in
 * `lookup`. Interface identifier format and domain stand beside it, because they are the domain's.
 */
#ifndef MAPEDGE_API_RULE_JSON_H
#define MAPEDGE_API_RULE_JSON_H

#include <jansson.h>

#include "map/rule.h"

/* {"ipv6", "ipv4", "ea", "offset", "psid_len"} and, when the rule gives one, "psid"; a new reference. */
json_t *rule_json(const struct map_rule_spec *rule);

/*
 * The other way round; fmr is set, iid and domain are the caller's to fill in. 0, or -EINVAL with the reason. Whether the
 * values go together is map_rule_compile()'s question.
 */
int rule_from_json(const json_t *object, struct map_rule_spec *rule, struct error *err);

const char *iid_name(enum map_iid iid);

#endif
