/* SPDX-License-Identifier: BSD-3-Clause */
#include "export.h"

/* RFC 8658 section 3.1: Softwire46-Configuration, an attribute of the extended type 241 with TLVs inside TLVs. */
enum {
	SOFTWIRE46_MAP_E = 1,
	SOFTWIRE46_RULE_BMR = 4, /* basic mapping rule only */
	SOFTWIRE46_RULE_FMR = 5, /* forwarding permitted */
	SOFTWIRE46_BR = 6,
	SOFTWIRE46_PORTPARAMS = 9,
	RULE_IPV6_PREFIX = 10,
	RULE_IPV4_PREFIX = 11,
	EA_LENGTH = 12,
	PSID_OFFSET = 15,
	PSID_LEN = 16,
	PSID = 17,
};

#define TLV_MAX 252 /* what type, length and extended type leave of an attribute's 255 bytes (RFC 6929 section 2.1) */

/* A TLV with an integer in it (RFC 8044 section 3.1). */
static void
put_integer(struct export_bytes *bytes, uint8_t type, uint32_t value)
{
	export_put(bytes, 1, type);
	export_put(bytes, 1, 6);
	export_put(bytes, 4, value);
}

/* Prefixes as RFC 8044 sections 3.10 and 3.11 write them. */
static void
put_rule(struct export_bytes *bytes, const struct map_rule_spec *rule, bool fmr)
{
	const unsigned int prefix_bytes = (rule->ipv6.len + 7u) / 8;

	export_put(bytes, 1, fmr ? SOFTWIRE46_RULE_FMR : SOFTWIRE46_RULE_BMR);
	export_put(bytes, 1, 2 + 4 + prefix_bytes + 8 + 6);
	export_put(bytes, 1, RULE_IPV6_PREFIX);
	export_put(bytes, 1, 4 + prefix_bytes);
	export_put(bytes, 1, 0);
	export_put(bytes, 1, rule->ipv6.len);
	export_put_prefix6(bytes, &rule->ipv6);
	export_put(bytes, 1, RULE_IPV4_PREFIX);
	export_put(bytes, 1, 8);
	export_put(bytes, 1, 0);
	export_put(bytes, 1, rule->ipv4.len);
	export_put(bytes, 4, rule->ipv4.addr);
	put_integer(bytes, EA_LENGTH, rule->ea_len);
}

static void
put_map_e(struct export_bytes *bytes, const struct conf_softwire *domain, bool mesh)
{
	const struct prefix6 br = { .addr = domain->br, .len = 128 };

	export_put(bytes, 1, SOFTWIRE46_MAP_E);
	export_put(bytes, 1, 0); /* the length, when it is known */
	for (size_t i = 0; i < domain->rule_count; i++)
		put_rule(bytes, &domain->rules[i], mesh);
	export_put(bytes, 1, SOFTWIRE46_BR);
	export_put(bytes, 1, 18);
	export_put_prefix6(bytes, &br);
	/* The PSID comes out of the EA bits: length 0 says so. */
	export_put(bytes, 1, SOFTWIRE46_PORTPARAMS);
	export_put(bytes, 1, 2 + 3 * 6);
	put_integer(bytes, PSID_OFFSET, domain->rules[0].psid_offset);
	put_integer(bytes, PSID_LEN, 0);
	put_integer(bytes, PSID, 0);
	bytes->data[1] = (uint8_t)bytes->len;
}

static int
check_rules(const struct conf_softwire *domain, struct error *err)
{
	char prefix[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < domain->rule_count; i++) {
		const struct map_rule_spec *rule = &domain->rules[i];

		if (rule->psid_offset != domain->rules[0].psid_offset)
			return error_set(err, EINVAL,
			    "rule %s has PSID offset %u, the first rule %u: RFC 8658 has one for all",
			    prefix6_format(&rule->ipv6, prefix), rule->psid_offset, domain->rules[0].psid_offset);
		if (rule->has_psid)
			return error_set(err, EINVAL, "rule %s gives a PSID: that is an attribute of one subscriber",
			    prefix6_format(&rule->ipv6, prefix));
	}
	return 0;
}

/* As bytes: FreeRADIUS 3 has no dictionary for what is inside, and could not tell two rules apart if it had one. */
int
export_radius(const struct conf_softwire *domain, const struct export_args *args, struct error *err)
{
	static struct export_bytes bytes;
	char text[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];

	if (export_needs_rfc7597(domain, "RFC 8658", err) < 0 || check_rules(domain, err) < 0)
		return -EINVAL;
	bytes.len = 0;
	put_map_e(&bytes, domain, args->mesh);
	if (bytes.len > TLV_MAX) {
		error_set(err, EINVAL, "domain \"%s\": %zu rules take %zu bytes, more than the %d of an attribute",
		    domain->name, domain->rule_count, bytes.len, TLV_MAX);
		error_hint(err, "a subscriber needs only the rule that his prefix is of: a domain with that one");
		return -EINVAL;
	}
	puts("# The dictionary needs this line: ATTRIBUTE Softwire46-Configuration 241.9 octets");
	printf("# RFC 8658, domain \"%s\", BR %s, PSID offset %u\n", domain->name, ip6_format(domain->br, text),
	    domain->rules[0].psid_offset);
	for (size_t i = 0; i < domain->rule_count; i++)
		printf("#   %s to %s, %u EA bits\n", prefix6_format(&domain->rules[i].ipv6, text),
		    prefix4_format(&domain->rules[i].ipv4, ipv4), domain->rules[i].ea_len);
	fputs("Softwire46-Configuration = 0x", stdout);
	for (size_t i = 0; i < bytes.len; i++)
		printf("%02x", bytes.data[i]);
	putchar('\n');
	return 0;
}
