/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "provision/hb46pp_parts.h"

/* Host and port between "//" and the path; RFC 3986 section 3.2. */
static int
split_authority(const char *start, size_t len, struct hb46pp_url *parts, struct error *err)
{
	char authority[HB46PP_URL_SIZE];
	const bool literal = start[0] == '[';
	const char *host = authority + literal, *port;
	size_t host_len;
	u128 address;

	snprintf(authority, sizeof(authority), "%.*s", (int)len, start);
	if (strchr(authority, '@') != NULL)
		return error_set(err, EINVAL, "url: a user name does not belong there");
	host_len = strcspn(host, literal ? "]" : ":");
	port = host + host_len + literal;
	if (host_len == 0 || host_len >= sizeof(parts->host) || (literal && host[host_len] == '\0'))
		return error_set(err, EINVAL, "url: \"%.80s\" has no host", authority);
	memcpy(parts->host, host, host_len);
	parts->host[host_len] = '\0';
	if (literal && ip6_parse(parts->host, &address) < 0)
		return error_set(err, EINVAL, "url: \"%.46s\" is not an IPv6 address", parts->host);
	if (*port != '\0' && (*port != ':' || port[1 + strspn(port + 1, "0123456789")] != '\0'))
		return error_set(err, EINVAL, "url: \"%.46s\" is not a port", port);
	return 0;
}

int
hb46pp_url_split(const char *url, struct hb46pp_url *parts, struct error *err)
{
	const size_t len = strlen(url);
	size_t scheme_len;

	/* First, because reasons quote it. */
	for (size_t i = 0; i < len; i++) {
		if (url[i] <= ' ' || url[i] > '~')
			return error_set(err, EINVAL, "url: a character that is not printable ASCII");
	}
	if (len >= HB46PP_URL_SIZE)
		return error_set(err, EINVAL, "url: longer than %d characters", HB46PP_URL_SIZE - 1);
	*parts = (struct hb46pp_url){ .https = strncasecmp(url, "https://", 8) == 0 };
	if (!parts->https && strncasecmp(url, "http://", 7) != 0)
		return error_set(err, EINVAL, "url: \"%.80s\" begins with neither https:// nor http://", url);
	scheme_len = parts->https ? 8 : 7;
	parts->origin_len = scheme_len + strcspn(url + scheme_len, "/?#");
	parts->path_len = parts->origin_len + strcspn(url + parts->origin_len, "?#");
	return split_authority(url + scheme_len, parts->origin_len - scheme_len, parts, err);
}

/* RFC 3986 section 5.3, but for dot segments: whoever gets the URL removes those. */
static int
resolve(const char *base, const struct hb46pp_url *parts, const char *reference, char url[HB46PP_URL_SIZE])
{
	const char *between = "";
	size_t keep;

	if (reference[strcspn(reference, ":/?#")] == ':') { /* a scheme */
		keep = 0;
	} else if (strncmp(reference, "//", 2) == 0) {
		keep = parts->https ? 6 : 5;
	} else if (reference[0] == '/') {
		keep = parts->origin_len;
	} else if (reference[0] == '?' || reference[0] == '\0') {
		keep = parts->path_len;
	} else {
		keep = parts->path_len;
		while (keep > parts->origin_len && base[keep - 1] != '/')
			keep--;
		between = keep == parts->origin_len ? "/" : "";
	}
	return snprintf(url, HB46PP_URL_SIZE, "%.*s%s%s", (int)keep, base, between, reference) < HB46PP_URL_SIZE
	    ? 0
	    : -EINVAL;
}

int
hb46pp_redirect(const struct hb46pp_server *from, const char *location, struct hb46pp_server *to, struct error *err)
{
	struct hb46pp_server next = { .verify = from->verify };
	struct hb46pp_url base, parts;

	if (hb46pp_url_split(from->url, &base, err) < 0)
		return -EINVAL;
	if (resolve(from->url, &base, location, next.url) < 0)
		return error_set(err, EINVAL, "Location: longer than %d characters", HB46PP_URL_SIZE - 1);
	if (hb46pp_url_split(next.url, &parts, err) < 0)
		return -EINVAL;
	if (from->verify && base.https && !parts.https)
		return error_set(err, EPERM, "Location: leads from a server whose certificate is checked to http");
	*to = next;
	return 0;
}
