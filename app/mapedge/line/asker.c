/* SPDX-License-Identifier: BSD-3-Clause */
#include "line/asker.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/timestamp.h"
#include "clock.h"
#include "line/fetch.h"
#include "kept.h"
#include "log.h"
#include "provision/take.h"
#include "timer.h"

#define STATE_FILE "hb46pp"
#define STORED_MAX (HB46PP_MAX_BODY + 64) /* the time in front */
#define LOOK_MS 1000                      /* between two looks for an address, or at a clock that is wrong */
#define LONGEST_WAIT_MS 3600000           /* then the timer is set anew */

struct asker {
	struct hb46pp_client client;
	struct resolver *resolver;
	struct fetch *fetch;
	struct event *timer;
	char device[IF_NAMESIZE];
	char ca_file[CONF_TEXT_SIZE];
	char file[CONF_TEXT_SIZE + sizeof("/" STATE_FILE)];
	char stored_at[TIMESTAMP_TEXT_SIZE]; /* "": nothing is stored */
	bool has_prefix;
	bool clock_is_wrong;
	u128 source;            /* that Linux asks from */
	bool is_moved;          /* it is another one than that of the question that is out */
	enum hb46pp_state seen; /* the last state that was told */
	uint64_t seen_ms;
	asker_news *news;
	void *context;
};

static void act(struct asker *asker, uint32_t actions, const struct hb46pp_reply *reply);

/* ---- what is stored ------------------------------------------------------------------------------------------------ */

static void
store(struct asker *asker, const struct hb46pp_reply *reply)
{
	const uint64_t now = wall_clock_ms();
	struct error err = { .text = "out of memory" };
	size_t size;
	char *text = hb46pp_stored_format(now, reply->body, reply->len, &size);

	if (text != NULL && kept_write(asker->file, (const uint8_t *)text, size, &err) == 0)
		(void)timestamp_format(now, asker->stored_at);
	else
		log_error("hb46pp: the answer is not kept: %s", err.text);
	free(text);
}

static void
erase(struct asker *asker)
{
	asker->stored_at[0] = '\0';
	if (unlink(asker->file) < 0 && errno != ENOENT)
		log_error("hb46pp: cannot remove file=%s: %s", asker->file, strerror(errno));
}

static void
recall(struct asker *asker)
{
	uint8_t *data = malloc(STORED_MAX);
	const int size = data != NULL ? kept_read(asker->file, data, STORED_MAX) : -ENOMEM;
	struct error err = { 0 };
	const char *body;
	uint64_t wall_ms;
	size_t len;

	if (size >= 0 && hb46pp_stored_parse((const char *)data, (size_t)size, &wall_ms, &body, &len, &err) == 0 &&
	    hb46pp_restore(&asker->client, body, len, &err) == 0)
		(void)timestamp_format(wall_ms, asker->stored_at);
	else if (size != -ENOENT)
		log_error("hb46pp: file=%s is of no use: %s", asker->file, size < 0 ? strerror(-size) : err.text);
	free(data);
}

/* ---- is there a way? ---------------------------------------------------------------------------------------------- */

/* The source address that Linux would take towards the first resolver, 0: none; a packet is not sent. */
static u128
find_source(const struct asker *asker)
{
	struct sockaddr_in6 far = { .sin6_family = AF_INET6, .sin6_port = htons(53) }, near;
	u128 servers[RESOLVER_MAX], source;
	socklen_t len = sizeof(near);
	bool found;
	int fd;

	/* A resolver on the link, or one that speaks IPv4, says nothing about the way to the server: then any address beyond counts. */
	if (resolver_get(asker->resolver, servers) == 0 || take_node_problem(servers[0]) != NULL)
		servers[0] = u128_make(UINT64_C(0x2000000000000000), 1);
	ip6_store(far.sin6_addr.s6_addr, servers[0]);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	found = setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, asker->device, sizeof(asker->device)) == 0 &&
	    connect(fd, (struct sockaddr *)&far, sizeof(far)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&near, &len) == 0;
	source = found ? ip6_load(near.sin6_addr.s6_addr) : 0;
	close(fd);
	return take_node_problem(source) == NULL ? source : 0;
}

static bool
has_address(struct asker *asker)
{
	const u128 source = find_source(asker);

	if (source != 0)
		asker->source = source;
	return source != 0;
}

/* ---- what the client wants ---------------------------------------------------------------------------------------- */

static void
set_timer(struct asker *asker)
{
	const uint64_t now = clock_ms(), next = asker->client.next_ms;
	uint64_t wait = next > now ? next - now : 0;

	if (wait > LONGEST_WAIT_MS)
		wait = LONGEST_WAIT_MS;
	if ((asker->clock_is_wrong || asker->is_moved ||
		(asker->has_prefix && asker->client.state <= HB46PP_NO_ADDRESS)) &&
	    wait > LOOK_MS)
		wait = LOOK_MS;
	timer_start(asker->timer, wait);
}

static void
on_reply(void *context, const struct hb46pp_reply *reply)
{
	struct asker *asker = context;

	act(asker, hb46pp_http(&asker->client, clock_ms(), asker->client.serial, reply), reply);
}

static void
refuse(struct asker *asker, const char *why)
{
	on_reply(asker, &(struct hb46pp_reply){ .error = why });
}

static void
get_from(struct asker *asker, u128 server)
{
	const struct fetch_request request = { .url = asker->client.get.url,
		.verify = asker->client.get.verify,
		.ca_file = asker->ca_file,
		.device = asker->device,
		.server = server };

	fetch_get(asker->fetch, &request, on_reply, asker);
}

static void
on_host(void *context, uint32_t serial, const struct far_answer *answer)
{
	static const char *const troubles[] = {
		[HB46PP_DNS_OK] = "its name has no address of an IPv6 node",
		[HB46PP_DNS_NODATA] = "its name has no IPv6 address",
		[HB46PP_DNS_NXDOMAIN] = "its name does not exist",
		[HB46PP_DNS_SERVFAIL] = "the resolver fails at its name",
		[HB46PP_DNS_TIMEOUT] = "the resolver does not answer for its name",
	};
	struct asker *asker = context;

	if (asker->client.state != HB46PP_ASK_SERVER || serial != asker->client.serial)
		return;
	if (answer->result == HB46PP_DNS_OK && take_node_problem(answer->addr[0]) == NULL)
		get_from(asker, answer->addr[0]);
	else
		refuse(asker, troubles[answer->result]);
}

static void
get(struct asker *asker)
{
	char host[OFFER_NAME_SIZE];
	struct error err;
	u128 literal;

	log_debug("hb46pp: asks url=%s", asker->client.get.shown);
	fetch_forget(asker->fetch);
	asker->clock_is_wrong =
	    asker->client.get.verify && hb46pp_clock_check(wall_clock_ms(), MAPEDGE_BUILT * UINT64_C(1000), &err) < 0;
	if (asker->clock_is_wrong || fetch_host(asker->client.get.url, host, &err) < 0) {
		refuse(asker, err.text);
	} else if (ip6_parse(host, &literal) == 0) {
		get_from(asker, literal);
	} else {
		resolver_ask_aaaa(asker->resolver, host, asker->client.serial, on_host, asker);
	}
}

static void
on_txt(void *context, uint32_t serial, const struct resolver_txt *answer)
{
	struct asker *asker = context;

	act(asker, hb46pp_dns(&asker->client, clock_ms(), serial, answer->result, answer->strings, answer->count),
	    NULL);
}

/* In the order that hb46pp.h asks for. */
static void
act(struct asker *asker, uint32_t actions, const struct hb46pp_reply *reply)
{
	const struct hb46pp_client *client = &asker->client;
	const bool is_over = (actions & (HB46PP_QUERY | HB46PP_GET)) == 0 &&
	    (actions != 0 || client->state != asker->seen || client->since_ms != asker->seen_ms);

	asker->seen = client->state;
	asker->seen_ms = client->since_ms;
	if (is_over)
		log_notice("hb46pp: state=%s reason=\"%s\"", hb46pp_state_word(client->state), client->reason);
	if ((actions & HB46PP_QUERY) != 0) {
		fetch_forget(asker->fetch);
		resolver_ask_txt(asker->resolver, HB46PP_DOMAIN, client->serial, on_txt, asker);
	}
	if ((actions & HB46PP_ERASE) != 0)
		erase(asker);
	if ((actions & HB46PP_STORE) != 0)
		store(asker, reply);
	if (is_over)
		asker->news(asker->context, (actions & (HB46PP_CONFIGURE | HB46PP_DISABLE)) != 0);
	set_timer(asker);
	/* Last, as it may end at once. */
	if ((actions & HB46PP_GET) != 0)
		get(asker);
}

/* ---- events ------------------------------------------------------------------------------------------------------- */

static void
begin(struct asker *asker)
{
	struct hb46pp_client *client = &asker->client;
	const uint64_t now = clock_ms();

	if (!has_address(asker))
		act(asker, hb46pp_address(client, now, false), NULL);
	else
		act(asker, client->state == HB46PP_OFF ? hb46pp_start(client, now) : hb46pp_address(client, now, true),
		    NULL);
}

/* Section 3.6: the server knows the line by this address, too. */
static void
follow_source(struct asker *asker)
{
	asker->is_moved = false;
	act(asker, hb46pp_address(&asker->client, clock_ms(), true), NULL);
}

static bool
is_asking(const struct asker *asker)
{
	return asker->client.state == HB46PP_ASK_DNS || asker->client.state == HB46PP_ASK_SERVER;
}

/* No address for a while is no other address; and an answer that is under way is better than none. */
void
asker_addresses(struct asker *asker)
{
	const u128 source = find_source(asker);

	if (!asker->has_prefix || asker->client.state <= HB46PP_NO_ADDRESS || source == 0 || source == asker->source)
		return;
	asker->source = source;
	if (!is_asking(asker)) {
		follow_source(asker);
		return;
	}
	asker->is_moved = true;
	set_timer(asker);
}

void
asker_line(struct asker *asker, bool present)
{
	asker->has_prefix = present;
	if (present) {
		begin(asker);
		return;
	}
	if (asker->client.state != HB46PP_OFF)
		(void)hb46pp_address(&asker->client, clock_ms(), false);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct asker *asker = argument;
	struct error err;

	(void)fd;
	(void)what;
	if (!asker->has_prefix)
		return;
	if (asker->client.state <= HB46PP_NO_ADDRESS) {
		if (has_address(asker))
			begin(asker);
		else
			set_timer(asker);
		return;
	}
	if (asker->is_moved && !is_asking(asker))
		follow_source(asker);
	else if (asker->clock_is_wrong &&
	    hb46pp_clock_check(wall_clock_ms(), MAPEDGE_BUILT * UINT64_C(1000), &err) == 0)
		asker_refresh(asker);
	else
		act(asker, hb46pp_tick(&asker->client, clock_ms()), NULL);
}

void
asker_refresh(struct asker *asker)
{
	asker->clock_is_wrong = false;
	act(asker, hb46pp_refresh(&asker->client, clock_ms()), NULL);
}

void
asker_forget(struct asker *asker)
{
	(void)hb46pp_forget(&asker->client);
	erase(asker);
}

/* ---- what is known ------------------------------------------------------------------------------------------------ */

const struct hb46pp_client *
asker_client(const struct asker *asker)
{
	return &asker->client;
}

void
asker_reason(const struct asker *asker, char *text, size_t size)
{
	const struct hb46pp_client *client = &asker->client;

	if (!asker->has_prefix)
		snprintf(text, size, "waits for a prefix of the line");
	else if (client->answer != NULL && client->from_store)
		snprintf(text, size, "%s; uses the answer that was stored at %s", client->reason, asker->stored_at);
	else
		snprintf(text, size, "%s", client->reason);
}

/* ---- life --------------------------------------------------------------------------------------------------------- */

struct asker *
asker_new(struct event_base *base, const struct asker_config *config)
{
	struct asker *asker = calloc(1, sizeof(*asker));

	if (asker == NULL)
		return NULL;
	asker->fetch = fetch_new(base);
	asker->timer = evtimer_new(base, on_timer, asker);
	if (asker->fetch == NULL || asker->timer == NULL) {
		asker_free(asker);
		return NULL;
	}
	asker->resolver = config->resolver;
	asker->news = config->news;
	asker->context = config->context;
	snprintf(asker->device, sizeof(asker->device), "%s", config->device);
	snprintf(asker->ca_file, sizeof(asker->ca_file), "%s", config->access->hb46pp_ca_file);
	snprintf(asker->file, sizeof(asker->file), "%s/" STATE_FILE, config->access->state);
	hb46pp_init(&asker->client, &config->access->hb46pp, &config->random);
	recall(asker);
	return asker;
}

void
asker_free(struct asker *asker)
{
	if (asker == NULL)
		return;
	fetch_free(asker->fetch);
	event_end(asker->timer);
	hb46pp_fini(&asker->client);
	free(asker);
}
