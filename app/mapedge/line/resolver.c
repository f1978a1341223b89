/* SPDX-License-Identifier: BSD-3-Clause */
#include "line/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "timer.h"

#define SOCKETS 16  /* c-ares has one of each kind and server */
#define TRY_MS 2000 /* then 4 and 8 s: no answer within 14 s is none */
#define TRIES 3
#define STRINGS 64

struct watch {
	ares_socket_t fd;
	struct event *event; /* NULL: free */
};

struct resolver {
	struct event_base *base;
	ares_channel channel; /* NULL: nobody to ask */
	struct event *timer;
	struct watch watch[SOCKETS];
};

struct question {
	resolver_on_txt *txt;
	resolver_on_aaaa *aaaa;
	uint32_t serial;
	void *context;
};

/* ---- c-ares in the loop ------------------------------------------------------------------------------------------ */

static void
set_timer(struct resolver *resolver)
{
	struct timeval in;

	if (resolver->channel != NULL && ares_timeout(resolver->channel, NULL, &in) != NULL)
		(void)event_add(resolver->timer, &in);
	else
		(void)event_del(resolver->timer);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct resolver *resolver = argument;

	(void)fd;
	(void)what;
	ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_timer(resolver);
}

static void
on_socket(evutil_socket_t fd, short what, void *argument)
{
	struct resolver *resolver = argument;

	ares_process_fd(resolver->channel, (what & EV_READ) != 0 ? fd : ARES_SOCKET_BAD,
	    (what & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
	set_timer(resolver);
}

static struct watch *
find_watch(struct resolver *resolver, ares_socket_t fd)
{
	struct watch *room = NULL;

	for (size_t i = 0; i < SOCKETS; i++) {
		if (resolver->watch[i].event == NULL)
			room = &resolver->watch[i];
		else if (resolver->watch[i].fd == fd)
			return &resolver->watch[i];
	}
	return room;
}

/* Without room for one more socket its answer is not heard, and the next try has another one. */
static void
watch_socket(void *context, ares_socket_t fd, int readable, int writable)
{
	const short what = (short)((readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
	struct resolver *resolver = context;
	struct watch *watch = find_watch(resolver, fd);

	if (watch == NULL)
		return;
	event_end(watch->event);
	watch->event = NULL;
	if (what == 0)
		return;
	watch->fd = fd;
	watch->event = event_new(resolver->base, fd, what | EV_PERSIST, on_socket, resolver);
	if (watch->event != NULL)
		(void)event_add(watch->event, NULL);
}

/* ---- answers ------------------------------------------------------------------------------------------------------ */

static enum hb46pp_dns
result_of(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return HB46PP_DNS_OK;
	case ARES_ENODATA:
		return HB46PP_DNS_NODATA;
	case ARES_ENOTFOUND:
		return HB46PP_DNS_NXDOMAIN;
	case ARES_ETIMEOUT:
	case ARES_ECONNREFUSED:
		return HB46PP_DNS_TIMEOUT;
	default:
		return HB46PP_DNS_SERVFAIL;
	}
}

static bool
is_forgotten(int status)
{
	return status == ARES_EDESTRUCTION || status == ARES_ECANCELLED;
}

static void
on_txt(void *context, int status, int timeouts, unsigned char *bytes, int len)
{
	struct question question = *(struct question *)context;
	struct hb46pp_string strings[STRINGS];
	struct ares_txt_ext *list = NULL;
	size_t count = 0;

	(void)timeouts;
	free(context);
	if (is_forgotten(status))
		return;
	if (status == ARES_SUCCESS)
		status = ares_parse_txt_reply_ext(bytes, len, &list);
	for (const struct ares_txt_ext *one = list; one != NULL && count < STRINGS; one = one->next)
		strings[count++] = (struct hb46pp_string){ .text = (const char *)one->txt,
			.len = one->length,
			.starts_record = one->record_start != 0 };
	question.txt(question.context, question.serial,
	    &(struct resolver_txt){ .result = result_of(status), .count = count, .strings = strings });
	if (list != NULL)
		ares_free_data(list);
}

static void
on_aaaa(void *context, int status, int timeouts, unsigned char *bytes, int len)
{
	struct question question = *(struct question *)context;
	struct ares_addr6ttl found[OFFER_MAX_BRS];
	struct far_answer answer = { .ttl = UINT32_MAX };
	int count = OFFER_MAX_BRS;

	(void)timeouts;
	free(context);
	if (is_forgotten(status))
		return;
	if (status == ARES_SUCCESS)
		status = ares_parse_aaaa_reply(bytes, len, NULL, found, &count);
	answer.result = result_of(status);
	for (int i = 0; status == ARES_SUCCESS && i < count; i++) {
		const uint32_t ttl = found[i].ttl < 0 ? 0 : (uint32_t)found[i].ttl;

		answer.addr[answer.count++] = ip6_load((const uint8_t *)&found[i].ip6addr);
		answer.ttl = ttl < answer.ttl ? ttl : answer.ttl;
	}
	/* A chain of names without an address at its end. */
	if (status == ARES_SUCCESS && answer.count == 0)
		answer.result = HB46PP_DNS_NODATA;
	question.aaaa(question.context, question.serial, &answer);
}

/* ---- questions ---------------------------------------------------------------------------------------------------- */

static void
ask(struct resolver *resolver, const char *name, int type, const struct question *question)
{
	struct question *kept = malloc(sizeof(*kept));

	/* As a question that was lost: the asker has a limit of his own. */
	if (kept == NULL || resolver->channel == NULL) {
		free(kept);
		return;
	}
	*kept = *question;
	ares_query(resolver->channel, name, ns_c_in, type, type == ns_t_txt ? on_txt : on_aaaa, kept);
	set_timer(resolver);
}

void
resolver_ask_txt(struct resolver *resolver, const char *name, uint32_t serial, resolver_on_txt *answer, void *context)
{
	ask(resolver, name, ns_t_txt, &(struct question){ .txt = answer, .serial = serial, .context = context });
}

void
resolver_ask_aaaa(struct resolver *resolver, const char *name, uint32_t serial, resolver_on_aaaa *answer, void *context)
{
	ask(resolver, name, ns_t_aaaa, &(struct question){ .aaaa = answer, .serial = serial, .context = context });
}

/* ---- servers ------------------------------------------------------------------------------------------------------ */

static bool
is_mapped(u128 addr)
{
	return addr >> 32 == 0xffff;
}

static int
set_servers(struct resolver *resolver, const struct resolver_servers *servers)
{
	struct ares_addr_node nodes[RESOLVER_MAX];

	for (uint32_t i = 0; i < servers->count; i++) {
		nodes[i] = (struct ares_addr_node){ .next = i + 1 < servers->count ? &nodes[i + 1] : NULL,
			.family = is_mapped(servers->addr[i]) ? AF_INET : AF_INET6 };
		if (is_mapped(servers->addr[i]))
			nodes[i].addr.addr4.s_addr = htonl((uint32_t)servers->addr[i]);
		else
			ip6_store((uint8_t *)&nodes[i].addr.addr6, servers->addr[i]);
	}
	return ares_set_servers(resolver->channel, servers->count > 0 ? nodes : NULL);
}

int
resolver_set(struct resolver *resolver, const struct resolver_servers *servers, struct error *err)
{
	char dns_only[] = "b"; /* no hosts file */
	struct ares_options options = { .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = TRY_MS,
		.tries = TRIES,
		.lookups = dns_only,
		.sock_state_cb = watch_socket,
		.sock_state_cb_data = resolver };
	const int mask =
	    ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
	int rc;

	if (resolver->channel != NULL)
		ares_destroy(resolver->channel);
	resolver->channel = NULL;
	rc = ares_init_options(&resolver->channel, &options, mask);
	if (rc == ARES_SUCCESS && servers->count > 0)
		rc = set_servers(resolver, servers);
	set_timer(resolver);
	if (rc != ARES_SUCCESS)
		return error_set(err, EIO, "no resolver: %s", ares_strerror(rc));
	if (servers->device != NULL)
		ares_set_local_dev(resolver->channel, servers->device);
	return 0;
}

uint32_t
resolver_get(struct resolver *resolver, u128 addr[RESOLVER_MAX])
{
	struct ares_addr_node *nodes = NULL;
	uint32_t count = 0;

	if (resolver->channel == NULL || ares_get_servers(resolver->channel, &nodes) != ARES_SUCCESS)
		return 0;
	for (const struct ares_addr_node *node = nodes; node != NULL && count < RESOLVER_MAX; node = node->next)
		addr[count++] = node->family == AF_INET ? (u128)0xffff << 32 | ntohl(node->addr.addr4.s_addr)
							: ip6_load((const uint8_t *)&node->addr.addr6);
	ares_free_data(nodes);
	return count;
}

/* ---- life --------------------------------------------------------------------------------------------------------- */

struct resolver *
resolver_new(struct event_base *base)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));

	if (resolver == NULL)
		return NULL;
	resolver->base = base;
	resolver->timer = evtimer_new(base, on_timer, resolver);
	if (resolver->timer == NULL) {
		free(resolver);
		return NULL;
	}
	return resolver;
}

void
resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	if (resolver->channel != NULL)
		ares_destroy(resolver->channel);
	event_end(resolver->timer);
	for (size_t i = 0; i < SOCKETS; i++)
		event_end(resolver->watch[i].event);
	free(resolver);
}
