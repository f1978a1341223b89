/* SPDX-License-Identifier: BSD-3-Clause */
/* What is inside of the containers: rules, border relays, port parameters (RFC 7598 sections 4.1, 4.2, 4.5). */
#include <string.h>

#include "provision/s46_internal.h"

#define RULE_HEADER 8    /* up to and with prefix6-len */
#define FLAG_FMR 0x01    /* the other bits are reserved */
#define DEFAULT_OFFSET 6 /* RFC 7597 section 5.1 */

int
s46_read_br(const struct s46_context *context, const struct dhcp6_option *option, struct error *err)
{
	static const struct prefix6 never[] = {
		{ 0, 127 }, /* unspecified and loopback */
		{ (u128)0xfe80 << 112, 10 },
		{ (u128)0xff << 120, 8 },
	};
	struct offer *offer = &context->choice->offer;
	char text[IP6_TEXT_SIZE];
	u128 addr;

	if (option->len != 16)
		return error_set(err, EINVAL, "BR address of %u bytes", option->len);
	addr = ip6_load(option->data);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (prefix6_contains(&never[i], addr))
			return error_set(err, EINVAL, "BR address %s cannot be a BR", ip6_format(addr, text));
	for (uint32_t i = 0; i < context->lease->prefix_count; i++)
		if (prefix6_contains(&context->lease->prefixes[i].prefix, addr))
			return error_set(err, EINVAL, "BR address %s is inside our own prefix", ip6_format(addr, text));
	if (offer->br_count < OFFER_MAX_BRS)
		offer->br[offer->br_count++] = addr;
	return 0;
}

int
s46_read_ports(struct dhcp6_reader options, struct s46_ports *ports, struct error *err)
{
	struct dhcp6_option option;
	bool heard = false;

	*ports = (struct s46_ports){ .offset = DEFAULT_OFFSET };
	while (dhcp6_next(&options, &option)) {
		if (option.code != DHCP6_OPTION_S46_PORTPARAMS)
			return error_set(err, EINVAL, "sub-option %u is not supported there", option.code);
		if (option.len != 4)
			return error_set(err, EINVAL, "port parameters of %u bytes", option.len);
		if (heard)
			continue;
		heard = true;
		ports->offset = option.data[0];
		ports->psid_len = option.data[1];
		if (ports->offset > 15)
			return error_set(err, EINVAL, "PSID offset %u is more than 15", ports->offset);
		if (ports->offset + ports->psid_len > 16)
			return error_set(err, EINVAL, "PSID offset %u and PSID-len %u are more than 16 bits",
			    ports->offset, ports->psid_len);
		/* The PSID is in the left bits of its field. */
		ports->psid = (uint16_t)(dhcp6_get16(option.data + 2) >> (16 - ports->psid_len));
	}
	if (options.left > 0)
		return error_set(err, EINVAL, "a sub-option is cut off");
	return 0;
}

/* The prefix of the lease that this rule is the basic mapping rule of; NULL. */
static const struct prefix6 *
end_user_prefix(const struct dhcp6_lease *lease, const struct map_rule_spec *spec)
{
	for (uint32_t i = 0; i < lease->prefix_count; i++) {
		const struct prefix6 *prefix = &lease->prefixes[i].prefix;

		if (prefix->len >= spec->ipv6.len + spec->ea_len && prefix6_contains(&spec->ipv6, prefix->addr))
			return prefix;
	}
	return NULL;
}

static int
add_rule(struct offer *offer, const struct map_rule_spec *spec, struct error *err)
{
	struct map_rule compiled;

	if (offer->rule_count == OFFER_MAX_RULES)
		return error_set(err, EINVAL, "more than %d rules", OFFER_MAX_RULES);
	if (map_rule_compile(spec, &compiled, err) < 0)
		return -EINVAL;
	offer->rules[offer->rule_count++] = *spec;
	offer->mesh |= spec->fmr;
	return 0;
}

/*
 * The EA bits carry a PSID and the port parameters give another one. Believing the latter (section 4.5) the rule becomes
 * one for us alone: our EA bits are part of its IPv6 prefix and the address is a whole one. As an FMR it stays as it was.
 */
static int
add_conflicting(const struct s46_context *context, const struct map_rule_spec *spec, const struct s46_ports *ports,
    struct error *err)
{
	const struct prefix6 *prefix = end_user_prefix(context->lease, spec);
	struct map_rule_spec own = *spec;
	struct map_ce ce;

	if (prefix == NULL || map_ce_derive(spec, prefix, &ce, err) < 0)
		return add_rule(&context->choice->offer, spec, err);
	if (ce.ports.psid_len == ports->psid_len && ce.ports.psid == ports->psid)
		return add_rule(&context->choice->offer, spec, err);
	context->choice->psid_conflict = true;
	s46_note(context->choice, "PSID 0x%x of %u bits in the EA bits, but 0x%x of %u bits in the port parameters: %s",
	    ce.ports.psid, ce.ports.psid_len, ports->psid, ports->psid_len,
	    context->policy->psid_from_ea ? "the first is used" : "the second is used");
	if (context->policy->psid_from_ea)
		return add_rule(&context->choice->offer, spec, err);
	own.ipv6 = ce.prefix;
	own.ipv4 = ce.ipv4;
	own.ea_len = 0;
	own.has_psid = true;
	own.psid_len = ports->psid_len;
	own.psid = ports->psid;
	own.fmr = false;
	if (spec->fmr && add_rule(&context->choice->offer, spec, err) < 0)
		return -EINVAL;
	return add_rule(&context->choice->offer, &own, err);
}

/* The fields of a rule; its IPv6 prefix has just the bytes that it needs (section 4.1). */
static int
read_fields(const struct dhcp6_option *option, struct map_rule_spec *spec, struct dhcp6_reader *rest, struct error *err)
{
	uint8_t bytes[16] = { 0 };
	size_t prefix_len;

	if (option->len < RULE_HEADER)
		return error_set(err, EINVAL, "S46_RULE of %u bytes", option->len);
	spec->fmr = (option->data[0] & FLAG_FMR) != 0;
	spec->ea_len = option->data[1];
	spec->ipv4.len = option->data[2];
	spec->ipv6.len = option->data[7];
	if (spec->ea_len > MAP_MAX_EA_LEN)
		return error_set(err, EINVAL, "ea-len %u is more than %d", spec->ea_len, MAP_MAX_EA_LEN);
	if (spec->ipv4.len > 32)
		return error_set(err, EINVAL, "prefix4-len %u is more than 32", spec->ipv4.len);
	if (spec->ipv6.len > 128)
		return error_set(err, EINVAL, "prefix6-len %u is more than 128", spec->ipv6.len);
	prefix_len = (spec->ipv6.len + 7U) / 8;
	if (option->len < RULE_HEADER + prefix_len)
		return error_set(err, EINVAL, "S46_RULE of %u bytes is too short for prefix6-len %u", option->len,
		    spec->ipv6.len);
	spec->ipv4.addr = dhcp6_get32(option->data + 3) & mask4(spec->ipv4.len);
	memcpy(bytes, option->data + RULE_HEADER, prefix_len);
	spec->ipv6.addr = ip6_load(bytes) & mask6(spec->ipv6.len);
	*rest = dhcp6_inside(option, RULE_HEADER + prefix_len);
	return 0;
}

int
s46_read_rule(const struct s46_context *context, const struct dhcp6_option *option, struct error *err)
{
	struct map_rule_spec spec = { .iid = context->policy->iid };
	struct dhcp6_reader rest;
	struct s46_ports ports;
	unsigned int v4_len;

	if (read_fields(option, &spec, &rest, err) < 0 || s46_read_ports(rest, &ports, err) < 0)
		return -EINVAL;
	v4_len = (unsigned int)spec.ipv4.len + spec.ea_len;
	spec.psid_offset = ports.offset;
	if (ports.psid_len > 0 && v4_len > 32)
		return add_conflicting(context, &spec, &ports, err);
	if (ports.psid_len > 0 && v4_len < 32)
		s46_note(context->choice, "PSID 0x%x is of no use: the rule gives an IPv4 prefix of %u bits",
		    ports.psid, v4_len);
	if (ports.psid_len > 0 && v4_len == 32) {
		spec.has_psid = true;
		spec.psid_len = ports.psid_len;
		spec.psid = ports.psid;
	}
	return add_rule(&context->choice->offer, &spec, err);
}
