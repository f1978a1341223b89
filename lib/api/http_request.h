/* SPDX-License-Identifier: BSD-3-Clause */
/* What a client asks of the HTTP server: the head of a request, RFC 9112, of which only GET and HEAD are known. */
#ifndef MAPEDGE_API_HTTP_REQUEST_H
#define MAPEDGE_API_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#define HTTP_MAX_HEAD 8192 /* bytes, with the empty line */
#define HTTP_PATH_SIZE 64  /* no page has a longer name */

enum http_status {
	HTTP_OK = 200,
	HTTP_BAD_REQUEST = 400,
	HTTP_NOT_FOUND = 404,
	HTTP_METHOD_NOT_ALLOWED = 405,
	HTTP_HEAD_TOO_LARGE = 431,
	HTTP_VERSION_NOT_SUPPORTED = 505,
};

struct http_request {
	bool is_head;              /* the answer has no body */
	char path[HTTP_PATH_SIZE]; /* without the query */
};

/* `head`: all up to and with the empty line. HTTP_OK, or what is wrong with it; `is_head` is valid in any case. */
enum http_status http_parse(const char *head, size_t len, struct http_request *request);

/* "Not Found" */
const char *http_phrase(enum http_status status);

#endif
