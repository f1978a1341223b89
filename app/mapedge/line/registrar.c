/* SPDX-License-Identifier: BSD-3-Clause */
#include "line/registrar.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "line/fetch.h"
#include "log.h"
#include "timer.h"

struct registrar {
	struct registration registration;
	struct resolver *resolver;
	struct fetch *fetch;
	struct event *timer;
	uint32_t serial; /* of the question for the server's name that counts */
	char url[REGISTRATION_URL_SIZE];
};

static void
set_timer(struct registrar *registrar)
{
	const uint64_t now = clock_ms(), next = registrar->registration.next_ms;

	if (next == UINT64_MAX)
		(void)event_del(registrar->timer);
	else
		timer_start(registrar->timer, next > now ? next - now : 0);
}

static void
say(const struct registrar *registrar)
{
	log_notice("registration: state=%s reason=\"%s\"", registration_state_word(registrar->registration.state),
	    registrar->registration.reason);
}

static void
take_answer(struct registrar *registrar, int status, const char *text, size_t len)
{
	registration_answer(&registrar->registration, status, text, len, clock_ms());
	say(registrar);
	set_timer(registrar);
}

static void
on_reply(void *context, const struct hb46pp_reply *reply)
{
	struct registrar *registrar = context;

	if (reply->error != NULL)
		take_answer(registrar, 0, reply->error, strlen(reply->error));
	else
		take_answer(registrar, reply->status, reply->body, reply->len);
}

static void
get_from(struct registrar *registrar, u128 server)
{
	const struct fetch_request request = { .url = registrar->url,
		.verify = true,
		.ca_file = "",
		.source = registrar->registration.local,
		.server = server };

	fetch_get(registrar->fetch, &request, on_reply, registrar);
}

static void
on_host(void *context, uint32_t serial, const struct far_answer *answer)
{
	static const char nowhere[] = "the server's name has no IPv6 address that can be looked up";
	struct registrar *registrar = context;

	if (serial != registrar->serial || registrar->registration.state != REGISTRATION_ASKING)
		return;
	if (answer->result == HB46PP_DNS_OK)
		get_from(registrar, answer->addr[0]);
	else
		take_answer(registrar, 0, nowhere, sizeof(nowhere) - 1);
}

static void
ask(struct registrar *registrar)
{
	char host[OFFER_NAME_SIZE];
	struct error err;
	u128 literal;

	if (fetch_host(registrar->url, host, &err) < 0)
		take_answer(registrar, 0, err.text, strlen(err.text));
	else if (ip6_parse(host, &literal) == 0)
		get_from(registrar, literal);
	else
		resolver_ask_aaaa(registrar->resolver, host, ++registrar->serial, on_host, registrar);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct registrar *registrar = argument;
	const enum registration_state before = registrar->registration.state;

	(void)fd;
	(void)what;
	if (registration_tick(&registrar->registration, clock_ms())) {
		set_timer(registrar); /* for the limit */
		ask(registrar);
		return;
	}
	if (before == REGISTRATION_ASKING) { /* in vain, for too long */
		fetch_forget(registrar->fetch);
		say(registrar);
	}
	set_timer(registrar);
}

void
registrar_set(struct registrar *registrar, u128 local)
{
	if (registrar == NULL)
		return;
	if (local != registrar->registration.local)
		fetch_forget(registrar->fetch);
	registration_set(&registrar->registration, local, clock_ms());
	set_timer(registrar);
}

void
registrar_again(struct registrar *registrar)
{
	if (registrar == NULL)
		return;
	fetch_forget(registrar->fetch);
	registration_again(&registrar->registration, clock_ms());
	set_timer(registrar);
}

const struct registration *
registrar_report(const struct registrar *registrar)
{
	return registrar != NULL ? &registrar->registration : NULL;
}

struct registrar *
registrar_new(struct event_base *base, const struct conf_registration *conf, struct resolver *resolver)
{
	struct registrar *registrar = calloc(1, sizeof(*registrar));

	if (registrar == NULL)
		return NULL;
	registrar->resolver = resolver;
	registrar->fetch = fetch_new(base);
	registrar->timer = evtimer_new(base, on_timer, registrar);
	if (registrar->fetch == NULL || registrar->timer == NULL ||
	    registration_url(conf->url, conf->user, conf->pass, registrar->url) < 0) {
		registrar_free(registrar);
		return NULL;
	}
	registration_set(&registrar->registration, 0, clock_ms());
	return registrar;
}

void
registrar_free(struct registrar *registrar)
{
	if (registrar == NULL)
		return;
	fetch_free(registrar->fetch);
	event_end(registrar->timer);
	free(registrar);
}
