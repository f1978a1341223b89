/* SPDX-License-Identifier: BSD-3-Clause */
/* The group `hb46pp` in the group `access`: who we are to a provisioning server, and which servers we believe. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"
#include "conf/text.h"

/* The vendor ID that the specification uses in its examples: of nobody, for software that no vendor sells. */
#define VENDORID "acde48-mapedge"
#define PRODUCT "mapedge"

static const char *const method_words[] = { "map-e", "lw4o6", "ipip", "ds-lite", NULL }; /* by enum offer_kind */
static const enum hb46pp_method methods[] = { HB46PP_MAP_E, HB46PP_LW4O6, HB46PP_IPIP, HB46PP_DSLITE };

static const struct reader_key keys[] = {
	{ .name = "vendorid", .type = READER_TEXT, .max = HB46PP_TEXT_SIZE - 1, .example = "\"" VENDORID "\"" },
	{ .name = "product", .type = READER_TEXT, .max = HB46PP_TEXT_SIZE - 1, .example = "\"" PRODUCT "\"" },
	{ .name = "version", .type = READER_TEXT, .max = HB46PP_TEXT_SIZE - 1, .example = "\"1_0\"" },
	{ .name = "user", .type = READER_TEXT, .max = HB46PP_TEXT_SIZE - 1, .example = "\"line4711\"" },
	{ .name = "pass_file", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 1, .example = "\"hb46pp.pass\"" },
	{ .name = "server_name", .type = READER_TEXT, .max = OFFER_NAME_SIZE - 1, .example = "\"vne.example.jp\"" },
	{ .name = "ca_file", .type = READER_TEXT, .max = CONF_TEXT_SIZE - 1, .example = "\"ca.pem\"" },
	{ .name = "methods",
	    .type = READER_VALUES,
	    .min = 1,
	    .max = READER_COUNT(methods),
	    .element = READER_WORD,
	    .words = method_words,
	    .example = "[ \"map-e\", \"ds-lite\" ]" },
};

static void
take_text_or(char text[HB46PP_TEXT_SIZE], const config_setting_t *group, const char *name, const char *fallback)
{
	const char *given = reader_get_text(group, name);

	snprintf(text, HB46PP_TEXT_SIZE, "%s", given != NULL ? given : fallback);
}

/* Section 3.3 has underscores in the place of dots. */
static void
take_version(char version[HB46PP_TEXT_SIZE], const config_setting_t *group)
{
	const bool given = reader_get_text(group, "version") != NULL;

	take_text_or(version, group, "version", MAPEDGE_VERSION);
	for (char *c = version; !given && *c != '\0'; c++)
		*c = *c == '.' ? '_' : *c;
}

static void
take_methods(struct hb46pp_identity *identity, const config_setting_t *group)
{
	const size_t count = reader_length(group, "methods");

	for (size_t i = 0; i < count; i++)
		identity->capabilities |=
		    HB46PP_CAN(methods[text_word(reader_value(group, "methods", i), method_words)]);
	for (size_t i = 0; count == 0 && i < READER_COUNT(methods); i++)
		identity->capabilities |= HB46PP_CAN(methods[i]);
	if ((identity->capabilities & HB46PP_CAN(HB46PP_MAP_E)) != 0)
		identity->capabilities |= HB46PP_CAN_HUBSPOKE | HB46PP_CAN_MESH;
}

/* ---- the password ------------------------------------------------------------------------------------------------ */

/* The first line of a file that is not everybody's. */
static int
read_pass(struct conf *conf, const config_setting_t *group, struct error *err)
{
	const config_setting_t *place = reader_place(group, "pass_file");
	struct hb46pp_identity *identity = &conf->access.hb46pp;
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
	if (fgets(identity->pass, sizeof(identity->pass), file) == NULL)
		identity->pass[0] = '\0';
	fclose(file);
	identity->pass[strcspn(identity->pass, "\r\n")] = '\0';
	if (identity->pass[0] != '\0')
		return 0;
	place_error(err, place, "pass_file: the first line of %.80s is empty", path);
	error_hint(err, "it is the password, and nothing else");
	return -EINVAL;
}

/* ---- the group --------------------------------------------------------------------------------------------------- */

static int
check_identity(const struct hb46pp_identity *identity, const config_setting_t *group, struct error *err)
{
	struct error why;

	if ((identity->user[0] == '\0') != (identity->pass[0] == '\0')) {
		place_error(err, group, "hb46pp: user and pass_file: one without the other");
		error_hint(err, "give both, or neither");
		return -EINVAL;
	}
	if (hb46pp_identity_check(identity, &why) == 0)
		return 0;
	place_error(err, group, "hb46pp: %.200s", why.text);
	error_hint(err, "section 3.3 of the specification of HB46PP has the forms");
	return -EINVAL;
}

int
conf_read_hb46pp(struct conf *conf, const config_setting_t *access, struct error *err)
{
	const config_setting_t *group = access != NULL ? config_setting_get_member(access, "hb46pp") : NULL;
	struct hb46pp_identity *identity = &conf->access.hb46pp;
	const char *server_name;

	if (reader_check(group, keys, READER_COUNT(keys), err) < 0)
		return -EINVAL;
	take_text_or(identity->vendorid, group, "vendorid", VENDORID);
	take_text_or(identity->product, group, "product", PRODUCT);
	take_text_or(identity->user, group, "user", "");
	take_version(identity->version, group);
	take_methods(identity, group);
	server_name = reader_get_text(group, "server_name");
	snprintf(identity->server_name, sizeof(identity->server_name), "%s", server_name != NULL ? server_name : "");
	if (read_pass(conf, group, err) < 0)
		return -EINVAL;
	if (reader_get_text(group, "ca_file") != NULL &&
	    place_find(err, reader_place(group, "ca_file"), conf->file, conf->access.hb46pp_ca_file) < 0)
		return -EINVAL;
	return check_identity(identity, group, err);
}
