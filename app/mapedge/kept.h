/* SPDX-License-Identifier: BSD-3-Clause */
/* Small files that outlive a restart: read whole, and replaced whole or not at all. */
#ifndef MAPEDGE_APP_KEPT_H
#define MAPEDGE_APP_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Number of bytes read into data, at most size; -ENOENT when there is no such file; or another negative errno. */
int kept_read(const char *file, uint8_t *data, size_t size);

/*
 * The file has these bytes and is on the disk; or it is as it was, with a negative errno and the reason. Nobody but its owner may
 * read it. Its directory is made if it is not there; the one above must be.
 */
int kept_write(const char *file, const uint8_t *data, size_t len, struct error *err);

#endif
