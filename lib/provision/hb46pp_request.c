/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/timestamp.h"
#include "provision/hb46pp_parts.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* 1 to `max` characters of these only. */
static bool
consists_of(const char *text, const char *characters, size_t max)
{
	const size_t len = strspn(text, characters);

	return len > 0 && len <= max && text[len] == '\0';
}

/* An OUI, and perhaps a hyphen and a word of the vendor's. */
static bool
is_vendorid(const char *text)
{
	const size_t oui = strspn(text, DIGITS "abcdefABCDEF");

	if (oui != 6)
		return false;
	return text[6] == '\0' || (text[6] == '-' && consists_of(text + 7, LOWER UPPER DIGITS "_", 24));
}

int
hb46pp_identity_check(const struct hb46pp_identity *identity, struct error *err)
{
	static const char word[] = LOWER UPPER DIGITS "_-";

	if (!is_vendorid(identity->vendorid))
		return error_set(err, EINVAL,
		    "vendorid: \"%s\" is not an OUI of 6 hexadecimal digits, alone or followed by \"-\" and up to 24 "
		    "letters, digits and \"_\"",
		    identity->vendorid);
	if (!consists_of(identity->product, word, 32))
		return error_set(err, EINVAL, "product: \"%s\" is not 1 to 32 letters, digits, \"-\" and \"_\"",
		    identity->product);
	if (!consists_of(identity->version, DIGITS "_", 32))
		return error_set(err, EINVAL, "version: \"%s\" is not 1 to 32 digits and \"_\"", identity->version);
	if ((identity->user[0] == '\0') != (identity->pass[0] == '\0'))
		return error_set(err, EINVAL, "user and pass: one without the other");
	if (identity->user[0] != '\0' &&
	    (!consists_of(identity->user, word, 32) || !consists_of(identity->pass, word, 32)))
		return error_set(err, EINVAL, "user and pass: each is 1 to 32 letters, digits, \"-\" and \"_\"");
	return 0;
}

bool
hb46pp_may_send_pass(const struct hb46pp_server *server, const struct hb46pp_identity *identity)
{
	struct hb46pp_url parts;
	struct error err;

	if (identity->user[0] == '\0')
		return false;
	if (identity->server_name[0] == '\0')
		return true;
	return server->verify && hb46pp_url_split(server->url, &parts, &err) == 0 && parts.https &&
	    strcasecmp(parts.host, identity->server_name) == 0;
}

int
hb46pp_clock_check(uint64_t wall_ms, uint64_t built_ms, struct error *err)
{
	char text[TIMESTAMP_TEXT_SIZE];

	if (wall_ms >= built_ms)
		return 0;
	return error_set(err, EINVAL,
	    "the clock of this box says %s, and mapedge was built later: no certificate can be checked",
	    timestamp_format(wall_ms, text));
}

/* ---- the URL ---------------------------------------------------------------------------------------------------- */

/* Appends to url; what does not fit is seen by its length in the end. */
struct writer {
	char *url;
	size_t size;
	size_t len;
	bool has_query;
};

static void
put(struct writer *writer, char c)
{
	if (writer->len + 1 < writer->size)
		writer->url[writer->len] = c;
	writer->len++;
}

static void
put_text(struct writer *writer, const char *text)
{
	while (*text != '\0')
		put(writer, *text++);
}

/* RFC 3986 section 2.3: what is unreserved stands for itself. */
static void
put_encoded(struct writer *writer, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		const unsigned char byte = (unsigned char)*text;

		if (strchr(LOWER UPPER DIGITS "-._~,", byte) != NULL) {
			put(writer, *text);
		} else {
			put(writer, '%');
			put(writer, hex[byte >> 4]);
			put(writer, hex[byte & 15]);
		}
	}
}

static void
put_parameter(struct writer *writer, const char *key, const char *value)
{
	put(writer, writer->has_query ? '&' : '?');
	writer->has_query = true;
	put_text(writer, key);
	put(writer, '=');
	put_encoded(writer, value);
}

static void
put_capability(char *list, size_t size, const char *word)
{
	const size_t len = strlen(list);

	snprintf(list + len, size - len, "%s%s", len == 0 ? "" : ",", word);
}

static void
format_capabilities(uint32_t capabilities, char list[64])
{
	list[0] = '\0';
	for (enum hb46pp_method method = 0; method < HB46PP_METHODS; method++) {
		if ((capabilities & HB46PP_CAN(method)) != 0)
			put_capability(list, 64, hb46pp_method_word(method));
	}
	if ((capabilities & HB46PP_CAN_HUBSPOKE) != 0)
		put_capability(list, 64, "hubspoke");
	if ((capabilities & HB46PP_CAN_MESH) != 0)
		put_capability(list, 64, "mesh");
}

int
hb46pp_request(const struct hb46pp_server *server, const struct hb46pp_identity *identity, const char *token,
    struct hb46pp_get *get, struct error *err)
{
	struct writer writer = {
		.url = get->url,
		.size = sizeof(get->url),
		.has_query = strchr(server->url, '?') != NULL,
	};
	struct hb46pp_url parts;
	char capabilities[64];

	if (hb46pp_url_split(server->url, &parts, err) < 0)
		return -EINVAL;
	get->verify = server->verify;
	get->with_pass = hb46pp_may_send_pass(server, identity);
	snprintf(get->shown, sizeof(get->shown), "%.*s", (int)parts.path_len, server->url);

	/* A fragment is not sent; a URL without a path has the path "/" (RFC 9110 section 4.2.3). */
	for (const char *c = server->url; *c != '\0' && *c != '#'; c++) {
		if ((size_t)(c - server->url) == parts.origin_len && *c != '/')
			put(&writer, '/');
		put(&writer, *c);
	}
	if (server->url[parts.origin_len] == '\0' || server->url[parts.origin_len] == '#')
		put(&writer, '/');
	format_capabilities(identity->capabilities, capabilities);
	put_parameter(&writer, "vendorid", identity->vendorid);
	put_parameter(&writer, "product", identity->product);
	put_parameter(&writer, "version", identity->version);
	put_parameter(&writer, "capability", capabilities);
	if (token[0] != '\0')
		put_parameter(&writer, "token", token);
	if (get->with_pass) {
		put_parameter(&writer, "user", identity->user);
		put_parameter(&writer, "pass", identity->pass);
	}
	if (writer.len >= writer.size)
		return error_set(err, ENAMETOOLONG, "url: %zu characters with the query, more than %zu", writer.len,
		    writer.size - 1);
	get->url[writer.len] = '\0';
	return 0;
}
