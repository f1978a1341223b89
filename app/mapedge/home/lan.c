/* SPDX-License-Identifier: BSD-3-Clause */
#include "home/lan.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/assign.h"
#include "clock.h"
#include "host/ingress.h"
#include "kept.h"
#include "log.h"
#include "host/proxy.h"
#include "home/services.h"

#define STATE_FILE "lan"
#define SHARED_METRIC 128 /* less than that of the WAN's route to the same /64 */

struct lan {
	struct conf_lan conf;
	struct lan_devices devices;
	char file[CONF_TEXT_SIZE + sizeof("/" STATE_FILE)];
	struct lan_line line;
	bool has_subnet;
	struct prefix6 subnet;
	struct prefix6 address; /* ours in it */
	uint32_t discard_count; /* routes to nowhere */
	struct prefix6 discard[HOME_MAX_DISCARD];
	struct home_stale stale;
	struct error trouble;
	struct ingress *ingress;
	struct proxy *proxy;
	struct services *services; /* NULL: none are wanted */
	struct lan_report report;
};

/* ---- what is kept ----------------------------------------------------------------------------------------------- */

static void
keep(const struct lan *lan)
{
	char text[HOME_FILE_SIZE];
	const size_t len = home_stale_write(&lan->stale, lan->has_subnet ? &lan->subnet : NULL, text);
	struct error err;

	if (kept_write(lan->file, (const uint8_t *)text, len, &err) < 0)
		log_error("lan: the prefixes are not kept: %s", err.text);
}

/* RFC 9096 section 3.5: whatever hosts had from us is over, unless the line still has it. */
static void
recall(struct lan *lan)
{
	char text[HOME_FILE_SIZE];
	const int len = kept_read(lan->file, (uint8_t *)text, sizeof(text) - 1);

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
assign(struct lan *lan)
{
	const struct dhcp6_prefix *prefix = &lan->line.prefix;
	const uint64_t now = clock_ms();
	const struct assign_lifetimes lifetimes = { dhcp6_seconds_left(prefix->preferred_until, now),
		dhcp6_seconds_left(prefix->valid_until, now) };
	const uint32_t metric = lan->line.is_shared ? SHARED_METRIC : 0;

	complain(assign_address(lan->devices.lan, &lan->address, &lifetimes, metric), "have the address",
	    &lan->address);
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

/* ---- the line --------------------------------------------------------------------------------------------------- */

static void
withdraw(struct lan *lan)
{
	char text[PREFIX_TEXT_SIZE];

	(void)ingress_allow(lan->ingress, NULL);
	(void)assign_no_address(lan->devices.lan, &lan->address);
	clear_discard(lan);
	home_stale_add(&lan->stale, &lan->subnet, clock_ms() + HOME_STALE_S * 1000);
	lan->has_subnet = false;
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
	struct services_state state;

	if (lan == NULL)
		return;
	lan->trouble = (struct error){ .text = "" };
	has_subnet = line->has_prefix && home_subnet(&line->prefix, lan->conf.subnet, &subnet, &lan->trouble) == 0;
	is_other = takes_subnet(lan, line, has_subnet, &subnet);
	is_moved = is_other || !is_same(&line->prefix, &lan->line.prefix);
	lan->line = *line;
	lan->subnet = subnet;
	lan->has_subnet = has_subnet;
	lan->address = own_address(lan, &subnet);
	if (is_other && has_subnet) {
		home_stale_remove(&lan->stale, &subnet);
		begin(lan);
		log_notice("lan: up prefix=%s", prefix6_format(&subnet, text));
	}
	if (is_moved && has_subnet)
		assign(lan);
	if (home_stale_expire(&lan->stale, clock_ms()) || is_other)
		keep(lan);
	proxy_set(lan->proxy, has_subnet && line->is_shared ? &subnet : NULL);
	state = (struct services_state){ &lan->line, has_subnet ? &lan->address : NULL, &lan->stale };
	services_follow(lan->services, &state, is_other);
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
	if (lan == NULL)
		return NULL;
	lan->report = (struct lan_report){ .has_subnet = lan->has_subnet,
		.address = lan->address,
		.preferred_until = lan->line.prefix.preferred_until,
		.valid_until = lan->line.prefix.valid_until,
		.has_router = lan->has_subnet && lan->line.has_router,
		.reason = lan->trouble.text,
		.hint = lan->trouble.hint,
		.dns = lan->line.dns,
		.stale = lan->stale };
	services_report(lan->services, &lan->report);
	return &lan->report;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

/* The line's router is listened to though we forward. */
static int
set_up_devices(struct lan *lan, struct event_base *base, struct error *err)
{
	struct prefix6 address;
	char wan_name[IF_NAMESIZE];

	if (if_indextoname(lan->devices.wan, wan_name) == NULL)
		return error_set(err, errno, "lan: the WAN's device: %s", strerror(errno));
	if (assign_setting(wan_name, "accept_ra", '2') < 0) {
		error_set(err, errno, "lan: cannot set accept_ra of %s: %s", wan_name, strerror(errno));
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
	new->conf = conf->lan;
	new->devices = *devices;
	snprintf(new->file, sizeof(new->file), "%s/" STATE_FILE, conf->access.state);
	recall(new);
	rc = set_up_devices(new, base, err);
	if (rc == 0 && conf->lan.services)
		rc = services_open(conf, devices, base, &new->services, err);
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
	if (lan != NULL)
		services_leave(lan->services);
}

void
lan_close(struct lan *lan)
{
	if (lan == NULL)
		return;
	services_close(lan->services);
	clear_discard(lan);
	ingress_close(lan->ingress);
	proxy_close(lan->proxy);
	free(lan);
}
