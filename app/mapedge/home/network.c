/* SPDX-License-Identifier: BSD-3-Clause */
#include "home/network.h"

#include <stdio.h>

#include "clock.h"
#include "host/assign.h"
#include "kept.h"
#include "log.h"

#define STATE_FILE "lan"
#define SHARED_METRIC 128 /* less than that of the WAN's route to the same /64 */

/* ---- what is kept ----------------------------------------------------------------------------------------------- */

void
network_keep(const struct network *network)
{
	const struct prefix6 ula = { network->ula.addr & mask6(network->ula.len), network->ula.len };
	struct home_stale told = network->stale;
	char text[HOME_FILE_SIZE];
	struct error err;
	size_t len;

	if (ula.len > 0)
		home_stale_add(&told, &ula, UINT64_MAX);
	len = home_stale_write(&told, network->has_subnet ? &network->subnet : NULL, text);
	if (kept_write(network->file, (const uint8_t *)text, len, &err) < 0)
		log_error("lan: the prefixes are not kept: %s", err.text);
}

/* RFC 9096 section 3.5: whatever hosts had from us is over, unless the line still has it. */
static void
recall(struct network *network)
{
	char text[HOME_FILE_SIZE];
	const int len = kept_read(network->file, (uint8_t *)text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	home_stale_read(text, clock_ms() + HOME_STALE_S * 1000, &network->stale);
}

/* ---- Linux ------------------------------------------------------------------------------------------------------ */

static void
complain(const struct network *network, int rc, const struct prefix6 *address)
{
	char text[PREFIX_TEXT_SIZE];

	if (rc < 0)
		log_error("lan: cannot have the address %s on %s: %s", prefix6_format(address, text), network->name,
		    strerror(-rc));
}

/* On a /64 that others share ::1 may be somebody's: then the identifier is made of the MAC address (RFC 4291 appendix A). */
static struct prefix6
own_address(const struct network *network, const struct prefix6 *subnet, bool is_shared)
{
	const uint8_t *mac = network->mac.byte;
	const uint64_t high = (uint64_t)(mac[0] ^ 2) << 16 | (uint64_t)mac[1] << 8 | mac[2];
	const uint64_t low = (uint64_t)mac[3] << 16 | (uint64_t)mac[4] << 8 | mac[5];
	const uint64_t identifier = is_shared ? high << 40 | UINT64_C(0xfffe) << 24 | low : 1;

	return (struct prefix6){ subnet->addr | identifier, subnet->len };
}

void
network_assign(const struct network *network, const struct lan_line *line)
{
	const struct dhcp6_prefix *prefix = &line->prefix;
	const uint64_t now = clock_ms();
	const struct assign_lifetimes lifetimes = { dhcp6_seconds_left(prefix->preferred_until, now),
		dhcp6_seconds_left(prefix->valid_until, now) };
	const uint32_t metric = line->is_shared ? SHARED_METRIC : 0;

	complain(network, assign_address(network->ifindex, &network->address, &lifetimes, metric), &network->address);
}

void
network_have_ula(struct network *network, const struct prefix6 *ula)
{
	const struct prefix6 subnet = home_ula_subnet(ula, network->number);

	network->ula = own_address(network, &subnet, false);
	home_stale_remove(&network->stale, &subnet);
	complain(network, assign_for_good(network->ifindex, network->ula.addr, network->ula.len), &network->ula);
}

/* ---- from one subnet to the next -------------------------------------------------------------------------------- */

void
network_withdraw(struct network *network)
{
	char text[PREFIX_TEXT_SIZE];

	if (!network->has_subnet)
		return;
	(void)assign_no_address(network->ifindex, &network->address);
	home_stale_add(&network->stale, &network->subnet, clock_ms() + HOME_STALE_S * 1000);
	network->has_subnet = false;
	log_notice("lan: withdrawn prefix=%s device=%s", prefix6_format(&network->subnet, text), network->name);
}

void
network_begin(struct network *network, const struct lan_line *line, const struct prefix6 *subnet)
{
	char text[PREFIX_TEXT_SIZE];

	network->has_subnet = true;
	network->subnet = *subnet;
	network->address = own_address(network, subnet, line->is_shared);
	home_stale_remove(&network->stale, subnet);
	log_notice("lan: up prefix=%s device=%s", prefix6_format(subnet, text), network->name);
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

int
network_open(struct network *network, const char *state, bool is_further, struct error *err)
{
	struct prefix6 address;

	if (if_indextoname(network->ifindex, network->name) == NULL)
		return error_set(err, errno, "lan: the device of number %u: %s", network->ifindex, strerror(errno));
	snprintf(network->file, sizeof(network->file), "%s/%s%s%s", state, STATE_FILE, is_further ? "-" : "",
	    is_further ? network->name : "");
	recall(network);
	for (uint32_t i = 0; i < network->stale.count; i++) {
		address = own_address(network, &network->stale.at[i].prefix, false);
		(void)assign_no_address(network->ifindex, &address);
	}
	return 0;
}
