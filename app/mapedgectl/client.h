/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests to the daemon's JSON socket. */
#ifndef MAPEDGECTL_CLIENT_H
#define MAPEDGECTL_CLIENT_H

#include <jansson.h>

#define CLIENT_SOCKET "/run/mapedge/mapedge.sock"

/*
 * One command and its answer (a new reference). Takes the arguments over. Returns the exit status; unless it is
 * EXIT_SUCCESS, the reason is on stderr and the answer NULL.
 */
int client_ask(const char *path, const char *command, json_t *arguments, json_t **answer);

#endif
