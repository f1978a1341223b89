/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's messages (RFC 8415 sections 18.2.1 to 18.2.8), each with what its section asks for and nothing else. */
#include <string.h>

#include "provision/dhcp6_internal.h"

/* Which options a message carries beside client ID and elapsed time: section 24. */
enum {
	SERVER_ID = 1,
	ORO = 2, /* and Reconfigure Accept */
	PD = 4,
	NA = 8,
	BINDINGS = 16, /* what is in the IAs; without: IAs are empty but for the hint */
};

static const uint8_t contents[DHCP6_TYPES] = {
	[DHCP6_SOLICIT] = ORO | PD | NA,
	[DHCP6_REQUEST] = SERVER_ID | ORO | PD | NA | BINDINGS,
	[DHCP6_RENEW] = SERVER_ID | ORO | PD | NA | BINDINGS,
	[DHCP6_REBIND] = ORO | PD | NA | BINDINGS,
	[DHCP6_RELEASE] = SERVER_ID | PD | NA | BINDINGS,
	[DHCP6_DECLINE] = SERVER_ID | NA | BINDINGS,
	[DHCP6_INFORMATION_REQUEST] = ORO,
};

/* RFC 7598 section 8: the containers are asked for, their contents are not. */
static const uint16_t always[] = { DHCP6_OPTION_DNS, DHCP6_OPTION_DOMAINS, DHCP6_OPTION_SNTP, DHCP6_OPTION_NTP,
	DHCP6_OPTION_AFTR_NAME, DHCP6_OPTION_S46_CONT_MAPE, DHCP6_OPTION_S46_CONT_LW, DHCP6_OPTION_S46_PRIORITY };

static void
put_oro(struct dhcp6_writer *writer, const struct dhcp6_client *client)
{
	const bool information = client->exchange.type == DHCP6_INFORMATION_REQUEST;
	const size_t oro = dhcp6_open(writer, DHCP6_OPTION_ORO);

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		dhcp6_put16(writer, always[i]);
	if (information) {
		dhcp6_put16(writer, DHCP6_OPTION_REFRESH_TIME); /* only here: section 21.23 */
		dhcp6_put16(writer, DHCP6_OPTION_INF_MAX_RT);
	} else {
		if (client->config.want_pd)
			dhcp6_put16(writer, DHCP6_OPTION_PD_EXCLUDE);
		dhcp6_put16(writer, DHCP6_OPTION_SOL_MAX_RT);
	}
	for (unsigned int i = 0; i < client->config.extra_count; i++)
		dhcp6_put16(writer, client->config.extra[i]);
	dhcp6_close(writer, oro);
}

/* Times and lifetimes are the server's to say: all zero (sections 18.2.1, 18.2.4). */
static void
put_prefix(struct dhcp6_writer *writer, const struct prefix6 *prefix)
{
	const size_t option = dhcp6_open(writer, DHCP6_OPTION_IA_PREFIX);

	dhcp6_put32(writer, 0);
	dhcp6_put32(writer, 0);
	dhcp6_put8(writer, prefix->len);
	dhcp6_put_address(writer, prefix->addr);
	dhcp6_close(writer, option);
}

static void
put_address(struct dhcp6_writer *writer, u128 addr)
{
	const size_t option = dhcp6_open(writer, DHCP6_OPTION_IA_ADDRESS);

	dhcp6_put_address(writer, addr);
	dhcp6_put32(writer, 0);
	dhcp6_put32(writer, 0);
	dhcp6_close(writer, option);
}

static size_t
open_ia(struct dhcp6_writer *writer, uint16_t code, uint32_t iaid)
{
	const size_t option = dhcp6_open(writer, code);

	dhcp6_put32(writer, iaid);
	dhcp6_put32(writer, 0);
	dhcp6_put32(writer, 0);
	return option;
}

/* A Release or Decline names only what is given back; the others ask for what is still missing as well. */
static bool
gives_back(uint8_t type)
{
	return type == DHCP6_RELEASE || type == DHCP6_DECLINE;
}

/* Whose bindings the message names: given back, offered, or held. */
static const struct dhcp6_lease *
named(const struct dhcp6_client *client)
{
	if (gives_back(client->exchange.type))
		return &client->returned;
	if (client->exchange.type == DHCP6_REQUEST && client->offer_count > 0)
		return &client->offers[0].lease;
	return &client->lease;
}

static void
put_pd(struct dhcp6_writer *writer, const struct dhcp6_client *client, const struct dhcp6_lease *lease)
{
	const struct prefix6 hint = { 0, client->config.pd_hint_len };
	size_t option;

	if (gives_back(client->exchange.type) ? lease->prefix_count == 0 : !client->config.want_pd)
		return;
	option = open_ia(writer, DHCP6_OPTION_IA_PD, client->config.pd_iaid);
	for (uint32_t i = 0; lease != NULL && i < lease->prefix_count; i++)
		put_prefix(writer, &lease->prefixes[i].prefix);
	if (lease == NULL && hint.len > 0)
		put_prefix(writer, &hint);
	dhcp6_close(writer, option);
}

static void
put_na(struct dhcp6_writer *writer, const struct dhcp6_client *client, const struct dhcp6_lease *lease)
{
	size_t option;

	if (gives_back(client->exchange.type) ? lease->address_count == 0 : !client->config.want_na)
		return;
	option = open_ia(writer, DHCP6_OPTION_IA_NA, client->config.na_iaid);
	for (uint32_t i = 0; lease != NULL && i < lease->address_count; i++)
		put_address(writer, lease->addresses[i].prefix.addr);
	dhcp6_close(writer, option);
}

/* Hundredths of a second since the first transmission of this exchange (section 21.9). */
static uint16_t
elapsed(const struct dhcp6_exchange *exchange, uint64_t now)
{
	const uint64_t hundredths = exchange->tries > 0 ? (now - exchange->started) / 10 : 0;

	return hundredths < UINT16_MAX ? (uint16_t)hundredths : UINT16_MAX;
}

size_t
dhcp6_build(const struct dhcp6_client *client, uint64_t now, uint8_t data[DHCP6_MAX_SEND])
{
	const uint8_t type = client->exchange.type, holds = contents[type];
	const struct dhcp6_lease *lease = holds & BINDINGS ? named(client) : NULL;
	const struct dhcp6_duid *server = lease == &client->offers[0].lease ? &client->offers[0].server
	    : lease != NULL                                                 ? &lease->server
									    : NULL;
	struct dhcp6_writer writer = { data, DHCP6_MAX_SEND, 0, false };

	dhcp6_put8(&writer, type);
	dhcp6_put(&writer, client->exchange.xid, sizeof(client->exchange.xid));
	dhcp6_put_option(&writer, DHCP6_OPTION_CLIENT_ID, client->config.duid.byte, client->config.duid.len);
	if (holds & SERVER_ID)
		dhcp6_put_option(&writer, DHCP6_OPTION_SERVER_ID, server->byte, server->len);
	dhcp6_put16(&writer, DHCP6_OPTION_ELAPSED_TIME);
	dhcp6_put16(&writer, 2);
	dhcp6_put16(&writer, elapsed(&client->exchange, now));
	if (holds & ORO)
		put_oro(&writer, client);
	if (type == DHCP6_SOLICIT && client->config.rapid_commit)
		dhcp6_put_option(&writer, DHCP6_OPTION_RAPID_COMMIT, NULL, 0);
	if (holds & ORO && client->config.reconfigure)
		dhcp6_put_option(&writer, DHCP6_OPTION_RECONFIGURE_ACCEPT, NULL, 0);
	if (holds & PD)
		put_pd(&writer, client, lease);
	if (holds & NA)
		put_na(&writer, client, lease);
	return writer.full ? 0 : writer.len;
}
