/* SPDX-License-Identifier: BSD-3-Clause */
/* What a CE's softwire is, and whether it leads anywhere: in the documents of `status` and `softwire-get`. */
#ifndef MAPEDGE_API_SOFTWIRE_H
#define MAPEDGE_API_SOFTWIRE_H

#include <jansson.h>

#include "base/error.h"
#include "conf/conf.h"
#include "stats/liveness.h"

/* What has become of a CE's softwire whose parameters come from the line. */
struct softwire_past {
	uint64_t since_ms; /* it is as it is, milliseconds since 1970; 0: nobody has looked */
	uint64_t down_ms;  /* when it went down the last time; 0: it never did */
	char why_down[sizeof(((struct error *)0)->text)];
};

/* A new reference. Without a pulse: nothing about the other end. */
json_t *softwire_json(const struct conf_softwire *softwire, const struct liveness *liveness);

#endif
