/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static const char *
path_in(const char *variable, const char *name)
{
	static char path[512];
	const char *dir = getenv(variable);

	if (dir == NULL) {
		fprintf(stderr, "%s is not set\n", variable);
		exit(99);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

const char *
unit_vector(const char *name)
{
	return path_in("MAPEDGE_VECTORS", name);
}

const char *
unit_config(const char *name)
{
	return path_in("MAPEDGE_CONFIGS", name);
}

int
main(void)
{
	SRunner *runner = srunner_create(unit_suite());
	int failed;

	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
