/* SPDX-License-Identifier: BSD-3-Clause */
/* What servers answer: RFC 8415 sections 16.3, 16.10, 18.2.9 and 18.2.10. */
#include <stdio.h>
#include <string.h>

#include "provision/dhcp6_internal.h"

#define MOST_PREFERRED 255
#define REFRESH_DEFAULT 86400 /* s: section 21.23 */
#define REFRESH_LEAST 600

/* What counts when servers are compared: a prefix before a softwire before an address. */
enum { WORTH_ADDRESS = 1, WORTH_SOFTWIRE = 2, WORTH_PREFIX = 4 };

static const char *const status_words[] = { "nothing of use", "UnspecFail", "NoAddrsAvail", "NoBinding", "NotOnLink",
	"UseMulticast", "NoPrefixAvail" };

static void
note_trouble(struct dhcp6_client *client, uint16_t status, const char *text)
{
	const bool known = status < sizeof(status_words) / sizeof(status_words[0]);
	const char *quote = text[0] != '\0' ? "\"" : "";

	snprintf(client->trouble, sizeof(client->trouble), "the server says %s %s%s%s",
	    known ? status_words[status] : "an unknown status", quote, text, quote);
}

/* The first status that is not success. */
static uint16_t
first_status(const struct dhcp6_answer *answer)
{
	if (answer->status != DHCP6_STATUS_SUCCESS)
		return answer->status;
	return answer->pd.status != DHCP6_STATUS_SUCCESS ? answer->pd.status : answer->na.status;
}

/* Is it an answer to what we have sent, to us, from somebody who says who it is? */
static enum dhcp6_error
check(const struct dhcp6_client *client, const struct dhcp6_answer *answer)
{
	if (client->exchange.type == 0 || client->exchange.tries == 0)
		return DHCP6_UNEXPECTED;
	if (memcmp(answer->xid, client->exchange.xid, sizeof(answer->xid)) != 0)
		return DHCP6_OTHER_XID;
	if (answer->server.len == 0)
		return DHCP6_NO_SERVER_ID;
	return answer->for_us ? DHCP6_OK : DHCP6_OTHER_CLIENT_ID;
}

static void
learn_max_rt(struct dhcp6_client *client, const struct dhcp6_answer *answer)
{
	if (answer->sol_max_rt > 0)
		client->sol_max_rt = answer->sol_max_rt;
	if (answer->inf_max_rt > 0)
		client->inf_max_rt = answer->inf_max_rt;
}

static bool
gives(const struct dhcp6_ia *ia)
{
	bool any = false;

	for (uint32_t i = 0; i < ia->count; i++)
		any |= ia->given[i].valid > 0;
	return any && ia->present && ia->status == DHCP6_STATUS_SUCCESS;
}

static uint8_t
worth(const struct dhcp6_client *client, const struct dhcp6_answer *answer)
{
	struct dhcp6_option option;
	uint8_t sum = 0;

	if (client->config.want_pd && gives(&answer->pd))
		sum |= WORTH_PREFIX;
	if (client->config.want_na && gives(&answer->na))
		sum |= WORTH_ADDRESS;
	if (sum > 0 &&
	    (dhcp6_find(answer->options, DHCP6_OPTION_S46_CONT_MAPE, &option) ||
		dhcp6_find(answer->options, DHCP6_OPTION_S46_CONT_LW, &option) ||
		dhcp6_find(answer->options, DHCP6_OPTION_AFTR_NAME, &option)))
		sum |= WORTH_SOFTWIRE;
	return answer->status == DHCP6_STATUS_SUCCESS ? sum : 0;
}

static bool
is_better(const struct dhcp6_advertised *one, const struct dhcp6_advertised *other)
{
	return one->worth != other->worth ? one->worth > other->worth : one->preference > other->preference;
}

static bool
has_offered(const struct dhcp6_client *client, const struct dhcp6_duid *server)
{
	for (uint32_t i = 0; i < client->offer_count; i++)
		if (dhcp6_duid_equal(&client->offers[i].server, server))
			return true;
	return false;
}

/* The best first; of equals, and of one server, the first that came. */
static void
keep_offer(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer, uint8_t value)
{
	struct dhcp6_actions unused = { .change_count = 0 };
	struct dhcp6_advertised offer = { .server = answer->server, .preference = answer->preference, .worth = value };
	struct dhcp6_times times;
	uint32_t at = 0;

	dhcp6_lease_apply_pd(&offer.lease, &answer->pd, now, &times, &unused);
	dhcp6_lease_apply_na(&offer.lease, &answer->na, now, &times, &unused);
	while (at < client->offer_count && !is_better(&offer, &client->offers[at]))
		at++;
	if (at == DHCP6_MAX_OFFERS || has_offered(client, &answer->server))
		return;
	if (client->offer_count < DHCP6_MAX_OFFERS)
		client->offer_count++;
	memmove(&client->offers[at + 1], &client->offers[at],
	    (client->offer_count - at - 1) * sizeof(client->offers[0]));
	client->offers[at] = offer;
}

enum dhcp6_error
dhcp6_advertise(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer)
{
	const enum dhcp6_error error = client->state == DHCP6_SOLICITING ? check(client, answer) : DHCP6_UNEXPECTED;
	uint8_t value;

	if (error != DHCP6_OK)
		return error;
	learn_max_rt(client, answer); /* also from a server that has nothing (section 18.2.9) */
	value = worth(client, answer);
	if (value == 0) {
		note_trouble(client, first_status(answer), answer->status_text);
		return DHCP6_NOTHING_OFFERED;
	}
	keep_offer(client, now, answer, value);
	if (answer->preference == MOST_PREFERRED || client->exchange.tries > 1)
		dhcp6_request(client, now);
	return DHCP6_OK;
}

/* Only whoever was asked may answer what was asked of one server. */
static bool
is_asked(const struct dhcp6_client *client, const struct dhcp6_duid *server)
{
	switch (client->state) {
	case DHCP6_REQUESTING:
		return dhcp6_duid_equal(server,
		    client->offer_count > 0 ? &client->offers[0].server : &client->lease.server);
	case DHCP6_RENEWING:
		return dhcp6_duid_equal(server, &client->lease.server);
	case DHCP6_DECLINING:
	case DHCP6_RELEASING:
		return dhcp6_duid_equal(server, &client->returned.server);
	default:
		return true;
	}
}

static void
apply_settings(struct dhcp6_client *client, const struct dhcp6_answer *answer, struct dhcp6_actions *actions)
{
	struct dhcp6_settings heard;

	dhcp6_settings_read(answer->options, &heard);
	/* The softwire stands on the prefix (RFC 7598 section 9). */
	if (client->config.want_pd && client->lease.prefix_count == 0)
		heard.softwire_len = 0;
	dhcp6_settings_apply(&client->lease.settings, &heard, actions);
	actions->keep = true;
}

static void
inform_reply(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer,
    struct dhcp6_actions *actions)
{
	uint32_t refresh = answer->has_refresh ? answer->refresh : REFRESH_DEFAULT;

	if (refresh < REFRESH_LEAST)
		refresh = REFRESH_LEAST;
	apply_settings(client, answer, actions);
	client->trouble[0] = '\0';
	client->exchange.type = 0;
	if (!client->config.stateless) {
		dhcp6_bound(client, now);
		return;
	}
	dhcp6_learn_key(client, answer);
	client->lease.server = answer->server;
	client->lease.refresh_at = dhcp6_after(now, refresh);
	client->state = DHCP6_INFORMED;
}

/* The server does not know what we hold (any more). */
static bool
lost_binding(const struct dhcp6_client *client, const struct dhcp6_answer *answer)
{
	return answer->status == DHCP6_STATUS_NO_BINDING ||
	    (answer->pd.present && answer->pd.status == DHCP6_STATUS_NO_BINDING && client->lease.prefix_count > 0) ||
	    (answer->na.present && answer->na.status == DHCP6_STATUS_NO_BINDING && client->lease.address_count > 0);
}

static enum dhcp6_error
refused(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer)
{
	const bool renewal = client->state != DHCP6_REQUESTING && client->state != DHCP6_SOLICITING;

	if (renewal && lost_binding(client, answer)) {
		client->lease.server = answer->server;
		client->offer_count = 0;
		dhcp6_request(client, now);
		return DHCP6_OK;
	}
	note_trouble(client, first_status(answer), answer->status_text);
	/* UnspecFail: the exchange goes on, ever slower, and a Request ends after ten (section 18.2.10). */
	if (client->state == DHCP6_REQUESTING && answer->status != DHCP6_STATUS_UNSPEC_FAIL)
		dhcp6_request_next(client, now);
	return DHCP6_FAILED_STATUS;
}

static enum dhcp6_error
lease_reply(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer, struct dhcp6_actions *actions)
{
	const bool renewal = client->state != DHCP6_REQUESTING && client->state != DHCP6_SOLICITING;
	const bool held_pd = client->lease.prefix_count > 0, held_na = client->lease.address_count > 0;
	bool pd, na;

	if (answer->status != DHCP6_STATUS_SUCCESS || (renewal && lost_binding(client, answer)))
		return refused(client, now, answer);
	pd = client->config.want_pd &&
	    dhcp6_lease_apply_pd(&client->lease, &answer->pd, now, &client->pd_times, actions);
	na = client->config.want_na &&
	    dhcp6_lease_apply_na(&client->lease, &answer->na, now, &client->na_times, actions);
	if (!pd && !na) {
		note_trouble(client, first_status(answer), answer->status_text);
		if (client->state == DHCP6_REQUESTING)
			dhcp6_request_next(client, now);
		return DHCP6_NOTHING_OFFERED;
	}
	dhcp6_learn_key(client, answer);
	client->lease.server = answer->server;
	/* A Renew that was wanted meanwhile has had its answer, if it is about everything that is wanted by now. */
	if ((!client->config.want_pd || answer->pd.present) && (!client->config.want_na || answer->na.present))
		client->hint_at = DHCP6_NEVER;
	client->trouble[0] = '\0';
	if ((client->config.want_pd && !pd) || (client->config.want_na && !na))
		note_trouble(client, first_status(answer), answer->status_text);
	apply_settings(client, answer, actions);
	/* Of an IA that the server left out nothing was heard: the exchange goes on for its sake (section 18.2.10.1). */
	if (!renewal || ((pd || !held_pd) && (na || !held_na)))
		dhcp6_bound(client, now);
	return DHCP6_OK;
}

enum dhcp6_error
dhcp6_reply(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer, struct dhcp6_actions *actions)
{
	const enum dhcp6_error error = check(client, answer);

	if (error != DHCP6_OK)
		return error;
	if (!is_asked(client, &answer->server))
		return DHCP6_OTHER_SERVER;
	if (client->state == DHCP6_SOLICITING && !(client->config.rapid_commit && answer->rapid_commit))
		return DHCP6_NO_RAPID_COMMIT;
	learn_max_rt(client, answer);
	switch (client->state) {
	case DHCP6_RELEASING:
		dhcp6_client_stop(client);
		return DHCP6_OK;
	case DHCP6_DECLINING:
		dhcp6_declined(client, now);
		return DHCP6_OK;
	case DHCP6_INFORMING:
		inform_reply(client, now, answer, actions);
		return DHCP6_OK;
	default:
		return lease_reply(client, now, answer, actions);
	}
}
