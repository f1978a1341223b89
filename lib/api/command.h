/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of commands, from which come the check of requests, list-commands, and mapedgectl with its help, completion, manual
 * page and docs/commands.md; and what the commands share.
 */
#ifndef MAPEDGE_API_COMMAND_H
#define MAPEDGE_API_COMMAND_H

#include "api/api.h"

enum argument_type {
	ARGUMENT_BOOL,
	ARGUMENT_COUNT, /* 0..max */
	ARGUMENT_TEXT,
	ARGUMENT_WORD, /* one of its words */
	ARGUMENT_IP4,  /* an address as a string */
	ARGUMENT_IP6,
	ARGUMENT_LIST, /* what is in it, the command looks at itself */
};

struct argument {
	const char *name; /* NULL ends the list */
	enum argument_type type;
	bool required;
	json_int_t max;
	const char *words; /* "tcp|udp" */
	const char *help;
};

struct api_command {
	const char *name; /* NULL ends the table */
	const char *help;
	bool writes; /* changes the running system */
	const struct argument *arguments;
	json_t *(*handle)(const struct api_backend *backend, const json_t *arguments);
};

/* By name. */
extern const struct api_command api_commands[];

/* NULL: there is none of that name. */
const struct api_command *api_command_find(const char *name);

/* What values of the argument look like, for people: "an integer 0..65535". */
const char *api_argument_text(const struct argument *argument, char text[128]);

/* A new reply; takes over `arguments`, where NULL stands for {}. */
json_t *
api_reply(enum api_result result, json_t *arguments, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The reply to a command that failed, with the hint if there is one. */
json_t *api_failed(const struct error *err);

/* A reply to list-commands. */
json_t *api_list_commands(const struct api_backend *backend, const json_t *arguments);

/* NULL when every value has its name and type and none is missing, else a reply that begins with `what`. */
json_t *api_check_arguments(const char *what, const struct argument *arguments, const json_t *values);

/* commands.c */
extern const struct argument api_drain_arguments[];
json_t *api_drain(const struct api_backend *backend, const json_t *arguments);
json_t *api_lookup(const struct api_backend *backend, const json_t *arguments);
json_t *api_provision_forget(const struct api_backend *backend, const json_t *arguments);
json_t *api_provision_refresh(const struct api_backend *backend, const json_t *arguments);
json_t *api_release(const struct api_backend *backend, const json_t *arguments);
json_t *api_rules_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_shutdown(const struct api_backend *backend, const json_t *arguments);
json_t *api_softwire_disable(const struct api_backend *backend, const json_t *arguments);
json_t *api_softwire_enable(const struct api_backend *backend, const json_t *arguments);
json_t *api_stats_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_status(const struct api_backend *backend, const json_t *arguments);
extern const struct argument api_lookup_arguments[];
extern const struct argument api_rules_arguments[];
extern const struct argument api_stats_arguments[];

/* health.c */
json_t *api_health(const struct api_backend *backend, const json_t *arguments);

/* drops.c */
extern const struct argument api_drops_arguments[];
json_t *api_drops_get(const struct api_backend *backend, const json_t *arguments);

/* capture.c */
extern const struct argument api_capture_start_arguments[];
extern const struct argument api_capture_stop_arguments[];
extern const struct argument api_capture_take_arguments[];
json_t *api_capture_start(const struct api_backend *backend, const json_t *arguments);
json_t *api_capture_stop(const struct api_backend *backend, const json_t *arguments);
json_t *api_capture_take(const struct api_backend *backend, const json_t *arguments);

/* trace.c */
extern const struct argument api_trace_start_arguments[];
extern const struct argument api_trace_stop_arguments[];
extern const struct argument api_trace_take_arguments[];
json_t *api_trace_start(const struct api_backend *backend, const json_t *arguments);
json_t *api_trace_stop(const struct api_backend *backend, const json_t *arguments);
json_t *api_trace_take(const struct api_backend *backend, const json_t *arguments);

/* events.c */
extern const struct argument api_events_arguments[];
json_t *api_events_get(const struct api_backend *backend, const json_t *arguments);

/* diagnose.c, explain.c */
extern const struct argument api_diagnose_arguments[];
extern const struct argument api_explain_packet_arguments[];
extern const struct argument api_explain_prefix_arguments[];
json_t *api_diagnose(const struct api_backend *backend, const json_t *arguments);
json_t *api_explain_packet(const struct api_backend *backend, const json_t *arguments);
json_t *api_explain_prefix(const struct api_backend *backend, const json_t *arguments);

/* config.c */
extern const struct argument api_config_apply_arguments[];
extern const struct argument api_config_check_arguments[];
json_t *api_config_apply(const struct api_backend *backend, const json_t *arguments);
json_t *api_config_check(const struct api_backend *backend, const json_t *arguments);
json_t *api_config_confirm(const struct api_backend *backend, const json_t *arguments);
json_t *api_config_plan(const struct api_backend *backend, const json_t *arguments);
json_t *api_config_reload(const struct api_backend *backend, const json_t *arguments);
json_t *api_config_rollback(const struct api_backend *backend, const json_t *arguments);

/* nat.c */
extern const struct argument api_hosts_arguments[];
extern const struct argument api_ports_arguments[];
extern const struct argument api_sessions_arguments[];
json_t *api_hosts_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_ports_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_sessions_get(const struct api_backend *backend, const json_t *arguments);

/* log.c */
extern const struct argument api_log_arguments[];
json_t *api_log_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_log_set(const struct api_backend *backend, const json_t *arguments);

/* alarms.c */
extern const struct argument api_alarms_arguments[];
json_t *api_alarms_get(const struct api_backend *backend, const json_t *arguments);

/* softwire.c, provision.c, workers.c, neighbours.c, routes.c */
extern const struct argument api_softwire_arguments[];
extern const struct argument api_neighbours_arguments[];
extern const struct argument api_routes_arguments[];
json_t *api_softwire_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_provision_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_workers_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_neighbours_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_routes_get(const struct api_backend *backend, const json_t *arguments);

/* bindings.c */
extern const struct argument api_binding_add_arguments[];
extern const struct argument api_binding_arguments[]; /* of the other two */
json_t *api_binding_add(const struct api_backend *backend, const json_t *arguments);
json_t *api_binding_get(const struct api_backend *backend, const json_t *arguments);
json_t *api_binding_remove(const struct api_backend *backend, const json_t *arguments);

#endif
