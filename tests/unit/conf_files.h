/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configuration files made of texts, in a directory of their own for each test. In all texts ' stands for ", so that
 * they can be read.
 */
#ifndef MAPEDGE_TESTS_CONF_FILES_H
#define MAPEDGE_TESTS_CONF_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "maptext.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT_SIZE 65536

/* IPv4 prefixes that begin with the given text. */
#define PREFIXES_4(before) "'" before "0.0.0/16','" before "1.0.0/16','" before "2.0.0/16','" before "3.0.0/16'"
#define PREFIXES6_4(before) "'" before "0::/32','" before "1::/32','" before "2::/32','" before "3::/32'"
#define PREFIXES6_16(before)                                                                 \
	PREFIXES6_4(before "0:")                                                             \
	"," PREFIXES6_4(before "1:") "," PREFIXES6_4(before "2:") "," PREFIXES6_4(before "3" \
											 ":")
#define PREFIXES_16(before) \
	PREFIXES_4(before "1") "," PREFIXES_4(before "2") "," PREFIXES_4(before "3") "," PREFIXES_4(before "4")

static char dir[] = "/tmp/mapedge-conf-XXXXXX";

/* ---- files ------------------------------------------------------------------------------------------------------ */

static inline const char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static inline void
quote(char *text)
{
	for (; *text != '\0'; text++)
		*text = *text == '\'' ? '"' : *text;
}

static inline void
write_bytes(const char *name, const char *text)
{
	FILE *file;

	/* Some file systems wait for the disk when an existing file is cut and written again. */
	unlink(path_of(name));
	file = fopen(path_of(name), "w");
	ck_assert_msg(file != NULL, "cannot write %s", path_of(name));
	ck_assert_int_eq(fputs(text, file) < 0, 0);
	ck_assert_int_eq(fclose(file), 0);
}

static inline void
write_file(const char *name, const char *text)
{
	static char quoted[TEXT_SIZE];

	ck_assert_uint_lt(strlen(text), sizeof(quoted));
	strcpy(quoted, text);
	quote(quoted);
	write_bytes(name, quoted);
}

static inline void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static inline void
tear_down(void)
{
	static const char *const names[] = { "good-rules.conf", "good-bindings.txt", "test.conf", "part.conf" };

	for (size_t i = 0; i < COUNT(names); i++)
		unlink(path_of(names[i]));
	ck_assert_int_eq(rmdir(dir), 0);
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
}

static inline struct conf *
load_good(const char *path)
{
	struct error err = { 0 };
	struct conf *conf = conf_load(path, &err);

	ck_assert_msg(conf != NULL, "%s (%s)", err.text, err.hint);
	return conf;
}

static inline struct conf *
load_text(const char *text)
{
	write_file("test.conf", text);
	return load_good(path_of("test.conf"));
}

/* The base text with one edit; a text that is not in the base exactly once would test nothing. */
static inline void
edit(char text[TEXT_SIZE], const char *base, const char *old, const char *new)
{
	const char *at = strstr(base, old);
	int length;

	ck_assert_msg(at != NULL, "not in the base text: %s", old);
	ck_assert_msg(*old == '\0' || strstr(at + 1, old) == NULL, "twice in the base text: %s", old);
	length = snprintf(text, TEXT_SIZE, "%.*s%s%s", (int)(at - base), base, new, at + strlen(old));
	ck_assert_int_lt(length, TEXT_SIZE);
}

static inline void
check_error(const struct error *err, const char *name, unsigned int line, const char *text, const char *hint)
{
	char want[256], want_hint[256];

	snprintf(want, sizeof(want), "%s:%u: error: ", path_of(name), line);
	ck_assert_msg(strncmp(err->text, want, strlen(want)) == 0, "wanted %s, got %s", want, err->text);
	snprintf(want, sizeof(want), "%s", text);
	quote(want);
	ck_assert_msg(strstr(err->text, want) != NULL, "wanted %s, got %s", want, err->text);
	ck_assert_uint_gt(strlen(text), 0);
	ck_assert_uint_gt(strlen(hint), 0);
	snprintf(want_hint, sizeof(want_hint), "%s", hint);
	quote(want_hint);
	ck_assert_msg(strstr(err->hint, want_hint) != NULL, "%s: wanted hint %s, got %s", err->text, want_hint,
	    err->hint);
}

static inline void
check_address(const struct conf_address *address, const char *text, uint8_t len)
{
	if (strchr(text, ':') == NULL) {
		ck_assert(address->ipv4);
		ck_assert_uint_eq(address->v4, ip4(text));
	} else {
		ck_assert(!address->ipv4);
		ck_assert(address->v6 == ip6(text));
	}
	ck_assert_uint_eq(address->len, len);
}

#endif
