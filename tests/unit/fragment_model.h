/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual reassembly and reassembly, each beside a plain list of (start, end) pairs that says what must become of every
 * fragment. Bytes decide what comes when, so that the same models serve a property test and a fuzzer.
 */
#ifndef MAPEDGE_TESTS_FRAGMENT_MODEL_H
#define MAPEDGE_TESTS_FRAGMENT_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* One operation. What is meant by it all: operate() and op_fragment() of each model. */
struct fragment_model_record {
	uint8_t operation; /* bits 0..2: which one; bit 7: a fragment of a small datagram */
	uint8_t key;       /* which datagram */
	uint8_t place;     /* offset */
	uint8_t size;      /* length, time, how many */
	uint8_t how;       /* flags */
	uint8_t marks;     /* ECN, extension headers */
};

/* What happened, so that a test can see that everything did. */
struct fragment_model_count {
	uint32_t passed, held, again, whole, atomic;
	uint32_t bad, tiny, duplicate, overlap, full, refused, timeout, too_big, ecn;
	uint32_t ended; /* datagrams all of whose bytes passed */
};

/* Runs all operations. NULL, or how the code differed from the list; counts are added up. */
const char *virtual_model_run(const uint8_t *data, size_t size, struct fragment_model_count *count);
const char *reassembly_model_run(const uint8_t *data, size_t size, struct fragment_model_count *count);

#endif
