/* SPDX-License-Identifier: BSD-3-Clause */
#include "line/routers.h"

#include <net/if.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "timer.h"

#define MESSAGE_MAX 2000
#define HOPS 255                /* RFC 4861 section 6.1.2: from this link */
#define LONGEST_WAIT_MS 3600000 /* then the timer is set anew */

struct routers {
	int fd;
	struct event *readable;
	struct event *timer;
	struct ra_state state;
	routers_news *news;
	void *context;
};

static void
set_timer(struct routers *routers)
{
	const uint64_t now = clock_ms(), next = ra_state_next(&routers->state);
	const uint64_t wait = next > now ? next - now : 0;

	timer_start(routers->timer, wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct routers *routers = argument;

	(void)fd;
	(void)what;
	if (ra_state_expire(&routers->state, clock_ms()))
		routers->news(routers->context, true);
	set_timer(routers);
}

static int
hop_limit(struct msghdr *message)
{
	int hops = -1;

	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
	     control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&hops, CMSG_DATA(control), sizeof(hops));
	}
	return hops;
}

/* The kernel has judged the checksum. */
static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct routers *routers = argument;
	char control[CMSG_SPACE(sizeof(int))];
	uint8_t bytes[MESSAGE_MAX];
	struct sockaddr_in6 from;
	struct iovec vector = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	const ssize_t len = recvmsg(fd, &message, 0);
	struct ra ra;

	(void)what;
	if (len < 0 || hop_limit(&message) != HOPS || !IN6_IS_ADDR_LINKLOCAL(&from.sin6_addr) ||
	    ra_read(bytes, (size_t)len, &ra) < 0)
		return;
	routers->news(routers->context, ra_state_take(&routers->state, &ra, clock_ms()));
	set_timer(routers);
}

static int
open_socket(struct routers *routers, unsigned int ifindex, struct error *err)
{
	char device[IF_NAMESIZE] = "";
	struct icmp6_filter filter;
	const int on = 1;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
	routers->fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	if (routers->fd < 0 || if_indextoname(ifindex, device) == NULL ||
	    setsockopt(routers->fd, SOL_SOCKET, SO_BINDTODEVICE, device, sizeof(device)) < 0 ||
	    setsockopt(routers->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) < 0 ||
	    setsockopt(routers->fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on)) < 0)
		return error_set(err, errno, "no socket for router advertisements on %s: %s", device, strerror(errno));
	return 0;
}

struct routers *
routers_open(unsigned int ifindex, struct event_base *base, routers_news *news, void *context, struct error *err)
{
	struct routers *routers = calloc(1, sizeof(*routers));

	if (routers == NULL) {
		error_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	routers->news = news;
	routers->context = context;
	if (open_socket(routers, ifindex, err) < 0)
		goto fail;
	routers->readable = event_new(base, routers->fd, EV_READ | EV_PERSIST, on_readable, routers);
	routers->timer = evtimer_new(base, on_timer, routers);
	if (routers->readable != NULL && routers->timer != NULL && event_add(routers->readable, NULL) == 0)
		return routers;
	error_set(err, ENOMEM, "no events for router advertisements");

fail:
	routers_close(routers);
	return NULL;
}

const struct ra_state *
routers_state(const struct routers *routers)
{
	static const struct ra_state nothing;

	return routers == NULL ? &nothing : &routers->state;
}

void
routers_close(struct routers *routers)
{
	if (routers == NULL)
		return;
	event_end(routers->readable);
	event_end(routers->timer);
	if (routers->fd >= 0)
		close(routers->fd);
	free(routers);
}
