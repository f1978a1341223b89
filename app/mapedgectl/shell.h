/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl shell: one command a line, with TAB, `?` and history on a terminal, else from a file or pipe. */
#ifndef MAPEDGECTL_SHELL_H
#define MAPEDGECTL_SHELL_H

/* Until the end of the input or `exit`. From a file, the first command that fails ends it. Returns the exit status. */
int shell_main(const char *path);

#endif
