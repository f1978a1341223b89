/* SPDX-License-Identifier: BSD-3-Clause */
#include <jansson.h>
#include <stdlib.h>

#include "export.h"

/* RFC 7598 section 9 */
enum {
	OPTION_S46_RULE = 89,
	OPTION_S46_BR = 90,
	OPTION_S46_PORTPARAMS = 93,
	OPTION_S46_CONT_MAPE = 94,
};

#define RULE_FLAG_FMR 1 /* section 4.1 */

/* Section 4.1: the rule, and its PSID offset (section 4.5) inside; the PSID is left-aligned there. */
static void
put_rule(struct export_bytes *bytes, const struct map_rule_spec *rule, bool fmr)
{
	const unsigned int psid_len = rule->has_psid ? rule->psid_len : 0;

	export_put(bytes, 2, OPTION_S46_RULE);
	export_put(bytes, 2, 8 + (rule->ipv6.len + 7u) / 8 + 4 + 4);
	export_put(bytes, 1, fmr ? RULE_FLAG_FMR : 0);
	export_put(bytes, 1, rule->ea_len);
	export_put(bytes, 1, rule->ipv4.len);
	export_put(bytes, 4, rule->ipv4.addr);
	export_put(bytes, 1, rule->ipv6.len);
	export_put_prefix6(bytes, &rule->ipv6);
	export_put(bytes, 2, OPTION_S46_PORTPARAMS);
	export_put(bytes, 2, 4);
	export_put(bytes, 1, rule->psid_offset);
	export_put(bytes, 1, psid_len);
	export_put(bytes, 2, psid_len == 0 ? 0 : (uint32_t)rule->psid << (16 - psid_len));
}

/* What stands inside OPTION_S46_CONT_MAPE (section 5.1), as hexadecimal digits; to be freed. */
static char *
container_hex(const struct conf_softwire *domain, bool mesh)
{
	static struct export_bytes bytes;
	const struct prefix6 br = { .addr = domain->br, .len = 128 };
	char *hex;

	bytes.len = 0;
	for (size_t i = 0; i < domain->rule_count; i++)
		put_rule(&bytes, &domain->rules[i], mesh);
	export_put(&bytes, 2, OPTION_S46_BR);
	export_put(&bytes, 2, 16);
	export_put_prefix6(&bytes, &br);

	hex = malloc(2 * bytes.len + 1);
	for (size_t i = 0; hex != NULL && i < bytes.len; i++)
		snprintf(hex + 2 * i, 3, "%02X", bytes.data[i]);
	return hex;
}
_Static_assert(256 * 36 + 20 < sizeof(((struct export_bytes *)0)->data), "all rules and the BR fit");

/* Each End-user prefix is Rule IPv6 prefix and EA bits long. */
static json_t *
pools(const struct conf_softwire *domain)
{
	json_t *array = json_array();

	for (size_t i = 0; i < domain->rule_count; i++) {
		const struct map_rule_spec *rule = &domain->rules[i];
		char prefix[IP6_TEXT_SIZE];

		json_array_append_new(array,
		    json_pack("{s:s, s:i, s:i}", "prefix", ip6_format(rule->ipv6.addr, prefix), "prefix-len",
			rule->ipv6.len, "delegated-len", rule->ipv6.len + rule->ea_len));
	}
	return array;
}

/*
 * Kea wants to know the link's own prefix, too. There is none where CEs get nothing but a delegated one, so the first
 * rule's stands for it.
 */
int
export_kea(const struct conf_softwire *domain, const struct export_args *args, struct error *err)
{
	char subnet[PREFIX_TEXT_SIZE];
	json_t *link, *dhcp6, *root;
	char *hex;

	if (export_needs_rfc7597(domain, "option 94 (RFC 7598)", err) < 0)
		return -EINVAL;
	hex = container_hex(domain, args->mesh);
	if (hex == NULL)
		return error_set(err, ENOMEM, "out of memory");
	link = json_pack("{s:i, s:s, s:o, s:[{s:i, s:b, s:s}]}", "id", 1, "subnet",
	    prefix6_format(&domain->rules[0].ipv6, subnet), "pd-pools", pools(domain), "option-data", "code",
	    OPTION_S46_CONT_MAPE, "csv-format", false, "data", hex);
	free(hex);
	if (args->interface != NULL)
		json_object_set_new(link, "interface", json_string(args->interface));
	dhcp6 = json_pack("{s:[o]}", "subnet6", link);
	if (args->interface != NULL)
		json_object_set_new(dhcp6, "interfaces-config", json_pack("{s:[s]}", "interfaces", args->interface));
	root = json_pack("{s:o}", "Dhcp6", dhcp6);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
	return 0;
}
