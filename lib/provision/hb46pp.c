/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/hb46pp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "provision/hb46pp_parts.h"

#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* The caller's own limits are shorter; these are for a caller that forgets to answer. */
#define DNS_LIMIT (30 * SECOND)
#define SERVER_LIMIT (90 * SECOND)

/* An address that comes and goes does not make a query each time. */
#define QUERY_GAP (10 * SECOND)

/* Section 3.6: so that CEs that have failed together do not come back together. */
struct range {
	uint64_t from, to;
};
static const struct range no_service_wait = { 1 * HOUR, 3 * HOUR };   /* c.2 */
static const struct range dns_wait = { 1 * MINUTE, 10 * MINUTE };     /* c.3 */
static const struct range server_wait = { 10 * MINUTE, 30 * MINUTE }; /* f.2, h.2 */
static const struct range no_ttl_wait = { 20 * HOUR, 24 * HOUR };     /* k.2 */

const char *
hb46pp_state_word(enum hb46pp_state state)
{
	static const char *const words[] = {
		[HB46PP_OFF] = "off",
		[HB46PP_NO_ADDRESS] = "no-address",
		[HB46PP_ASK_DNS] = "asking-dns",
		[HB46PP_ASK_SERVER] = "asking-server",
		[HB46PP_RETRY] = "retry",
		[HB46PP_NO_SERVICE] = "no-service",
		[HB46PP_DONE] = "done",
	};

	return words[state];
}

/* ---- states ----------------------------------------------------------------------------------------------------- */

static void __attribute__((format(printf, 5, 6)))
enter(struct hb46pp_client *client, uint64_t now_ms, enum hb46pp_state state, uint64_t next_ms, const char *format, ...)
{
	va_list args;

	client->state = state;
	client->since_ms = now_ms;
	client->next_ms = next_ms;
	va_start(args, format);
	vsnprintf(client->reason, sizeof(client->reason), format, args);
	va_end(args);
}

static uint64_t
in(struct hb46pp_client *client, uint64_t now_ms, const struct range *range)
{
	return now_ms + range->from + random_below(&client->random, (uint32_t)(range->to - range->from + 1));
}

/* a, b */
static uint32_t
begin(struct hb46pp_client *client, uint64_t now_ms)
{
	client->serial++;
	client->redirects = 0;
	client->asked_ms = now_ms;
	enter(client, now_ms, HB46PP_ASK_DNS, now_ms + DNS_LIMIT, "asks the resolver for TXT %s", HB46PP_DOMAIN);
	return HB46PP_QUERY;
}

/* d */
static uint32_t
ask_server(struct hb46pp_client *client, uint64_t now_ms)
{
	struct error err;

	if (hb46pp_request(&client->at, &client->identity, client->token, &client->get, &err) < 0) {
		enter(client, now_ms, HB46PP_RETRY, in(client, now_ms, &server_wait), "%s", err.text);
		return 0;
	}
	client->serial++;
	enter(client, now_ms, HB46PP_ASK_SERVER, now_ms + SERVER_LIMIT, "asks %.200s", client->get.shown);
	return HB46PP_GET;
}

/* ---- what the answers lead to ----------------------------------------------------------------------------------- */

static void
take_answer(struct hb46pp_client *client, struct hb46pp_answer *answer, bool from_store)
{
	free(client->answer);
	client->answer = answer;
	client->from_store = from_store;
}

/* Section 3.5: what was stored, where the server cannot be reached and nothing is in use. */
static uint32_t
fall_back(struct hb46pp_client *client)
{
	if (client->active || client->stored == NULL)
		return 0;
	take_answer(client, client->stored, true);
	client->stored = NULL;
	client->active = true;
	client->fresh_address = false;
	return HB46PP_CONFIGURE;
}

/* c.3, f.2, h.2: what runs goes on. */
static uint32_t __attribute__((format(printf, 4, 5)))
fail(struct hb46pp_client *client, uint64_t now_ms, const struct range *wait, const char *format, ...)
{
	char reason[sizeof(client->reason)];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	enter(client, now_ms, HB46PP_RETRY, in(client, now_ms, wait), "%s", reason);
	return fall_back(client);
}

static uint32_t
forget_stored(struct hb46pp_client *client)
{
	free(client->stored);
	client->stored = NULL;
	return HB46PP_ERASE;
}

static uint32_t
disable(struct hb46pp_client *client)
{
	const bool was_active = client->active;

	client->active = false;
	take_answer(client, NULL, false);
	return forget_stored(client) | (was_active ? HB46PP_DISABLE : 0);
}

/* c.2, and since 1.2 a record that is wrong: the line may be another provider's now. The token was for the last one. */
static uint32_t
no_service(struct hb46pp_client *client, uint64_t now_ms, const char *reason)
{
	client->token[0] = '\0';
	enter(client, now_ms, HB46PP_NO_SERVICE, in(client, now_ms, &no_service_wait), "%s", reason);
	return disable(client);
}

/* ---- DNS -------------------------------------------------------------------------------------------------------- */

uint32_t
hb46pp_dns(struct hb46pp_client *client, uint64_t now_ms, uint32_t serial, enum hb46pp_dns result,
    const struct hb46pp_string *strings, size_t count)
{
	char reason[sizeof(client->reason)];
	struct error err;

	if (client->state != HB46PP_ASK_DNS || serial != client->serial)
		return 0;
	switch (result) {
	case HB46PP_DNS_OK:
		break;
	case HB46PP_DNS_NODATA:
		return no_service(client, now_ms, HB46PP_DOMAIN " has no TXT record: the line has no HB46PP");
	case HB46PP_DNS_NXDOMAIN:
		return no_service(client, now_ms, HB46PP_DOMAIN " does not exist: the line has no HB46PP");
	case HB46PP_DNS_SERVFAIL:
		return fail(client, now_ms, &dns_wait, "the resolver fails at TXT %s", HB46PP_DOMAIN);
	case HB46PP_DNS_TIMEOUT:
		return fail(client, now_ms, &dns_wait, "the resolver does not answer TXT %s", HB46PP_DOMAIN);
	}
	if (hb46pp_txt_parse(strings, count, &client->server, &err) < 0) {
		snprintf(reason, sizeof(reason), "%.120s%s%.100s", err.text, err.hint[0] == '\0' ? "" : "; ", err.hint);
		return no_service(client, now_ms, reason);
	}
	client->at = client->server;
	return ask_server(client, now_ms);
}

/* ---- the server ------------------------------------------------------------------------------------------------- */

static uint32_t
redirect(struct hb46pp_client *client, uint64_t now_ms, const char *location)
{
	struct error err;

	if (location == NULL)
		return fail(client, now_ms, &server_wait, "the server answers 307 without Location");
	if (client->redirects++ == HB46PP_MAX_REDIRECTS)
		return fail(client, now_ms, &server_wait, "the server answers 307 for the %dth time",
		    HB46PP_MAX_REDIRECTS + 1);
	if (hb46pp_redirect(&client->at, location, &client->at, &err) < 0)
		return fail(client, now_ms, &server_wait, "the server answers 307: %.200s", err.text);
	return ask_server(client, now_ms);
}

uint32_t
hb46pp_kinds(const struct hb46pp_identity *identity)
{
	enum offer_kind kind;
	uint32_t kinds = 0;

	for (enum hb46pp_method method = 0; method < HB46PP_METHODS; method++) {
		if ((identity->capabilities & HB46PP_CAN(method)) != 0 && hb46pp_method_kind(method, &kind))
			kinds |= 1u << kind;
	}
	return kinds;
}

/* Is something wrong with a method that we would rather have taken, or with any when none could be? */
static bool
lost_broken(const struct hb46pp_answer *answer, uint32_t kinds, const struct offer *chosen)
{
	enum offer_kind kind;

	for (uint32_t i = 0; i < answer->entry_count; i++) {
		const struct hb46pp_entry *entry = &answer->entries[i];

		if (chosen != NULL && chosen < &answer->offers[entry->first + entry->count])
			return false;
		if (entry->listed && entry->broken && hb46pp_method_kind(entry->method, &kind) &&
		    (kinds & 1u << kind) != 0)
			return true;
	}
	return false;
}

/* k */
static uint64_t
end_of_answer(struct hb46pp_client *client, uint64_t now_ms, const struct hb46pp_answer *answer)
{
	if (!answer->has_ttl)
		return in(client, now_ms, &no_ttl_wait);
	return now_ms + (answer->ttl > HB46PP_MIN_TTL ? answer->ttl : HB46PP_MIN_TTL) * SECOND;
}

/* i, j */
static uint32_t
use_answer(struct hb46pp_client *client, struct hb46pp_answer *answer)
{
	const bool unchanged = client->active && !client->fresh_address && client->answer != NULL &&
	    strcmp(client->answer->digest, answer->digest) == 0;

	free(client->stored);
	client->stored = NULL;
	take_answer(client, answer, false);
	client->active = true;
	client->fresh_address = false;
	return HB46PP_STORE | (unchanged ? 0 : HB46PP_CONFIGURE);
}

static const char *
auth_text(const struct hb46pp_client *client, const struct hb46pp_answer *answer)
{
	if (answer->auth == HB46PP_AUTH_BAD)
		return "; it does not know user and pass";
	if (answer->auth != HB46PP_AUTH_REQ)
		return "";
	return client->identity.user[0] != '\0' && !client->get.with_pass
	    ? "; it wants user and pass, which were not sent: it is not the checked server that they are for"
	    : "; it wants user and pass";
}

static uint32_t
read_body(struct hb46pp_client *client, uint64_t now_ms, const struct hb46pp_reply *reply)
{
	char losers[HB46PP_REASONS_SIZE];
	const uint32_t kinds = hb46pp_kinds(&client->identity);
	struct hb46pp_answer *answer;
	const struct offer *offer;
	struct error err;
	uint64_t next_ms;
	bool broken;

	answer = hb46pp_answer_parse(reply->body, reply->len, &err);
	if (answer == NULL)
		return fail(client, now_ms, &server_wait, "the server's answer: %.200s", err.text);
	offer = hb46pp_choose(answer, kinds, NULL, NULL, losers);
	broken = lost_broken(answer, kinds, offer);
	if (offer == NULL && broken) {
		free(answer);
		return fail(client, now_ms, &server_wait, "the server's answer: %.200s", losers);
	}
	if (answer->token[0] != '\0')
		memcpy(client->token, answer->token, sizeof(client->token));
	/* Half of an answer is used, and asked for again as after an error: somebody will mend it. */
	next_ms = broken ? in(client, now_ms, &server_wait) : end_of_answer(client, now_ms, answer);
	if (offer == NULL) {
		enter(client, now_ms, HB46PP_DONE, next_ms, "nothing for us: %.150s%s", losers,
		    auth_text(client, answer));
		free(answer);
		return disable(client);
	}
	enter(client, now_ms, HB46PP_DONE, next_ms, "offers %s%s%.80s%s%.80s%s", offer_kind_word(offer->kind),
	    losers[0] == '\0' ? "" : "; ", losers, answer->note[0] == '\0' ? "" : "; ", answer->note,
	    auth_text(client, answer));
	return use_answer(client, answer);
}

uint32_t
hb46pp_http(struct hb46pp_client *client, uint64_t now_ms, uint32_t serial, const struct hb46pp_reply *reply)
{
	char error[120];

	if (client->state != HB46PP_ASK_SERVER || serial != client->serial)
		return 0;
	switch (reply->status) {
	case 0:
		take_printable(reply->error, strlen(reply->error), error, sizeof(error));
		return fail(client, now_ms, &server_wait, "no answer from %.100s: %s", client->get.shown, error);
	case 200:
		return read_body(client, now_ms, reply);
	case 307:
		return redirect(client, now_ms, reply->location);
	case 403:
	case 404:
		return fail(client, now_ms, &server_wait, "the server answers %d: it does not know our IPv6 address",
		    reply->status);
	default:
		return fail(client, now_ms, &server_wait, "the server answers %d", reply->status);
	}
}

/* ---- the other events ------------------------------------------------------------------------------------------- */

void
hb46pp_init(struct hb46pp_client *client, const struct hb46pp_identity *identity, const struct random *random)
{
	*client = (struct hb46pp_client){ .identity = *identity, .random = *random };
	enter(client, 0, HB46PP_OFF, UINT64_MAX, "not started");
}

void
hb46pp_fini(struct hb46pp_client *client)
{
	free(client->answer);
	free(client->stored);
	client->answer = client->stored = NULL;
}

int
hb46pp_restore(struct hb46pp_client *client, const char *body, size_t len, struct error *err)
{
	struct hb46pp_answer *answer = hb46pp_answer_parse(body, len, err);
	char losers[HB46PP_REASONS_SIZE];

	if (answer == NULL)
		return -EINVAL;
	if (hb46pp_choose(answer, hb46pp_kinds(&client->identity), NULL, NULL, losers) == NULL) {
		free(answer);
		return error_set(err, EINVAL, "the stored answer has nothing for us: %.180s", losers);
	}
	memcpy(client->token, answer->token, sizeof(client->token));
	free(client->stored);
	client->stored = answer;
	return 0;
}

uint32_t
hb46pp_start(struct hb46pp_client *client, uint64_t now_ms)
{
	return client->state == HB46PP_OFF ? begin(client, now_ms) : 0;
}

uint32_t
hb46pp_address(struct hb46pp_client *client, uint64_t now_ms, bool present)
{
	if (!present) {
		client->serial++;
		enter(client, now_ms, HB46PP_NO_ADDRESS, UINT64_MAX, "the line has no global IPv6 address");
		return 0;
	}
	client->fresh_address = true;
	if (client->state == HB46PP_OFF)
		return 0;
	if (client->serial > 0 && client->asked_ms + QUERY_GAP > now_ms) {
		client->serial++;
		enter(client, now_ms, HB46PP_RETRY, client->asked_ms + QUERY_GAP,
		    "our IPv6 address has changed shortly after the last query");
		return 0;
	}
	return begin(client, now_ms);
}

uint32_t
hb46pp_tick(struct hb46pp_client *client, uint64_t now_ms)
{
	static const struct hb46pp_reply silence = { .error = "no reply in time" };

	if (now_ms < client->next_ms)
		return 0;
	switch (client->state) {
	case HB46PP_ASK_DNS:
		return hb46pp_dns(client, now_ms, client->serial, HB46PP_DNS_TIMEOUT, NULL, 0);
	case HB46PP_ASK_SERVER:
		return hb46pp_http(client, now_ms, client->serial, &silence);
	default:
		return begin(client, now_ms);
	}
}

uint32_t
hb46pp_refresh(struct hb46pp_client *client, uint64_t now_ms)
{
	return client->state == HB46PP_OFF || client->state == HB46PP_NO_ADDRESS ? 0 : begin(client, now_ms);
}

uint32_t
hb46pp_forget(struct hb46pp_client *client)
{
	client->token[0] = '\0';
	return forget_stored(client);
}
