/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/s46.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "provision/s46_internal.h"

#define BIND_HEADER 5 /* IPv4 address, bindprefix6-len */

enum s46_verdict {
	S46_VALID,
	S46_IGNORED, /* the table of RFC 7598 section 6 is broken: silently */
	S46_REFUSED, /* section 8: the reason is in the error */
};

void
s46_note(struct s46_choice *choice, const char *format, ...)
{
	va_list args;

	if (choice->note_count == S46_MAX_NOTES)
		return;
	va_start(args, format);
	vsnprintf(choice->notes[choice->note_count++], S46_NOTE_SIZE, format, args);
	va_end(args);
}

/* Containers; the offer is the choice's. */
static enum s46_verdict
read_mape(const struct s46_context *context, const struct dhcp6_option *container, struct error *err)
{
	struct dhcp6_reader reader = dhcp6_inside(container, 0);
	struct dhcp6_option option;

	/* Mandatory and forbidden first: section 6. */
	if (!dhcp6_find(reader, DHCP6_OPTION_S46_RULE, &option) || !dhcp6_find(reader, DHCP6_OPTION_S46_BR, &option) ||
	    dhcp6_find(reader, DHCP6_OPTION_S46_DMR, &option) || dhcp6_find(reader, DHCP6_OPTION_S46_V4V6BIND, &option))
		return S46_IGNORED;
	while (dhcp6_next(&reader, &option)) {
		int rc;

		if (option.code == DHCP6_OPTION_S46_RULE)
			rc = s46_read_rule(context, &option, err);
		else if (option.code == DHCP6_OPTION_S46_BR)
			rc = s46_read_br(context, &option, err);
		else
			rc = error_set(err, EINVAL, "sub-option %u is not supported there", option.code);
		if (rc < 0)
			return S46_REFUSED;
	}
	if (reader.left > 0) {
		error_set(err, EINVAL, "a sub-option is cut off");
		return S46_REFUSED;
	}
	return S46_VALID;
}

/* Section 4.4: our IPv4 address, and the prefix that our IPv6 address is formed in. */
static int
read_binding(struct offer *offer, const struct dhcp6_option *option, struct error *err)
{
	uint8_t bytes[16] = { 0 };
	struct s46_ports ports;
	size_t prefix_len;

	if (option->len < BIND_HEADER)
		return error_set(err, EINVAL, "S46_V4V6BIND of %u bytes", option->len);
	offer->ipv4 = (struct prefix4){ dhcp6_get32(option->data), 32 };
	offer->local.len = option->data[4];
	if (offer->local.len > 128)
		return error_set(err, EINVAL, "bindprefix6-len %u is more than 128", offer->local.len);
	prefix_len = (offer->local.len + 7U) / 8;
	if (option->len < BIND_HEADER + prefix_len)
		return error_set(err, EINVAL, "S46_V4V6BIND of %u bytes is too short for bindprefix6-len %u",
		    option->len, offer->local.len);
	memcpy(bytes, option->data + BIND_HEADER, prefix_len);
	offer->local.addr = ip6_load(bytes) & mask6(offer->local.len);
	if (s46_read_ports(dhcp6_inside(option, BIND_HEADER + prefix_len), &ports, err) < 0)
		return -EINVAL;
	if (offer->ipv4.addr == 0)
		return error_set(err, EINVAL, "IPv4 address 0.0.0.0 in S46_V4V6BIND");
	offer->psid_offset = ports.offset;
	offer->psid_len = ports.psid_len;
	offer->psid = ports.psid;
	return 0;
}

static enum s46_verdict
read_lw(const struct s46_context *context, const struct dhcp6_option *container, struct error *err)
{
	struct dhcp6_reader reader = dhcp6_inside(container, 0);
	struct offer *offer = &context->choice->offer;
	struct dhcp6_option option;

	if (!dhcp6_find(reader, DHCP6_OPTION_S46_BR, &option) || dhcp6_find(reader, DHCP6_OPTION_S46_RULE, &option) ||
	    dhcp6_find(reader, DHCP6_OPTION_S46_DMR, &option))
		return S46_IGNORED;
	while (dhcp6_next(&reader, &option)) {
		int rc;

		if (option.code == DHCP6_OPTION_S46_BR)
			rc = s46_read_br(context, &option, err);
		else if (option.code == DHCP6_OPTION_S46_V4V6BIND && offer->ipv4.len == 0)
			rc = read_binding(offer, &option, err);
		else if (option.code == DHCP6_OPTION_S46_V4V6BIND)
			rc = error_set(err, EINVAL, "a second S46_V4V6BIND");
		else
			rc = error_set(err, EINVAL, "sub-option %u is not supported there", option.code);
		if (rc < 0)
			return S46_REFUSED;
	}
	if (reader.left == 0 && offer->ipv4.len == 32)
		return S46_VALID;
	/* Section 4.4 leaves the address to DHCPv4 over DHCPv6, which is not spoken here. */
	error_set(err, EINVAL, reader.left > 0 ? "a sub-option is cut off" : "no S46_V4V6BIND gives an IPv4 address");
	return S46_REFUSED;
}

/* RFC 6334 section 3: one complete name, the first. */
static enum s46_verdict
read_aftr(const struct s46_context *context, const struct dhcp6_option *option, struct error *err)
{
	struct dhcp6_reader reader = dhcp6_inside(option, 0);
	struct offer *offer = &context->choice->offer;

	_Static_assert(OFFER_NAME_SIZE == DHCP6_NAME_TEXT_SIZE, "one is read into the other");
	if (dhcp6_get_name(&reader, offer->br_name) && strchr(offer->br_name, '.') != NULL)
		return S46_VALID;
	error_set(err, EINVAL, "the AFTR name is no domain name");
	return S46_REFUSED;
}

struct mechanism {
	uint16_t code;
	enum offer_kind kind;
	enum s46_verdict (
	    *read)(const struct s46_context *context, const struct dhcp6_option *option, struct error *err);
};

/* In the order that holds when the provider names none. */
static const struct mechanism mechanisms[] = {
	{ DHCP6_OPTION_S46_CONT_MAPE, OFFER_MAP_E, read_mape },
	{ DHCP6_OPTION_S46_CONT_LW, OFFER_LW4O6, read_lw },
	{ DHCP6_OPTION_AFTR_NAME, OFFER_DS_LITE, read_aftr },
};

#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

static void
count(const struct s46_context *context, enum s46_verdict verdict, const struct mechanism *mechanism,
    const struct error *err)
{
	if (verdict == S46_IGNORED)
		context->choice->ignored++;
	if (verdict == S46_REFUSED) {
		context->choice->refused++;
		s46_note(context->choice, "option %u refused: %s", mechanism->code, err->text);
	}
}

/* The first valid configuration of a mechanism; each container stands for itself (RFC 7598 section 5.1). */
static bool
configure(const struct s46_context *context, const struct mechanism *mechanism)
{
	const struct dhcp6_settings *settings = &context->lease->settings;
	struct dhcp6_reader reader = { settings->softwire, settings->softwire_len };
	struct dhcp6_option option;

	while (dhcp6_next(&reader, &option)) {
		enum s46_verdict verdict;
		struct error err = { .text = "" };

		if (option.code != mechanism->code)
			continue;
		memset(&context->choice->offer, 0, sizeof(context->choice->offer));
		context->choice->offer.kind = mechanism->kind;
		verdict = mechanism->read(context, &option, &err);
		count(context, verdict, mechanism, &err);
		if (verdict == S46_VALID)
			return true;
		if (mechanism->kind == OFFER_DS_LITE) /* only the first instance counts */
			return false;
	}
	return false;
}

static const struct mechanism *
find_mechanism(uint16_t code, uint32_t allowed)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		if (mechanisms[i].code == code && (allowed & UINT32_C(1) << mechanisms[i].kind) != 0)
			return &mechanisms[i];
	return NULL;
}

/* Option 111: a list of codes without repetition (RFC 8026 section 1.3). False: it is as if it were not there. */
static bool
priority_is_valid(const struct dhcp6_option *option)
{
	if (option->len == 0 || option->len % 2 != 0)
		return false;
	for (unsigned int i = 0; i < option->len; i += 2)
		for (unsigned int j = 0; j < i; j += 2)
			if (memcmp(option->data + i, option->data + j, 2) == 0)
				return false;
	return true;
}

/* Codes that nobody knows are skipped, and what is not in the list stays off (RFC 8026 section 1.4). */
static bool
choose_by_priority(const struct s46_context *context, const struct dhcp6_option *priority)
{
	for (unsigned int i = 0; i < priority->len; i += 2) {
		const struct mechanism *mechanism =
		    find_mechanism(dhcp6_get16(priority->data + i), context->policy->allowed);

		if (mechanism != NULL && configure(context, mechanism))
			return true;
	}
	return false;
}

static bool
choose_by_default(const struct s46_context *context)
{
	for (size_t i = 0; i < MECHANISMS; i++)
		if (find_mechanism(mechanisms[i].code, context->policy->allowed) != NULL &&
		    configure(context, &mechanisms[i]))
			return true;
	return false;
}

int
s46_choose(const struct dhcp6_lease *lease, const struct s46_policy *policy, struct s46_choice *choice,
    struct error *err)
{
	const struct s46_context context = { lease, policy, choice };
	const struct dhcp6_reader options = { lease->settings.softwire, lease->settings.softwire_len };
	struct dhcp6_option priority;
	bool ordered = dhcp6_find(options, DHCP6_OPTION_S46_PRIORITY, &priority);

	memset(choice, 0, sizeof(*choice));
	if (ordered && !priority_is_valid(&priority)) {
		ordered = false;
		choice->priority_invalid = true;
		s46_note(choice, "option 111 of %u bytes is no list of different codes: not used", priority.len);
	}
	if (ordered ? choose_by_priority(&context, &priority) : choose_by_default(&context))
		return 0;
	memset(&choice->offer, 0, sizeof(choice->offer));
	if (choice->refused + choice->ignored > 0)
		return error_set(err, ENOENT, "no valid softwire among what the provider sends: %s",
		    choice->note_count > 0 ? choice->notes[choice->note_count - 1] : "a container is incomplete");
	return error_set(err, ENOENT, "the provider sends no softwire that is %s",
	    ordered ? "in its own list and allowed here" : "allowed here");
}
