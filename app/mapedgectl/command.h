/* SPDX-License-Identifier: BSD-3-Clause */
/* What mapedgectl does without a daemon; main.c has the table. What the daemon does is in api/command.h. */
#ifndef MAPEDGECTL_COMMAND_H
#define MAPEDGECTL_COMMAND_H

#include <stdbool.h>

/* Exit status: EXIT_SUCCESS, EXIT_FAILURE with the reason on stderr, or wrong usage, with the usage on stderr. */
#define EXIT_USAGE 2
#define EXIT_UNREACHABLE 4 /* no daemon at the socket */

struct command {
	const char *name;                  /* NULL ends the table */
	int (*run)(int argc, char **argv); /* argv[0] is "mapedgectl NAME"; returns the exit status */
	const char *help;                  /* one line */
	bool is_daemons; /* the daemon has one of this name, too, which is meant when the socket stands in front */
};

extern const struct command local_commands[];

int bindings_main(int argc, char **argv);
int calc_main(int argc, char **argv);
int capture_main(int argc, char **argv);
int export_main(int argc, char **argv);
int lookup_main(int argc, char **argv);
int monitor_main(int argc, char **argv);
int techinfo_main(int argc, char **argv);
int top_main(int argc, char **argv);
int trace_main(int argc, char **argv);

#endif
