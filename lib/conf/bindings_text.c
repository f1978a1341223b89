/* SPDX-License-Identifier: BSD-3-Clause */
/* Bindings as people write them: one a line, read line by line. */
#include <stdlib.h>
#include <string.h>

#include "conf/bindings_parts.h"
#include "conf/place.h"

#define LINE_SIZE 256
#define FIELDS 3

struct reader {
	const struct bindings_file *file;
	unsigned int line;
	char text[LINE_SIZE]; /* of the line, without its comment */
};

/* Adds a character to the line. 0, or -EINVAL when it does not belong there. */
static int
take(struct reader *reader, size_t *len, int c, bool comment, struct error *err)
{
	const struct bindings_file *file = reader->file;

	if ((c < ' ' && c != '\t' && c != '\r') || c == 0x7f) {
		place_error_line(err, file->name, reader->line, "byte 0x%02x is no text", (unsigned int)c);
		error_hint(err, "is this another file, or a compiled one that is damaged?");
		return -EINVAL;
	}
	if (comment)
		return 0;
	if (*len == LINE_SIZE - 1) {
		place_error_line(err, file->name, reader->line, "the line is longer than %d characters", LINE_SIZE - 1);
		error_hint(err, "write: ADDRESS PSID SOFTWIRE");
		return -EINVAL;
	}
	reader->text[(*len)++] = (char)c;
	return 0;
}

/* 1 with the next line, 0 at the end, or a negative errno. */
static int
read_line(struct reader *reader, struct error *err)
{
	FILE *stream = reader->file->stream;
	bool comment = false;
	size_t len = 0;
	int c = getc_unlocked(stream);

	reader->line++;
	if (c == EOF && !ferror(stream))
		return 0;
	for (; c != EOF && c != '\n'; c = getc_unlocked(stream)) {
		comment |= c == '#';
		if (take(reader, &len, c, comment, err) < 0)
			return -EINVAL;
	}
	if (ferror(stream))
		return place_error_line(err, reader->file->name, 0, "cannot be read");
	reader->text[len] = '\0';
	return 1;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Fields are separated by blanks; a line that ends as on Windows is no error. Returns how many there are. */
static unsigned int
split(char *text, char *fields[FIELDS])
{
	unsigned int count = 0;

	while (*text != '\0') {
		if (is_blank(*text)) {
			*text++ = '\0';
			continue;
		}
		if (count < FIELDS)
			fields[count] = text;
		count++;
		while (*text != '\0' && !is_blank(*text))
			text++;
	}
	return count;
}

/* Decimal without leading zeros, which some read as octal; 0x and up to four digits; or "-". */
static int
parse_psid(const char *text, int *psid)
{
	const bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	const size_t len = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");

	*psid = CONF_NO_PSID;
	if (strcmp(text, "-") == 0)
		return 0;
	if (len == 0 || digits[len] != '\0' || len > (hex ? 4 : 5) || (!hex && len > 1 && digits[0] == '0'))
		return -EINVAL;
	*psid = (int)strtol(digits, NULL, hex ? 16 : 10);
	return 0;
}

static int
wrong_field(const struct reader *reader, const char *field, const char *what, const char *hint, struct error *err)
{
	place_error_line(err, reader->file->name, reader->line, "\"%.60s\" is not %s", field, what);
	error_hint(err, "%s", hint);
	return -EINVAL;
}

static int
parse_fields(const struct reader *reader, char *const fields[FIELDS], struct binding *binding, struct error *err)
{
	uint32_t ipv4;
	u128 softwire;
	int psid;

	if (ip4_parse(fields[0], &ipv4) < 0)
		return wrong_field(reader, fields[0], "an IPv4 address", "for example: 203.0.113.1", err);
	if (parse_psid(fields[1], &psid) < 0)
		return wrong_field(reader, fields[1], "a PSID",
		    "decimal without leading zeros, or 0x and hexadecimal, or - for a whole address", err);
	if (ip6_parse(fields[2], &softwire) < 0)
		return wrong_field(reader, fields[2], "an IPv6 address", "for example: 2001:db8:100::1", err);
	if (conf_binding_make(reader->file->scope, ipv4, psid, softwire, binding, err) < 0)
		return place_add(err, reader->file->name, reader->line);
	binding->line = reader->line;
	return 0;
}

int
bindings_read_text(const struct bindings_file *file, struct conf_bindings *list, struct error *err)
{
	struct reader reader = { .file = file };
	char *fields[FIELDS];
	struct binding binding;
	int rc;

	while ((rc = read_line(&reader, err)) > 0) {
		const unsigned int count = split(reader.text, fields);

		if (count == 0)
			continue;
		if (count != FIELDS) {
			place_error_line(err, file->name, reader.line, "a binding has %d fields, here are %u", FIELDS,
			    count);
			error_hint(err, "write: ADDRESS PSID SOFTWIRE");
			return -EINVAL;
		}
		rc = parse_fields(&reader, fields, &binding, err);
		if (rc == 0 && (rc = bindings_append(list, &binding, err)) < 0)
			place_add(err, file->name, reader.line);
		if (rc < 0)
			return rc;
	}
	return rc;
}
