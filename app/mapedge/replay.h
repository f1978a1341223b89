/* SPDX-License-Identifier: BSD-3-Clause */
/* `mapedge replay`: capture files through the very same path, under a virtual clock, without root, NIC or EAL. */
#ifndef MAPEDGE_APP_REPLAY_H
#define MAPEDGE_APP_REPLAY_H

/* argv[0] is "replay". Returns the exit code: 0, 1 with the reason on stderr, 2 on wrong usage. */
int replay_main(int argc, char **argv);

#endif
