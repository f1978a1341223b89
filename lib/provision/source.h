/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where the softwire of a CE may come from. The operator says in which order the sources are tried; the first one that gives a
 * softwire which this line can have counts.
 */
#ifndef MAPEDGE_PROVISION_SOURCE_H
#define MAPEDGE_PROVISION_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

enum source_kind {
	SOURCE_DHCPV6, /* RFC 7598, RFC 6334 */
	SOURCE_HB46PP, /* an HTTP server of the provider */
	SOURCE_RULES,  /* a file of the operator */
	SOURCE_STATIC, /* the configuration: all but the line's prefix */
	SOURCE_KINDS,
	SOURCE_NONE = SOURCE_KINDS,
};

/* As configurations and `status` write them: "dhcpv6", "hb46pp", "rules", "static"; "none". */
const char *source_word(enum source_kind kind);

struct source_order {
	uint32_t count;
	enum source_kind kind[SOURCE_KINDS];
};

bool source_is_listed(const struct source_order *order, enum source_kind kind);

enum source_verdict {
	SOURCE_NOTHING, /* it has nothing that this line can have */
	SOURCE_WAITS,   /* it is being asked, or the address of its other end is */
	SOURCE_USABLE,  /* its softwire is set up now */
};

/* Sets up what a source says, if that is possible. */
typedef enum source_verdict source_try(void *context, enum source_kind kind);

/*
 * Tries the sources in their order and returns the one that counts from now on. `in_use` is the one that the softwire in use came
 * from, SOURCE_NONE when there is none: as long as that one waits for its new parameters its softwire stays as it is. A line
 * without a softwire waits for a source that waits, if it is `patient`; otherwise it takes the next one.
 */
enum source_kind
source_choose(const struct source_order *order, enum source_kind in_use, bool patient, source_try *try, void *context);

#endif
