/* SPDX-License-Identifier: BSD-3-Clause */
#include "provision/rule_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "provision/take.h"

/* ---- OCN -------------------------------------------------------------------------------------------------------- */

/* "2400:4050::" and "34", as two keys. */
static int
join_prefix(const struct take *take, const char *address_key, const char *length_key, char text[PREFIX_TEXT_SIZE])
{
	const char *address;
	unsigned int len;

	if (take_text(take, address_key, &address) < 0 || take_number(take, length_key, 128, &len) < 0)
		return -EINVAL;
	if (snprintf(text, PREFIX_TEXT_SIZE, "%s/%u", address, len) >= PREFIX_TEXT_SIZE)
		return take_refuse(take, address_key, "is not an address");
	return 0;
}

static int
take_ocn_rule(const struct take *take, struct map_rule_spec *rule)
{
	char ipv6[PREFIX_TEXT_SIZE], ipv4[PREFIX_TEXT_SIZE];
	unsigned int ea_len, offset;

	if (join_prefix(take, "ipv6Prefix", "ipv6PrefixLength", ipv6) < 0 ||
	    join_prefix(take, "ipv4Prefix", "ipv4PrefixLength", ipv4) < 0 ||
	    take_number(take, "eaBitLength", MAP_MAX_EA_LEN, &ea_len) < 0 ||
	    take_number(take, "psIdOffset", 15, &offset) < 0)
		return -EINVAL;
	if (prefix6_parse(ipv6, &rule->ipv6) < 0)
		return take_refuse(take, "ipv6Prefix", "is not an IPv6 address");
	if (prefix4_parse(ipv4, &rule->ipv4) < 0)
		return take_refuse(take, "ipv4Prefix", "and ipv4PrefixLength are not an IPv4 prefix");
	rule->ea_len = (uint8_t)ea_len;
	rule->psid_offset = (uint8_t)offset;
	return 0;
}

/* Every rule names the BR; an offer has one. */
static int
take_ocn_br(const struct take *take, struct offer *offer)
{
	struct take rule;
	u128 br;

	for (uint32_t i = 0; i < offer->rule_count; i++) {
		if (take_object(take, "basicMapRules", (int)i, &rule) < 0 ||
		    take_node6(&rule, "brIpv6Address", &br) < 0)
			return -EINVAL;
		if (i > 0 && br != offer->br[0])
			return take_refuse(&rule, "brIpv6Address",
			    "is not the BR of the first rule: rules of several networks");
		offer->br[0] = br;
	}
	offer->br_count = 1;
	return 0;
}

static int
take_ocn(const struct take *take, struct offer *offer)
{
	if (take_rules(take, "basicMapRules", take_ocn_rule, MAP_IID_DRAFT03, offer) < 0)
		return -EINVAL;
	return take_ocn_br(take, offer);
}

/* ---- JPNE ------------------------------------------------------------------------------------------------------- */

/* ipv6_fixlen is the length of rule and EA bits together, which each rule says by itself. */
static int
take_jpne(const struct take *take, struct offer *offer)
{
	if (take_node6(take, "dmr", &offer->br[0]) < 0)
		return -EINVAL;
	offer->br_count = 1;
	return take_rules(take, "fmr", take_rule, MAP_IID_DRAFT03, offer);
}

/* ---- text and file ---------------------------------------------------------------------------------------------- */

/* JSONP: a call of a function around the JSON. Its name is the asker's, "?" without one; nothing here runs it. */
static void
unwrap(const char **text, size_t *len)
{
	static const char blanks[] = " \t\r\n;";
	const char *open = memchr(*text, '(', *len), *brace = memchr(*text, '{', *len);

	while (*len > 0 && strchr(blanks, (*text)[*len - 1]) != NULL)
		(*len)--;
	if (open == NULL || brace == NULL || open > brace || *len == 0 || (*text)[*len - 1] != ')')
		return;
	*len -= (size_t)(open + 1 - *text) + 1;
	*text = open + 1;
}

int
rule_server_parse(const char *text, size_t len, struct offer *offer, struct error *err)
{
	struct take take = { .loose = true, .err = err };
	json_error_t where;
	json_t *root;
	int rc;

	unwrap(&text, &len);
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	if (root == NULL) {
		char what[JSON_ERROR_TEXT_LENGTH];

		take_printable(where.text, strlen(where.text), what, sizeof(what));
		return error_set(err, EINVAL, "not JSON, line %d column %d: %.150s", where.line, where.column, what);
	}
	*offer = (struct offer){ .kind = OFFER_MAP_E };
	take.object = root;
	if (json_object_get(root, "basicMapRules") != NULL)
		rc = take_ocn(&take, offer);
	else if (json_object_get(root, "fmr") != NULL)
		rc = take_jpne(&take, offer);
	else
		rc = error_set(err, EINVAL, "neither basicMapRules (OCN) nor fmr (JPNE) is there");
	json_decref(root);
	return rc;
}

int
rule_server_load(const char *file, struct offer *offer, struct error *err)
{
	FILE *in = fopen(file, "rb");
	char *text;
	size_t len;
	int rc;

	if (in == NULL)
		return error_set(err, errno, "%s: %s", file, strerror(errno));
	text = malloc(RULE_SERVER_MAX_SIZE + 1);
	len = text == NULL ? 0 : fread(text, 1, RULE_SERVER_MAX_SIZE + 1, in);
	if (text == NULL)
		rc = error_set(err, ENOMEM, "%s: out of memory", file);
	else if (ferror(in))
		rc = error_set(err, EIO, "%s: cannot be read", file);
	else if (len > RULE_SERVER_MAX_SIZE)
		rc = error_set(err, EFBIG, "%s: longer than %u bytes", file, RULE_SERVER_MAX_SIZE);
	else
		rc = rule_server_parse(text, len, offer, err);
	free(text);
	fclose(in);
	return rc;
}
