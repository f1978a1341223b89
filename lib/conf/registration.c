/* SPDX-License-Identifier: BSD-3-Clause */
/* The group `registration` in the group `access`: whom to tell where our end of the softwire is. */
#include <stdio.h>
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"

#define EXAMPLE_URL "\"http://update.example.jp/update?user={user}&pass={pass}\""

static const struct reader_key keys[] = {
	{ .name = "url",
	    .type = READER_TEXT,
	    .required = true,
	    .max = REGISTRATION_URL_SIZE - 1,
	    .example = EXAMPLE_URL },
	{ .name = "user", .type = READER_TEXT, .max = REGISTRATION_TEXT_SIZE - 1, .example = "\"line4711\"" },
	{ .name = "pass_file", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 1, .example = "\"registration.pass\"" },
};

static int
check_url(const struct conf_registration *registration, const config_setting_t *group, struct error *err)
{
	const config_setting_t *place = reader_place(group, "url");
	char url[REGISTRATION_URL_SIZE];

	if (strncmp(registration->url, "http://", 7) != 0 && strncmp(registration->url, "https://", 8) != 0) {
		place_error(err, place, "url: \"%.60s\" begins with neither http:// nor https://", registration->url);
		error_hint(err, "for example: url = " EXAMPLE_URL ";");
		return -EINVAL;
	}
	if (strstr(registration->url, "{pass}") != NULL && registration->pass[0] == '\0') {
		place_error(err, place, "url: there is no password for {pass}");
		error_hint(err, "put it into a file of its own: pass_file = \"registration.pass\";");
		return -EINVAL;
	}
	if (registration_url(registration->url, registration->user, registration->pass, url) == 0)
		return 0;
	place_error(err, place, "url: with user and password it is longer than %d characters",
	    REGISTRATION_URL_SIZE - 1);
	return -EINVAL;
}

int
conf_read_registration(struct conf *conf, const config_setting_t *access, struct error *err)
{
	const config_setting_t *group = access != NULL ? config_setting_get_member(access, "registration") : NULL;
	struct conf_registration *registration = &conf->access.registration;
	const char *user;

	if (group == NULL)
		return 0;
	if (reader_check(group, keys, READER_COUNT(keys), err) < 0)
		return -EINVAL;
	user = reader_get_text(group, "user");
	snprintf(registration->url, sizeof(registration->url), "%s", reader_get_text(group, "url"));
	snprintf(registration->user, sizeof(registration->user), "%s", user != NULL ? user : "");
	if (conf_read_pass(conf, group, registration->pass, sizeof(registration->pass), err) < 0)
		return -EINVAL;
	return check_url(registration, group, err);
}
