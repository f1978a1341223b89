/* SPDX-License-Identifier: BSD-3-Clause */
/* A sequence of operations on a NAT, beside a plain list that says what must come out: tests/unit/nat_model.h. */
#include "fuzz.h"
#include "nat_model.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nat_model_count count = { 0 };
	const char *difference = nat_model_run(data, size, &count);

	require(difference == NULL, difference);
	return 0;
}
