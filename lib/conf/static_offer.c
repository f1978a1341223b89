/* SPDX-License-Identifier: BSD-3-Clause */
/* The group `static` in the group `access`: a softwire that the operator knows, on a line whose prefix nobody knows before. */
#include <stdio.h>
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"
#include "provision/take.h"

static const char *const kind_words[] = { "lw4o6", "ipip", "ds-lite", NULL };
static const enum offer_kind kinds[] = { OFFER_LW4O6, OFFER_IPIP, OFFER_DS_LITE };

static const struct reader_key keys[] = {
	{ .name = "kind", .type = READER_WORD, .required = true, .words = kind_words, .example = "\"ds-lite\"" },
	{ .name = "br",
	    .type = READER_TEXT,
	    .required = true,
	    .max = OFFER_NAME_SIZE - 1,
	    .example = "\"gw.example.net\"" },
	{ .name = "local", .type = READER_IP6, .example = "\"::cb:71:700:0\"" },
	{ .name = "ipv4", .type = READER_PREFIX4, .example = "\"203.0.113.7/32\"" },
	{ .name = "offset", .type = READER_INT, .max = 15, .example = "6" },
	{ .name = "psid", .type = READER_INT, .max = UINT16_MAX, .example = "52" },
	{ .name = "psid_len", .type = READER_INT, .max = 16, .example = "8" },
};

static int
read_br(struct offer *offer, const config_setting_t *group, struct error *err)
{
	const char *text = reader_get_text(group, "br"), *problem;

	if (ip6_parse(text, &offer->br[0]) < 0) {
		snprintf(offer->br_name, sizeof(offer->br_name), "%s", text);
		if (take_is_name(text))
			return 0;
		place_error(err, reader_place(group, "br"),
		    "br: \"%s\" is neither an IPv6 address nor the name of a host", text);
		error_hint(err, "for example: br = \"gw.example.net\";");
		return -EINVAL;
	}
	offer->br_count = 1;
	problem = text_global6(offer->br[0]);
	if (problem == NULL)
		return 0;
	place_error(err, reader_place(group, "br"), "br: \"%s\" %s", text, problem);
	error_hint(err, "the other end is a node beyond the line");
	return -EINVAL;
}

static int
missing(const config_setting_t *group, const char *name, const char *example, struct error *err)
{
	place_error(err, group, "%s is missing", name);
	error_hint(err, "for example: %s = %s;", name, example);
	return -EINVAL;
}

static int
read_ipv4(struct offer *offer, const config_setting_t *group, struct error *err)
{
	const bool given = reader_get_prefix4(group, "ipv4", &offer->ipv4);
	char text[PREFIX_TEXT_SIZE];

	if (given && offer->kind == OFFER_DS_LITE) {
		place_error(err, reader_place(group, "ipv4"), "ipv4: ds-lite has none");
		error_hint(err, "leave it out: the AFTR translates");
		return -EINVAL;
	}
	if (!given)
		return offer->kind == OFFER_DS_LITE ? 0 : missing(group, "ipv4", "\"203.0.113.7/32\"", err);
	if (prefix4_is_aligned(&offer->ipv4) && (offer->kind == OFFER_IPIP || offer->ipv4.len == 32))
		return 0;
	if (prefix4_is_aligned(&offer->ipv4)) {
		place_error(err, reader_place(group, "ipv4"), "ipv4: lw4o6 has one address");
		error_hint(err, "for example: ipv4 = \"203.0.113.7/32\";");
		return -EINVAL;
	}
	place_error(err, reader_place(group, "ipv4"), "ipv4: %s has host bits set", prefix4_format(&offer->ipv4, text));
	offer->ipv4.addr &= mask4(offer->ipv4.len);
	error_hint(err, "write %s", prefix4_format(&offer->ipv4, text));
	return -EINVAL;
}

/* RFC 7597 section 5.1; as for a softwire that the configuration describes as a whole. */
static int
read_ports(struct offer *offer, const config_setting_t *group, struct error *err)
{
	const int offset = reader_get_int(group, "offset", PORTSET_DEFAULT_OFFSET);
	const int psid = reader_get_int(group, "psid", 0), psid_len = reader_get_int(group, "psid_len", 0);

	offer->psid_offset = (uint8_t)offset;
	offer->psid_len = (uint8_t)psid_len;
	offer->psid = (uint16_t)psid;
	if (psid_len > 0 && offer->kind != OFFER_LW4O6) {
		place_error(err, reader_place(group, "psid_len"), "psid_len: only lw4o6 shares an address");
		error_hint(err, "leave it out, or is kind wrong?");
		return -EINVAL;
	}
	if (offset + psid_len <= 16 && psid >> psid_len == 0)
		return 0;
	place_error(err, reader_place(group, "psid"), "offset %d, psid %d and psid_len %d do not fit together", offset,
	    psid, psid_len);
	error_hint(err, "offset + psid_len is at most 16, and psid is less than 2^psid_len");
	return -EINVAL;
}

/* An interface identifier alone is put behind the line's first /64, whatever prefix that is. */
static int
read_local(struct conf_access *access, const config_setting_t *group, struct error *err)
{
	struct offer *offer = &access->offer;
	u128 local;

	if (!reader_get_ip6(group, "local", &local))
		return offer->kind == OFFER_IPIP ? missing(group, "local", "\"::cb:71:700:0\"", err) : 0;
	if (local >> 64 == 0)
		access->offer_iid = local;
	else
		offer->local = (struct prefix6){ local, 128 };
	return 0;
}

int
conf_read_static(struct conf *conf, const config_setting_t *access, struct error *err)
{
	const config_setting_t *group = access != NULL ? config_setting_get_member(access, "static") : NULL;
	struct offer *offer = &conf->access.offer;

	if (reader_check(group, keys, READER_COUNT(keys), err) < 0)
		return -EINVAL;
	if (group == NULL)
		return 0;
	conf->access.has_offer = true;
	offer->kind = kinds[reader_get_word(group, "kind", kind_words, 0)];
	if (read_br(offer, group, err) < 0 || read_ipv4(offer, group, err) < 0 || read_ports(offer, group, err) < 0)
		return -EINVAL;
	return read_local(&conf->access, group, err);
}

void
conf_static_offer(const struct conf_access *access, const struct prefix6 *prefix, struct offer *offer)
{
	*offer = access->offer;
	if (access->offer_iid != 0)
		offer->local = (struct prefix6){ (prefix->addr & mask6(64)) | access->offer_iid, 128 };
}
