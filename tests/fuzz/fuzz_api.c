/* SPDX-License-Identifier: BSD-3-Clause */
/* One line to the JSON interface. Whatever it is, the reply is one line of JSON that says how it went. */
#include <string.h>

#include "fake_backend.h"
#include "fuzz.h"

/* The id of a request that is an object comes back, if it is one. */
static void
check_id(json_t *request, json_t *reply)
{
	json_t *id = json_object_get(request, "id");

	if (json_is_integer(id) || json_is_string(id))
		require(json_equal(json_object_get(reply, "id"), id), "the id is another");
	else
		require(json_object_get(reply, "id") == NULL, "an id that nobody gave");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *reply, *request, *again;
	json_int_t result;
	char *line;

	if (size > API_MAX_REQUEST)
		return 0;
	reply = api_handle(fake_backend(data, size), (const char *)data, size);
	require(reply != NULL, "no reply");
	require(json_is_integer(json_object_get(reply, "result")) && json_is_string(json_object_get(reply, "text")) &&
		json_is_object(json_object_get(reply, "arguments")),
	    "a reply without result, text or arguments");
	result = json_integer_value(json_object_get(reply, "result"));
	require(result >= API_OK && result <= API_UNKNOWN, "an unknown result");
	require(fake_calls == 0 || result <= API_FAILED, "a refused request did something");

	line = json_dumps(reply, JSON_COMPACT);
	require(line != NULL && strchr(line, '\n') == NULL, "the reply is no line");
	again = json_loads(line, 0, NULL);
	require(json_equal(again, reply), "the reply cannot be read again");
	request = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	check_id(request, reply);
	require(request != NULL || result == API_BAD_REQUEST, "what is no JSON was accepted");
	json_decref(request);
	json_decref(again);
	json_decref(reply);
	free(line);
	return 0;
}
