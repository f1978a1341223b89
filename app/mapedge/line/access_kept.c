/* SPDX-License-Identifier: BSD-3-Clause */
/* The lease over a restart. */
#include "line/access_parts.h"

#include <string.h>

#include "clock.h"
#include "kept.h"
#include "log.h"
#include "provision/dhcp6_store.h"

void
access_keep(struct access *access)
{
	const struct dhcp6_store store = { .duid = access->config.duid,
		.pd_iaid = access->config.pd_iaid,
		.na_iaid = access->config.na_iaid,
		.lease = access->client.lease };
	uint8_t data[DHCP6_STORE_SIZE];
	struct error err;

	if (kept_write(access->file, data, dhcp6_store_write(&store, clock_ms(), wall_clock_ms(), data), &err) < 0)
		log_error("dhcpv6: the lease is not kept: %s", err.text);
}

static bool
is_ours(const struct access *access, const struct dhcp6_store *store)
{
	return store->pd_iaid == access->config.pd_iaid && store->na_iaid == access->config.na_iaid &&
	    dhcp6_duid_equal(&store->duid, &access->config.duid);
}

bool
access_recall(struct access *access, struct dhcp6_store *store)
{
	uint8_t data[DHCP6_STORE_SIZE];
	const int len = kept_read(access->file, data, sizeof(data));
	struct error err;

	if (len == -ENOENT)
		return false;
	if (len < 0) {
		log_error("dhcpv6: cannot read file=%s: %s", access->file, strerror(-len));
		return false;
	}
	if (dhcp6_store_read(data, (size_t)len, clock_ms(), wall_clock_ms(), store, &err) < 0) {
		log_error("dhcpv6: file=%s is of no use: %s", access->file, err.text);
		return false;
	}
	if (!access->duid_is_given)
		access->config.duid = store->duid;
	return is_ours(access, store);
}
