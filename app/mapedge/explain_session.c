/* SPDX-License-Identifier: BSD-3-Clause */
#include "explain_session.h"

#include "nat/listing.h"

#define LISTINGS_MAX 256 /* of the running box's sessions: 256 Ki places */

static uint8_t
space_of(const struct packet_text *packet)
{
	return packet->protocol == 6 ? L4_TCP
	    : packet->protocol == 17 ? L4_UDP
	    : packet->protocol == 1  ? L4_ICMP_QUERY
				     : L4_OTHER;
}

/* Has the session these ends? An echo's remote one has no port. */
static bool
is_of(const struct nat_session_row *row, const struct packet_text *packet)
{
	const uint16_t far = packet->in_softwire ? packet->src_port : packet->dst_port;

	if (row->space <= L4_UDP && session_end_port(row->remote) != far)
		return false;
	return packet->in_softwire || row->space == L4_OTHER || session_end_port(row->inside) == packet->src_port;
}

static struct nat_listing
question(const struct packet_text *packet, uint32_t start)
{
	return (struct nat_listing){ .inside = packet->in_softwire ? 0 : packet->src,
		.remote = packet->in_softwire ? packet->src : packet->dst,
		.external_port = packet->in_softwire ? packet->dst_port : 0,
		.table = NAT_SESSIONS,
		.space = space_of(packet),
		.start = start,
		.limit = NAT_LISTING_ROWS };
}

static const struct nat_session_row *
answer(const struct nat_listing *listing, const struct packet_text *packet)
{
	for (uint32_t i = 0; i < listing->count; i++) {
		if (is_of(&listing->session[i], packet))
			return &listing->session[i];
	}
	return NULL;
}

const struct nat_session_row *
session_here(const struct worker *w, const struct packet_text *packet)
{
	static struct nat_listing listing;
	const struct nat_session_row *row;
	uint32_t start = 0;

	do {
		listing = question(packet, start);
		nat_list(w->nat, &listing, w->now);
		row = answer(&listing, packet);
		start = listing.next;
	} while (row == NULL && !listing.is_end);
	return row;
}

const struct nat_session_row *
session_running(const struct explain_box *box, const struct packet_text *packet)
{
	static struct nat_listing listing;
	const struct nat_session_row *row = NULL;
	unsigned int asked = 0;

	for (unsigned int worker = 0; row == NULL && worker < box->workers; worker++) {
		uint32_t start = 0;

		do {
			listing = question(packet, start);
			if (asked++ == LISTINGS_MAX || !box->list(box->context, worker, &listing))
				return NULL;
			row = answer(&listing, packet);
			start = listing.next;
		} while (row == NULL && !listing.is_end);
	}
	return row;
}
