/* SPDX-License-Identifier: BSD-3-Clause */
/* What the client is doing, for people. */
#include <stdio.h>
#include <string.h>

#include "provision/dhcp6_internal.h"

static const char *const state_words[] = {
	[DHCP6_OFF] = "off",
	[DHCP6_IDLE] = "idle",
	[DHCP6_SOLICITING] = "soliciting",
	[DHCP6_REQUESTING] = "requesting",
	[DHCP6_BOUND] = "bound",
	[DHCP6_RENEWING] = "renewing",
	[DHCP6_REBINDING] = "rebinding",
	[DHCP6_CONFIRMING] = "confirming",
	[DHCP6_DECLINING] = "declining",
	[DHCP6_RELEASING] = "releasing",
	[DHCP6_INFORMING] = "informing",
	[DHCP6_INFORMED] = "informed",
};

const char *
dhcp6_state_word(enum dhcp6_state state)
{
	return state_words[state];
}

static const char *
waits_for(const struct dhcp6_client *client)
{
	if (client->exchange.type != 0 && client->exchange.tries == 0)
		return "is about to ask";
	switch (client->state) {
	case DHCP6_OFF:
		return "not running";
	case DHCP6_IDLE:
		return "has nothing to ask for";
	case DHCP6_BOUND:
		return "has a lease";
	case DHCP6_INFORMED:
		return "has what it asked for";
	case DHCP6_SOLICITING:
		return client->offer_count > 0 ? "has an Advertise and waits for others" : "waits for an Advertise";
	default:
		return "waits for a Reply";
	}
}

/* "in 12 s", with `what` in front; nothing for what never comes. */
static int
put_moment(char *text, size_t size, const char *what, uint64_t moment, uint64_t now)
{
	if (moment == DHCP6_NEVER)
		return 0;
	return snprintf(text, size, "; %s in %llu s", what,
	    moment > now ? (unsigned long long)((moment - now + 999) / 1000) : 0ULL);
}

char *
dhcp6_client_reason(const struct dhcp6_client *client, uint64_t now, char text[2 * DHCP6_REASON_SIZE])
{
	const size_t size = 2 * DHCP6_REASON_SIZE;
	const struct dhcp6_exchange *exchange = &client->exchange;
	int len = snprintf(text, size, "%s", waits_for(client));

	if (exchange->type != 0 && exchange->tries == 0) {
		len +=
		    put_moment(text + len, size - (size_t)len, dhcp6_type_word(exchange->type), exchange->send_at, now);
	} else if (exchange->type != 0) {
		len += snprintf(text + len, size - (size_t)len, ", %s number %u is out",
		    dhcp6_type_word(exchange->type), exchange->tries);
		len += put_moment(text + len, size - (size_t)len, "again", exchange->send_at, now);
	} else if (client->state == DHCP6_BOUND) {
		len += put_moment(text + len, size - (size_t)len, "Renew", client->lease.renew_at, now);
	} else if (client->state == DHCP6_INFORMED) {
		len += put_moment(text + len, size - (size_t)len, "asks again", client->lease.refresh_at, now);
	}
	if (client->trouble[0] != '\0')
		snprintf(text + len, size - (size_t)len, "; %s", client->trouble);
	return text;
}
