/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "provision/hb46pp_parts.h"

#define RECORD_SIZE HB46PP_URL_SIZE /* so that each of its fields fits */

/* The character-strings of one record, put together (section 3.1 knows one text). */
struct record {
	char text[RECORD_SIZE];
	bool printable; /* all of it, and all of it is here */
};

static size_t
read_record(const struct hb46pp_string *strings, size_t count, struct record *record)
{
	size_t used = 0, taken = 0;

	record->printable = true;
	do {
		const struct hb46pp_string *string = &strings[taken++];
		char *end = record->text + used;

		take_printable(string->text, string->len, end, sizeof(record->text) - used);
		used += strlen(end);
		for (size_t i = 0; i < string->len; i++)
			record->printable &= string->text[i] >= ' ' && string->text[i] <= '~';
		record->printable &= used + 1 < sizeof(record->text);
	} while (taken < count && !strings[taken].starts_record);
	return taken;
}

/* Cuts the value of "KEY=" out of the record, wherever it stands: 1, 0 when there is none, -1 for more than one. */
static int
find_field(const char *record, const char *key, char *value, size_t size)
{
	const size_t key_len = strlen(key);
	int found = 0;

	for (const char *field = record; *field != '\0'; field += strcspn(field, " ")) {
		field += strspn(field, " ");
		if (strncmp(field, key, key_len) != 0 || field[key_len] != '=')
			continue;
		if (found++ > 0)
			return -1;
		snprintf(value, size, "%.*s", (int)strcspn(field + key_len + 1, " "), field + key_len + 1);
	}
	return found;
}

static bool
is_ours(const struct record *record)
{
	char version[16];

	return find_field(record->text, "v", version, sizeof(version)) != 0 && strcmp(version, "v6mig-1") == 0;
}

static int
read_fields(const struct record *record, struct hb46pp_server *server, struct error *err)
{
	struct hb46pp_url parts;
	char verify[4];
	int found;

	if (!record->printable)
		return error_set(err, EINVAL,
		    "the TXT record is too long or has characters that are not printable ASCII");
	found = find_field(record->text, "url", server->url, sizeof(server->url));
	if (found != 1)
		return error_set(err, EINVAL, "url: %s in the TXT record", found == 0 ? "missing" : "more than once");
	found = find_field(record->text, "t", verify, sizeof(verify));
	if (found != 1)
		return error_set(err, EINVAL, "t: %s in the TXT record", found == 0 ? "missing" : "more than once");
	if (strcmp(verify, "a") != 0 && strcmp(verify, "b") != 0)
		return error_set(err, EINVAL, "t: \"%s\" is neither a nor b", verify);
	if (hb46pp_url_split(server->url, &parts, err) < 0)
		return -EINVAL;
	server->verify = verify[0] == 'b';
	if (server->verify && !parts.https)
		return error_set(err, EINVAL, "t: \"b\" asks to check the certificate of an http URL, which has none");
	return 0;
}

static int
nobodys(const struct record *first, size_t count, struct error *err)
{
	if (count == 0)
		return error_set(err, ENOENT, "%s has no TXT record", HB46PP_DOMAIN);
	error_set(err, ENOENT, "the TXT record of %s is \"%.80s\", not v=v6mig-1", HB46PP_DOMAIN, first->text);
	if (strncmp(first->text, "v=spf1", 6) == 0)
		error_hint(err, "so say the Internet's resolvers: ask the line's own, or it has no HB46PP");
	return -ENOENT;
}

int
hb46pp_txt_parse(const struct hb46pp_string *strings, size_t count, struct hb46pp_server *server, struct error *err)
{
	struct hb46pp_server found = { .verify = false };
	struct record record, first = { .text = "" }, ours;
	unsigned int ours_count = 0;

	for (size_t at = 0; at < count;) {
		const size_t begin = at;

		at += read_record(strings + at, count - at, &record);
		if (begin == 0)
			first = record;
		if (is_ours(&record)) {
			ours = record;
			ours_count++;
		}
	}
	if (ours_count == 0)
		return nobodys(&first, count, err);
	if (ours_count > 1)
		return error_set(err, EINVAL, "%s has %u TXT records with v=v6mig-1, not one", HB46PP_DOMAIN,
		    ours_count);
	if (read_fields(&ours, &found, err) < 0)
		return -EINVAL;
	*server = found;
	return 0;
}
