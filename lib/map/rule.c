/* SPDX-License-Identifier: BSD-3-Clause */
#include "map/rule.h"

#include <stddef.h>

enum map_kind
map_rule_kind(const struct map_rule_spec *spec)
{
	const unsigned int v4_len = (unsigned int)spec->ipv4.len + spec->ea_len;

	if (spec->bound)
		return spec->psid_len > 0 ? MAP_SHARED : MAP_FULL;
	if (v4_len < 32)
		return MAP_PREFIX;
	return v4_len > 32 || (spec->has_psid && spec->psid_len > 0) ? MAP_SHARED : MAP_FULL;
}

uint8_t
map_rule_psid_len(const struct map_rule_spec *spec)
{
	if (map_rule_kind(spec) != MAP_SHARED)
		return 0;
	if (spec->has_psid || spec->bound)
		return spec->psid_len;
	return (uint8_t)(spec->ipv4.len + spec->ea_len - 32);
}

static int
check_prefixes(const struct map_rule_spec *spec, struct error *err)
{
	char text[PREFIX_TEXT_SIZE], want[PREFIX_TEXT_SIZE];
	struct prefix6 aligned6 = spec->ipv6;
	struct prefix4 aligned4 = spec->ipv4;
	int rc;

	if (spec->ipv6.len > 128 || spec->ipv4.len > 32)
		return error_set(err, EINVAL, "prefix length out of range: IPv6 /%u, IPv4 /%u", spec->ipv6.len,
		    spec->ipv4.len);
	if (!prefix6_is_aligned(&spec->ipv6)) {
		rc = error_set(err, EINVAL, "Rule IPv6 prefix %s has host bits set", prefix6_format(&spec->ipv6, text));
		aligned6.addr &= mask6(aligned6.len);
		error_hint(err, "write %s", prefix6_format(&aligned6, want));
		return rc;
	}
	if (!prefix4_is_aligned(&spec->ipv4)) {
		rc = error_set(err, EINVAL, "%s %s has host bits set", spec->bound ? "pool" : "Rule IPv4 prefix",
		    prefix4_format(&spec->ipv4, text));
		aligned4.addr &= mask4(aligned4.len);
		error_hint(err, "write %s", prefix4_format(&aligned4, want));
		return rc;
	}
	if (spec->ipv6.len >= 8 && spec->ipv6.addr >> 120 == 0xff)
		return error_set(err, EINVAL, "Rule IPv6 prefix %s is multicast", prefix6_format(&spec->ipv6, text));
	return 0;
}

static int
check_lengths(const struct map_rule_spec *spec, struct error *err)
{
	const unsigned int n = spec->ipv6.len, r = spec->ipv4.len, o = spec->ea_len;

	if (o > MAP_MAX_EA_LEN)
		return error_set(err, EINVAL, "EA-bits length %u is more than %d", o, MAP_MAX_EA_LEN);
	if (n + o > 128)
		return error_set(err, EINVAL, "Rule IPv6 prefix /%u and %u EA bits do not fit into 128 bits", n, o);
	if (spec->bound && (n + o > 0 || spec->has_psid))
		return error_set(err, EINVAL, "a pool has neither Rule IPv6 prefix nor EA bits nor a PSID of its own");
	if (n + o == 0 && !spec->bound)
		return error_set(err, EINVAL, "a rule with neither IPv6 prefix nor EA bits says nothing");
	if (r + o > 48)
		return error_set(err, EINVAL,
		    "Rule IPv4 prefix /%u and %u EA bits give a PSID of %u bits, more than a port has", r, o,
		    r + o - 32);
	return 0;
}

static int
check_ports(const struct map_rule_spec *spec, struct error *err)
{
	const unsigned int v4_len = (unsigned int)spec->ipv4.len + spec->ea_len;
	const unsigned int k = map_rule_psid_len(spec);

	if (spec->psid_offset > 15)
		return error_set(err, EINVAL, "PSID offset %u is more than 15", spec->psid_offset);
	if (spec->has_psid && v4_len != 32) {
		error_set(err, EINVAL,
		    "a PSID is given, but the rule does not lead to one IPv4 address (/%u + %u EA bits)",
		    spec->ipv4.len, spec->ea_len);
		error_hint(err,
		    v4_len > 32 ? "leave psid out: the EA bits carry it"
				: "a PSID needs a whole address: /32 in total");
		return -EINVAL;
	}
	if ((spec->has_psid || spec->bound) && spec->psid_len > 16)
		return error_set(err, EINVAL, "PSID length %u is more than 16", spec->psid_len);
	if (spec->has_psid && spec->psid >> spec->psid_len != 0)
		return error_set(err, EINVAL, "PSID 0x%x does not fit into %u bits", spec->psid, spec->psid_len);
	if (k > 0 && spec->psid_offset + k > 16)
		return error_set(err, EINVAL, "PSID offset %u and PSID length %u are more than the 16 bits of a port",
		    spec->psid_offset, k);
	return 0;
}

int
map_rule_compile(const struct map_rule_spec *spec, struct map_rule *rule, struct error *err)
{
	/* What a binding gives is a whole address. */
	const unsigned int eup_len = spec->bound ? 128 : (unsigned int)spec->ipv6.len + spec->ea_len;
	const unsigned int v4_len = spec->bound ? 32 : (unsigned int)spec->ipv4.len + spec->ea_len;
	struct portset ports;
	unsigned int m;
	int rc;

	if ((rc = check_prefixes(spec, err)) < 0 || (rc = check_lengths(spec, err)) < 0 ||
	    (rc = check_ports(spec, err)) < 0)
		return rc;

	ports = (struct portset){ .psid = spec->has_psid ? spec->psid : 0,
		.psid_len = map_rule_psid_len(spec),
		.offset = spec->psid_offset };
	m = ports.psid_len == 0 ? 0 : portset_m(&ports);

	*rule = (struct map_rule){
		.base = spec->ipv6.addr,
		.v4_base = spec->ipv4.addr,
		.ea_mask = (uint64_t)(~mask4(spec->ipv4.len) & mask4(v4_len < 32 ? v4_len : 32)) << 16,
		.iid_mask = (uint64_t)mask4(v4_len < 32 ? v4_len : 32) << 16,
		.next = MAP_NO_RULE,
		.psid_mask = (uint16_t)(((1u << ports.psid_len) - 1) << m),
		.psid_fixed = ports.psid,
		.first_port = (uint16_t)portset_first_port(&ports),
		.domain = spec->domain,
		.psid_shift = (uint8_t)m,
		.v4_shift = (uint8_t)(v4_len < 32 ? 32 - v4_len : 0),
		.eup_shift = (uint8_t)(128 - eup_len),
		.iid_shift = spec->iid == MAP_IID_DRAFT03 ? 8 : 0,
		.bound = spec->bound,
		.is_usual = !spec->bound && !spec->has_psid && eup_len <= 64,
		.kind = (uint8_t)map_rule_kind(spec),
		.v6_len = spec->ipv6.len,
		.v4_len = spec->ipv4.len,
		.psid_offset = spec->psid_offset & 0xf,
		.has_psid = spec->has_psid,
		.fmr = spec->fmr,
	};
	if (spec->has_psid) {
		rule->given_mask = rule->psid_mask;
		rule->given = (uint16_t)(ports.psid << m);
	} else {
		rule->ea_mask |= rule->psid_mask;
		rule->psid_ea_len = ports.psid_len;
	}
	/* A prefix of 32 open bits in prefix mode: no address bit is an EA bit and the shift would be the whole width. */
	if (rule->v4_shift == 32)
		rule->v4_shift = 0;
	return 0;
}

struct map_rule_spec
map_rule_spec_of(const struct map_rule *rule)
{
	return (struct map_rule_spec){ .ipv6 = { rule->base, rule->v6_len },
		.ipv4 = { rule->v4_base, rule->v4_len },
		.ea_len = (uint8_t)(rule->bound ? 0 : 128 - rule->v6_len - rule->eup_shift),
		.psid_offset = rule->psid_offset,
		.bound = rule->bound,
		.has_psid = rule->has_psid,
		.psid_len = (uint8_t)(rule->bound || rule->has_psid ? __builtin_popcount(rule->psid_mask) : 0),
		.psid = rule->psid_fixed,
		.fmr = rule->fmr,
		.iid = rule->iid_shift == 0 ? MAP_IID_RFC7597 : MAP_IID_DRAFT03,
		.domain = rule->domain };
}

int
map_ce_derive(const struct map_rule_spec *spec, const struct prefix6 *end_user_prefix, struct map_ce *ce,
    struct error *err)
{
	const unsigned int eup_len = (unsigned int)spec->ipv6.len + spec->ea_len;
	const unsigned int v4_len = (unsigned int)spec->ipv4.len + spec->ea_len;
	char text[PREFIX_TEXT_SIZE], rule_text[PREFIX_TEXT_SIZE];
	struct map_rule rule;
	int rc;

	if ((rc = map_rule_compile(spec, &rule, err)) < 0)
		return rc;
	if (spec->bound)
		return error_set(err, EINVAL, "a pool has no End-user prefixes: bindings name the CEs");
	prefix6_format(end_user_prefix, text);
	if (!prefix6_is_aligned(end_user_prefix))
		return error_set(err, EINVAL, "end-user prefix %s has host bits set", text);
	if (!prefix6_contains(&spec->ipv6, end_user_prefix->addr))
		return error_set(err, EINVAL, "end-user prefix %s is outside the Rule IPv6 prefix %s", text,
		    prefix6_format(&spec->ipv6, rule_text));
	if (end_user_prefix->len < eup_len)
		return error_set(err, EINVAL,
		    "end-user prefix %s is shorter than Rule IPv6 prefix and EA bits, /%u + %u = /%u", text,
		    spec->ipv6.len, spec->ea_len, eup_len);

	ce->kind = map_rule_kind(spec);
	ce->ipv4 = (struct prefix4){ map_rule_embedded_ipv4(&rule, end_user_prefix->addr),
		(uint8_t)(v4_len < 32 ? v4_len : 32) };
	ce->ports = (struct portset){ .psid = map_rule_embedded_psid(&rule, end_user_prefix->addr),
		.psid_len = map_rule_psid_len(spec),
		.offset = spec->psid_offset };
	ce->prefix = (struct prefix6){ end_user_prefix->addr & mask6(eup_len), (uint8_t)eup_len };
	ce->address = map_rule_address(&rule, ce->ipv4.addr, portset_range(&ce->ports, 0).first);
	ce->outside_prefix = !prefix6_contains(end_user_prefix, ce->address);
	return 0;
}

const struct map_rule_spec *
map_find_bmr(const struct map_rule_spec *rules, size_t count, const struct prefix6 *end_user_prefix)
{
	const struct map_rule_spec *bmr = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!rules[i].bound && rules[i].ipv6.len <= end_user_prefix->len &&
		    prefix6_contains(&rules[i].ipv6, end_user_prefix->addr) &&
		    (bmr == NULL || rules[i].ipv6.len > bmr->ipv6.len))
			bmr = &rules[i];
	}
	return bmr;
}
