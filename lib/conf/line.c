/* SPDX-License-Identifier: BSD-3-Clause */
/* What a provider says about a line, in the place of what a configuration would say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"

size_t
conf_check_lan(const struct conf_interface *lan, const struct map_ce *ce, struct error *err)
{
	char text[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];

	for (size_t i = 0; i < lan->address_count && ce->kind != MAP_PREFIX; i++) {
		struct prefix4 subnet = { lan->addresses[i].v4, lan->addresses[i].len };

		if (!lan->addresses[i].ipv4 || !prefix4_overlaps(&subnet, &ce->ipv4))
			continue;
		subnet.addr &= mask4(subnet.len);
		error_set(err, EINVAL, "addresses: LAN subnet %s overlaps the IPv4 address %s of the softwire",
		    prefix4_format(&subnet, text), prefix4_format(&ce->ipv4, ipv4));
		error_hint(err, "number the LAN from private space, for example 192.168.1.0/24");
		return i;
	}
	return lan->address_count;
}

/*
 * RFC 7597 section 5.2: the MAP address is in the first subnet of what rule and EA bits name. Whoever was delegated another part
 * of it does not get the packets: that is how a CE behind a home gateway fails.
 */
static int
check_owns(const struct map_ce *ce, const struct prefix6 *prefix, struct error *err)
{
	char address[IP6_TEXT_SIZE], text[PREFIX_TEXT_SIZE];

	if (!ce->outside_prefix)
		return 0;
	error_set(err, EINVAL, "the MAP address %s is not in the prefix %s of this line",
	    ip6_format(ce->address, address), prefix6_format(prefix, text));
	error_hint(err, "somebody else has that part of the prefix: a home gateway that makes the softwire itself?");
	return -EINVAL;
}

static int
check(const struct conf *conf, const struct conf_softwire *line, const struct map_ce *ce, struct error *err)
{
	const struct conf_interface *lan = &conf->interfaces[0];
	const struct prefix6 *prefix = &line->end_user_prefix;
	char br[IP6_TEXT_SIZE];

	if (line->kind == OFFER_MAP_E && check_owns(ce, prefix, err) < 0)
		return -EINVAL;
	if (prefix6_contains(prefix, line->br)) /* RFC 7598 section 4.2 */
		return error_set(err, EINVAL, "the other end %s is inside the prefix of this line",
		    ip6_format(line->br, br));
	if (ce->kind == MAP_PREFIX && line->mesh)
		return error_set(err, EINVAL, "a mesh with an IPv4 prefix is not supported in this version");
	return conf_check_lan(lan, ce, err) < lan->address_count ? -EINVAL : 0;
}

/* RFC 7596 section 5.1: the interface identifier of RFC 7597 section 6. A B4 gets that of its well-known address (RFC 6333). */
static u128
local_address(const struct offer *offer, const struct prefix6 *prefix)
{
	const u128 subnet = (offer->local.len > prefix->len ? offer->local.addr : prefix->addr) & mask6(64);
	const uint32_t ipv4 = offer->kind == OFFER_DS_LITE ? UINT32_C(0xc0000002) : offer->ipv4.addr;

	if (offer->local.len == 128)
		return offer->local.addr;
	return subnet | (u128)ipv4 << 16 | offer->psid;
}

static int
take_rules(struct conf_softwire *line, const struct offer *offer, struct error *err)
{
	line->rules = NULL;
	line->rule_lines = NULL;
	line->rule_count = offer->rule_count;
	if (offer->rule_count == 0)
		return 0;
	line->rules = malloc(offer->rule_count * sizeof(*line->rules));
	line->rule_lines = calloc(offer->rule_count, sizeof(*line->rule_lines)); /* they stand in no file */
	if (line->rules == NULL || line->rule_lines == NULL)
		return error_set(err, ENOMEM, "out of memory for %u rules", offer->rule_count);
	memcpy(line->rules, offer->rules, offer->rule_count * sizeof(*line->rules));
	return 0;
}

static void
free_rules(struct conf_softwire *softwire)
{
	free(softwire->rules);
	free(softwire->rule_lines);
	softwire->rules = NULL;
	softwire->rule_lines = NULL;
	softwire->rule_count = 0;
}

int
conf_set_line(struct conf *conf, const struct offer *offer, const struct prefix6 *prefix, u128 br, struct error *err)
{
	struct conf_softwire line = conf->softwires[0];
	struct map_ce ce;
	int rc;

	line.is_down = false;
	memset(&line.why_down, 0, sizeof(line.why_down));
	line.kind = offer->kind;
	line.br = br;
	line.mesh = offer->mesh;
	line.end_user_prefix = *prefix;
	line.ipv4 = offer->ipv4;
	line.ports = (struct portset){ offer->psid, offer->psid_len, offer->psid_offset };
	line.local = local_address(offer, prefix);
	rc = take_rules(&line, offer, err);
	if (rc == 0)
		rc = conf_derive(&line, &ce, err);
	if (rc == 0)
		rc = check(conf, &line, &ce, err);
	if (rc == 0)
		rc = conf_check_networks(&conf->lan, &ce, err);
	if (rc < 0) {
		free_rules(&line);
		return rc;
	}
	free_rules(&conf->softwires[0]);
	conf->softwires[0] = line;
	conf_count_forwards(conf, &ce.ports);
	return 0;
}

void
conf_clear_line(struct conf *conf, const struct error *why)
{
	free_rules(&conf->softwires[0]);
	conf->softwires[0].is_down = true;
	conf->softwires[0].source = SOURCE_NONE;
	conf->softwires[0].why_down = *why;
}
