/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts that come from outside, file names and requests, as JSON strings. */
#ifndef MAPEDGE_API_TEXT_JSON_H
#define MAPEDGE_API_TEXT_JSON_H

#include <jansson.h>

/* A new reference. JSON has to be UTF-8: when the text is not, or is cut inside a character, '?' stands for each byte that is not ASCII. */
json_t *text_json(const char *text);

#endif
