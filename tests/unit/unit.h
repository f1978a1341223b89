/* SPDX-License-Identifier: BSD-3-Clause */
/* What every unit test program shares: its main() and where the test data is. */
#ifndef MAPEDGE_TESTS_UNIT_H
#define MAPEDGE_TESTS_UNIT_H

#include <check.h>

/* Each test program defines its suite; unit.c runs it and prints TAP. */
Suite *unit_suite(void);

/* Full path of a file under tests/vectors or configs (static buffer, overwritten by the next call). */
const char *unit_vector(const char *name);
const char *unit_config(const char *name);

#endif
