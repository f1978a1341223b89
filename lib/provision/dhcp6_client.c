/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/dhcp6_client.h"

#include <errno.h>
#include <string.h>

#include "provision/dhcp6_internal.h"

#define MAX_RT 3600       /* s: SOL_MAX_RT, INF_MAX_RT, section 7.6 */
#define FIRST_DELAY 1000  /* ms: SOL_MAX_DELAY, CNF_MAX_DELAY, INF_MAX_DELAY */
#define CONFIRM_MRD 10000 /* ms: CNF_MAX_RD */
#define HINT_GAP 30000    /* ms: section 18.2.12 */

void
dhcp6_client_init(struct dhcp6_client *client, const struct dhcp6_config *config, struct random *random)
{
	memset(client, 0, sizeof(*client));
	client->config = *config;
	client->random = random;
	client->sol_max_rt = MAX_RT;
	client->inf_max_rt = MAX_RT;
	client->hint_at = DHCP6_NEVER;
}

static void
begin_event(struct dhcp6_actions *actions)
{
	actions->change_count = 0;
	actions->settings_changed = actions->softwire_changed = actions->keep = false;
	actions->send_len = 0;
}

void
dhcp6_solicit(struct dhcp6_client *client, uint64_t now)
{
	client->state = DHCP6_SOLICITING;
	client->offer_count = 0;
	client->hint_at = DHCP6_NEVER; /* everything is asked for anyway */
	dhcp6_exchange_begin(client, now, DHCP6_SOLICIT, FIRST_DELAY, DHCP6_NEVER);
}

void
dhcp6_request(struct dhcp6_client *client, uint64_t now)
{
	client->state = DHCP6_REQUESTING;
	dhcp6_exchange_begin(client, now, DHCP6_REQUEST, 0, DHCP6_NEVER);
}

void
dhcp6_request_next(struct dhcp6_client *client, uint64_t now)
{
	if (client->offer_count <= 1) {
		dhcp6_solicit(client, now);
		return;
	}
	client->offer_count--;
	memmove(&client->offers[0], &client->offers[1], client->offer_count * sizeof(client->offers[0]));
	dhcp6_request(client, now);
}

static void
earliest(uint64_t *moment, uint64_t other)
{
	if (other < *moment)
		*moment = other;
}

/* All IAs are renewed together, when the first of them wants it (section 18.2.4). */
static void
join_times(struct dhcp6_client *client)
{
	struct dhcp6_lease *lease = &client->lease;

	lease->renew_at = lease->rebind_at = DHCP6_NEVER;
	if (lease->prefix_count > 0) {
		earliest(&lease->renew_at, client->pd_times.renew_at);
		earliest(&lease->rebind_at, client->pd_times.rebind_at);
	}
	if (lease->address_count > 0) {
		earliest(&lease->renew_at, client->na_times.renew_at);
		earliest(&lease->rebind_at, client->na_times.rebind_at);
	}
}

void
dhcp6_bound(struct dhcp6_client *client, uint64_t now)
{
	client->exchange.type = 0;
	client->offer_count = 0;
	join_times(client);
	client->state = DHCP6_BOUND;
	if (dhcp6_lease_is_empty(&client->lease))
		dhcp6_solicit(client, now);
}

void
dhcp6_renew(struct dhcp6_client *client, uint64_t now)
{
	client->state = DHCP6_RENEWING;
	dhcp6_exchange_begin(client, now, DHCP6_RENEW, 0, client->lease.rebind_at);
}

void
dhcp6_rebind(struct dhcp6_client *client, uint64_t now)
{
	client->state = DHCP6_REBINDING;
	dhcp6_exchange_begin(client, now, DHCP6_REBIND, 0, DHCP6_NEVER); /* the bindings end it */
}

static void
confirm(struct dhcp6_client *client, uint64_t now)
{
	client->state = DHCP6_CONFIRMING;
	dhcp6_exchange_begin(client, now, DHCP6_REBIND, FIRST_DELAY, now + CONFIRM_MRD);
}

void
dhcp6_inform(struct dhcp6_client *client, uint64_t now, uint32_t delay)
{
	client->state = DHCP6_INFORMING;
	/* A lease that is held meanwhile must not wait for its Renew. */
	dhcp6_exchange_begin(client, now, DHCP6_INFORMATION_REQUEST, delay,
	    client->config.stateless ? DHCP6_NEVER : client->lease.renew_at);
}

/* From nothing, or with what is held. */
static void
begin(struct dhcp6_client *client, uint64_t now)
{
	if (client->config.stateless)
		dhcp6_inform(client, now, FIRST_DELAY);
	else if (!dhcp6_lease_is_empty(&client->lease))
		confirm(client, now);
	else if (client->config.want_pd || client->config.want_na)
		dhcp6_solicit(client, now);
	else
		client->state = DHCP6_IDLE;
}

/* Without a binding there is nothing to renew. */
static void
expire(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions)
{
	dhcp6_lease_expire(&client->lease, now, actions);
	if (actions->change_count == 0 || client->state < DHCP6_BOUND)
		return;
	join_times(client);
	/* What is left may not want anything yet. */
	if (dhcp6_lease_is_empty(&client->lease))
		dhcp6_solicit(client, now);
	else if (client->state <= DHCP6_REBINDING && now < client->lease.renew_at)
		dhcp6_bound(client, now);
}

/* A Renew as soon as there is something to renew, at most every 30 s. */
static void
renew_soon(struct dhcp6_client *client, uint64_t now)
{
	client->hint_at = now > client->hint_not_before ? now : client->hint_not_before;
}

/* The server knows, or will not hear it: section 18.2.8. */
void
dhcp6_declined(struct dhcp6_client *client, uint64_t now)
{
	dhcp6_bound(client, now);
	if (client->state == DHCP6_BOUND && client->lease.address_count == 0)
		renew_soon(client, now);
}

/* An exchange has reached one of its ends. */
static void
end_exchange(struct dhcp6_client *client, uint64_t now)
{
	switch (client->state) {
	case DHCP6_REQUESTING:
		dhcp6_request_next(client, now);
		break;
	case DHCP6_RENEWING:
		dhcp6_rebind(client, now);
		break;
	case DHCP6_RELEASING:
		dhcp6_client_stop(client);
		break;
	case DHCP6_DECLINING:
		dhcp6_declined(client, now);
		break;
	default: /* DHCP6_CONFIRMING: nobody objects */
		dhcp6_bound(client, now);
		break;
	}
}

static void
begin_due(struct dhcp6_client *client, uint64_t now)
{
	const bool hinted = client->hint_at <= now;

	if (client->state == DHCP6_BOUND && client->lease.rebind_at <= now)
		dhcp6_rebind(client, now);
	else if (client->state == DHCP6_BOUND && (hinted || client->lease.renew_at <= now))
		dhcp6_renew(client, now);
	else if (client->state == DHCP6_INFORMED && (hinted || client->lease.refresh_at <= now))
		dhcp6_inform(client, now, FIRST_DELAY);
	else
		return;
	if (hinted)
		client->hint_not_before = now + HINT_GAP;
	client->hint_at = DHCP6_NEVER;
}

/* The end of every event: what is due now is done now. */
static void
proceed(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions)
{
	if (client->exchange.type != 0 && (client->exchange.ends_at <= now || dhcp6_exchange_exhausted(client, now)))
		end_exchange(client, now);
	/* The first retransmission time of a Solicit is for collecting (section 18.2.1). */
	if (client->state == DHCP6_SOLICITING && client->offer_count > 0 && client->exchange.send_at <= now)
		dhcp6_request(client, now);
	if (client->exchange.type == 0)
		begin_due(client, now);
	dhcp6_exchange_transmit(client, now, actions);
}

/* What an earlier configuration had asked for. */
static void
drop_unwanted(struct dhcp6_client *client)
{
	if (!client->config.want_pd)
		client->lease.prefix_count = 0;
	if (!client->config.want_na)
		client->lease.address_count = 0;
}

void
dhcp6_client_start(struct dhcp6_client *client, uint64_t now, const struct dhcp6_lease *stored,
    struct dhcp6_actions *actions)
{
	begin_event(actions);
	if (stored != NULL && !client->config.stateless) {
		if (stored != &client->lease)
			client->lease = *stored;
		drop_unwanted(client);
		dhcp6_lease_expire(&client->lease, now, actions);
		begin_event(actions); /* what ended while we were away was not in use here */
		client->pd_times = (struct dhcp6_times){ client->lease.renew_at, client->lease.rebind_at };
		client->na_times = client->pd_times;
		if (!dhcp6_lease_is_empty(&client->lease))
			dhcp6_lease_announce(&client->lease, actions);
	} else {
		memset(&client->lease, 0, sizeof(client->lease));
	}
	begin(client, now);
	proceed(client, now, actions);
}

void
dhcp6_client_tick(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions)
{
	begin_event(actions);
	expire(client, now, actions);
	proceed(client, now, actions);
}

uint64_t
dhcp6_client_next(const struct dhcp6_client *client)
{
	uint64_t next = dhcp6_lease_next_end(&client->lease);

	if (client->state <= DHCP6_IDLE)
		return DHCP6_NEVER;
	if (client->exchange.type != 0) {
		earliest(&next, client->exchange.send_at);
		earliest(&next, client->exchange.ends_at);
	} else if (client->state == DHCP6_BOUND) {
		earliest(&next, client->lease.renew_at);
		earliest(&next, client->lease.rebind_at);
		earliest(&next, client->hint_at);
	} else {
		earliest(&next, client->lease.refresh_at);
		earliest(&next, client->hint_at);
	}
	return next;
}

void
dhcp6_client_receive(struct dhcp6_client *client, uint64_t now, const struct dhcp6_datagram *datagram,
    struct dhcp6_actions *actions)
{
	struct dhcp6_answer answer;
	enum dhcp6_error error;

	begin_event(actions);
	expire(client, now, actions);
	error = dhcp6_answer_read(datagram, &client->config, &answer);
	if (error == DHCP6_OK)
		client->counters.received[answer.type]++;
	if (error == DHCP6_OK && answer.type == DHCP6_ADVERTISE)
		error = dhcp6_advertise(client, now, &answer);
	else if (error == DHCP6_OK && answer.type == DHCP6_REPLY)
		error = dhcp6_reply(client, now, &answer, actions);
	else if (error == DHCP6_OK)
		error = datagram->multicast ? DHCP6_MULTICAST : dhcp6_reconfigure(client, now, &answer);
	if (error != DHCP6_OK)
		client->counters.bad[error]++;
	proceed(client, now, actions);
}

void
dhcp6_client_link_up(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions)
{
	begin_event(actions);
	if (client->state == DHCP6_OFF || client->state == DHCP6_RELEASING)
		return;
	expire(client, now, actions);
	begin(client, now);
	proceed(client, now, actions);
}

void
dhcp6_client_prefixes_moved(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions)
{
	begin_event(actions);
	expire(client, now, actions);
	/* An exchange that is under way will tell as well. */
	if (client->state == DHCP6_BOUND || client->state == DHCP6_INFORMED)
		renew_soon(client, now);
	proceed(client, now, actions);
}

void
dhcp6_client_want(struct dhcp6_client *client, uint64_t now, bool pd, bool na, struct dhcp6_actions *actions)
{
	struct dhcp6_config *config = &client->config;
	const bool wants_more = (pd && !config->want_pd) || (na && !config->want_na);

	begin_event(actions);
	if (!wants_more || config->stateless)
		return;
	config->want_pd |= pd;
	config->want_na |= na;
	if (client->state == DHCP6_OFF || client->state == DHCP6_RELEASING)
		return;
	expire(client, now, actions);
	/* Servers shall compare what they have of all of it. */
	if (client->state == DHCP6_IDLE || client->state == DHCP6_SOLICITING)
		dhcp6_solicit(client, now);
	else
		renew_soon(client, now);
	proceed(client, now, actions);
}

int
dhcp6_client_decline(struct dhcp6_client *client, uint64_t now, u128 addr, struct dhcp6_actions *actions)
{
	struct dhcp6_lease *returned = &client->returned;

	begin_event(actions);
	if (!dhcp6_lease_remove_address(&client->lease, addr, actions))
		return -ENOENT;
	if (client->state != DHCP6_DECLINING)
		returned->prefix_count = returned->address_count = 0;
	returned->server = client->lease.server;
	if (returned->address_count < DHCP6_MAX_ADDRESSES)
		returned->addresses[returned->address_count++].prefix = (struct prefix6){ addr, 128 };
	client->state = DHCP6_DECLINING;
	dhcp6_exchange_begin(client, now, DHCP6_DECLINE, 0, DHCP6_NEVER);
	proceed(client, now, actions);
	return 0;
}

void
dhcp6_client_release(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions)
{
	begin_event(actions);
	expire(client, now, actions);
	if (client->state == DHCP6_OFF || dhcp6_lease_is_empty(&client->lease)) {
		dhcp6_client_stop(client);
		return;
	}
	client->returned = client->lease;
	dhcp6_lease_withdraw(&client->lease, actions);
	client->state = DHCP6_RELEASING;
	dhcp6_exchange_begin(client, now, DHCP6_RELEASE, 0, DHCP6_NEVER);
	proceed(client, now, actions);
}

void
dhcp6_client_stop(struct dhcp6_client *client)
{
	client->state = DHCP6_OFF;
	client->exchange.type = 0;
	client->offer_count = 0;
	client->hint_at = DHCP6_NEVER;
}
