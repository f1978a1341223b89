/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/martians.h"

#include "conf/place.h"
#include "conf/text.h"

enum word { PRIVATE, SHARED, DOCUMENTATION, BENCHMARK };

#define WORD_MAX_PREFIXES 3

const char *const martians_words[] = {
	[PRIVATE] = "private",
	[SHARED] = "shared",
	[DOCUMENTATION] = "documentation",
	[BENCHMARK] = "benchmark",
	NULL,
};

static const struct prefix4 prefixes[][WORD_MAX_PREFIXES + 1] = {
	/* RFC 1918: 10/8, 172.16/12, 192.168/16 */
	[PRIVATE] = { { UINT32_C(0x0a000000), 8 }, { UINT32_C(0xac100000), 12 }, { UINT32_C(0xc0a80000), 16 } },
	/* RFC 6598: 100.64/10 */
	[SHARED] = { { UINT32_C(0x64400000), 10 } },
	/* RFC 5737: 192.0.2/24, 198.51.100/24, 203.0.113/24 */
	[DOCUMENTATION] = { { UINT32_C(0xc0000200), 24 }, { UINT32_C(0xc6336400), 24 }, { UINT32_C(0xcb007100), 24 } },
	/* RFC 2544: 198.18/15 */
	[BENCHMARK] = { { UINT32_C(0xc6120000), 15 } },
};

static int
add_prefix(struct conf_interface *interface, const struct prefix4 *prefix, const config_setting_t *place,
    struct error *err)
{
	char text[PREFIX_TEXT_SIZE];

	prefix4_format(prefix, text);
	for (size_t i = 0; i < interface->martian_count; i++) {
		if (interface->martians[i].addr != prefix->addr || interface->martians[i].len != prefix->len)
			continue;
		place_error(err, place, "martians: %s is given twice", text);
		error_hint(err, "leave one of them out; a word stands for its prefixes");
		return -EINVAL;
	}
	if (interface->martian_count == CONF_MAX_MARTIANS) {
		place_error(err, place, "martians: more than %d prefixes", CONF_MAX_MARTIANS);
		error_hint(err, "\"%s\" and \"%s\" count as three", martians_words[PRIVATE],
		    martians_words[DOCUMENTATION]);
		return -EINVAL;
	}
	interface->martians[interface->martian_count++] = *prefix;
	return 0;
}

static int
add_word(struct conf_interface *interface, enum word word, const config_setting_t *place, struct error *err)
{
	for (const struct prefix4 *prefix = prefixes[word]; prefix->len != 0; prefix++) {
		if (add_prefix(interface, prefix, place, err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int
add_text(struct conf_interface *interface, const char *text, const config_setting_t *place, struct error *err)
{
	const int word = text_word(text, martians_words);
	char want[PREFIX_TEXT_SIZE];
	struct prefix4 prefix;

	if (word >= 0)
		return add_word(interface, (enum word)word, place, err);
	text_prefix4(text, &prefix);
	if (prefix4_is_aligned(&prefix))
		return add_prefix(interface, &prefix, place, err);
	place_error(err, place, "martians: %s has host bits set", text);
	prefix.addr &= mask4(prefix.len);
	error_hint(err, "write %s", prefix4_format(&prefix, want));
	return -EINVAL;
}

int
martians_read(struct conf_interface *interface, const config_setting_t *group, struct error *err)
{
	static const enum word standard[] = { PRIVATE, SHARED, DOCUMENTATION };
	const bool given = config_setting_get_member(group, "martians") != NULL;

	for (size_t i = 0; i < READER_COUNT(standard) && !given; i++)
		add_word(interface, standard[i], group, err);
	for (size_t i = 0; i < reader_length(group, "martians"); i++) {
		if (add_text(interface, reader_value(group, "martians", i), reader_element(group, "martians", i), err) <
		    0)
			return -EINVAL;
	}
	return 0;
}
