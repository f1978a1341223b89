/* SPDX-License-Identifier: BSD-3-Clause */
/* Other programs that work for us. */
#ifndef MAPEDGE_APP_PROCESS_H
#define MAPEDGE_APP_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Starts a program with an empty environment, and nothing of ours open but stdin, stdout and stderr; `output`, unless negative, takes the
 * place of the last two. Its process ID, or a negative number with errno. It is told to end when we end, as long as it keeps our user.
 */
pid_t process_spawn(char *const argv[], int output);

/* Ends the process, if need be by force; -1: there is none. Somebody still has to waitpid(2) for it. */
void process_end(int pidfd);

#endif
