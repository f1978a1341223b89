/* SPDX-License-Identifier: BSD-3-Clause */
/* One message after another until somebody answers: RFC 8415 section 15, and the limit of section 14.1. */
#include "provision/dhcp6_internal.h"

#define BURST_MS 20000

/* Section 7.6; ms. Where the server may say MRT (options 82, 83), it is 0 here. */
struct timing {
	uint32_t irt, mrt, mrc;
};

static const struct timing timings[DHCP6_TYPES] = {
	[DHCP6_SOLICIT] = { 1000, 0, 0 },
	[DHCP6_REQUEST] = { 1000, 30000, 10 },
	[DHCP6_RENEW] = { 10000, 600000, 0 },
	[DHCP6_REBIND] = { 10000, 600000, 0 },
	[DHCP6_RELEASE] = { 1000, 0, 4 },
	[DHCP6_DECLINE] = { 1000, 0, 4 },
	[DHCP6_INFORMATION_REQUEST] = { 1000, 0, 0 },
};

/* The Rebind that takes the place of a Confirm has the times of a Confirm (section 18.2.12). */
static const struct timing confirm_timing = { 1000, 4000, 0 };

void
dhcp6_exchange_begin(struct dhcp6_client *client, uint64_t now, uint8_t type, uint32_t delay, uint64_t ends_at)
{
	const struct timing *timing = client->state == DHCP6_CONFIRMING ? &confirm_timing : &timings[type];
	const uint32_t xid = random_below(client->random, UINT32_C(1) << 24);

	client->exchange = (struct dhcp6_exchange){
		.type = type,
		.xid = { (uint8_t)(xid >> 16), (uint8_t)(xid >> 8), (uint8_t)xid },
		.send_at = now + (delay > 0 ? random_below(client->random, delay + 1) : 0),
		.ends_at = ends_at,
		.irt = timing->irt,
		.mrt = timing->mrt,
		.mrc = timing->mrc,
	};
}

/* RAND, in millionths: -0.1 to 0.1. */
static int64_t
spread(struct random *random)
{
	return (int64_t)random_below(random, 200001) - 100000;
}

static uint64_t
times(uint64_t ms, int64_t millionths)
{
	return (uint64_t)((int64_t)ms * millionths / 1000000);
}

static uint64_t
mrt(const struct dhcp6_client *client)
{
	if (client->exchange.type == DHCP6_SOLICIT)
		return client->sol_max_rt * UINT64_C(1000);
	if (client->exchange.type == DHCP6_INFORMATION_REQUEST)
		return client->inf_max_rt * UINT64_C(1000);
	return client->exchange.mrt;
}

static uint64_t
next_rt(const struct dhcp6_client *client)
{
	const struct dhcp6_exchange *exchange = &client->exchange;
	const uint64_t most = mrt(client);
	uint64_t rt;

	/* The first Solicit waits longer than IRT, so that servers have all of it (section 18.2.1). */
	if (exchange->tries == 0 && exchange->type == DHCP6_SOLICIT)
		return exchange->irt + 1 + random_below(client->random, exchange->irt / 10);
	if (exchange->tries == 0)
		return times(exchange->irt, 1000000 + spread(client->random));
	rt = times(exchange->rt, 2000000 + spread(client->random));
	return most > 0 && rt > most ? times(most, 1000000 + spread(client->random)) : rt;
}

bool
dhcp6_exchange_exhausted(const struct dhcp6_client *client, uint64_t now)
{
	return client->exchange.mrc > 0 && client->exchange.tries >= client->exchange.mrc &&
	    now >= client->exchange.send_at;
}

void
dhcp6_exchange_transmit(struct dhcp6_client *client, uint64_t now, struct dhcp6_actions *actions)
{
	struct dhcp6_exchange *exchange = &client->exchange;
	uint64_t *free_at = &client->free_at[client->free_next];

	if (exchange->type == 0 || now < exchange->send_at)
		return;
	if (now < *free_at) {
		exchange->send_at = *free_at;
		client->counters.held_back++;
		return;
	}
	if (exchange->tries == 0)
		exchange->started = now;
	actions->send_len = dhcp6_build(client, now, actions->send);
	exchange->rt = next_rt(client);
	exchange->send_at = now + exchange->rt;
	exchange->tries++;
	*free_at = now + BURST_MS;
	client->free_next = (client->free_next + 1) % DHCP6_BURST;
	client->counters.sent[exchange->type]++;
}
