/* SPDX-License-Identifier: BSD-3-Clause */
#include "line/access_parts.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "provision/dhcp6_store.h"
#include "line/sources.h"
#include "timer.h"

#define LONGEST_WAIT_MS 3600000 /* then the timer is set anew */

/* ---- what is to be done ------------------------------------------------------------------------------------------ */

static void
send_message(struct access *access)
{
	struct sockaddr_in6 servers = { .sin6_family = AF_INET6,
		.sin6_port = htons(DHCP6_SERVER_PORT),
		.sin6_scope_id = access->ifindex };

	(void)inet_pton(AF_INET6, "ff02::1:2", &servers.sin6_addr);
	/* Without a link-local address yet, or a link, it is as if the message had been lost: it is sent again. */
	(void)sendto(access->fd, access->actions.send, access->actions.send_len, 0, (struct sockaddr *)&servers,
	    sizeof(servers));
	log_debug("dhcpv6: sent type=%s bytes=%zu", dhcp6_type_word(access->actions.send[0]),
	    (size_t)access->actions.send_len);
}

static void
set_timer(struct access *access)
{
	const uint64_t now = clock_ms(), next = dhcp6_client_next(&access->client);
	const uint64_t wait = next > now ? next - now : 0;

	timer_start(access->timer, wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS);
}

static void
log_changes(const struct dhcp6_actions *actions)
{
	static const char *const words[] = {
		[DHCP6_PREFIX_NEW] = "new prefix",
		[DHCP6_PREFIX_LIFETIME] = NULL,
		[DHCP6_PREFIX_WITHDRAWN] = "withdrawn prefix",
		[DHCP6_PREFIX_EXPIRED] = "expired prefix",
		[DHCP6_ADDRESS_NEW] = "new address",
		[DHCP6_ADDRESS_LIFETIME] = NULL,
		[DHCP6_ADDRESS_WITHDRAWN] = "withdrawn address",
		[DHCP6_ADDRESS_EXPIRED] = "expired address",
	};

	for (uint32_t i = 0; i < actions->change_count; i++) {
		const struct dhcp6_change *change = &actions->changes[i];
		char text[PREFIX_TEXT_SIZE];

		if (words[change->kind] != NULL)
			log_notice("dhcpv6: %s=%s", words[change->kind], prefix6_format(&change->prefix, text));
	}
}

/* New lifetimes alone, which every Renew brings, are no news, unless another prefix lasts longest now. */
static bool
has_news(const struct access *access)
{
	const struct dhcp6_actions *actions = &access->actions;

	for (uint32_t i = 0; i < actions->change_count; i++) {
		if (actions->changes[i].kind != DHCP6_PREFIX_LIFETIME &&
		    actions->changes[i].kind != DHCP6_ADDRESS_LIFETIME)
			return true;
	}
	return actions->softwire_changed || access_is_overtaken(access);
}

void
access_tell_sources(struct access *access)
{
	struct lan_line line;

	access_line(access, &line);
	sources_line(access->sources, line.has_prefix ? &line.prefix.prefix : NULL, &line.dns);
	timekeeper_line(access->timekeeper, line.has_prefix, &access->client.lease.settings);
}

void
access_act(struct access *access, enum dhcp6_state before)
{
	const struct dhcp6_actions *actions = &access->actions;

	if (access->client.state != before)
		log_notice("dhcpv6: state=%s", dhcp6_state_word(access->client.state));
	log_changes(actions);
	if (actions->change_count > 0)
		access_give_addresses(access);
	access_tell_sources(access);
	if (has_news(access))
		access->news(access->context);
	else if (actions->change_count > 0 || actions->settings_changed)
		access->moved(access->context);
	if (actions->keep)
		access_keep(access);
	if (actions->send_len > 0)
		send_message(access);
	set_timer(access);
}

/* What was kept, and refused, by a clock that was wrong. */
static void
on_stepped(void *context, int64_t step_ms)
{
	struct access *access = context;

	access_keep(access);
	registrar_again(access->registrar);
	access->stepped(access->context, step_ms);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct access *access = argument;
	const enum dhcp6_state before = access->client.state;

	(void)fd;
	(void)what;
	dhcp6_client_tick(&access->client, clock_ms(), &access->actions);
	access_act(access, before);
}

/* RFC 8415 section 16.11: whether it was for us alone. */
static bool
was_multicast(struct msghdr *message)
{
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL;
	     control = CMSG_NXTHDR(message, control)) {
		struct in6_pktinfo info;

		if (control->cmsg_level != IPPROTO_IPV6 || control->cmsg_type != IPV6_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(control), sizeof(info));
		return IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
	}
	return true;
}

static void
on_readable(evutil_socket_t fd, short what, void *argument)
{
	struct access *access = argument;
	const enum dhcp6_state before = access->client.state;
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct iovec bytes = { access->datagram, sizeof(access->datagram) };
	struct msghdr message = { .msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	const ssize_t len = recvmsg(fd, &message, 0);
	struct dhcp6_datagram datagram = { access->datagram, (size_t)len, false };
	uint64_t refused;

	(void)what;
	if (len < 0)
		return;
	access->heard++;
	log_debug("dhcpv6: received type=%s bytes=%zd state=%s", dhcp6_type_word(len > 0 ? access->datagram[0] : 0),
	    len, dhcp6_state_word(before));
	datagram.multicast = was_multicast(&message);
	refused = access->client.counters.bad[DHCP6_NOTHING_OFFERED];
	dhcp6_client_receive(&access->client, clock_ms(), &datagram, &access->actions);
	access_act(access, before);
	if (access->client.counters.bad[DHCP6_NOTHING_OFFERED] != refused)
		access_on_patience(-1, 0, access); /* no need to wait for longer */
}

void
access_link_up(struct access *access)
{
	enum dhcp6_state before;

	if (access == NULL || access->client.state == DHCP6_OFF)
		return;
	if (access->duplicate != 0) {
		access->duplicate = 0;
		access->news(access->context);
	}
	access_give_addresses(access);
	before = access->client.state;
	dhcp6_client_link_up(&access->client, clock_ms(), &access->actions);
	access_act(access, before);
}

/* ---- the softwire ------------------------------------------------------------------------------------------------ */

/* The options stand on the prefix, wherever that comes from. */
static int
choose(struct access *access, struct error *err)
{
	struct dhcp6_lease lease = access->client.lease;
	const struct dhcp6_prefix *prefixes;

	lease.prefix_count = access_prefixes(access, &prefixes);
	memcpy(lease.prefixes, prefixes, lease.prefix_count * sizeof(prefixes[0]));
	return s46_choose(&lease, &access->policy, &access->choice, err);
}

/* The prefixes that the softwire may stand on, and what DHCPv6 says about it. */
static void
read_line(struct access *access)
{
	struct line *line = &access->line;

	*line = (struct line){ 0 };
	access_list_prefixes(access, line);
	if (line->prefix_count == 0) {
		error_set(&line->why, ENOENT, "the line has no prefix");
		error_hint(&line->why, access->by_ra ? "no router advertises one" : "see what DHCPv6 waits for");
		return;
	}
	if (choose(access, &line->why) == 0)
		line->offer = &access->choice.offer;
}

/* RFC 4862 section 5.4: whose address is somebody else's does not use it. */
static void
yield_to_duplicate(const struct access *access, struct conf *conf)
{
	char text[IP6_TEXT_SIZE];
	struct error why;

	if (access->duplicate == 0 || access->duplicate != access_end_on_link(access, conf))
		return;
	error_set(&why, EADDRINUSE, "somebody else on the line has the MAP address %s",
	    ip6_format(access->duplicate, text));
	error_hint(&why,
	    "a home gateway that makes the softwire itself? It is tried again when the link has been down");
	conf_clear_line(conf, &why);
	conf->softwires[0].source = SOURCE_NONE;
}

void
access_apply(struct access *access, struct conf *conf)
{
	if (access == NULL || !conf->softwires[0].provisioned)
		return;
	access->choice.note_count = 0;
	access->policy.iid = conf->softwires[0].iid;
	access->policy.psid_from_ea = conf->access.psid_from_ea;
	read_line(access);
	/* All zero where there is none. */
	access->longest = access->line.prefixes[0];
	access->prefix = access->line.prefixes[sources_apply(access->sources, &access->line, conf)];
	access_tell_sources(access);
	yield_to_duplicate(access, conf);
	for (uint32_t i = 0; i < access->choice.note_count; i++)
		log_notice("dhcpv6: %s", access->choice.notes[i]);
}

void
access_hold(struct access *access)
{
	if (access == NULL)
		return;
	access->held = (struct access_held){ access->choice, access->prefix, access->longest, access->line };
	sources_hold(access->sources);
}

void
access_revert(struct access *access)
{
	if (access == NULL)
		return;
	access->choice = access->held.choice;
	access->prefix = access->held.prefix;
	access->longest = access->held.longest;
	access->line = access->held.line;
	sources_revert(access->sources);
	access_tell_sources(access);
}

void
access_refresh(struct access *access)
{
	sources_refresh(access->sources);
	registrar_again(access->registrar);
}

void
access_forget(struct access *access)
{
	sources_forget(access->sources);
}

/* Servers answer from a link-local address to another port than was asked: a firewall of Linux may take it for a stranger. */
static bool
say_filtered(struct access *access, uint64_t replies)
{
	if (access->heard != access->heard_then) {
		access->heard_then = access->heard;
		access->replies_then = replies;
	}
	if (replies - access->replies_then <= ACCESS_IN_FLIGHT)
		return false;
	snprintf(access->report.reason, sizeof(access->report.reason),
	    "%lu replies have reached this box and not the client: a firewall of Linux drops them (nft list ruleset); "
	    "it must accept UDP port 546 from fe80::/10",
	    (unsigned long)(replies - access->replies_then));
	return true;
}

struct line_report *
access_report(struct access *access, const struct conf *conf, uint64_t replies)
{
	if (access == NULL)
		return NULL;
	access->report.now = clock_ms();
	access_report_addresses(access);
	if (!access_say_idle(access, access->report.reason, sizeof(access->report.reason)) &&
	    !say_filtered(access, replies))
		(void)dhcp6_client_reason(&access->client, access->report.now, access->report.reason);
	access->line.state = dhcp6_state_word(access->client.state);
	access->line.next_ms = dhcp6_client_next(&access->client);
	access->report.in_use = conf->softwires[0].source;
	sources_report(access->sources, &access->line, &access->report);
	access->report.routers = routers_state(access->routers);
	access->report.by_ra = access->by_ra;
	timekeeper_report(access->timekeeper, &access->report);
	access->report.registration = registrar_report(access->registrar);
	return &access->report;
}

/* ---- life -------------------------------------------------------------------------------------------------------- */

static int
open_socket(struct access *access, struct error *err)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(DHCP6_CLIENT_PORT) };
	const int on = 1;

	access->fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (access->fd < 0 || setsockopt(access->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    setsockopt(access->fd, SOL_SOCKET, SO_BINDTODEVICE, access->device, sizeof(access->device)) < 0 ||
	    setsockopt(access->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0 ||
	    setsockopt(access->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) < 0 ||
	    bind(access->fd, (const struct sockaddr *)&any, sizeof(any)) < 0) {
		error_set(err, errno, "dhcpv6: no socket on %s: %s", access->device, strerror(errno));
		error_hint(err, "does another DHCPv6 client run on that interface?");
		return -EIO;
	}
	return 0;
}

static void
set_config(struct access *access, const struct conf_access *conf, const struct mac *mac)
{
	access->kind = conf->kind;
	access->by_ra = conf->kind == CONF_ACCESS_RA;
	access->config = (struct dhcp6_config){ .stateless = access->by_ra,
		.want_pd = conf->kind == CONF_ACCESS_PD,
		.pd_iaid = 1,
		.na_iaid = 1,
		.pd_hint_len = conf->hint_len,
		.rapid_commit = conf->rapid_commit,
		.reconfigure = conf->accept_reconfigure };
	access->policy.allowed = ~0u;
	access->duid_is_given = conf->duid_len > 0;
	if (access->duid_is_given) {
		access->config.duid.len = conf->duid_len;
		memcpy(access->config.duid.byte, conf->duid, conf->duid_len);
	} else {
		dhcp6_duid_from_mac(&access->config.duid, mac);
	}
	snprintf(access->file, sizeof(access->file), "%s/" ACCESS_STATE_FILE, conf->state);
}

int
access_open(const struct conf *conf, unsigned int wan, const struct mac *mac, struct access **access, struct error *err)
{
	struct access *new;
	int rc;

	*access = NULL;
	if (conf->role != CONF_CE || !conf->softwires[0].provisioned)
		return 0;
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return error_set(err, ENOMEM, "out of memory");
	new->fd = -1;
	new->ifindex = wan;
	if (getrandom(&new->random.key, sizeof(new->random.key), 0) != sizeof(new->random.key))
		rc = error_set(err, EIO, "dhcpv6: no random numbers: %s", strerror(errno));
	else if (if_indextoname(wan, new->device) == NULL)
		rc = error_set(err, errno, "dhcpv6: the WAN's device: %s", strerror(errno));
	else
		rc = open_socket(new, err);
	if (rc < 0) {
		access_close(new);
		return rc;
	}
	new->sources = sources_new(conf, new->device, err);
	if (new->sources == NULL) {
		access_close(new);
		return -ENOMEM;
	}
	set_config(new, &conf->access, mac);
	new->conf = conf->access;
	new->report.client = &new->client;
	new->report.choice = &new->choice;
	*access = new;
	return 0;
}

int
access_start(struct access *access, struct event_base *base, const struct access_listener *listener, struct error *err)
{
	struct timekeeper_config time = { .stepped = on_stepped, .context = access };
	struct dhcp6_store store;
	bool has_lease;

	if (access == NULL)
		return 0;
	access->news = listener->news;
	access->moved = listener->moved;
	access->stepped = listener->stepped;
	access->context = listener->context;
	access->readable = event_new(base, access->fd, EV_READ | EV_PERSIST, on_readable, access);
	access->timer = evtimer_new(base, on_timer, access);
	access->patience = evtimer_new(base, access_on_patience, access);
	if (access->readable == NULL || access->timer == NULL || access->patience == NULL ||
	    event_add(access->readable, NULL) < 0)
		return error_set(err, ENOMEM, "no events for DHCPv6");
	if (sources_start(access->sources, base, listener->news, listener->context, err) < 0)
		return -ENOMEM;
	time.access = &access->conf;
	time.device = access->device;
	time.resolver = sources_resolver(access->sources);
	access->timekeeper = timekeeper_new(base, &time);
	access->endpoint = endpoint_new(access->ifindex, base, access_on_duplicate, access, err);
	access->leased = leased_new(access->ifindex, base, access_on_tested, access, err);
	if (access->timekeeper == NULL || access->endpoint == NULL || access->leased == NULL)
		return -ENOMEM;
	if (access->conf.registration.url[0] != '\0')
		access->registrar = registrar_new(base, &access->conf.registration, sources_resolver(access->sources));
	access->routers = routers_open(access->ifindex, base, access_on_routers, access, err);
	if (access->routers == NULL)
		return -EIO;
	timer_start(access->patience, ACCESS_PATIENCE_MS);
	has_lease = access_recall(access, &store);
	if (has_lease)
		access_want_lease(access, &store.lease);
	dhcp6_client_init(&access->client, &access->config, &access->random);
	dhcp6_client_start(&access->client, clock_ms(), has_lease ? &store.lease : NULL, &access->actions);
	if (!has_lease)
		access_keep(access);
	access_act(access, DHCP6_OFF);
	return 0;
}

void
access_close(struct access *access)
{
	if (access == NULL)
		return;
	event_end(access->readable);
	event_end(access->timer);
	timekeeper_free(access->timekeeper);
	sources_free(access->sources);
	event_end(access->patience);
	routers_close(access->routers);
	endpoint_free(access->endpoint);
	leased_free(access->leased);
	registrar_free(access->registrar);
	if (access->fd >= 0)
		close(access->fd);
	free(access);
}
