/* SPDX-License-Identifier: BSD-3-Clause */
#include "lan.h"

#include <net/if.h>
#include <netinet/icmp6.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "assign.h"
#include "clock.h"
#include "companion.h"
#include "ingress.h"
#include "kept.h"
#include "log.h"
#include "provision/dnsmasq.h"
#include "provision/ra.h"
#include "proxy.h"
#include "timer.h"

#define STATE_FILE "lan"
#define SERVICES_FILE "dnsmasq.conf"
#define SHARED_METRIC 128 /* less than that of the WAN's route to the same /64 */

/* RFC 4861 section 6.2.1: at least 3 s between them; what has changed is said three times. */
#define ADVERTISE_SOON_MS 4000
#define ADVERTISE_MS 60000
#define ADVERTISE_SOON_COUNT 3

#define LIFETIME_MAX HOME_STALE_S
#define SETTLE_MS 30000 /* from the start: the line may have the same prefix as before */

struct lan {
	struct conf_lan conf;
	struct lan_devices devices;
	char name[IF_NAMESIZE], wan_name[IF_NAMESIZE];
	char directory[CONF_TEXT_SIZE];
	struct lan_line line;
	bool has_subnet;
	struct prefix6 subnet;
	struct dhcp6_prefix delegated; /* that the routes to nowhere are of */
	uint32_t discard_count;
	struct prefix6 discard[HOME_MAX_DISCARD];
	struct home_stale stale;
	struct error trouble;
	struct ingress *ingress;
	struct proxy *proxy;
	/* The services, if there are any. */
	struct dnsmasq dnsmasq;
	char text[DNSMASQ_TEXT_SIZE]; /* its configuration */
	struct companion *companion;
	int fd; /* for advertisements */
	struct event *timer;
	unsigned int soon; /* so many advertisements leave soon */
	uint64_t settled_ms;
	struct lan_report report;
};

/* ---- what is kept ----------------------------------------------------------------------------------------------- */

static void
file_path(const struct lan *lan, const char *name, char path[COMPANION_PATH_SIZE])
{
	snprintf(path, COMPANION_PATH_SIZE, "%s/%s", lan->directory, name);
}

static void
keep(const struct lan *lan)
{
	char path[COMPANION_PATH_SIZE], text[HOME_FILE_SIZE];
	const size_t len = home_stale_write(&lan->stale, lan->has_subnet ? &lan->subnet : NULL, text);
	struct error err;

	file_path(lan, STATE_FILE, path);
	if (kept_write(path, (const uint8_t *)text, len, &err) < 0)
		log_error("lan: the prefixes are not kept: %s", err.text);
}

/* RFC 9096 section 3.5: whatever hosts had from us is over, unless the line still has it. */
static void
recall(struct lan *lan)
{
	char path[COMPANION_PATH_SIZE], text[HOME_FILE_SIZE];
	int len;

	file_path(lan, STATE_FILE, path);
	len = kept_read(path, (uint8_t *)text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	home_stale_read(text, clock_ms() + HOME_STALE_S * 1000, &lan->stale);
}

/* ---- Linux ------------------------------------------------------------------------------------------------------ */

static void
complain(int rc, const char *what, const struct prefix6 *prefix)
{
	char text[PREFIX_TEXT_SIZE];

	if (rc < 0)
		log_error("lan: cannot %s %s: %s", what, prefix6_format(prefix, text), strerror(-rc));
}

/* On a /64 that others share ::1 may be somebody's: then the identifier is made of the MAC address (RFC 4291 appendix A). */
static struct prefix6
own_address(const struct lan *lan, const struct prefix6 *subnet)
{
	const uint8_t *mac = lan->devices.mac.byte;
	const uint64_t high = (uint64_t)(mac[0] ^ 2) << 16 | (uint64_t)mac[1] << 8 | mac[2];
	const uint64_t low = (uint64_t)mac[3] << 16 | (uint64_t)mac[4] << 8 | mac[5];
	const uint64_t identifier = lan->line.is_shared ? high << 40 | UINT64_C(0xfffe) << 24 | low : 1;

	return (struct prefix6){ subnet->addr | identifier, subnet->len };
}

static void
clear_discard(struct lan *lan)
{
	for (uint32_t i = 0; i < lan->discard_count; i++)
		(void)assign_no_unreachable(&lan->discard[i]);
	lan->discard_count = 0;
}

/* RFC 7084 WPD-5. A /64 that is shared with the link to the provider is no space that only we have. */
static void
set_discard(struct lan *lan)
{
	const uint32_t valid = dhcp6_seconds_left(lan->line.prefix.valid_until, clock_ms());

	clear_discard(lan);
	if (lan->line.is_shared)
		return;
	lan->discard_count = home_discard(&lan->line.prefix, lan->discard);
	for (uint32_t i = 0; i < lan->discard_count; i++)
		complain(assign_unreachable(&lan->discard[i], valid), "route to nowhere", &lan->discard[i]);
}

/* Again with each Renew: the lifetimes are the line's (RFC 9096 L-15). */
static void
assign(struct lan *lan, const struct prefix6 *subnet)
{
	const struct prefix6 address = own_address(lan, subnet);
	const struct dhcp6_prefix *prefix = &lan->line.prefix;
	const uint64_t now = clock_ms();
	const struct assign_lifetimes lifetimes = { dhcp6_seconds_left(prefix->preferred_until, now),
		dhcp6_seconds_left(prefix->valid_until, now) };
	const uint32_t metric = lan->line.is_shared ? SHARED_METRIC : 0;

	complain(assign_address(lan->devices.lan, &address, &lifetimes, metric), "have the address", &address);
	set_discard(lan);
}

/* For the first time. */
static void
begin(struct lan *lan)
{
	const struct prefix6 *prefix = &lan->line.prefix.prefix;

	complain(ingress_allow(lan->ingress, prefix), "forward from", prefix);
	if (assign_setting("all", "forwarding", '1') < 0)
		log_error("lan: cannot forward IPv6: sysctl net.ipv6.conf.all.forwarding=1");
}

/* ---- what hosts are told ---------------------------------------------------------------------------------------- */

static uint32_t
at_most(uint32_t seconds, uint32_t limit)
{
	return seconds < limit ? seconds : limit;
}

/* Beside dnsmasq's, and with the same words in front (RFC 4861 section 6.2.4): prefixes that are over, and where ours is. */
static void
advertise(struct lan *lan)
{
	struct ra ra = { .hop_limit = 64,
		.other = true,
		.router_lifetime = lan->has_subnet && lan->line.has_router ? DNSMASQ_ROUTER_LIFETIME : 0 };
	struct sockaddr_in6 all = { .sin6_family = AF_INET6,
		.sin6_addr = { .s6_addr = { 0xff, 2, [15] = 1 } },
		.sin6_scope_id = lan->devices.lan };
	const bool is_settled = lan->has_subnet || clock_ms() >= lan->settled_ms;
	uint8_t message[RA_MAX_LEN];

	for (uint32_t i = 0; i < lan->stale.count && is_settled; i++)
		ra.prefixes[ra.prefix_count++] =
		    (struct ra_prefix){ .prefix = lan->stale.at[i].prefix, .on_link = true, .autonomous = true };
	if (lan->has_subnet && !lan->line.is_shared) {
		ra.route = lan->line.prefix.prefix;
		ra.route_lifetime = at_most(dhcp6_seconds_left(lan->line.prefix.valid_until, clock_ms()), LIFETIME_MAX);
	}
	/* What does not leave, because the link is not there yet, leaves the next time. */
	(void)sendto(lan->fd, message, ra_write(&ra, message), 0, (struct sockaddr *)&all, sizeof(all));
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct lan *lan = argument;

	(void)fd;
	(void)what;
	if (home_stale_expire(&lan->stale, clock_ms()))
		keep(lan);
	advertise(lan);
	if (lan->soon > 0)
		lan->soon--;
	timer_start(lan->timer, lan->soon > 0 ? ADVERTISE_SOON_MS : ADVERTISE_MS);
}

static void
serve(struct lan *lan, bool has_other_subnet)
{
	char text[DNSMASQ_TEXT_SIZE], path[COMPANION_PATH_SIZE];
	struct dnsmasq *dnsmasq = &lan->dnsmasq;
	struct error err;
	size_t len;

	if (lan->companion == NULL)
		return;
	dnsmasq->has_router = lan->has_subnet && lan->line.has_router;
	dnsmasq->dns = lan->line.dns;
	dnsmasq->domains = lan->line.domains;
	len = dnsmasq_write(dnsmasq, text);
	if (!has_other_subnet && strcmp(text, lan->text) == 0)
		return;
	memcpy(lan->text, text, len + 1);
	file_path(lan, SERVICES_FILE, path);
	if (kept_write(path, (const uint8_t *)text, len, &err) < 0)
		log_error("lan: %s", err.text);
	/* dnsmasq would go on advertising a prefix that is gone for as long as it was valid (RFC 9096 L-13): it starts anew. */
	companion_start(lan->companion);
	lan->soon = ADVERTISE_SOON_COUNT;
	on_timer(-1, 0, lan);
}

/* ---- the line --------------------------------------------------------------------------------------------------- */

static void
withdraw(struct lan *lan)
{
	const struct prefix6 address = own_address(lan, &lan->subnet);
	char text[PREFIX_TEXT_SIZE];

	(void)ingress_allow(lan->ingress, NULL);
	(void)assign_no_address(lan->devices.lan, &address);
	clear_discard(lan);
	home_stale_add(&lan->stale, &lan->subnet, clock_ms() + HOME_STALE_S * 1000);
	lan->has_subnet = false;
	lan->settled_ms = 0;
	log_notice("lan: withdrawn prefix=%s", prefix6_format(&lan->subnet, text));
}

/* Nothing about the prefix is other than it was. */
static bool
is_same(const struct dhcp6_prefix *one, const struct dhcp6_prefix *other)
{
	return one->prefix.addr == other->prefix.addr && one->prefix.len == other->prefix.len &&
	    one->preferred_until == other->preferred_until && one->valid_until == other->valid_until &&
	    one->has_exclude == other->has_exclude && one->exclude.addr == other->exclude.addr;
}

/* The hosts have another subnet than before, or one at all, or none. */
static bool
takes_subnet(struct lan *lan, const struct lan_line *line, bool has_subnet, const struct prefix6 *subnet)
{
	const bool is_other = has_subnet != lan->has_subnet ||
	    (has_subnet &&
		(subnet->addr != lan->subnet.addr || line->is_shared != lan->line.is_shared ||
		    line->prefix.prefix.len != lan->line.prefix.prefix.len));

	if (is_other && lan->has_subnet)
		withdraw(lan);
	return is_other;
}

void
lan_follow(struct lan *lan, const struct lan_line *line)
{
	struct prefix6 subnet = { 0 };
	char text[PREFIX_TEXT_SIZE];
	bool has_subnet, is_other, is_moved;

	if (lan == NULL)
		return;
	lan->trouble = (struct error){ .text = "" };
	has_subnet = line->has_prefix && home_subnet(&line->prefix, lan->conf.subnet, &subnet, &lan->trouble) == 0;
	is_other = takes_subnet(lan, line, has_subnet, &subnet);
	is_moved = is_other || !is_same(&line->prefix, &lan->line.prefix);
	lan->line = *line;
	lan->subnet = subnet;
	lan->has_subnet = has_subnet;
	if (is_other && has_subnet) {
		home_stale_remove(&lan->stale, &subnet);
		begin(lan);
		log_notice("lan: up prefix=%s", prefix6_format(&subnet, text));
	}
	if (is_moved && has_subnet)
		assign(lan, &subnet);
	if (is_other)
		keep(lan);
	proxy_set(lan->proxy, has_subnet && line->is_shared ? &subnet : NULL);
	serve(lan, is_other);
}

void
lan_neighbours(struct lan *lan, const struct link_neighbour *neighbours, size_t count)
{
	if (lan != NULL)
		proxy_follow(lan->proxy, neighbours, count);
}

const struct lan_report *
lan_report(struct lan *lan)
{
	const struct companion_report *services;

	if (lan == NULL)
		return NULL;
	lan->report = (struct lan_report){ .has_subnet = lan->has_subnet,
		.address = own_address(lan, &lan->subnet),
		.preferred_until = lan->line.prefix.preferred_until,
		.valid_until = lan->line.prefix.valid_until,
		.has_router = lan->has_subnet && lan->line.has_router,
		.reason = lan->trouble.text,
		.hint = lan->trouble.hint,
		.dns = lan->line.dns,
		.stale = lan->stale };
	if (lan->companion != NULL) {
		services = companion_report(lan->companion);
		lan->report.services = services->state;
		lan->report.trouble = services->reason;
		lan->report.starts = services->starts;
	}
	return &lan->report;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static int
open_socket(struct lan *lan, struct error *err)
{
	const int hops = 255;
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter); /* we only speak */
	lan->fd = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	if (lan->fd < 0 || setsockopt(lan->fd, SOL_SOCKET, SO_BINDTODEVICE, lan->name, sizeof(lan->name)) < 0 ||
	    setsockopt(lan->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) < 0 ||
	    setsockopt(lan->fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0)
		return error_set(err, errno, "lan: no socket for router advertisements on %s: %s", lan->name,
		    strerror(errno));
	return 0;
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
set_services(struct lan *lan, const struct conf *conf)
{
	const struct conf_interface *interface = &conf->interfaces[0];
	const uint16_t mtu = conf->softwires[0].mtu;
	const struct conf_address *own = NULL;
	struct dnsmasq *dnsmasq = &lan->dnsmasq;

	*dnsmasq = (struct dnsmasq){ .device = lan->name,
		.wan = lan->wan_name,
		.user = lan->conf.user,
		.directory = lan->directory,
		.lease_s = lan->conf.lease,
		.mtu = lan->conf.dhcp_mtu && mtu < interface->mtu ? mtu : 0 };
	for (size_t i = 0; i < interface->address_count && own == NULL; i++)
		own = interface->addresses[i].ipv4 ? &interface->addresses[i] : NULL;
	if (own == NULL)
		return;
	dnsmasq->subnet = (struct prefix4){ own->v4 & mask4(own->len), own->len };
	dnsmasq_range(dnsmasq, own->v4);
	if (lan->conf.first != 0) {
		dnsmasq->first = lan->conf.first;
		dnsmasq->last = lan->conf.last;
	}
}

static int
open_services(struct lan *lan, const struct conf *conf, struct event_base *base, struct error *err)
{
	struct companion_config config = { .name = "dnsmasq", .program = find_dnsmasq() };

	if (config.program == NULL) {
		error_set(err, ENOENT, "lan.services: there is no dnsmasq");
		error_hint(err, "apt install dnsmasq-base; or services = false");
		return -ENOENT;
	}
	set_services(lan, conf);
	file_path(lan, SERVICES_FILE, config.file);
	file_path(lan, "dnsmasq.pid", config.pid_file);
	lan->timer = evtimer_new(base, on_timer, lan);
	if (lan->timer == NULL)
		return error_set(err, ENOMEM, "no timer for the LAN");
	lan->companion = companion_new(base, &config, err);
	return lan->companion == NULL ? -ENOMEM : open_socket(lan, err);
}

/* The line's router is listened to though we forward, and nobody on the LAN is a router of ours. */
static int
set_up_devices(struct lan *lan, struct event_base *base, struct error *err)
{
	struct prefix6 address;

	if (if_indextoname(lan->devices.lan, lan->name) == NULL ||
	    if_indextoname(lan->devices.wan, lan->wan_name) == NULL)
		return error_set(err, errno, "lan: the devices: %s", strerror(errno));
	if (assign_setting(lan->wan_name, "accept_ra", '2') < 0 || assign_setting(lan->name, "accept_ra", '0') < 0) {
		error_set(err, errno, "lan: cannot set accept_ra of %s and %s: %s", lan->name, lan->wan_name,
		    strerror(errno));
		error_hint(err, "has this kernel IPv6? mapedge needs CAP_NET_ADMIN");
		return -EIO;
	}
	lan->ingress = ingress_open(lan->devices.lan, err);
	if (lan->ingress == NULL)
		return -EIO;
	lan->proxy = proxy_open(lan->devices.wan, lan->devices.lan, base, err);
	if (lan->proxy == NULL)
		return -EIO;
	assign_forget_unreachable();
	for (uint32_t i = 0; i < lan->stale.count; i++) {
		address = own_address(lan, &lan->stale.at[i].prefix);
		(void)assign_no_address(lan->devices.lan, &address);
	}
	return 0;
}

int
lan_open(const struct conf *conf, const struct lan_devices *devices, struct event_base *base, struct lan **lan,
    struct error *err)
{
	struct lan *new;
	int rc;

	*lan = NULL;
	if (!conf->lan.is_given)
		return 0;
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return error_set(err, ENOMEM, "out of memory");
	new->fd = -1;
	new->settled_ms = clock_ms() + SETTLE_MS;
	new->conf = conf->lan;
	new->devices = *devices;
	snprintf(new->directory, sizeof(new->directory), "%s", conf->access.state);
	recall(new);
	rc = set_up_devices(new, base, err);
	if (rc == 0 && conf->lan.services)
		rc = open_services(new, conf, base, err);
	if (rc < 0) {
		lan_close(new);
		return rc;
	}
	*lan = new;
	return 0;
}

void
lan_leave(struct lan *lan)
{
	if (lan == NULL || lan->companion == NULL)
		return;
	lan->line.has_router = false;
	advertise(lan);
}

void
lan_close(struct lan *lan)
{
	if (lan == NULL)
		return;
	companion_free(lan->companion);
	event_end(lan->timer);
	if (lan->fd >= 0)
		close(lan->fd);
	clear_discard(lan);
	ingress_close(lan->ingress);
	proxy_close(lan->proxy);
	free(lan);
}
