/* SPDX-License-Identifier: BSD-3-Clause */
/* Which session a packet that was written down belongs to. */
#ifndef MAPEDGE_APP_EXPLAIN_SESSION_H
#define MAPEDGE_APP_EXPLAIN_SESSION_H

#include "explain.h"
#include "packet_text.h"
#include "pkt/worker.h"

/* That of a worker nobody else touches, or NULL; valid until the next call. */
const struct nat_session_row *session_here(const struct worker *w, const struct packet_text *packet);

/* The same in the running box, whose workers are asked. */
const struct nat_session_row *session_running(const struct explain_box *box, const struct packet_text *packet);

#endif
