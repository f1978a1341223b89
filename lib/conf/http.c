/* SPDX-License-Identifier: BSD-3-Clause */
/* `control.http`: where the metrics and the status page are served. */
#include <stdlib.h>
#include <string.h>

#include "conf/parts.h"
#include "conf/place.h"
#include "conf/reader.h"

static int
refuse(const config_setting_t *group, const char *text, struct error *err)
{
	place_error(err, config_setting_get_member(group, "http"), "http: \"%.64s\" is no place to listen at", text);
	error_hint(err,
	    "\"unix:/run/mapedge/http.sock\", \"127.0.0.1:" CONF_HTTP_PORT "\" or \"[::1]:" CONF_HTTP_PORT "\"");
	return -EINVAL;
}

static bool
read_port(const char *text, uint16_t *port)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

/* Who wants to be reached by everybody has to write that down: there is no address by default, and no name. */
static bool
read_address(const char *text, struct conf_http *http)
{
	const char *colon = strrchr(text, ':');
	char addr[IP6_TEXT_SIZE + 2];
	size_t len;

	if (colon == NULL || (size_t)(colon - text) >= sizeof(addr) || !read_port(colon + 1, &http->port))
		return false;
	len = (size_t)(colon - text);
	memcpy(addr, text, len);
	addr[len] = '\0';
	http->address.ipv4 = addr[0] != '[';
	http->address.len = http->address.ipv4 ? 32 : 128;
	if (http->address.ipv4)
		return ip4_parse(addr, &http->address.v4) == 0;
	if (addr[len - 1] != ']')
		return false;
	addr[len - 1] = '\0';
	return ip6_parse(addr + 1, &http->address.v6) == 0;
}

int
conf_read_http(struct conf *conf, const config_setting_t *group, struct error *err)
{
	static const char prefix[] = "unix:";
	const char *text = reader_get_text(group, "http");

	if (text == NULL)
		return 0;
	conf->http.line = place_line(config_setting_get_member(group, "http"));
	if (strncmp(text, prefix, sizeof(prefix) - 1) == 0) {
		const char *path = text + sizeof(prefix) - 1;

		if (path[0] != '/' || strlen(path) >= sizeof(conf->http.path))
			return refuse(group, text, err);
		memcpy(conf->http.path, path, strlen(path) + 1);
		conf->http.kind = CONF_HTTP_UNIX;
		return 0;
	}
	if (!read_address(text, &conf->http))
		return refuse(group, text, err);
	conf->http.kind = CONF_HTTP_TCP;
	return 0;
}

bool
conf_http_is_open(const struct conf_http *http)
{
	if (http->kind != CONF_HTTP_TCP)
		return false;
	return http->address.ipv4 ? http->address.v4 >> 24 != 127 : http->address.v6 != 1;
}
