/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/http_request.h"

#include <string.h>
#include <strings.h>

/* A part of the head. */
struct span {
	const char *text;
	size_t len;
};

static bool
is_text(struct span span, const char *text)
{
	return span.len == strlen(text) && memcmp(span.text, text, span.len) == 0;
}

static bool
begins(struct span span, const char *text)
{
	return span.len >= strlen(text) && strncasecmp(span.text, text, strlen(text)) == 0;
}

/* What is in front of the first `end`, which goes, too; everything where there is none. */
static struct span
cut(struct span *rest, char end)
{
	const char *at = memchr(rest->text, end, rest->len);
	const struct span part = { rest->text, at != NULL ? (size_t)(at - rest->text) : rest->len };
	const size_t gone = part.len + (at != NULL);

	rest->text += gone;
	rest->len -= gone;
	return part;
}

/* A line without its end, which is CRLF or, of a tolerant recipient, LF: RFC 9112 section 2.2. */
static struct span
cut_line(struct span *rest)
{
	struct span line = cut(rest, '\n');

	if (line.len > 0 && line.text[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* A target is a path, or to a proxy a whole URL, which servers take, too: RFC 9112 section 3.2. */
static enum http_status
read_target(struct span target, struct http_request *request)
{
	static const char scheme[] = "http://";
	struct span path;

	if (begins(target, scheme)) {
		const char *slash = memchr(target.text + strlen(scheme), '/', target.len - strlen(scheme));

		if (slash == NULL)
			return HTTP_NOT_FOUND;
		target.len -= (size_t)(slash - target.text);
		target.text = slash;
	}
	if (target.len == 0 || target.text[0] != '/')
		return HTTP_BAD_REQUEST;
	path = cut(&target, '?');
	if (path.len >= sizeof(request->path) || memchr(path.text, '\0', path.len) != NULL)
		return HTTP_NOT_FOUND;
	memcpy(request->path, path.text, path.len);
	request->path[path.len] = '\0';
	return HTTP_OK;
}

/* Every line is NAME: VALUE, and an HTTP/1.1 client says once whom it asks: RFC 9112 sections 3.2, 5. */
static enum http_status
check_fields(struct span rest, bool needs_host)
{
	unsigned int hosts = 0;
	struct span line;

	while ((line = cut_line(&rest)).len > 0) {
		struct span value = line;
		const struct span name = cut(&value, ':');

		if (name.len == 0 || name.len == line.len || memchr(name.text, ' ', name.len) != NULL ||
		    memchr(name.text, '\t', name.len) != NULL)
			return HTTP_BAD_REQUEST;
		hosts += name.len == strlen("host") && begins(name, "host");
	}
	return hosts > 1 || (needs_host && hosts == 0) ? HTTP_BAD_REQUEST : HTTP_OK;
}

enum http_status
http_parse(const char *head, size_t len, struct http_request *request)
{
	struct span rest = { head, len }, line = cut_line(&rest);
	const struct span method = cut(&line, ' '), target = cut(&line, ' ');
	enum http_status status;

	*request = (struct http_request){ .is_head = is_text(method, "HEAD") };
	if (method.len == 0 || target.len == 0 || !begins(line, "HTTP/") || memchr(line.text, ' ', line.len) != NULL)
		return HTTP_BAD_REQUEST;
	if (!is_text(line, "HTTP/1.0") && !is_text(line, "HTTP/1.1"))
		return HTTP_VERSION_NOT_SUPPORTED;
	status = check_fields(rest, is_text(line, "HTTP/1.1"));
	if (status != HTTP_OK)
		return status;
	if (!request->is_head && !is_text(method, "GET"))
		return HTTP_METHOD_NOT_ALLOWED;
	return read_target(target, request);
}

const char *
http_phrase(enum http_status status)
{
	switch (status) {
	case HTTP_OK:
		return "OK";
	case HTTP_BAD_REQUEST:
		return "Bad Request";
	case HTTP_NOT_FOUND:
		return "Not Found";
	case HTTP_METHOD_NOT_ALLOWED:
		return "Method Not Allowed";
	case HTTP_HEAD_TOO_LARGE:
		return "Request Header Fields Too Large";
	case HTTP_VERSION_NOT_SUPPORTED:
		return "HTTP Version Not Supported";
	}
	return "";
}
