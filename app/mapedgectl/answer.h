/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers of the daemon on paper. */
#ifndef MAPEDGECTL_ANSWER_H
#define MAPEDGECTL_ANSWER_H

#include <stdio.h>

#include "words.h"

/* In the form that was asked for; as text, a command may have a page of its own. */
void answer_print(FILE *out, const struct api_command *command, enum form form, const json_t *answer);

/* Any value as text: names and values in columns, lists of objects as tables. */
void answer_text(FILE *out, const json_t *value);

#endif
