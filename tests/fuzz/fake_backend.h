/* SPDX-License-Identifier: BSD-3-Clause */
/* A system behind the commands, for the fuzz targets: what it says depends on the input and on nothing else. */
#ifndef MAPEDGE_TESTS_FUZZ_FAKE_BACKEND_H
#define MAPEDGE_TESTS_FUZZ_FAKE_BACKEND_H

#include "api/api.h"

/* Calls of anything that changes the system since fake_backend(). */
extern unsigned int fake_calls;

/* The input must stay until the next call. */
const struct api_backend *fake_backend(const uint8_t *text, size_t len);

#endif
