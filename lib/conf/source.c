/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/conf.h"
#include "conf/place.h"

#define SOURCE_MAX_SIZE (64 << 20)
#define SOURCE_MAX_DEPTH 10 /* as libconfig */
#define SOURCE_MAX_FILES 100

/* ---- integers that do not fit ----------------------------------------------------------------------------------- */

/* Skips a comment or a string that begins here; `text` itself when none does. */
static const char *
skip_no_code(const char *text, unsigned int *line)
{
	const char *at = text;

	if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
		at += strcspn(at, "\n");
	} else if (at[0] == '/' && at[1] == '*') {
		const char *end = strstr(at + 2, "*/");

		at = end == NULL ? at + strlen(at) : end + 2;
	} else if (*at == '"') {
		for (at++; *at != '"' && *at != '\0'; at++)
			at += at[0] == '\\' && at[1] != '\0';
		at += *at == '"';
	}
	for (const char *c = text; c < at; c++)
		*line += *c == '\n';
	return at;
}

/* Is this run of letters and digits an integer without L that needs more than 31 bits? */
static bool
is_cut(const char *run, size_t len)
{
	const bool hex = len > 2 && run[0] == '0' && tolower((unsigned char)run[1]) == 'x';
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(run, &end, hex ? 16 : 10);
	/* Fractions and integers with L end early: the former are refused by type, the latter hold 64 bits. */
	return end == run + len && (errno == ERANGE || value > INT32_MAX);
}

static bool
in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '*' || c == '.';
}

int
source_check_numbers(const char *text, const char *file, struct error *err)
{
	unsigned int line = 1;

	while (*text != '\0') {
		const char *code = skip_no_code(text, &line);
		size_t len = 0;

		if (code != text) {
			text = code;
			continue;
		}
		while (in_word(text[len]))
			len++;
		if (isdigit((unsigned char)*text) && is_cut(text, len)) {
			place_error_line(err, file, line, "the number %.*s is too large", len > 40 ? 40 : (int)len,
			    text);
			error_hint(err, "docs/config.md names the range of every setting");
			return -EINVAL;
		}
		line += *text == '\n';
		text += len == 0 ? 1 : len;
	}
	return 0;
}

/* The whole file as text, or NULL: then libconfig, which reads it next, has the error. */
static char *
read_text(const char *file)
{
	FILE *stream = fopen(file, "r");
	char *text = NULL;
	struct stat status;
	size_t len;

	if (stream == NULL)
		return NULL;
	if (fstat(fileno(stream), &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > SOURCE_MAX_SIZE)
		goto close_stream;
	text = malloc((size_t)status.st_size + 1);
	if (text == NULL)
		goto close_stream;
	len = fread(text, 1, (size_t)status.st_size, stream);
	text[len] = '\0';

close_stream:
	fclose(stream);
	return text;
}

/* ---- includes --------------------------------------------------------------------------------------------------- */

/* Does this line begin with `@include "path"`? */
static bool
include_path(const char *line, char path[CONF_TEXT_SIZE])
{
	const char *end;

	line += strspn(line, " \t");
	if (strncmp(line, "@include", 8) != 0)
		return false;
	line += 8 + strspn(line + 8, " \t");
	end = *line == '"' ? strpbrk(line + 1, "\"\n") : NULL;
	if (end == NULL || *end != '"')
		return false;
	snprintf(path, CONF_TEXT_SIZE, "%.*s", (int)(end - line) - 1, line + 1);
	return true;
}

struct scan {
	const char *main_file; /* where paths of includes start */
	int depth;
	int budget; /* files that may still be read: includes in a circle would take for ever */
};

static int scan_file(struct scan *scan, const char *file, struct error *err);

/* libconfig ends the program when an included path opens but cannot be read, as a directory does. */
static int
scan_include(struct scan *scan, const char *name, const char *file, unsigned int line, struct error *err)
{
	char path[CONF_TEXT_SIZE];
	struct stat status;

	if (place_beside(scan->main_file, name, path) < 0)
		return place_error_line(err, file, line, "@include: the path is too long");
	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
		place_error_line(err, file, line, "@include: \"%.80s\" is a directory", name);
		error_hint(err, "name one file of it");
		return -EINVAL;
	}
	return scan->depth < SOURCE_MAX_DEPTH && scan->budget > 0 ? scan_file(scan, path, err) : 0;
}

/* Looks for what libconfig would not report; whatever else is wrong it will say itself. */
static int
scan_file(struct scan *scan, const char *file, struct error *err)
{
	char *text = read_text(file);
	char name[CONF_TEXT_SIZE];
	unsigned int line = 1;
	int rc;

	if (text == NULL)
		return 0;
	scan->budget--;
	scan->depth++;
	rc = source_check_numbers(text, file, err);
	for (const char *at = text; rc == 0; at++, line++) {
		if (include_path(at, name))
			rc = scan_include(scan, name, file, line, err);
		at = strchr(at, '\n');
		if (at == NULL)
			break;
	}
	scan->depth--;
	free(text);
	return rc;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static int
check_readable(const char *file, struct error *err)
{
	FILE *stream = NULL;
	struct stat status;

	if (strlen(file) >= CONF_TEXT_SIZE)
		return place_error_line(err, file, 0, "the path is longer than %d characters", CONF_TEXT_SIZE - 1);
	if (stat(file, &status) == 0 && S_ISDIR(status.st_mode))
		return place_error_line(err, file, 0, "cannot be read: it is a directory");
	stream = fopen(file, "r");
	if (stream == NULL)
		return place_error_line(err, file, 0, "cannot be read: %s", strerror(errno));
	fclose(stream);
	return 0;
}

static int
parse_error(const config_t *source, const char *file, struct error *err)
{
	char path[CONF_TEXT_SIZE];
	const char *text = config_error_text(source);
	const char *where = config_error_file(source);

	/* As in place_file(): an included file is named relative to the main one. */
	if (where == NULL || strcmp(where, file) == 0 || place_beside(file, where, path) < 0)
		snprintf(path, sizeof(path), "%s", file);
	place_error_line(err, path, (unsigned int)config_error_line(source), "%s", text);
	if (strstr(text, "duplicate") != NULL)
		error_hint(err, "give each setting of a group once");
	else if (strstr(text, "include") != NULL)
		error_hint(err, "the path after @include is relative to the directory of %s", file);
	else if (strstr(text, "array") != NULL)
		error_hint(err, "[ ] holds values of one type; a list of groups is ( { ... }, { ... } )");
	else
		error_hint(err, "look for a missing ';', ',' or '\"' in this line or the one before");
	return -EINVAL;
}

int
source_open(config_t *source, const char *file, struct error *err)
{
	const char *slash = strrchr(file, '/');
	char dir[CONF_TEXT_SIZE];
	struct scan scan = { .main_file = file, .budget = SOURCE_MAX_FILES };

	if (check_readable(file, err) < 0 || scan_file(&scan, file, err) < 0)
		return -EINVAL;
	config_init(source);
	if (slash != NULL) {
		snprintf(dir, sizeof(dir), "%.*s", slash == file ? 1 : (int)(slash - file), file);
		config_set_include_dir(source, dir);
	}
	if (config_read_file(source, file) == CONFIG_TRUE)
		return 0;
	parse_error(source, file, err);
	config_destroy(source);
	return -EINVAL;
}

void
source_close(config_t *source)
{
	config_destroy(source);
}
