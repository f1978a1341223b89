/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests and replies. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/command.h"
#include "api/text_json.h"

/* ---- replies ---------------------------------------------------------------------------------------------------- */

json_t *
api_reply(enum api_result result, json_t *arguments, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return json_pack("{s:i, s:o, s:o}", "result", (int)result, "text", text_json(text), "arguments",
	    arguments != NULL ? arguments : json_object());
}

json_t *
api_failed(const struct error *err)
{
	return api_reply(API_FAILED, NULL, "%s%s%s", err->text, err->hint[0] != '\0' ? "; hint: " : "", err->hint);
}

json_t *
api_too_long(void)
{
	return api_reply(API_BAD_REQUEST, NULL, "the request is longer than %d bytes", API_MAX_REQUEST);
}

/* ---- limits ----------------------------------------------------------------------------------------------------- */

#define MAX_DEPTH 16
#define MAX_STRING 4096

/* Is all of it small enough for whatever looks at it? The line's length bounds how many members there are. RFC 8259 section 9. */
static bool
is_bounded(const json_t *value, int depth)
{
	const char *key;
	json_t *child;
	size_t i;

	if (json_is_string(value))
		return json_string_length(value) <= MAX_STRING;
	if ((json_is_object(value) || json_is_array(value)) && depth == MAX_DEPTH)
		return false;
	json_object_foreach((json_t *)value, key, child)
	{
		if (!is_bounded(child, depth + 1))
			return false;
	}
	json_array_foreach((json_t *)value, i, child)
	{
		if (!is_bounded(child, depth + 1))
			return false;
	}
	return true;
}

/* ---- requests --------------------------------------------------------------------------------------------------- */

static json_t *
check_envelope(json_t *request)
{
	const char *key;
	json_t *value;

	if (!json_is_object(request))
		return api_reply(API_BAD_REQUEST, NULL, "a request is an object: {\"command\": \"…\"}");
	json_object_foreach(request, key, value)
	{
		if (strcmp(key, "command") != 0 && strcmp(key, "arguments") != 0 && strcmp(key, "id") != 0)
			return api_reply(API_BAD_REQUEST, NULL, "unknown key \"%.64s\" beside command, arguments, id",
			    key);
	}
	if (!json_is_string(json_object_get(request, "command")))
		return api_reply(API_BAD_REQUEST, NULL, "\"command\" is missing or not a string");
	value = json_object_get(request, "arguments");
	if (value != NULL && !json_is_object(value))
		return api_reply(API_BAD_REQUEST, NULL, "\"arguments\" must be an object");
	value = json_object_get(request, "id");
	if (value != NULL && !json_is_integer(value) && !json_is_string(value))
		return api_reply(API_BAD_REQUEST, NULL, "\"id\" must be an integer or a string");
	return NULL;
}

static json_t *
handle_request(const struct api_backend *backend, json_t *request)
{
	json_t *wrong = check_envelope(request), *arguments;
	const struct api_command *command;
	const char *name;

	if (wrong != NULL)
		return wrong;
	if (!is_bounded(request, 0))
		return api_reply(API_BAD_REQUEST, NULL,
		    "a request is at most %d deep, and its strings have %d bytes at most", MAX_DEPTH, MAX_STRING);
	name = json_string_value(json_object_get(request, "command"));
	command = api_command_find(name);
	if (command == NULL)
		return api_reply(API_UNKNOWN, NULL, "no command \"%.64s\"; list-commands shows all", name);
	arguments = json_object_get(request, "arguments");
	wrong = api_check_arguments(command->name, command->arguments, arguments);
	if (wrong != NULL)
		return wrong;
	return command->handle(backend, arguments);
}

json_t *
api_handle(const struct api_backend *backend, const char *line, size_t len)
{
	json_error_t error;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	json_t *answer, *id;

	if (request == NULL)
		return api_reply(API_BAD_REQUEST, NULL, "not JSON: %s (column %d)", error.text, error.column);
	answer = handle_request(backend, request);
	id = json_object_get(request, "id");
	if (json_is_integer(id) || json_is_string(id))
		json_object_set(answer, "id", id);
	json_decref(request);
	return answer;
}
