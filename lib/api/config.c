/* SPDX-License-Identifier: BSD-3-Clause */
/* config-check, config-plan, config-apply, config-confirm, config-rollback, config-reload. */
#include "api/command.h"
#include "api/plan.h"
#include "api/text_json.h"

#define CONFIRM_MAX_S 86400

const struct argument api_config_apply_arguments[] = {
	{ .name = "confirm_within_s",
	    .type = ARGUMENT_COUNT,
	    .max = CONFIRM_MAX_S,
	    .help = "take it back after so many seconds without config-confirm; default: never" },
	{ 0 },
};

const struct argument api_config_check_arguments[] = {
	{ .name = "file",
	    .type = ARGUMENT_TEXT,
	    .help = "its whole path; default: the file that mapedge was started with" },
	{ 0 },
};

/* A path that does not begin at the root would be the daemon's, not that of whoever asks. */
json_t *
api_config_check(const struct api_backend *backend, const json_t *arguments)
{
	const char *file = json_string_value(json_object_get(arguments, "file"));
	struct api_checked checked = { 0 };
	struct error err = { 0 };

	if (file != NULL && file[0] != '/')
		return api_reply(API_FAILED, NULL, "\"%.64s\" is no whole path; hint: it begins with /", file);
	if (backend->check(backend->context, file, &checked, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK,
	    json_pack("{s:o, s:I, s:I, s:o, s:o}", "file", text_json(checked.file), "rules", (json_int_t)checked.rules,
		"bindings", (json_int_t)checked.bindings, "notes", checked.notes, "needs_restart",
		checked.needs_restart != NULL ? json_string(checked.needs_restart) : json_null()),
	    "%s", "");
}

json_t *
api_config_plan(const struct api_backend *backend, const json_t *arguments)
{
	const struct line_report *line;
	const struct conf *now;
	struct error err = { 0 };
	struct conf *planned;
	json_t *plan;

	(void)arguments;
	if (backend->plan(backend->context, &planned, &err) < 0)
		return api_failed(&err);
	now = backend->line(backend->context, &line);
	plan = plan_json(now, planned);
	json_object_set_new(plan, "cut", plan_cut_json(backend, now, planned, plan_ends_sessions(now, planned)));
	conf_free(planned);
	return api_reply(API_OK, plan, "%s", "");
}

static json_t *
apply(const struct api_backend *backend, uint32_t confirm_s, const char *text)
{
	struct error err = { 0 };
	uint64_t generation = 0;
	json_t *object;

	if (backend->apply(backend->context, confirm_s, &generation, &err) < 0)
		return api_failed(&err);
	object = json_pack("{s:I}", "generation", (json_int_t)generation);
	if (confirm_s > 0)
		json_object_set_new(object, "confirm_within_s", json_integer(confirm_s));
	return api_reply(API_OK, object, "%s", text);
}

json_t *
api_config_apply(const struct api_backend *backend, const json_t *arguments)
{
	return apply(backend, (uint32_t)json_integer_value(json_object_get(arguments, "confirm_within_s")), "applied");
}

json_t *
api_config_reload(const struct api_backend *backend, const json_t *arguments)
{
	(void)arguments;
	return apply(backend, 0, "reloaded");
}

json_t *
api_config_confirm(const struct api_backend *backend, const json_t *arguments)
{
	struct error err = { 0 };

	(void)arguments;
	return backend->confirm(backend->context, &err) < 0 ? api_failed(&err) : api_reply(API_OK, NULL, "confirmed");
}

json_t *
api_config_rollback(const struct api_backend *backend, const json_t *arguments)
{
	struct error err = { 0 };
	uint64_t generation = 0;

	(void)arguments;
	if (backend->rollback(backend->context, &generation, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, json_pack("{s:I}", "generation", (json_int_t)generation), "rolled back");
}
