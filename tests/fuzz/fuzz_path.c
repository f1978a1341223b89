/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets through CE and BR, all four ways, alone and from one box into the other: lab.h. */
#include "lab.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	lab_run(&input);
	return 0;
}
