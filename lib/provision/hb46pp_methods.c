/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "provision/hb46pp_parts.h"

static const char *const words[] = {
	[HB46PP_464XLAT] = "464xlat",
	[HB46PP_DSLITE] = "dslite",
	[HB46PP_IPIP] = "ipip",
	[HB46PP_LW4O6] = "lw4o6",
	[HB46PP_MAP_E] = "map_e",
	[HB46PP_MAP_T] = "map_t",
	[HB46PP_UNKNOWN] = "unknown",
};

const char *
hb46pp_method_word(enum hb46pp_method method)
{
	return words[method];
}

enum hb46pp_method
hb46pp_method_find(const char *word)
{
	enum hb46pp_method method = 0;

	while (method < HB46PP_METHODS && strcmp(word, words[method]) != 0)
		method++;
	return method;
}

bool
hb46pp_method_kind(enum hb46pp_method method, enum offer_kind *kind)
{
	switch (method) {
	case HB46PP_MAP_E:
		*kind = OFFER_MAP_E;
		return true;
	case HB46PP_LW4O6:
		*kind = OFFER_LW4O6;
		return true;
	case HB46PP_IPIP:
		*kind = OFFER_IPIP;
		return true;
	case HB46PP_DSLITE:
		*kind = OFFER_DS_LITE;
		return true;
	default:
		return false;
	}
}

/* ---- map_e ------------------------------------------------------------------------------------------------------ */

/* Section 3.4: map_e. Every rule may be used for forwarding; with `mesh` it is. */
static int
read_map_e(const struct take *take, struct offer *offer)
{
	unsigned int version = 0;

	if (take_has(take, "version") && take_number(take, "version", 1, &version) < 0)
		return -EINVAL;
	if (take_has(take, "mesh") && take_flag(take, "mesh", &offer->mesh) < 0)
		return -EINVAL;
	if (take_node6(take, "br", &offer->br[0]) < 0)
		return -EINVAL;
	offer->br_count = 1;
	return take_rules(take, "rules", take_rule, version == 1 ? MAP_IID_RFC7597 : MAP_IID_DRAFT03, offer);
}

/* ---- the others ------------------------------------------------------------------------------------------------- */

/* "203.0.113.16", or with a length. */
static bool
parse_ipv4(const char *text, struct prefix4 *prefix)
{
	prefix->len = 32;
	return ip4_parse(text, &prefix->addr) == 0 || prefix4_parse(text, prefix) == 0;
}

static int
read_lw4o6(const struct take *take, struct offer *offer)
{
	unsigned int psid, len, offset;
	const char *ipv4;

	if (take_far_end(take, "lwaftr", offer) < 0 || take_prefix6(take, "ipv6", &offer->local) < 0 ||
	    take_text(take, "ipv4", &ipv4) < 0 || take_number(take, "psid_length", 16, &len) < 0 ||
	    take_number(take, "psid_offset", 15, &offset) < 0 || take_number(take, "psid", UINT16_MAX, &psid) < 0)
		return -EINVAL;
	if (!prefix6_is_aligned(&offer->local))
		return take_refuse(take, "ipv6", "has host bits set");
	if (!parse_ipv4(ipv4, &offer->ipv4) || offer->ipv4.len != 32)
		return take_refuse(take, "ipv4", "is not an IPv4 address");
	if (len > 0 && offset + len > 16)
		return take_refuse(take, "psid_length", "and psid_offset are more than the 16 bits of a port");
	if (psid >> len != 0)
		return take_refuse(take, "psid", "has more bits than psid_length says");
	offer->psid_offset = (uint8_t)offset;
	offer->psid_len = (uint8_t)len;
	offer->psid = (uint16_t)psid;
	return 0;
}

static int
read_ipip(const struct take *take, struct offer *offer)
{
	const char *ipv4;

	if (take_node6(take, "ipv6_local", &offer->local.addr) < 0 ||
	    take_node6(take, "ipv6_remote", &offer->br[0]) < 0 || take_text(take, "ipv4", &ipv4) < 0)
		return -EINVAL;
	if (!parse_ipv4(ipv4, &offer->ipv4))
		return take_refuse(take, "ipv4", "is neither an IPv4 prefix nor an address");
	/* An address with the length of its subnet: the address is ours, whose the others are it does not say. */
	if (!prefix4_is_aligned(&offer->ipv4))
		offer->ipv4.len = 32;
	offer->local.len = 128;
	offer->br_count = 1;
	return 0;
}

static int
read_ipips(const struct take *answer, struct offer *offers)
{
	const json_t *tunnels;
	struct take tunnel;
	int count;

	if (take_objects(answer, "ipip", &tunnels) < 0)
		return -EINVAL;
	if (json_array_size(tunnels) > HB46PP_MAX_IPIP)
		return error_set(answer->err, EINVAL, "ipip: %zu tunnels, more than %d", json_array_size(tunnels),
		    HB46PP_MAX_IPIP);
	count = (int)json_array_size(tunnels);
	for (int i = 0; i < count; i++) {
		offers[i].kind = OFFER_IPIP;
		if (take_object(answer, "ipip", i, &tunnel) < 0 || read_ipip(&tunnel, &offers[i]) < 0)
			return -EINVAL;
	}
	return count;
}

int
hb46pp_method_read(const struct take *answer, enum hb46pp_method method, struct offer *offers)
{
	struct take take;
	int rc;

	if (method == HB46PP_IPIP)
		return read_ipips(answer, offers);
	if (take_object(answer, words[method], -1, &take) < 0)
		return -EINVAL;
	(void)hb46pp_method_kind(method, &offers->kind);
	if (method == HB46PP_MAP_E)
		rc = read_map_e(&take, offers);
	else if (method == HB46PP_LW4O6)
		rc = read_lw4o6(&take, offers);
	else
		rc = take_far_end(&take, "aftr", offers);
	return rc < 0 ? rc : 1;
}
