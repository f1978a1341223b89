/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/ipv6_forward.h"

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/text.h"

enum { FORWARD_LINUX, FORWARD_OPEN };

const char *const ipv6_forward_words[] = { [FORWARD_LINUX] = "linux", [FORWARD_OPEN] = "open", NULL };

enum word { DOCUMENTATION, ORCHID, SITE_LOCAL, UNIQUE_LOCAL, DISCARD, WORDS };

const char *const ipv6_martians_words[] = {
	[DOCUMENTATION] = "documentation",
	[ORCHID] = "orchid",
	[SITE_LOCAL] = "site-local",
	[UNIQUE_LOCAL] = "unique-local",
	[DISCARD] = "discard",
	NULL,
};

#define WORD_MAX_PREFIXES 2

#define PREFIX(high, len)                        \
	{                                        \
		(u128) UINT64_C(high) << 64, len \
	}

static const struct prefix6 prefixes[WORDS][WORD_MAX_PREFIXES + 1] = {
	/* RFC 3849, RFC 9637 */
	[DOCUMENTATION] = { PREFIX(0x20010db800000000, 32), PREFIX(0x3fff000000000000, 20) },
	/* RFC 4843, RFC 7343 */
	[ORCHID] = { PREFIX(0x2001001000000000, 28), PREFIX(0x2001002000000000, 28) },
	/* RFC 3879 */
	[SITE_LOCAL] = { PREFIX(0xfec0000000000000, 10) },
	/* RFC 4193; between a site and a provider they have no business: RFC 6092 REC-7 */
	[UNIQUE_LOCAL] = { PREFIX(0xfc00000000000000, 7) },
	/* RFC 6666 */
	[DISCARD] = { PREFIX(0x0100000000000000, 64) },
};

static int
add_prefix(struct conf *conf, const struct prefix6 *prefix, const config_setting_t *place, struct error *err)
{
	char text[PREFIX_TEXT_SIZE];

	prefix6_format(prefix, text);
	for (size_t i = 0; i < conf->martian6_count; i++) {
		if (conf->martians6[i].addr != prefix->addr || conf->martians6[i].len != prefix->len)
			continue;
		place_error(err, place, "ipv6_martians: %s is given twice", text);
		error_hint(err, "leave one of them out; a word stands for its prefixes");
		return -EINVAL;
	}
	if (conf->martian6_count == CONF_MAX_MARTIANS6) {
		place_error(err, place, "ipv6_martians: more than %d prefixes", CONF_MAX_MARTIANS6);
		error_hint(err, "\"%s\" and \"%s\" count as two", ipv6_martians_words[DOCUMENTATION],
		    ipv6_martians_words[ORCHID]);
		return -EINVAL;
	}
	conf->martians6[conf->martian6_count++] = *prefix;
	return 0;
}

static int
add_word(struct conf *conf, unsigned int word, const config_setting_t *place, struct error *err)
{
	for (const struct prefix6 *prefix = prefixes[word]; prefix->len != 0; prefix++) {
		if (add_prefix(conf, prefix, place, err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int
add_text(struct conf *conf, const char *text, const config_setting_t *place, struct error *err)
{
	const int word = text_word(text, ipv6_martians_words);
	char want[PREFIX_TEXT_SIZE];
	struct prefix6 prefix;

	if (word >= 0)
		return add_word(conf, (unsigned int)word, place, err);
	text_prefix6(text, &prefix);
	if (prefix6_is_aligned(&prefix))
		return add_prefix(conf, &prefix, place, err);
	place_error(err, place, "ipv6_martians: %s has host bits set", text);
	prefix.addr &= mask6(prefix.len);
	error_hint(err, "write %s", prefix6_format(&prefix, want));
	return -EINVAL;
}

static int
read_martians(struct conf *conf, const config_setting_t *root, struct error *err)
{
	const bool given = config_setting_get_member(root, "ipv6_martians") != NULL;

	for (unsigned int word = 0; word < WORDS && !given; word++)
		add_word(conf, word, root, err);
	for (size_t i = 0; i < reader_length(root, "ipv6_martians"); i++) {
		if (add_text(conf, reader_value(root, "ipv6_martians", i), reader_element(root, "ipv6_martians", i),
			err) < 0)
			return -EINVAL;
	}
	return 0;
}

int
conf_read_ipv6_forward(struct conf *conf, const config_setting_t *root, struct error *err)
{
	static const char *const settings[] = { "ipv6_forward", "ipv6_martians" };
	const int word = reader_get_word(root, settings[0], ipv6_forward_words, FORWARD_LINUX);

	for (size_t i = 0; i < READER_COUNT(settings) && conf->role == CONF_BR; i++) {
		if (config_setting_get_member(root, settings[i]) == NULL)
			continue;
		place_error(err, reader_place(root, settings[i]), "%s in the configuration of a BR", settings[i]);
		error_hint(err, "leave it out: at a BR Linux forwards native IPv6");
		return -EINVAL;
	}
	conf->forwards_ipv6 = word == FORWARD_OPEN;
	conf->forwards_ipv6_line = place_line(reader_place(root, settings[0]));
	return conf->role == CONF_CE ? read_martians(conf, root, err) : 0;
}

const char *
conf_ipv6_forward_word(const struct conf *conf)
{
	return ipv6_forward_words[conf->forwards_ipv6 ? FORWARD_OPEN : FORWARD_LINUX];
}

const char *
conf_ipv6_forward_note(const struct conf *conf)
{
	return conf->forwards_ipv6
	    ? "there is no firewall for IPv6: from the Internet all hosts of the LAN can be reached"
	    : NULL;
}
