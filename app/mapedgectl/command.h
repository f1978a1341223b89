/* SPDX-License-Identifier: BSD-3-Clause */
/* A subcommand of mapedgectl; main.c has the table. */
#ifndef MAPEDGECTL_COMMAND_H
#define MAPEDGECTL_COMMAND_H

/* Exit status: EXIT_SUCCESS, EXIT_FAILURE with the reason on stderr, or wrong usage, with the usage on stderr. */
#define EXIT_USAGE 2
#define EXIT_UNREACHABLE 4 /* no daemon at the socket */

struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is "mapedgectl NAME"; returns the exit status */
	const char *help;                  /* one line */
};

int bindings_main(int argc, char **argv);
int calc_main(int argc, char **argv);
int export_main(int argc, char **argv);
int lookup_main(int argc, char **argv);

/* Everything that is no subcommand is for the daemon. argv[0] is the program's name, the rest as typed. */
int client_main(int argc, char **argv);

#endif
