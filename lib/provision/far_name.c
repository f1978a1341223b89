/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/far_name.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "provision/take.h"

const struct far_name *
far_names_want(struct far_names *names, const char *name, uint64_t now_ms)
{
	struct far_name *new;

	for (uint32_t i = 0; i < names->count; i++) {
		if (strcasecmp(names->name[i].name, name) == 0) {
			names->name[i].wanted = true;
			return &names->name[i];
		}
	}
	if (names->count == FAR_NAMES)
		return NULL;
	new = &names->name[names->count++];
	*new = (struct far_name){ .wanted = true, .next_ms = now_ms };
	snprintf(new->name, sizeof(new->name), "%s", name);
	snprintf(new->reason, sizeof(new->reason), "is being looked up");
	return new;
}

void
far_names_forget(struct far_names *names)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < names->count; i++) {
		if (!names->name[i].wanted)
			continue;
		names->name[kept] = names->name[i];
		names->name[kept++].wanted = false;
	}
	names->count = kept;
}

void
far_names_renew(struct far_names *names, uint64_t now_ms)
{
	for (uint32_t i = 0; i < names->count; i++) {
		names->name[i].asked = false;
		names->name[i].next_ms = now_ms;
	}
}

const struct far_name *
far_names_ask(struct far_names *names, uint64_t now_ms)
{
	for (uint32_t i = 0; i < names->count; i++) {
		struct far_name *name = &names->name[i];

		if (name->next_ms > now_ms)
			continue;
		name->asked = true;
		name->next_ms = now_ms + FAR_NAME_LIMIT * UINT64_C(1000);
		name->serial = ++names->serial;
		return name;
	}
	return NULL;
}

uint64_t
far_names_next(const struct far_names *names)
{
	uint64_t next = UINT64_MAX;

	for (uint32_t i = 0; i < names->count; i++) {
		if (names->name[i].next_ms < next)
			next = names->name[i].next_ms;
	}
	return next;
}

/* ---- answers ---------------------------------------------------------------------------------------------------- */

/* Round robin is for many clients; a softwire does not move for it. */
static void
take_addresses(struct far_name *name, const struct far_answer *answer)
{
	const u128 before = name->count > 0 ? name->addr[0] : 0;

	name->count = 0;
	for (uint32_t i = 0; i < answer->count && name->count < OFFER_MAX_BRS; i++) {
		if (take_node_problem(answer->addr[i]) == NULL)
			name->addr[name->count++] = answer->addr[i];
	}
	for (uint32_t i = 1; i < name->count; i++) {
		if (name->addr[i] == before) {
			name->addr[i] = name->addr[0];
			name->addr[0] = before;
		}
	}
}

static uint64_t
after_failure(struct far_names *names, struct far_name *name, uint64_t now_ms)
{
	const uint32_t doubled = name->failures < 6 ? FAR_NAME_FIRST_WAIT << name->failures : FAR_NAME_LONGEST_WAIT;

	name->failures++;
	return now_ms + doubled * UINT64_C(1000) + random_below(&names->random, 1000 * doubled / 4);
}

static void
take_answer(struct far_names *names, struct far_name *name, uint64_t now_ms, const struct far_answer *answer)
{
	const char *trouble = "";
	uint32_t ttl = answer->ttl;

	switch (answer->result) {
	case HB46PP_DNS_OK:
		take_addresses(name, answer);
		trouble = name->count == 0 ? "has no address of an IPv6 node" : "";
		break;
	case HB46PP_DNS_NODATA:
		name->count = 0;
		trouble = "has no IPv6 address";
		break;
	case HB46PP_DNS_NXDOMAIN:
		name->count = 0;
		trouble = "does not exist";
		break;
	case HB46PP_DNS_SERVFAIL:
		trouble = "cannot be looked up: the resolver fails";
		break;
	case HB46PP_DNS_TIMEOUT:
		trouble = "cannot be looked up: the resolver does not answer";
		break;
	}
	if (*trouble != '\0') {
		name->next_ms = after_failure(names, name, now_ms);
		snprintf(name->reason, sizeof(name->reason), "%s%s", trouble,
		    name->count > 0 ? "; its last address stays" : "");
		return;
	}
	ttl = ttl < FAR_NAME_MIN_TTL ? FAR_NAME_MIN_TTL : ttl > FAR_NAME_MAX_TTL ? FAR_NAME_MAX_TTL : ttl;
	name->next_ms = now_ms + ttl * UINT64_C(1000);
	name->failures = 0;
	snprintf(name->reason, sizeof(name->reason), "has been looked up");
}

bool
far_names_answer(struct far_names *names, uint32_t serial, uint64_t now_ms, const struct far_answer *answer)
{
	for (uint32_t i = 0; i < names->count; i++) {
		struct far_name *name = &names->name[i];
		const u128 before = name->count > 0 ? name->addr[0] : 0;

		if (!name->asked || name->serial != serial)
			continue;
		name->asked = false;
		take_answer(names, name, now_ms, answer);
		return name->count > 0 ? name->addr[0] != before : before != 0 || name->failures == 1;
	}
	return false;
}
