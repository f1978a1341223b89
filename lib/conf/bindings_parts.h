/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of conf_bindings_load(). */
#ifndef MAPEDGE_CONF_BINDINGS_PARTS_H
#define MAPEDGE_CONF_BINDINGS_PARTS_H

#include <stdio.h>

#include "conf/bindings.h"

#define BINDINGS_MAGIC "\x89MEBIND\n" /* no text begins with such a byte */
#define BINDINGS_MAGIC_SIZE 8

/* A file that is being read; `name` is for errors. */
struct bindings_file {
	const char *name;
	FILE *stream;
	uint64_t size; /* bytes */
	const struct conf_bindings_scope *scope;
};

/* Each reads a whole file, from its beginning, into the list; duplicates in a text are not seen yet. */
int bindings_read_text(const struct bindings_file *file, struct conf_bindings *list, struct error *err);
int bindings_read_compiled(const struct bindings_file *file, struct conf_bindings *list, struct error *err);

/* 0, or -ENOMEM or -EINVAL when there are too many, with the reason. */
int bindings_append(struct conf_bindings *list, const struct binding *binding, struct error *err);

#endif
