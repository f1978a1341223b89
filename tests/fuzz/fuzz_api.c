/* SPDX-License-Identifier: BSD-3-Clause */
/* One line to the JSON interface. Whatever it is, the reply is one line of JSON that says how it went. */
#include <string.h>

#include "api/api.h"
#include "fuzz.h"

static struct {
	struct counters counters;
	struct gauges gauges;
	struct ruleset *rules;
	struct conf_softwire domain;
	unsigned int calls;  /* of anything that changes the system */
	const uint8_t *text; /* of the reload's error: the request itself */
	size_t len;
} fake;

static void
fake_report(void *context, struct report *report)
{
	(void)context;
	*report = (struct report){ .is_ce = true,
		.generation = 1,
		.interface = { "lan", "wan" },
		.softwire = { { .name = "map0" } },
		.softwire_count = 1,
		.worker_count = 1,
		.counters = { &fake.counters },
		.gauges = { &fake.gauges } };
}

static const struct ruleset *
fake_rules(void *context)
{
	(void)context;
	return fake.rules;
}

static bool
fake_lookup(void *context, struct lookup *lookup)
{
	(void)context;
	*lookup = (struct lookup){ .rules = fake.rules, .domains = &fake.domain, .domain_count = 1 };
	return true;
}

/* No file is read for a fuzzer's request. */
static const char *
fake_rule_log(void *context)
{
	(void)context;
	return "/nonexistent/rules.log";
}

static int
fake_reload(void *context, uint64_t *generation, struct error *err)
{
	(void)context;
	fake.calls++;
	*generation = 2;
	return fake.len % 2 == 0 ? 0 : error_set(err, EINVAL, "%.*s", (int)fake.len, (const char *)fake.text);
}

static void
fake_shutdown(void *context)
{
	(void)context;
	fake.calls++;
}

/* Addresses and softwires that are even are bound. */
static int
fake_binding_add(void *context, const struct api_binding *binding, bool replace, struct error *err)
{
	(void)context;
	require(binding->psid >= -1 && binding->psid <= UINT16_MAX, "a PSID of more than 16 bits");
	fake.calls++;
	if (binding->ipv4 % 2 == 0 && !replace)
		return error_set(err, EEXIST, "bound");
	return binding->ipv4 % 2 == 0;
}

static int
fake_binding_remove(void *context, const struct api_binding *binding, struct error *err)
{
	(void)context;
	fake.calls++;
	return binding->ipv4 % 2 == 0 ? 0 : error_set(err, ENOENT, "not bound");
}

static int
fake_binding_get(void *context, struct api_binding *binding, struct error *err)
{
	(void)context;
	binding->domain = "fixed";
	return binding->ipv4 % 2 == 0 ? 0 : error_set(err, ENOENT, "not bound");
}

static void
set_up(void)
{
	static struct map_rule_spec specs[20];
	struct error err;
	uint32_t bad;

	for (uint32_t i = 0; i < 20; i++)
		specs[i] =
		    (struct map_rule_spec){ .ipv6 = { u128_make(UINT64_C(0x20010db800000000) + ((uint64_t)i << 24), 0),
						40 },
			    .ipv4 = { UINT32_C(0xc0000200) + (i << 8), 24 },
			    .ea_len = 16,
			    .psid_offset = 6 };
	fake.rules = ruleset_build(specs, 20, &bad, &err);
	require(fake.rules != NULL, "the rule set of the test");
}

static const struct conf *
fake_line(void *context, const struct line_report **line)
{
	static const struct conf br = { .role = CONF_BR };

	(void)context;
	*line = NULL;
	fake.calls++;
	return &br;
}

static const struct pulse *
fake_pulse(void *context)
{
	(void)context;
	return NULL;
}

static bool
fake_ask(void *context)
{
	(void)context;
	return fake.len % 2 == 0;
}

static int
fake_release(void *context, struct error *err)
{
	(void)context;
	fake.calls++;
	return error_set(err, ENOENT, "there is no lease to give back");
}

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
	const struct api_backend backend = { NULL, fake_report, fake_rules, fake_lookup, fake_rule_log, fake_reload,
		fake_shutdown, fake_binding_add, fake_binding_remove, fake_binding_get, fake_line, fake_pulse, fake_ask,
		fake_ask, fake_release };
	json_t *reply, *request, *again;
	json_int_t result;
	char *line;

	if (fake.rules == NULL)
		set_up();
	if (size > API_MAX_REQUEST)
		return 0;
	fake.calls = 0;
	fake.text = data;
	fake.len = size;
	reply = api_handle(&backend, (const char *)data, size);
	require(reply != NULL, "no reply");
	require(json_is_integer(json_object_get(reply, "result")) && json_is_string(json_object_get(reply, "text")) &&
		json_is_object(json_object_get(reply, "arguments")),
	    "a reply without result, text or arguments");
	result = json_integer_value(json_object_get(reply, "result"));
	require(result >= API_OK && result <= API_UNKNOWN, "an unknown result");
	require(fake.calls == 0 || result <= API_FAILED, "a refused request did something");

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
