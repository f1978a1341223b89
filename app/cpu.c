/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program built for instructions that the CPU does not have dies of the first one, without a word. So they are asked for before main()
 * begins, which may have such instructions itself; this file is compiled for every CPU.
 *
 * CPU_NEEDS is a row of NEED(name), with glibc's names.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/platform/x86.h>

#define NEED(name) { x86_cpu_##name, #name },

static const struct {
	unsigned int feature;
	const char *name;
} needed[] = { CPU_NEEDS };

static __attribute__((constructor)) void
cpu_must_do(void)
{
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (x86_cpu_active(needed[i].feature))
			continue;
		fprintf(stderr,
		    "%s: this build needs a CPU with %s\nhint: build for this one: meson setup -Dmarch=native\n",
		    program_invocation_short_name, needed[i].name);
		exit(EXIT_FAILURE);
	}
}
