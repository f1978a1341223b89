/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HB46PP and the rule servers: TXT records, answers, redirections, and the client through any sequence of events. What is
 * refused is refused with a reason that may go into a log; what is accepted keeps its promises.
 *
 * The first byte says what the rest is: 'a' an answer, 'r' an answer of a rule server, 't' strings (a byte of length each,
 * odd: it continues its record), 'u' a URL, a newline and a Location, 's' a sequence of events.
 */
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "map/ruleset.h"
#include "provision/hb46pp.h"
#include "provision/rule_server.h"

static void
check_text(const char *text, size_t size)
{
	require(memchr(text, '\0', size) != NULL, "an endless text");
	for (; *text != '\0'; text++)
		require((unsigned char)*text >= ' ' && *text != 0x7f, "a control character in a text");
}

static void
check_error(const struct error *err)
{
	require(err->text[0] != '\0', "refused without a reason");
	check_text(err->text, sizeof(err->text));
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

static void
check_offer(const struct offer *offer)
{
	struct ruleset *set;
	struct error err;
	uint32_t bad;

	require((offer->br_count == 1) != (offer->br_name[0] != '\0'), "neither or both of address and name");
	check_text(offer->br_name, sizeof(offer->br_name));
	if (offer->kind == OFFER_MAP_E) {
		require(offer->rule_count >= 1 && offer->rule_count <= OFFER_MAX_RULES, "the number of rules");
		set = ruleset_build(offer->rules, offer->rule_count, &bad, &err);
		require(set != NULL, "rules that form no set");
		ruleset_free(set);
	}
	if (offer->kind == OFFER_LW4O6)
		require(offer->psid_len <= 16 && (offer->psid_len == 0 || offer->psid_offset + offer->psid_len <= 16) &&
			offer->psid >> offer->psid_len == 0,
		    "the port set");
}

static void
check_answer(const struct hb46pp_answer *answer)
{
	char reasons[HB46PP_REASONS_SIZE];
	uint32_t next = 0;

	check_text(answer->enabler_name, sizeof(answer->enabler_name));
	check_text(answer->service_name, sizeof(answer->service_name));
	check_text(answer->isp_name, sizeof(answer->isp_name));
	check_text(answer->note, sizeof(answer->note));
	require(answer->ttl <= HB46PP_MAX_TTL, "the ttl");
	require(answer->token[0] == '\0' || strspn(answer->token, "0123456789abcdef") == 64, "the token");
	for (uint32_t i = 0; i < answer->entry_count; i++) {
		const struct hb46pp_entry *entry = &answer->entries[i];

		require(entry->first == next, "offers out of order");
		require((entry->count == 0) == (entry->reason[0] != '\0'), "offers and a reason, or neither");
		check_text(entry->reason, sizeof(entry->reason));
		next += entry->count;
	}
	require(next == answer->offer_count && next <= HB46PP_MAX_OFFERS, "the number of offers");
	for (uint32_t i = 0; i < next; i++)
		check_offer(&answer->offers[i]);
	for (uint32_t kinds = 0; kinds < 16; kinds++) {
		const struct offer *offer = hb46pp_choose(answer, kinds, NULL, NULL, reasons);

		check_text(reasons, sizeof(reasons));
		require(offer == NULL || (kinds & 1u << offer->kind) != 0, "a kind that nobody wants");
		require(offer != NULL || reasons[0] != '\0', "none, and no reason");
	}
}

static void
read_answer(const uint8_t *data, size_t size)
{
	struct error err = { .text = "" };
	struct hb46pp_answer *answer = hb46pp_answer_parse((const char *)data, size, &err);

	if (answer == NULL)
		check_error(&err);
	else
		check_answer(answer);
	free(answer);
}

static void
read_rules(const uint8_t *data, size_t size)
{
	static struct offer offer;
	struct error err = { .text = "" };

	if (rule_server_parse((const char *)data, size, &offer, &err) < 0)
		check_error(&err);
	else
		check_offer(&offer);
}

/* ---- records and URLs ------------------------------------------------------------------------------------------- */

static const struct hb46pp_identity identity = {
	.vendorid = "acde48-mapedge",
	.product = "mapedge",
	.version = "0_1",
	.capabilities = HB46PP_CAN(HB46PP_MAP_E) | HB46PP_CAN(HB46PP_DSLITE) | HB46PP_CAN_HUBSPOKE,
	.user = "tanaka",
	.pass = "se_cret",
	.server_name = "a.example",
};

/* Who gets the password: one host, by https, its certificate checked. */
static void
check_get(const struct hb46pp_get *get)
{
	const bool sent = strstr(get->url, "pass=se_cret") != NULL;

	check_text(get->url, sizeof(get->url));
	check_text(get->shown, sizeof(get->shown));
	require(strncasecmp(get->url, "https://", 8) == 0 || strncasecmp(get->url, "http://", 7) == 0, "the scheme");
	require(sent == get->with_pass, "a password that is sent and not said");
	if (sent)
		require(get->verify && strncasecmp(get->url, "https://a.example", 17) == 0 &&
			strchr("/:", get->url[17]) != NULL,
		    "a password for anybody");
}

static void
read_strings(const uint8_t *data, size_t size)
{
	static struct hb46pp_string strings[64];
	struct input input = { .data = data, .left = size };
	struct error err = { .text = "" };
	struct hb46pp_server server;
	struct hb46pp_get get;
	size_t count = 0;

	for (; count < 64 && input.left > 0; count++) {
		const uint8_t len = input_byte(&input);

		strings[count].starts_record = (len & 1) == 0;
		strings[count].text = (const char *)input_bytes(&input, len / 2, &strings[count].len);
	}
	if (hb46pp_txt_parse(strings, count, &server, &err) < 0) {
		check_error(&err);
		return;
	}
	require(!server.verify || strncasecmp(server.url, "https://", 8) == 0, "a certificate of http");
	if (hb46pp_request(&server, &identity, "", &get, &err) == 0)
		check_get(&get);
}

static void
read_redirect(const uint8_t *data, size_t size)
{
	struct hb46pp_server from = { .verify = true }, to;
	struct error err = { .text = "" };
	struct hb46pp_get get;
	static char text[4096];
	char *location;

	snprintf(text, sizeof(text), "%.*s", (int)size, (const char *)data);
	location = strchr(text, '\n');
	if (location == NULL || location - text >= HB46PP_URL_SIZE)
		return;
	*location++ = '\0';
	strcpy(from.url, text);
	if (hb46pp_redirect(&from, location, &to, &err) < 0) {
		check_error(&err);
		return;
	}
	require(strncasecmp(from.url, "https://", 8) != 0 || strncasecmp(to.url, "https://", 8) == 0, "a way down");
	if (hb46pp_request(&to, &identity, "", &get, &err) == 0)
		check_get(&get);
}

/* ---- sequences -------------------------------------------------------------------------------------------------- */

static void
check_client(const struct hb46pp_client *client, uint64_t now, uint32_t actions)
{
	check_text(client->reason, sizeof(client->reason));
	require(client->reason[0] != '\0', "a state without a reason");
	require(strstr(client->reason, "se_cret") == NULL, "a password in a reason");
	require(client->active == (client->answer != NULL), "a softwire of nothing");
	require((actions & HB46PP_QUERY) == 0 || client->state == HB46PP_ASK_DNS, "a query in another state");
	require((actions & HB46PP_GET) == 0 || client->state == HB46PP_ASK_SERVER, "a request in another state");
	require((actions & HB46PP_CONFIGURE) == 0 || client->active, "nothing to configure");
	require((actions & HB46PP_DISABLE) == 0 || !client->active, "disabled and active");
	require((client->next_ms == UINT64_MAX) == (client->state == HB46PP_OFF || client->state == HB46PP_NO_ADDRESS),
	    "a state that waits for ever");
	require(client->next_ms == UINT64_MAX || client->next_ms >= now, "the next action lies behind");
	if ((actions & HB46PP_GET) != 0) {
		check_get(&client->get);
		require(!client->server.verify || strncasecmp(client->get.url, "https://", 8) == 0, "a way down");
	}
}

static uint32_t
reply(struct hb46pp_client *client, uint64_t now, struct input *input)
{
	static const int statuses[] = { 0, 200, 200, 200, 307, 307, 404, 500 };
	const int status = statuses[input_byte(input) & 7];
	char location[256];
	size_t len;
	const char *bytes = (const char *)input_bytes(input, (size_t)input_number(input, 2), &len);
	const struct hb46pp_reply answer = { .status = status,
		.body = bytes,
		.len = len,
		.location = location,
		.error = location };

	snprintf(location, sizeof(location), "%.*s", (int)len, bytes);
	return hb46pp_http(client, now, client->serial, &answer);
}

static uint32_t
event(struct hb46pp_client *client, uint64_t *now, struct input *input)
{
	struct hb46pp_string string = { .starts_record = true };

	switch (input_byte(input) & 7) {
	case 0:
		return hb46pp_start(client, *now);
	case 1:
		return hb46pp_dns(client, *now, client->serial, HB46PP_DNS_NODATA + (input_byte(input) & 3), NULL, 0);
	case 2:
		string.text = (const char *)input_bytes(input, input_byte(input), &string.len);
		return hb46pp_dns(client, *now, client->serial, HB46PP_DNS_OK, &string, 1);
	case 3:
	case 4:
		return reply(client, *now, input);
	case 5:
		return hb46pp_address(client, *now, (input_byte(input) & 3) != 0);
	case 6:
		return (input_byte(input) & 1) != 0 ? hb46pp_refresh(client, *now) : hb46pp_forget(client);
	default:
		*now = client->next_ms == UINT64_MAX ? *now + 1000 : client->next_ms;
		return hb46pp_tick(client, *now);
	}
}

static void
run_sequence(const uint8_t *data, size_t size)
{
	static const char stored[] = "{\"order\":[\"dslite\"],\"dslite\":{\"aftr\":\"a.example\"}}";
	const struct random random = { .key = { { 1, 2 } } };
	struct input input = { .data = data, .left = size };
	struct hb46pp_client client;
	uint64_t now = 1000000;
	struct error err;

	hb46pp_init(&client, &identity, &random);
	if ((input_byte(&input) & 1) != 0)
		require(hb46pp_restore(&client, stored, sizeof(stored) - 1, &err) == 0, "a stored answer is refused");
	while (input.left > 0)
		check_client(&client, now, event(&client, &now, &input));
	hb46pp_fini(&client);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The password is ours: what comes from outside does not know it. */
	if (size == 0 || memmem(data, size, "se_cret", 7) != NULL)
		return 0;
	switch (*data) {
	case 'a':
		read_answer(data + 1, size - 1);
		break;
	case 'r':
		read_rules(data + 1, size - 1);
		break;
	case 't':
		read_strings(data + 1, size - 1);
		break;
	case 'u':
		read_redirect(data + 1, size - 1);
		break;
	case 's':
		run_sequence(data + 1, size - 1);
		break;
	default:
		break;
	}
	return 0;
}
