/* SPDX-License-Identifier: BSD-3-Clause */
/* A server that asks us to ask: RFC 8415 sections 16.11, 18.2.11 and 20.4. */
#include <string.h>

#include "base/md5.h"
#include "provision/dhcp6_internal.h"

enum { AUTH_KEY = 1, AUTH_DIGEST = 2 };

void
dhcp6_learn_key(struct dhcp6_client *client, const struct dhcp6_answer *answer)
{
	struct dhcp6_reconfigure_key *key = &client->lease.key;

	if (!dhcp6_duid_equal(&answer->server, &client->lease.server))
		key->known = false;
	if (!client->config.reconfigure || !answer->has_auth || answer->auth.type != AUTH_KEY)
		return;
	key->known = true;
	key->replay = answer->auth.replay;
	memcpy(key->key, answer->auth.value, sizeof(key->key));
}

/* The digest is that of the whole message with zeros in its own place. */
static bool
is_authentic(const struct dhcp6_answer *answer, const struct dhcp6_reconfigure_key *key)
{
	static const uint8_t zeros[MD5_SIZE];
	const uint8_t *end = answer->options.at + answer->options.left;
	const uint8_t *behind = answer->auth.value + MD5_SIZE;
	uint8_t digest[MD5_SIZE], differs = 0;
	struct md5 md5;

	hmac_md5_begin(&md5, key->key, sizeof(key->key));
	md5_add(&md5, answer->message, (size_t)(answer->auth.value - answer->message));
	md5_add(&md5, zeros, sizeof(zeros));
	md5_add(&md5, behind, (size_t)(end - behind));
	hmac_md5_end(&md5, key->key, sizeof(key->key), digest);
	/* How long it takes tells nothing about where they differ. */
	for (int i = 0; i < MD5_SIZE; i++)
		differs |= digest[i] ^ answer->auth.value[i];
	return differs == 0;
}

static enum dhcp6_error
check(const struct dhcp6_client *client, const struct dhcp6_answer *answer)
{
	const struct dhcp6_reconfigure_key *key = &client->lease.key;

	if (answer->server.len == 0)
		return DHCP6_NO_SERVER_ID;
	if (!answer->for_us)
		return DHCP6_OTHER_CLIENT_ID;
	if (!dhcp6_duid_equal(&answer->server, &client->lease.server))
		return DHCP6_OTHER_SERVER;
	if (!client->config.reconfigure || !key->known || !answer->has_auth || answer->auth.type != AUTH_DIGEST ||
	    !is_authentic(answer, key))
		return DHCP6_NOT_AUTHENTIC;
	return answer->auth.replay > key->replay ? DHCP6_OK : DHCP6_REPLAYED;
}

enum dhcp6_error
dhcp6_reconfigure(struct dhcp6_client *client, uint64_t now, const struct dhcp6_answer *answer)
{
	const enum dhcp6_error error = check(client, answer);
	const bool bound = client->state == DHCP6_BOUND, informed = client->state == DHCP6_INFORMED;

	if (error != DHCP6_OK)
		return error;
	client->lease.key.replay = answer->auth.replay;
	/* Section 18.2.11: until the exchange is over, others are ignored. */
	if (!bound && !informed)
		return DHCP6_RATE;
	if (answer->reconfigure == DHCP6_RENEW && bound)
		dhcp6_renew(client, now);
	else if (answer->reconfigure == DHCP6_REBIND && bound)
		dhcp6_rebind(client, now);
	else if (answer->reconfigure == DHCP6_INFORMATION_REQUEST)
		dhcp6_inform(client, now, 0);
	else
		return DHCP6_BAD_OPTION;
	return DHCP6_OK;
}
