/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests to the daemon's JSON socket. */
#ifndef MAPEDGECTL_CLIENT_H
#define MAPEDGECTL_CLIENT_H

#include <jansson.h>
#include <stdio.h>

#define CLIENT_SOCKET "/run/mapedge/mapedge.sock"

/*
 * One command and its answer (a new reference). Takes the arguments over. Returns the exit status; unless it is
 * EXIT_SUCCESS, the reason is on stderr and the answer NULL.
 */
int client_ask(const char *path, const char *command, json_t *arguments, json_t **answer);

/* The same; what the daemon says against it goes to `complaints`. */
int client_try(const char *path, const char *command, json_t *arguments, json_t **answer, FILE *complaints);

/* A command as somebody has typed it, and its answer on stdout; no words: how the box is. Returns the exit status. */
int client_run(const char *path, char *const *words, int count);

#endif
