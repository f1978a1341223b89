/* SPDX-License-Identifier: BSD-3-Clause */
/* mapedgectl without a command: how the box is, on one screen, and what is wrong with it. */
#ifndef MAPEDGECTL_OVERVIEW_H
#define MAPEDGECTL_OVERVIEW_H

/* Asks the daemon and prints it. Returns the exit status. */
int overview_main(const char *path);

#endif
