/* SPDX-License-Identifier: BSD-3-Clause */
#include "home/services.h"

#include <net/if.h>
#include <netinet/icmp6.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/assign.h"
#include "host/pace.h"
#include "clock.h"
#include "home/companion.h"
#include "kept.h"
#include "log.h"
#include "provision/dnsmasq.h"
#include "provision/ra.h"
#include "timer.h"

#define CONFIG_FILE "dnsmasq.conf"
#define PID_FILE "dnsmasq.pid"
#define SETTLE_MS 30000 /* from the start: the line may have the same prefix as before */
#define LOOK_MS 100     /* between looks at whether Linux is done with its test for duplicates */

/* RFC 4861 section 6.2.1: at least 3 s between them; what has changed is said three times. */
#define ADVERTISE_SOON_MS 4000
#define ADVERTISE_MS 60000
#define ADVERTISE_SOON_COUNT 3

struct services {
	char wan_name[IF_NAMESIZE];
	char directory[CONF_TEXT_SIZE], user[CONF_NAME_SIZE];
	struct services_state state;
	struct dnsmasq dnsmasq;
	char text[DNSMASQ_TEXT_SIZE]; /* its configuration */
	struct companion *companion;
	struct pace *pace;
	int fd;              /* for advertisements */
	struct event *timer; /* for the next one */
	unsigned int soon;   /* so many leave soon */
	struct event *ready; /* looks whether dnsmasq can start */
	uint64_t settled_ms;
};
_Static_assert(DNSMASQ_MAX_NETWORKS == LAN_MAX_NETWORKS, "all fit");

/* ---- router advertisements -------------------------------------------------------------------------------------- */

static uint32_t
seconds_left(uint64_t until, uint32_t limit)
{
	const uint32_t seconds = dhcp6_seconds_left(until, clock_ms());

	return seconds < limit ? seconds : limit;
}

static void
add_prefix(struct ra *ra, const struct prefix6 *prefix, uint32_t valid, uint32_t preferred)
{
	ra->prefixes[ra->prefix_count++] =
	    (struct ra_prefix){ .prefix = { prefix->addr & mask6(prefix->len), prefix->len },
		    .on_link = true,
		    .autonomous = true,
		    .valid = valid,
		    .preferred = preferred };
}

static void
add_route(struct ra *ra, const struct prefix6 *prefix, uint32_t lifetime)
{
	ra->routes[ra->route_count++] = (struct ra_route){ *prefix, lifetime };
}

/* RFC 9096 section 3.4: shorter than the line's, so that what was said is forgotten before long. */
static void
add_line(struct ra *ra, const struct lan_line *line, const struct network *network)
{
	add_prefix(ra, &network->address, seconds_left(line->prefix.valid_until, DNSMASQ_ROUTER_LIFETIME),
	    seconds_left(line->prefix.preferred_until, DNSMASQ_ROUTER_LIFETIME));
	if (!line->is_shared)
		add_route(ra, &line->prefix.prefix, seconds_left(line->prefix.valid_until, HOME_STALE_S));
}

static bool
is_router(const struct services *services, const struct network *network)
{
	return network->has_subnet && services->state.line->has_router;
}

/* Beside dnsmasq's, and with the same words in front (RFC 4861 section 6.2.4). */
static void
advertise_on(struct services *services, const struct network *network, bool leaves)
{
	const uint16_t lifetime = !leaves && is_router(services, network) ? DNSMASQ_ROUTER_LIFETIME : 0;
	struct ra ra = { .hop_limit = 64, .other = true, .router_lifetime = lifetime };
	struct sockaddr_in6 all = { .sin6_family = AF_INET6,
		.sin6_addr = { .s6_addr = { 0xff, 2, [15] = 1 } },
		.sin6_scope_id = network->ifindex };
	const bool is_settled = network->has_subnet || clock_ms() >= services->settled_ms;
	uint8_t message[RA_MAX_LEN];

	if (network->has_subnet)
		add_line(&ra, services->state.line, network);
	if (network->ula.len > 0) {
		add_prefix(&ra, &network->ula, DNSMASQ_ROUTER_LIFETIME, DNSMASQ_ROUTER_LIFETIME);
		add_route(&ra, services->state.ula, HOME_STALE_S);
	}
	for (uint32_t i = 0; i < network->stale.count && is_settled; i++) {
		if (network->stale.at[i].valid_until > clock_ms())
			add_prefix(&ra, &network->stale.at[i].prefix, 0, 0);
	}
	/* What does not leave, because the link is not there yet, leaves the next time. */
	(void)sendto(services->fd, message, ra_write(&ra, message), 0, (struct sockaddr *)&all, sizeof(all));
}

static void
advertise(struct services *services, bool leaves)
{
	for (uint32_t i = 0; i < services->dnsmasq.network_count; i++)
		advertise_on(services, &services->state.networks[i], leaves);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct services *services = argument;

	(void)fd;
	(void)what;
	advertise(services, false);
	if (services->soon > 0)
		services->soon--;
	timer_start(services->timer, services->soon > 0 ? ADVERTISE_SOON_MS : ADVERTISE_MS);
}

/* ---- dnsmasq ---------------------------------------------------------------------------------------------------- */

/*
 * With an address that is still being tested it would keep silent for up to 20 seconds. The LAN's counts: where a network has nobody on
 * it yet the test does not end.
 */
static void
on_ready(evutil_socket_t fd, short what, void *argument)
{
	struct services *services = argument;
	const struct network *lan = &services->state.networks[0];
	char text[IP6_TEXT_SIZE];

	(void)fd;
	(void)what;
	switch (!lan->has_subnet ? ASSIGN_READY : assign_look(lan->ifindex, lan->address.addr)) {
	case ASSIGN_TENTATIVE:
		timer_start(services->ready, LOOK_MS);
		return;
	case ASSIGN_DUPLICATE:
		log_error("lan: somebody else on the LAN has our address %s", ip6_format(lan->address.addr, text));
		break;
	default:
		break;
	}
	companion_start(services->companion);
}

static void
file_path(const struct services *services, const char *name, char path[COMPANION_PATH_SIZE])
{
	snprintf(path, COMPANION_PATH_SIZE, "%s/%s", services->directory, name);
}

void
services_follow(struct services *services, const struct services_state *state, bool is_other)
{
	char text[DNSMASQ_TEXT_SIZE], path[COMPANION_PATH_SIZE];
	struct error err;
	size_t len;

	if (services == NULL)
		return;
	services->state = *state;
	for (uint32_t i = 0; i < services->dnsmasq.network_count; i++)
		services->dnsmasq.networks[i].has_router = is_router(services, &state->networks[i]);
	services->dnsmasq.dns = state->line->dns;
	services->dnsmasq.domains = state->line->domains;
	len = dnsmasq_write(&services->dnsmasq, text);
	if (!is_other && strcmp(text, services->text) == 0)
		return;
	if (is_other && services->text[0] != '\0')
		services->settled_ms = 0;
	memcpy(services->text, text, len + 1);
	file_path(services, CONFIG_FILE, path);
	if (kept_write(path, (const uint8_t *)text, len, &err) < 0)
		log_error("lan: %s", err.text);
	/* It would go on advertising a prefix that is gone for as long as it was valid (RFC 9096 L-13): so it starts anew. */
	companion_stop(services->companion);
	services->soon = ADVERTISE_SOON_COUNT;
	on_timer(-1, 0, services);
	on_ready(-1, 0, services);
}

void
services_leave(struct services *services)
{
	if (services != NULL)
		advertise(services, true);
}

void
services_report(const struct services *services, struct lan_report *report)
{
	const struct companion_report *companion;

	if (services == NULL)
		return;
	companion = companion_report(services->companion);
	report->services = companion->state;
	report->trouble = companion->reason;
	report->starts = companion->starts;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static int
open_socket(struct services *services, struct error *err)
{
	const int hops = 255, mark = PACE_MARK;
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter); /* we only speak */
	services->fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	if (services->fd < 0 || setsockopt(services->fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0 ||
	    setsockopt(services->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) < 0 ||
	    setsockopt(services->fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0)
		return error_set(err, errno, "lan: no socket for router advertisements: %s", strerror(errno));
	return 0;
}

static int
open_pace(struct services *services, const struct network *networks, struct error *err)
{
	unsigned int ifindex[LAN_MAX_NETWORKS];

	for (uint32_t i = 0; i < services->dnsmasq.network_count; i++)
		ifindex[i] = networks[i].ifindex;
	services->pace = pace_open(ifindex, services->dnsmasq.network_count, err);
	return services->pace == NULL ? -EIO : 0;
}

static const char *
find_dnsmasq(void)
{
	static const char *const places[] = { "/usr/sbin/dnsmasq", "/usr/local/sbin/dnsmasq", "/sbin/dnsmasq" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (access(places[i], X_OK) == 0)
			return places[i];
	}
	return NULL;
}

static void
set_network(struct dnsmasq_network *network, uint32_t own, uint8_t len, const struct conf_dhcp *dhcp)
{
	network->subnet = (struct prefix4){ own & mask4(len), len };
	dnsmasq_range(network, own);
	if (dhcp->first == 0)
		return;
	network->first = dhcp->first;
	network->last = dhcp->last;
}

static void
set_networks(struct dnsmasq *dnsmasq, const struct conf *conf, const struct network *networks)
{
	const struct conf_interface *interface = &conf->interfaces[0];
	const struct conf_address *own = NULL;

	dnsmasq->network_count = 1 + (uint32_t)conf->lan.network_count;
	for (uint32_t i = 0; i < dnsmasq->network_count; i++)
		dnsmasq->networks[i].device = networks[i].name;
	for (size_t i = 0; i < interface->address_count && own == NULL; i++)
		own = interface->addresses[i].ipv4 ? &interface->addresses[i] : NULL;
	if (own != NULL)
		set_network(&dnsmasq->networks[0], own->v4, own->len, &conf->lan.dhcp);
	for (size_t i = 0; i < conf->lan.network_count; i++) {
		const struct conf_network *further = &conf->lan.networks[i];

		set_network(&dnsmasq->networks[1 + i], further->address, further->len, &further->dhcp);
	}
}

static void
set_config(struct services *services, const struct conf *conf, const struct network *networks)
{
	const uint16_t mtu = conf->softwires[0].mtu;

	snprintf(services->directory, sizeof(services->directory), "%s", conf->access.state);
	snprintf(services->user, sizeof(services->user), "%s", conf->lan.user);
	services->dnsmasq = (struct dnsmasq){ .wan = services->wan_name,
		.user = services->user,
		.directory = services->directory,
		.lease_s = conf->lan.lease,
		.mtu = conf->lan.dhcp_mtu && mtu < conf->interfaces[0].mtu ? mtu : 0 };
	set_networks(&services->dnsmasq, conf, networks);
}

static int
open_companion(struct services *services, struct event_base *base, struct error *err)
{
	struct companion_config config = { .name = "dnsmasq", .program = find_dnsmasq() };

	if (config.program == NULL) {
		error_set(err, ENOENT, "lan.services: there is no dnsmasq");
		error_hint(err, "apt install dnsmasq-base; or services = false");
		return -ENOENT;
	}
	file_path(services, CONFIG_FILE, config.file);
	file_path(services, PID_FILE, config.pid_file);
	services->timer = evtimer_new(base, on_timer, services);
	services->ready = evtimer_new(base, on_ready, services);
	if (services->timer == NULL || services->ready == NULL)
		return error_set(err, ENOMEM, "no timers for the LAN");
	services->companion = companion_new(base, &config, err);
	return services->companion == NULL ? -ENOMEM : 0;
}

int
services_open(const struct conf *conf, unsigned int wan, const struct network *networks, struct event_base *base,
    struct services **services, struct error *err)
{
	struct services *new = calloc(1, sizeof(*new));
	int rc = 0;

	if (new == NULL)
		return error_set(err, ENOMEM, "out of memory");
	new->fd = -1;
	new->settled_ms = clock_ms() + SETTLE_MS;
	if (if_indextoname(wan, new->wan_name) == NULL)
		rc = error_set(err, errno, "lan: the WAN's device: %s", strerror(errno));
	set_config(new, conf, networks);
	if (rc == 0)
		rc = open_companion(new, base, err);
	if (rc == 0)
		rc = open_socket(new, err);
	if (rc == 0)
		rc = open_pace(new, networks, err);
	if (rc < 0) {
		services_close(new);
		return rc;
	}
	*services = new;
	return 0;
}

void
services_close(struct services *services)
{
	if (services == NULL)
		return;
	companion_free(services->companion);
	pace_close(services->pace);
	event_end(services->timer);
	event_end(services->ready);
	if (services->fd >= 0)
		close(services->fd);
	free(services);
}
