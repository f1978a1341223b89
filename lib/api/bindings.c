/* SPDX-License-Identifier: BSD-3-Clause */
/* binding-add, binding-get, binding-remove: changes of the running bindings, without touching their file. */
#include <stdio.h>

#include "api/command.h"
#include "conf/bindings.h"

#define IPV4 .name = "ipv4", .type = ARGUMENT_IP4, .help = "IPv4 address, of a pool"
#define PSID                                                       \
	.name = "psid", .type = ARGUMENT_COUNT, .max = UINT16_MAX, \
	.help = "PSID; leave it out where the pool gives out whole addresses"
#define SOFTWIRE .name = "softwire", .type = ARGUMENT_IP6, .help = "the CE's IPv6 address"

const struct argument api_binding_add_arguments[] = {
	{ IPV4 },
	{ PSID },
	{ SOFTWIRE },
	{ .name = "replace", .type = ARGUMENT_BOOL, .help = "take the place of a binding that is there" },
	{ .name = "bindings", .type = ARGUMENT_LIST, .help = "or many at once: a list of {ipv4, psid, softwire}" },
	{ 0 },
};

/* One of a list. */
static const struct argument element_arguments[] = {
	{ IPV4, .required = true },
	{ PSID },
	{ SOFTWIRE, .required = true },
	{ 0 },
};

const struct argument api_binding_arguments[] = {
	{ IPV4, .required = true },
	{ PSID },
	{ 0 },
};

/* The arguments have been checked. */
static struct api_binding
parse_binding(const json_t *arguments)
{
	const json_t *psid = json_object_get(arguments, "psid"), *softwire = json_object_get(arguments, "softwire");
	struct api_binding binding = { .psid = psid == NULL ? CONF_NO_PSID : (int)json_integer_value(psid) };

	(void)ip4_parse(json_string_value(json_object_get(arguments, "ipv4")), &binding.ipv4);
	if (softwire != NULL)
		(void)ip6_parse(json_string_value(softwire), &binding.softwire);
	return binding;
}

/* ---- binding-add ------------------------------------------------------------------------------------------------ */

/* What became of one or many. */
struct outcome {
	unsigned int added, replaced, failed;
	size_t first;       /* index of the first that failed */
	struct error error; /* and why it did */
};

static void
add_one(const struct api_backend *backend, const json_t *arguments, bool replace, struct outcome *outcome)
{
	const struct api_binding binding = parse_binding(arguments);
	struct error err = { 0 };
	const int rc = backend->binding_add(backend->context, &binding, replace, &err);

	if (rc < 0 && outcome->failed++ == 0) {
		outcome->first = outcome->added + outcome->replaced;
		outcome->error = err;
	}
	outcome->added += rc == 0;
	outcome->replaced += rc > 0;
}

static json_t *
counts(const struct outcome *outcome)
{
	return json_pack("{s:i, s:i, s:i}", "added", (int)outcome->added, "replaced", (int)outcome->replaced, "failed",
	    (int)outcome->failed);
}

/* All of the list is looked at before the first of it is added: a request that is no request does nothing. */
static json_t *
check_list(const json_t *list)
{
	json_t *element, *wrong;
	char what[64];
	size_t i;

	json_array_foreach(list, i, element)
	{
		snprintf(what, sizeof(what), "binding-add: bindings[%zu]", i);
		if (!json_is_object(element))
			return api_reply(API_BAD_REQUEST, NULL, "%s must be {\"ipv4\": …, \"softwire\": …}", what);
		wrong = api_check_arguments(what, element_arguments, element);
		if (wrong != NULL)
			return wrong;
	}
	return NULL;
}

static json_t *
add_list(const struct api_backend *backend, const json_t *list, bool replace)
{
	struct outcome outcome = { 0 };
	json_t *wrong = check_list(list), *element;
	size_t i;

	if (wrong != NULL)
		return wrong;
	json_array_foreach(list, i, element) add_one(backend, element, replace, &outcome);
	if (outcome.failed > 0)
		return api_reply(API_FAILED, counts(&outcome), "%u of %zu failed; the first, bindings[%zu]: %s%s%s",
		    outcome.failed, json_array_size(list), outcome.first, outcome.error.text,
		    outcome.error.hint[0] != '\0' ? "; hint: " : "", outcome.error.hint);
	return api_reply(API_OK, counts(&outcome), "until the next reload: write them into the file, too");
}

json_t *
api_binding_add(const struct api_backend *backend, const json_t *arguments)
{
	const json_t *list = json_object_get(arguments, "bindings");
	const bool replace = json_is_true(json_object_get(arguments, "replace"));
	struct outcome outcome = { 0 };

	if (list != NULL && json_object_size(arguments) != 1 + (json_object_get(arguments, "replace") != NULL))
		return api_reply(API_BAD_REQUEST, NULL,
		    "binding-add: beside \"bindings\" there can only be \"replace\"");
	if (list != NULL)
		return add_list(backend, list, replace);
	if (json_object_get(arguments, "ipv4") == NULL || json_object_get(arguments, "softwire") == NULL)
		return api_reply(API_BAD_REQUEST, NULL, "binding-add needs \"ipv4\" and \"softwire\", or \"bindings\"");
	add_one(backend, arguments, replace, &outcome);
	if (outcome.failed > 0)
		return api_failed(&outcome.error);
	return api_reply(API_OK, counts(&outcome), "until the next reload: write it into the file, too");
}

/* ---- binding-get, binding-remove -------------------------------------------------------------------------------- */

static void
set_traffic(json_t *object, const char *packets, const char *bytes, const struct traffic *traffic)
{
	json_object_set_new(object, packets, json_integer((json_int_t)traffic->packets));
	json_object_set_new(object, bytes, json_integer((json_int_t)traffic->bytes));
}

json_t *
api_binding_get(const struct api_backend *backend, const json_t *arguments)
{
	struct api_binding binding = parse_binding(arguments);
	char ipv4[IP4_TEXT_SIZE], softwire[IP6_TEXT_SIZE];
	struct error err = { 0 };
	json_t *object;

	if (backend->binding_get(backend->context, &binding, &err) < 0)
		return api_failed(&err);
	object = json_pack("{s:s}", "ipv4", ip4_format(binding.ipv4, ipv4));
	if (binding.psid != CONF_NO_PSID)
		json_object_set_new(object, "psid", json_integer(binding.psid));
	json_object_set_new(object, "softwire", json_string(ip6_format(binding.softwire, softwire)));
	json_object_set_new(object, "domain", json_string(binding.domain));
	json_object_set_new(object, "from", json_string(binding.by_command ? "command" : "file"));
	set_traffic(object, "sent_ipv6_packets", "sent_ipv6_bytes", &binding.counters.sent_ipv6);
	set_traffic(object, "sent_ipv4_packets", "sent_ipv4_bytes", &binding.counters.sent_ipv4);
	return api_reply(API_OK, object, "%s", "");
}

json_t *
api_binding_remove(const struct api_backend *backend, const json_t *arguments)
{
	const struct api_binding binding = parse_binding(arguments);
	struct error err = { 0 };

	if (backend->binding_remove(backend->context, &binding, &err) < 0)
		return api_failed(&err);
	return api_reply(API_OK, NULL, "until the next reload: take it out of the file, too");
}
