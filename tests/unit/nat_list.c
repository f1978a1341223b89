/* SPDX-License-Identifier: BSD-3-Clause */
#include "nat_list.h"

#include <string.h>

#include "nat/tcp_state.h"

struct flow *
list_find(struct list *list, uint64_t inside, uint64_t remote)
{
	for (uint32_t i = 0; i < list->flows; i++) {
		if (list->flow[i].inside == inside && list->flow[i].remote == remote)
			return &list->flow[i];
	}
	return NULL;
}

struct flow *
list_find_in(struct list *list, uint16_t port, uint64_t remote)
{
	for (uint32_t i = 0; i < list->flows; i++) {
		if (list->flow[i].port == port && list->flow[i].remote == remote)
			return &list->flow[i];
	}
	return NULL;
}

/* The forward that has this port of the set. */
static const struct nat_forward *
forward_of(const struct nat_config *config, uint8_t space, uint16_t port)
{
	for (uint32_t i = 0; i < config->forward_count; i++) {
		const struct nat_forward *forward = &config->forwards[i];

		if (forward->space == space && port >= forward->first && port <= forward->last)
			return forward;
	}
	return NULL;
}

const struct nat_forward *
list_forward(const struct list *list, uint8_t space, uint16_t port)
{
	return forward_of(&list->config, space, port);
}

static uint64_t
forward_inside(const struct nat_forward *forward, uint16_t port)
{
	return session_end(forward->inside_addr, (uint16_t)(forward->inside_port + port - forward->first),
	    forward->space);
}

uint16_t
list_mapping(const struct list *list, uint64_t inside)
{
	for (uint32_t i = 0; i < portset_count(&list->set); i++) {
		const uint16_t port = portset_port(&list->set, i);
		const struct nat_forward *forward = list_forward(list, (uint8_t)inside, port);

		if (forward != NULL && forward_inside(forward, port) == inside)
			return port;
	}
	for (uint32_t i = 0; i < list->flows; i++) {
		if (list->flow[i].inside == inside && !list->flow[i].shares && !list->flow[i].stale)
			return list->flow[i].port;
	}
	return 0;
}

uint64_t
list_inside(const struct list *list, uint8_t space, uint16_t port)
{
	const struct nat_forward *forward = list_forward(list, space, port);

	if (forward != NULL)
		return forward_inside(forward, port);
	for (uint32_t i = 0; i < list->flows; i++) {
		const struct flow *flow = &list->flow[i];

		if (flow->port == port && (uint8_t)flow->inside == space && !flow->shares && !flow->stale)
			return flow->inside;
	}
	return 0;
}

uint32_t
list_on_port(const struct list *list, uint8_t space, uint16_t port, uint32_t *sharing)
{
	uint32_t count = 0;

	*sharing = 0;
	for (uint32_t i = 0; i < list->flows; i++) {
		const struct flow *flow = &list->flow[i];

		if (flow->port != port || (uint8_t)flow->inside != space)
			continue;
		count++;
		*sharing += flow->shares || flow->stale;
	}
	return count;
}

bool
list_reserves(const struct list *list, uint64_t inside)
{
	return list->config.policy_count > 0 && (inside >> 32 & 1) == (list->config.policies[0].addr & 1);
}

static enum nat_filtering
list_filtering(const struct list *list, uint64_t inside)
{
	return list_reserves(list, inside) ? NAT_ENDPOINT_INDEPENDENT : list->config.filtering;
}

bool
list_admits(const struct list *list, uint16_t port, uint64_t remote)
{
	const uint8_t space = (uint8_t)remote;
	const uint64_t inside = list_inside(list, space, port);
	const enum nat_filtering filtering = list_filtering(list, inside);
	uint32_t sharing;

	if (list_forward(list, space, port) != NULL)
		return true;
	list_on_port(list, space, port, &sharing);
	if (sharing > 0 || filtering != NAT_ADDRESS_DEPENDENT)
		return sharing == 0 && filtering == NAT_ENDPOINT_INDEPENDENT;
	for (uint32_t i = 0; i < list->flows; i++) {
		if (list->flow[i].port == port && (uint8_t)list->flow[i].remote == space &&
		    list->flow[i].remote >> 32 == remote >> 32)
			return true;
	}
	return false;
}

uint32_t
list_of_host(const struct list *list, uint64_t inside)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < list->flows; i++)
		count += list->flow[i].inside >> 32 == inside >> 32;
	return count;
}

uint32_t
list_ports_of_host(const struct list *list, uint64_t inside)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < portset_count(&list->set); i++) {
		const uint16_t port = portset_port(&list->set, i);

		count += list_forward(list, (uint8_t)inside, port) == NULL &&
		    list_inside(list, (uint8_t)inside, port) >> 32 == inside >> 32;
	}
	return count;
}

bool
list_is_over(const struct list *list, const struct flow *flow)
{
	return list->now - flow->last_active > list->config.timeout[flow->state];
}

bool
flow_is_closed(uint8_t state)
{
	return state == SESSION_TCP_FIN_BOTH || state == SESSION_TCP_REFUSED || state == SESSION_TCP_RESET;
}

static bool
flow_is_open(uint8_t state)
{
	return state == SESSION_TCP_ESTABLISHED || state == SESSION_TCP_FIN_OUT || state == SESSION_TCP_FIN_IN;
}

/* RFC 7857 section 2.2: is a reset inside what the other side said last? Nothing to judge while a connection opens. */
static bool
flow_believes(const struct flow *flow, const struct header *tcp, bool out)
{
	const struct said *said = &flow->said[!out];
	const uint32_t window = flow->scaled && !said->in_syn ? said->window << 14 : said->window;

	if (!said->any || !flow_is_open(flow->state))
		return true;
	return load32(tcp->byte + 4) - said->acknowledged < (window == 0 ? 1 : window);
}

void
list_touch(struct list *list, struct flow *flow, const struct header *tcp, bool out)
{
	const uint8_t before = flow->state, flags = tcp->byte[13];

	if ((uint8_t)flow->inside == L4_TCP) {
		if ((flags & TCP_RST) && !flow_believes(flow, tcp, out)) {
			list->resets_ignored++;
			return;
		}
		flow->state = (uint8_t)tcp_state_next((enum session_state)before, flags, out);
		if ((flags & TCP_SYN) && !flow_is_open(before)) {
			flow->scaled = false; /* a SYN without the option */
			flow->said[out].any = false;
			flow->said[!out].any &= !flow_is_closed(before);
		}
		if ((flags & (TCP_RST | TCP_ACK)) == TCP_ACK)
			flow->said[out] =
			    (struct said){ true, flags & TCP_SYN, load32(tcp->byte + 8), load16(tcp->byte + 14) };
	}
	if (flow->state != before || !flow_is_closed(before))
		flow->last_active = list->now;
}

void
list_remove(struct list *list, struct flow *flow)
{
	const uint8_t space = (uint8_t)flow->inside;
	const uint16_t port = flow->port;
	uint32_t sharing;

	*flow = list->flow[--list->flows];
	if (list_on_port(list, space, port, &sharing) == 0)
		list->freed[space][port] =
		    list->config.quarantine > 0 && list_forward(list, space, port) == NULL ? list->now : 0;
}

void
list_outdate(struct list *list, const struct nat_config *before)
{
	for (uint32_t i = 0; i < list->flows; i++) {
		struct flow *flow = &list->flow[i];
		const uint8_t space = (uint8_t)flow->inside;
		const struct nat_forward *was = forward_of(before, space, flow->port),
					 *is = list_forward(list, space, flow->port);

		if (flow->shares) {
			flow->stale = is != NULL;
			continue;
		}
		if (is != NULL && was != NULL && forward_inside(is, flow->port) == forward_inside(was, flow->port))
			continue;
		if (is != NULL || was != NULL)
			flow->stale = true;
		for (uint32_t j = 0; j < portset_count(&list->set); j++) { /* its endpoint has a forward now */
			const uint16_t port = portset_port(&list->set, j);
			const struct nat_forward *other = list_forward(list, space, port);

			if (other != NULL && port != flow->port && forward_inside(other, port) == flow->inside)
				flow->stale = true;
		}
	}
}

/* Forwards need no quarantine, and nobody does where there is none. */
void
list_end_quarantines(struct list *list)
{
	if (list->config.quarantine == 0)
		memset(list->freed, 0, L4_SPACES * sizeof(*list->freed));
	for (uint32_t i = 0; i < portset_count(&list->set); i++) {
		const uint16_t port = portset_port(&list->set, i);

		for (uint8_t space = 0; space < L4_SPACES; space++) {
			if (list_forward(list, space, port) != NULL)
				list->freed[space][port] = 0;
		}
	}
}
