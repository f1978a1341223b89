/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A NAT beside a plain list of flows that says what the NAT must do. Bytes decide which operations are run, so that the
 * same model serves a property test (random bytes) and a fuzzer.
 */
#ifndef MAPEDGE_TESTS_NAT_MODEL_H
#define MAPEDGE_TESTS_NAT_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* What happened, so that a test can see that everything did. */
struct nat_model_count {
	uint32_t opened, found_out, found_in, admitted, filtered, unmapped, no_port, table_full, host_limit, expired,
	    flushed, shared, closed_early, resets_ignored;
};

/* Runs all operations. NULL, or how the NAT differed from the list; counts are added up. */
const char *nat_model_run(const uint8_t *data, size_t size, struct nat_model_count *count);

#endif
