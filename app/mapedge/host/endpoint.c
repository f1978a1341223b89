/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include "host/assign.h"
#include "log.h"
#include "timer.h"

#define HOST_LEN 128
#define LOOK_MS 500 /* until Linux's test is over: a delay of up to 1 s, and 1 s for answers */

struct endpoint {
	unsigned int wan;
	u128 addr;
	struct event *timer;
	endpoint_duplicate *duplicate;
	void *context;
};

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct endpoint *endpoint = argument;
	const enum assign_state state = assign_look(endpoint->wan, endpoint->addr);

	(void)fd;
	(void)what;
	if (state == ASSIGN_DUPLICATE)
		endpoint->duplicate(endpoint->context);
	else if (state == ASSIGN_TENTATIVE)
		timer_start(endpoint->timer, LOOK_MS);
}

void
endpoint_set(struct endpoint *endpoint, u128 addr)
{
	/* Deprecated from the start: what this box sends by itself comes from another address (RFC 6724 section 5). */
	static const struct assign_lifetimes lifetimes = { .preferred = 0, .valid = UINT32_MAX };
	struct prefix6 address = { .len = HOST_LEN };
	char text[IP6_TEXT_SIZE];
	int rc;

	if (endpoint == NULL || addr == endpoint->addr)
		return;
	address.addr = endpoint->addr;
	if (endpoint->addr != 0)
		(void)assign_no_address(endpoint->wan, &address);
	(void)event_del(endpoint->timer);
	endpoint->addr = address.addr = addr;
	if (addr == 0)
		return;
	rc = assign_address(endpoint->wan, &address, &lifetimes, 0);
	if (rc < 0)
		log_error("softwire: the WAN's device cannot have the address %s: %s", ip6_format(addr, text),
		    strerror(-rc));
	timer_start(endpoint->timer, LOOK_MS);
}

u128
endpoint_address(const struct endpoint *endpoint)
{
	return endpoint->addr;
}

struct endpoint *
endpoint_new(unsigned int wan, struct event_base *base, endpoint_duplicate *duplicate, void *context, struct error *err)
{
	struct endpoint *endpoint = calloc(1, sizeof(*endpoint));

	if (endpoint != NULL) {
		*endpoint = (struct endpoint){ .wan = wan, .duplicate = duplicate, .context = context };
		endpoint->timer = evtimer_new(base, on_timer, endpoint);
		if (endpoint->timer != NULL)
			return endpoint;
	}
	free(endpoint);
	error_set(err, ENOMEM, "out of memory");
	return NULL;
}

void
endpoint_free(struct endpoint *endpoint)
{
	if (endpoint == NULL)
		return;
	event_end(endpoint->timer);
	free(endpoint);
}
