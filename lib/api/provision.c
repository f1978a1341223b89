/* SPDX-License-Identifier: BSD-3-Clause */
/* provision-get: who says what a CE's softwire is, what was said, since when and until when it holds, and what went wrong last. */
#include "api/command.h"
#include "api/number_json.h"
#include "api/softwire.h"
#include "api/text_json.h"

/* Of the prefixes that the line has, the one that the softwire stands on. */
static const struct dhcp6_prefix *
standing_on(const struct conf_softwire *softwire, const struct line_report *line)
{
	const u128 ours = softwire->kind == OFFER_MAP_E ? softwire->end_user_prefix.addr : softwire->local;
	const struct dhcp6_lease *lease = &line->client->lease;

	for (uint32_t i = 0; i < lease->prefix_count; i++) {
		if (prefix6_contains(&lease->prefixes[i].prefix, ours))
			return &lease->prefixes[i];
	}
	for (uint32_t i = 0; line->routers != NULL && i < line->routers->prefix_count; i++) {
		if (prefix6_contains(&line->routers->prefixes[i].prefix, ours))
			return &line->routers->prefixes[i];
	}
	return NULL;
}

/* Who answered is not always who was asked: what a provider calls itself tells whether it is the right one. */
static json_t *
server_json(const struct hb46pp_client *client)
{
	const struct hb46pp_answer *answer = client->answer;
	json_t *object = json_pack("{s:s, s:o, s:b}", "state", hb46pp_state_word(client->state), "url",
	    text_json(client->server.url), "stored", client->from_store);

	if (answer == NULL)
		return object;
	json_object_set_new(object, "enabler", text_json(answer->enabler_name));
	json_object_set_new(object, "service", text_json(answer->service_name));
	json_object_set_new(object, "isp", text_json(answer->isp_name));
	json_object_set_new(object, "ttl_s", answer->has_ttl ? json_integer(answer->ttl) : json_null());
	json_object_set_new(object, "offers", json_integer(answer->offer_count));
	json_object_set_new(object, "note", text_json(answer->note));
	return object;
}

static void
add_past(json_t *object, const struct softwire_past *past)
{
	if (past->since_ms > 0)
		json_object_set_new(object, "since", moment_json(past->since_ms));
	if (past->down_ms > 0)
		json_object_set_new(object, "last_down",
		    json_pack("{s:o, s:o}", "time", moment_json(past->down_ms), "reason", text_json(past->why_down)));
}

json_t *
api_provision_get(const struct api_backend *backend, const json_t *arguments)
{
	static const struct liveness nothing;
	const struct line_report *line;
	const struct conf *conf = backend->line(backend->context, &line);
	const struct conf_softwire *softwire;
	const struct dhcp6_prefix *prefix;
	json_t *object;

	(void)arguments;
	if (conf->role != CONF_CE)
		return api_reply(API_FAILED, NULL,
		    "a BR is told by its configuration what to do; hint: show softwire lists its domains");
	softwire = &conf->softwires[0];
	object =
	    json_pack("{s:s, s:o}", "method", softwire->provisioned ? source_word(softwire->source) : "configuration",
		"softwire", softwire_json(softwire, &nothing));
	add_past(object, backend->past(backend->context));
	if (line == NULL)
		return api_reply(API_OK, object, "%s", "");
	prefix = softwire->is_down ? NULL : standing_on(softwire, line);
	if (prefix != NULL)
		json_object_set_new(object, "valid_s", left_json(prefix->valid_until, line->now));
	if (line->hb46pp != NULL)
		json_object_set_new(object, "server", server_json(line->hb46pp));
	line_add_provision(object, line);
	return api_reply(API_OK, object, "%s", "");
}
