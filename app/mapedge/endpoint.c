/* SPDX-License-Identifier: BSD-3-Clause */
#include "endpoint.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "assign.h"
#include "log.h"
#include "netlink.h"
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

/* Of the address, as Linux has it. */
struct search {
	const struct endpoint *endpoint;
	bool is_tentative, has_failed;
};

static bool
look_at(const struct nlmsghdr *message, void *argument)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct search *search = argument;
	uint32_t flags = ifa->ifa_flags;
	u128 addr = 0;

	if (ifa->ifa_family != AF_INET6 || ifa->ifa_index != search->endpoint->wan)
		return true;
	mnl_attr_for_each(attribute, message, sizeof(*ifa))
	{
		if (mnl_attr_get_type(attribute) == IFA_FLAGS)
			flags = mnl_attr_get_u32(attribute);
		if (mnl_attr_get_type(attribute) == IFA_ADDRESS)
			addr = ip6_load(mnl_attr_get_payload(attribute));
	}
	if (addr == search->endpoint->addr) {
		search->has_failed = (flags & IFA_F_DADFAILED) != 0;
		search->is_tentative = (flags & IFA_F_TENTATIVE) != 0;
	}
	return true;
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct endpoint *endpoint = argument;
	struct search search = { .endpoint = endpoint };

	(void)fd;
	(void)what;
	(void)netlink_dump(RTM_GETADDR, look_at, &search);
	if (search.has_failed)
		endpoint->duplicate(endpoint->context);
	else if (search.is_tentative)
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
