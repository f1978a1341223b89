/* SPDX-License-Identifier: BSD-3-Clause */
/* What may stand between two quotes: names, words and addresses. */
#ifndef MAPEDGE_CONF_TEXT_H
#define MAPEDGE_CONF_TEXT_H

#include <stdbool.h>

#include "base/addr.h"
#include "conf/conf.h"

/* Index of the text in words (ended by NULL), or -1. */
int text_word(const char *text, const char *const *words);

/*
 * Each of these returns NULL when the text is good, and otherwise what is wrong with it, as the end of a sentence that
 * begins with the text: "is multicast".
 */
const char *text_name(const char *text);
const char *text_mac(const char *text, struct mac *mac);                  /* of one station */
const char *text_address(const char *text, struct conf_address *address); /* of one node */
const char *text_subnet(const char *text, struct conf_address *address);  /* with the length of the node's subnet */
const char *text_prefix4(const char *text, struct prefix4 *prefix);
const char *text_prefix6(const char *text, struct prefix6 *prefix);
const char *text_ports(const char *text, struct port_range *ports); /* "80" or "80-89" */

/* The same for an address that is already a number: can it be that of one node? */
const char *text_node4(uint32_t address);
const char *text_node6(u128 address);
const char *text_global6(u128 address); /* of a node beyond the link */

bool text_is_link_local(u128 address);

char *text_format(const struct conf_address *address, char text[PREFIX_TEXT_SIZE]);
bool text_same_address(const struct conf_address *one, const struct conf_address *other);

#endif
