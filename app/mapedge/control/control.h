/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control lcore's loop: signals, the JSON socket, reloads. It shares nothing with the workers but the published
 * snapshot and their counters.
 */
#ifndef MAPEDGE_APP_CONTROL_H
#define MAPEDGE_APP_CONTROL_H

#include "engine/bindings.h"
#include "host/hosts.h"

struct control;

/*
 * Takes over the configuration, the snapshot in use and its bindings (or NULL); all are replaced by reloads and freed by
 * control_free(). Also takes over the host interfaces (or NULL), even when it fails: NULL with the reason in err.
 */
struct control *control_new(struct engine *engine, struct conf *conf, struct snapshot *snapshot,
    struct bindings *bindings, struct hosts *hosts, struct error *err);

/* Runs until SIGTERM, SIGINT or `shutdown`. */
void control_run(struct control *control);

/* Prints the final statistics, one line of JSON; the workers must have stopped. */
void control_print_stats(struct control *control);

/* The workers must have stopped. NULL is allowed. */
void control_free(struct control *control);

#endif
