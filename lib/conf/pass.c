/* SPDX-License-Identifier: BSD-3-Clause */
/* Passwords stand in files of their own, which not everybody may read. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"

int
conf_read_pass(const struct conf *conf, const config_setting_t *group, char *pass, size_t size, struct error *err)
{
	const config_setting_t *place = reader_place(group, "pass_file");
	char path[CONF_TEXT_SIZE];
	struct stat status;
	FILE *file;

	if (reader_get_text(group, "pass_file") == NULL)
		return 0;
	if (place_find(err, place, conf->file, path) < 0)
		return -EINVAL;
	file = fopen(path, "r");
	if (file == NULL)
		return place_error(err, place, "pass_file: %.80s: %s", path, strerror(errno));
	if (fstat(fileno(file), &status) < 0 || (status.st_mode & S_IRWXO) != 0) {
		fclose(file);
		place_error(err, place, "pass_file: everybody may read %.80s", path);
		error_hint(err, "chmod 600 %.80s", path);
		return -EINVAL;
	}
	if (fgets(pass, (int)size, file) == NULL)
		pass[0] = '\0';
	fclose(file);
	pass[strcspn(pass, "\r\n")] = '\0';
	if (pass[0] != '\0')
		return 0;
	place_error(err, place, "pass_file: the first line of %.80s is empty", path);
	error_hint(err, "it is the password, and nothing else");
	return -EINVAL;
}
