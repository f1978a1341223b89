/* SPDX-License-Identifier: BSD-3-Clause */
#include "host/onlink.h"

#include <linux/neighbour.h>

#include "host/view.h"

struct reading {
	const unsigned int *ifindex;
	struct list *list;
};

/* As ip-neighbour(8) writes them. */
static const char *
state_word(uint16_t state)
{
	static const struct {
		uint16_t state;
		const char *word;
	} words[] = { { NUD_PERMANENT, "permanent" }, { NUD_NOARP, "noarp" }, { NUD_REACHABLE, "reachable" },
		{ NUD_STALE, "stale" }, { NUD_DELAY, "delay" }, { NUD_PROBE, "probe" }, { NUD_FAILED, "failed" },
		{ NUD_INCOMPLETE, "incomplete" } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((state & words[i].state) != 0)
			return words[i].word;
	}
	return "none";
}

static bool
take(const struct nlmsghdr *message, void *argument)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(message);
	const struct reading *reading = argument;
	const unsigned int i = view_interface(reading->ifindex, (unsigned int)ndm->ndm_ifindex);
	struct api_neighbour *neighbour;
	const struct nlattr *mac;
	u128 addr;

	if (i == INTERFACE_COUNT || !view_neighbour_ends(message, &addr, &mac) || view_is_group(addr))
		return true;
	neighbour = list_add(reading->list, sizeof(*neighbour));
	if (neighbour == NULL)
		return false;
	neighbour->addr = addr;
	neighbour->interface = (uint8_t)i;
	neighbour->state = state_word(ndm->ndm_state);
	neighbour->from = "linux";
	neighbour->has_mac = mac != NULL;
	if (mac != NULL)
		memcpy(&neighbour->mac, mnl_attr_get_payload(mac), sizeof(neighbour->mac));
	return true;
}

int
onlink_read(const unsigned int ifindex[INTERFACE_COUNT], struct list *list)
{
	struct reading reading = { ifindex, list };
	int rc = -EINTR;

	/* The table may change while it is read. */
	for (int try = 0; try < 5 && rc == -EINTR; try++) {
		list->count = 0;
		rc = netlink_dump(RTM_GETNEIGH, take, &reading);
	}
	return rc;
}
