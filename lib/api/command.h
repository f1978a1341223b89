/* SPDX-License-Identifier: BSD-3-Clause */
/* What the commands share: their arguments, and replies. */
#ifndef MAPEDGE_API_COMMAND_H
#define MAPEDGE_API_COMMAND_H

#include "api/api.h"

enum argument_type {
	ARGUMENT_BOOL,
	ARGUMENT_COUNT, /* 0..max */
	ARGUMENT_TEXT,
	ARGUMENT_IP4, /* an address as a string */
	ARGUMENT_IP6,
	ARGUMENT_LIST, /* what is in it, the command looks at itself */
};

struct argument {
	const char *name; /* NULL ends the list */
	enum argument_type type;
	bool required;
	json_int_t max;
	const char *help;
};

/* A new reply; takes over `arguments`, where NULL stands for {}. */
json_t *
api_reply(enum api_result result, json_t *arguments, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The reply to a command that failed, with the hint if there is one. */
json_t *api_failed(const struct error *err);

/* NULL when every value has its name and type and none is missing, else a reply that begins with `what`. */
json_t *api_check_arguments(const char *what, const struct argument *arguments, const json_t *values);

/* bindings.c */
extern const struct argument api_binding_add_arguments[];
extern const struct argument api_binding_arguments[]; /* of the other two */
json_t *api_binding_add(const struct api_backend *backend, const json_t *arguments);
json_t *api_binding_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_binding_remove(const struct api_backend *backend, const json_t *arguments);

#endif
