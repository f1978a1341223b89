/* SPDX-License-Identifier: BSD-3-Clause */
/* From the bytes of an Advertise or a Reply to the things that the client decides about. */
#include <string.h>

#include "provision/dhcp6_internal.h"

#define IA_HEADER 12 /* IAID, T1, T2 */
#define IA_ADDRESS_HEADER 24
#define IA_PREFIX_HEADER 25
#define AUTH_SIZE 28  /* protocol, algorithm, RDM, replay, type, value */
#define MIN_MAX_RT 60 /* s: sections 21.24, 21.25 */
#define MAX_MAX_RT 86400

/* Nobody can be given these. */
static bool
is_usable(const struct prefix6 *prefix)
{
	static const struct prefix6 multicast = { (u128)0xff << 120, 8 }, link_local = { (u128)0xfe80 << 112, 10 },
				    unspecified_and_loopback = { 0, 127 };

	return prefix->len > 0 && prefix->len <= 128 && !prefix6_contains(&multicast, prefix->addr) &&
	    !prefix6_contains(&link_local, prefix->addr) && !prefix6_contains(&unspecified_and_loopback, prefix->addr);
}

/* RFC 6603 section 4.2: the bits between both prefix lengths, pushed to the left end of the bytes. */
static bool
read_exclude(const struct dhcp6_option *option, const struct prefix6 *delegated, struct prefix6 *exclude)
{
	uint8_t bytes[16] = { 0 };
	unsigned int len, bits;

	if (option->len < 2)
		return false;
	len = option->data[0];
	if (len <= delegated->len || len > 128)
		return false;
	bits = len - delegated->len;
	if (option->len - 1U != (bits + 7) / 8)
		return false;
	memcpy(bytes, option->data + 1, option->len - 1U);
	exclude->addr = delegated->addr | (ip6_load(bytes) & mask6(bits)) >> delegated->len;
	exclude->len = (uint8_t)len;
	return true;
}

/* None, or one that is cut off, means success (section 21.13). The first that means something else may say why. */
static uint16_t
read_status(const struct dhcp6_option *option, struct dhcp6_answer *answer)
{
	const uint16_t status = option->len >= 2 ? dhcp6_get16(option->data) : DHCP6_STATUS_SUCCESS;

	if (status != DHCP6_STATUS_SUCCESS && answer->status_text[0] == '\0')
		dhcp6_escape(option->data + 2, option->len - 2U, answer->status_text, sizeof(answer->status_text));
	return status;
}

static uint16_t
find_status(struct dhcp6_reader options, struct dhcp6_answer *answer)
{
	struct dhcp6_option option;

	return dhcp6_find(options, DHCP6_OPTION_STATUS, &option) ? read_status(&option, answer) : DHCP6_STATUS_SUCCESS;
}

static bool
read_prefix(const struct dhcp6_option *option, struct dhcp6_given *given, struct dhcp6_answer *answer)
{
	const struct dhcp6_reader inside = dhcp6_inside(option, IA_PREFIX_HEADER);
	struct dhcp6_option exclude;

	if (option->code != DHCP6_OPTION_IA_PREFIX || option->len < IA_PREFIX_HEADER || option->data[8] > 128)
		return false;
	*given = (struct dhcp6_given){ .preferred = dhcp6_get32(option->data),
		.valid = dhcp6_get32(option->data + 4),
		.prefix.len = option->data[8] };
	given->prefix.addr = ip6_load(option->data + 9) & mask6(given->prefix.len);
	if (dhcp6_find(inside, DHCP6_OPTION_PD_EXCLUDE, &exclude))
		given->has_exclude = read_exclude(&exclude, &given->prefix, &given->exclude);
	return find_status(inside, answer) == DHCP6_STATUS_SUCCESS;
}

static bool
read_address(const struct dhcp6_option *option, struct dhcp6_given *given, struct dhcp6_answer *answer)
{
	if (option->code != DHCP6_OPTION_IA_ADDRESS || option->len < IA_ADDRESS_HEADER)
		return false;
	*given = (struct dhcp6_given){ .preferred = dhcp6_get32(option->data + 16),
		.valid = dhcp6_get32(option->data + 20),
		.prefix = { ip6_load(option->data), 128 } };
	return find_status(dhcp6_inside(option, IA_ADDRESS_HEADER), answer) == DHCP6_STATUS_SUCCESS;
}

/* What is impossible by section 21.22 is no binding. */
static void
add_given(struct dhcp6_ia *ia, const struct dhcp6_given *given)
{
	if (is_usable(&given->prefix) && given->preferred <= given->valid && ia->count < DHCP6_MAX_PREFIXES)
		ia->given[ia->count++] = *given;
}

static void
read_ia(const struct dhcp6_option *option, uint32_t iaid, struct dhcp6_ia *ia, struct dhcp6_answer *answer)
{
	struct dhcp6_reader inside = dhcp6_inside(option, IA_HEADER);
	struct dhcp6_option inner;
	struct dhcp6_given given;

	if (ia->present || option->len < IA_HEADER || dhcp6_get32(option->data) != iaid || !dhcp6_well_formed(inside))
		return;
	ia->t1 = dhcp6_get32(option->data + 4);
	ia->t2 = dhcp6_get32(option->data + 8);
	if (ia->t1 > ia->t2 && ia->t2 > 0) /* sections 21.4, 21.21 */
		return;
	ia->present = true;
	ia->status = find_status(inside, answer);
	while (dhcp6_next(&inside, &inner))
		if (option->code == DHCP6_OPTION_IA_PD ? read_prefix(&inner, &given, answer)
						       : read_address(&inner, &given, answer))
			add_given(ia, &given);
}

static void
read_duid(const struct dhcp6_option *option, struct dhcp6_duid *duid)
{
	if (option->len < DHCP6_MIN_DUID || option->len > DHCP6_MAX_DUID)
		return;
	duid->len = (uint8_t)option->len;
	memcpy(duid->byte, option->data, option->len);
}

static uint32_t
read_max_rt(const struct dhcp6_option *option)
{
	const uint32_t seconds = option->len == 4 ? dhcp6_get32(option->data) : 0;

	return seconds >= MIN_MAX_RT && seconds <= MAX_MAX_RT ? seconds : 0;
}

/* Of the protocols of section 21.11 only that of section 20.4 is known. */
static void
read_auth(const struct dhcp6_option *option, struct dhcp6_answer *answer)
{
	static const uint8_t protocol_algorithm_rdm[] = { 3, 1, 0 };

	if (option->len != AUTH_SIZE ||
	    memcmp(option->data, protocol_algorithm_rdm, sizeof(protocol_algorithm_rdm)) != 0)
		return;
	answer->has_auth = true;
	answer->auth.replay = (uint64_t)dhcp6_get32(option->data + 3) << 32 | dhcp6_get32(option->data + 7);
	answer->auth.type = option->data[11];
	answer->auth.value = option->data + 12;
}

static void
read_option(const struct dhcp6_option *option, const struct dhcp6_config *config, struct dhcp6_answer *answer)
{
	struct dhcp6_duid client = { .len = 0 };

	switch (option->code) {
	case DHCP6_OPTION_CLIENT_ID:
		read_duid(option, &client);
		answer->for_us = dhcp6_duid_equal(&client, &config->duid);
		break;
	case DHCP6_OPTION_SERVER_ID:
		read_duid(option, &answer->server);
		break;
	case DHCP6_OPTION_IA_NA:
		read_ia(option, config->na_iaid, &answer->na, answer);
		break;
	case DHCP6_OPTION_IA_PD:
		read_ia(option, config->pd_iaid, &answer->pd, answer);
		break;
	case DHCP6_OPTION_PREFERENCE:
		answer->preference = option->len == 1 ? option->data[0] : 0;
		break;
	case DHCP6_OPTION_STATUS:
		answer->status = read_status(option, answer);
		break;
	case DHCP6_OPTION_RAPID_COMMIT:
		answer->rapid_commit = true;
		break;
	case DHCP6_OPTION_REFRESH_TIME:
		answer->has_refresh = option->len == 4;
		answer->refresh = answer->has_refresh ? dhcp6_get32(option->data) : 0;
		break;
	case DHCP6_OPTION_AUTH:
		read_auth(option, answer);
		break;
	case DHCP6_OPTION_RECONFIGURE:
		answer->reconfigure = option->len == 1 ? option->data[0] : 0;
		break;
	case DHCP6_OPTION_SOL_MAX_RT:
		answer->sol_max_rt = read_max_rt(option);
		break;
	case DHCP6_OPTION_INF_MAX_RT:
		answer->inf_max_rt = read_max_rt(option);
		break;
	default: /* the settings, and what nobody knows (section 16) */
		break;
	}
}

/* There may be several of these in a message. */
static bool
is_ia(uint16_t code)
{
	return code == DHCP6_OPTION_IA_NA || code == DHCP6_OPTION_IA_PD;
}

static bool
is_for_clients(uint8_t type)
{
	return type == DHCP6_ADVERTISE || type == DHCP6_REPLY || type == DHCP6_RECONFIGURE;
}

enum dhcp6_error
dhcp6_answer_read(const struct dhcp6_datagram *datagram, const struct dhcp6_config *config, struct dhcp6_answer *answer)
{
	struct dhcp6_reader reader;
	struct dhcp6_option option;
	u128 seen = 0;

	if (datagram->len < DHCP6_HEADER_SIZE)
		return DHCP6_TRUNCATED;
	if (!is_for_clients(datagram->bytes[0]))
		return DHCP6_UNWANTED_TYPE;
	reader = (struct dhcp6_reader){ datagram->bytes + DHCP6_HEADER_SIZE, datagram->len - DHCP6_HEADER_SIZE };
	if (!dhcp6_well_formed(reader))
		return DHCP6_TRUNCATED;
	memset(answer, 0, sizeof(*answer));
	answer->type = datagram->bytes[0];
	memcpy(answer->xid, datagram->bytes + 1, sizeof(answer->xid));
	answer->message = datagram->bytes;
	answer->options = reader;
	while (dhcp6_next(&reader, &option))
		if (is_ia(option.code) || !dhcp6_is_repeated(option.code, &seen))
			read_option(&option, config, answer);
	return DHCP6_OK;
}
