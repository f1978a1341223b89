/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command for the daemon as people write it:
 *
 *   show sessions space=udp count=20     is {"command": "sessions-get", "arguments": {"space": "udp", "count": 20}}
 *   lookup 192.0.2.18 4928               arguments without a name are taken in the table's order
 *   stats-get all                        a bool's name alone is true
 *   show drops --explain                 any argument is an option, too: --count 20, --count=20
 *   apply --confirm-within 60            of config-apply: that word may be left out, and the end of an option's name
 *
 * with --json or --dump anywhere, or "dump" at the end. The table of the JSON interface (api/command.h) says what there is.
 */
#ifndef MAPEDGECTL_WORDS_H
#define MAPEDGECTL_WORDS_H

#include <stdbool.h>

#include "api/command.h"

#define WORDS_MAX 64 /* in one line */

enum form {
	FORM_TEXT, /* for people */
	FORM_JSON,
	FORM_DUMP, /* a line for each value: its path, a tab, the value */
};

struct request {
	const struct api_command *command;
	json_t *arguments; /* a reference of the caller's */
	enum form form;
};

/*
 * The command that begins a line: one word, or two, "show NAME" for NAME-get, else with a hyphen between; what is done with a
 * configuration is said without that word, too: "plan" for config-plan. The number of words, or 0: no such command.
 */
int words_find(char *const *words, int count, const struct api_command **command);

/* What is enough to say for a command: "plan" for config-plan; NULL: only its name. */
const char *words_short(const struct api_command *command);

/* 0, or -EINVAL with the reason and, where one is near, the word that was meant. Nothing is to be freed then. */
int words_read(char *const *words, int count, struct request *request, struct error *err);

/* Every word that could stand in the place of the last one, which may be empty. `help` is of the word, or "". */
void words_complete(char *const *words, int count, void (*offer)(void *context, const char *word, const char *help),
    void *context);

#endif
