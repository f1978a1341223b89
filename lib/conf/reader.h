/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strict reading of libconfig groups.
 *
 * A table says which settings a group may have and what they may be. reader_check() compares the group with it and
 * finds every wrong name, type and value; after that the reader_get functions cannot fail, they only know "not given".
 */
#ifndef MAPEDGE_CONF_READER_H
#define MAPEDGE_CONF_READER_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "base/error.h"
#include "conf/conf.h"

#define READER_COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum reader_type {
	READER_BOOL,
	READER_INT,     /* min..max; with words it may be one of these, too */
	READER_TEXT,    /* 1..max characters */
	READER_NAME,    /* letters, digits, '-' and '_' */
	READER_WORD,    /* one of words */
	READER_MAC,     /* of one station: neither multicast nor zero */
	READER_ADDRESS, /* IPv4 or IPv6, of one node */
	READER_SUBNET,  /* such an address and the prefix length of its subnet */
	READER_IP6,
	READER_PREFIX4, /* with words it may be one of these, too */
	READER_PREFIX6, /* the same */
	READER_PORTS,   /* a port or a range of them, as text */
	READER_GROUP,
	READER_GROUPS, /* min..max groups */
	READER_VALUES, /* min..max values of type `element` */
};

struct reader_key {
	const char *name;
	enum reader_type type;
	bool required;
	int min, max;
	enum reader_type element;
	const char *const *words; /* ends with NULL; a word's value is its index */
	const char *example;      /* for hints, as one would write it */
};

/* In all of these the group may be NULL: it is not there, so nothing is wrong with it and nothing given in it. */

/* 0, or -EINVAL with the first thing in the order of the file that is wrong. */
int reader_check(const config_setting_t *group, const struct reader_key *keys, size_t count, struct error *err);

/* The setting, or the group when it has none of that name: a place for errors about it. */
const config_setting_t *reader_place(const config_setting_t *group, const char *name);

/* Each returns the fallback, NULL or false when the setting is not given; then *value is not touched. */
bool reader_get_bool(const config_setting_t *group, const char *name, bool fallback);
int reader_get_int(const config_setting_t *group, const char *name, int fallback);
const char *reader_get_text(const config_setting_t *group, const char *name);
int reader_get_word(const config_setting_t *group, const char *name, const char *const *words, int fallback);
bool reader_get_mac(const config_setting_t *group, const char *name, struct mac *value);
bool reader_get_ip6(const config_setting_t *group, const char *name, u128 *value);
bool reader_get_prefix4(const config_setting_t *group, const char *name, struct prefix4 *value);
bool reader_get_prefix6(const config_setting_t *group, const char *name, struct prefix6 *value);
bool reader_get_ports(const config_setting_t *group, const char *name, struct port_range *value);
bool reader_get_address(const config_setting_t *group, const char *name, struct conf_address *value);

/* Number of elements of a list, 0 when it is not given; the index-th element, and its text. */
size_t reader_length(const config_setting_t *group, const char *name);
const config_setting_t *reader_element(const config_setting_t *group, const char *name, size_t index);
const char *reader_value(const config_setting_t *group, const char *name, size_t index);

#endif
