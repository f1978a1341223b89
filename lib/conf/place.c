/* SPDX-License-Identifier: BSD-3-Clause */
#include "conf/place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACE_EXTRA 32 /* ":LINE: error: ", dots and the terminator */

int
place_add(struct error *err, const char *file, unsigned int line)
{
	char text[sizeof(err->text) - PLACE_EXTRA];
	const char *dots = "";
	char number[16] = "";
	size_t room;

	memcpy(text, err->text, sizeof(text));
	text[sizeof(text) - 1] = '\0';

	/* A long path loses its front, because the end of the text is what helps. */
	room = sizeof(text) - strlen(text) - 1;
	if (strlen(file) > room) {
		file += strlen(file) - room;
		dots = "...";
	}
	if (line != 0)
		snprintf(number, sizeof(number), ":%u", line);
	snprintf(err->text, sizeof(err->text), "%s%s%s: error: %s", dots, file, number, text);
	return -EINVAL;
}

int
place_error_line(struct error *err, const char *file, unsigned int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	err->hint[0] = '\0';
	return place_add(err, file, line);
}

int
place_error(struct error *err, const config_setting_t *at, const char *format, ...)
{
	char file[CONF_TEXT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	err->hint[0] = '\0';
	return place_add(err, place_file(at, file), place_line(at));
}

char *
place_file(const config_setting_t *at, char file[CONF_TEXT_SIZE])
{
	const char *main_file = config_setting_source_file(config_root_setting(at->config));
	const char *own = config_setting_source_file(at);

	/* libconfig names an included file as @include does: relative to the directory of the main file. */
	if (own == NULL || strcmp(own, main_file) == 0 || place_beside(main_file, own, file) < 0)
		snprintf(file, CONF_TEXT_SIZE, "%s", main_file);
	return file;
}

unsigned int
place_line(const config_setting_t *at)
{
	/* The root group has no line; what is missing in it is missing from the first one on. */
	return config_setting_source_line(at) == 0 ? 1 : config_setting_source_line(at);
}

int
place_beside(const char *file, const char *name, char path[CONF_TEXT_SIZE])
{
	const char *slash = strrchr(file, '/');
	const int dir_len = slash == NULL || name[0] == '/' ? 0 : (int)(slash - file) + 1;
	const int len = snprintf(path, CONF_TEXT_SIZE, "%.*s%s", dir_len, file, name);

	return len >= CONF_TEXT_SIZE ? -ENAMETOOLONG : 0;
}

int
place_find(struct error *err, const config_setting_t *at, const char *config, char path[CONF_TEXT_SIZE])
{
	const char *key = config_setting_name(at);
	struct stat status;

	if (place_beside(config, config_setting_get_string(at), path) < 0) {
		place_error(err, at, "%s: the path is longer than %d characters", key, CONF_TEXT_SIZE - 1);
		error_hint(err, "with the directory of the configuration file in front; give the file a shorter name");
		return -EINVAL;
	}
	if (access(path, R_OK) < 0)
		place_error(err, at, "%s: %.80s cannot be read: %s", key, path, strerror(errno));
	else if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		place_error(err, at, "%s: %.80s cannot be read: it is a directory", key, path);
	else
		return 0;
	error_hint(err, "a relative path starts at the directory of the configuration file");
	return -EINVAL;
}
