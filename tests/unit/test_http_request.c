/* SPDX-License-Identifier: BSD-3-Clause */
/* Heads of requests, good and bad, with the sections of RFC 9112 that say which is which. */
#include "api/http_request.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define HOST "Host: box\r\n\r\n"

static const struct {
	const char *head;
	enum http_status status;
	const char *path;
} cases[] = {
	{ "GET / HTTP/1.1\r\n" HOST, HTTP_OK, "/" },
	{ "GET /metrics HTTP/1.1\r\nAccept: */*\r\nhOST: [::1]:9597\r\n\r\n", HTTP_OK, "/metrics" },
	{ "HEAD /stats.json HTTP/1.1\r\n" HOST, HTTP_OK, "/stats.json" },
	{ "GET /metrics?name[]=a HTTP/1.1\r\n" HOST, HTTP_OK, "/metrics" },
	/* 2.2: a recipient may take a bare LF; 3.2: HTTP/1.0 needs no Host */
	{ "GET /metrics HTTP/1.0\n\n", HTTP_OK, "/metrics" },
	/* 3.2.2: every server must take the absolute form */
	{ "GET http://box:9597/metrics HTTP/1.1\r\n" HOST, HTTP_OK, "/metrics" },
	{ "GET http://box HTTP/1.1\r\n" HOST, HTTP_NOT_FOUND, NULL },
	/* 3.2: no Host, or two */
	{ "GET / HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	{ "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	{ "GET / HTTP/1.1\r\nHosts: a\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	/* 5.1: no space before the colon; 5.2: no folded lines; and no line without a name */
	{ "GET / HTTP/1.1\r\nHost : a\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	{ "GET / HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	{ "GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	{ "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	{ "GET / HTTP/1.1\r\nHost: a\r\nword\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	/* 3: the request line */
	{ "\r\n\r\n", HTTP_BAD_REQUEST, NULL },
	{ "GET\r\n" HOST, HTTP_BAD_REQUEST, NULL },
	{ "GET /\r\n" HOST, HTTP_BAD_REQUEST, NULL },
	{ "GET  / HTTP/1.1\r\n" HOST, HTTP_BAD_REQUEST, NULL },
	{ " GET / HTTP/1.1\r\n" HOST, HTTP_BAD_REQUEST, NULL },
	{ "GET / HTTP/1.1 \r\n" HOST, HTTP_BAD_REQUEST, NULL },
	{ "GET / FTP/1.1\r\n" HOST, HTTP_BAD_REQUEST, NULL },
	{ "GET metrics HTTP/1.1\r\n" HOST, HTTP_BAD_REQUEST, NULL },
	{ "GET * HTTP/1.1\r\n" HOST, HTTP_BAD_REQUEST, NULL },
	{ "GET / HTTP/2.0\r\n" HOST, HTTP_VERSION_NOT_SUPPORTED, NULL },
	{ "GET / HTTP/1.15\r\n" HOST, HTTP_VERSION_NOT_SUPPORTED, NULL },
	{ "PRI * HTTP/2.0\r\n\r\n", HTTP_VERSION_NOT_SUPPORTED, NULL },
	/* RFC 9110 section 9.1: methods are case-sensitive; these are not for us */
	{ "POST /metrics HTTP/1.1\r\nContent-Length: 5\r\n" HOST, HTTP_METHOD_NOT_ALLOWED, NULL },
	{ "get / HTTP/1.1\r\n" HOST, HTTP_METHOD_NOT_ALLOWED, NULL },
	{ "GETS / HTTP/1.1\r\n" HOST, HTTP_METHOD_NOT_ALLOWED, NULL },
	/* no page has such a name */
	{ "GET /01234567890123456789012345678901234567890123456789012345678901 HTTP/1.1\r\n" HOST, HTTP_OK,
	    "/01234567890123456789012345678901234567890123456789012345678901" },
	{ "GET /012345678901234567890123456789012345678901234567890123456789012 HTTP/1.1\r\n" HOST, HTTP_NOT_FOUND,
	    NULL },
};

#define CASES (int)(sizeof(cases) / sizeof(cases[0]))

/* In memory of just that length, so that a sanitizer sees who reads on. */
static enum http_status
parse(const char *head, size_t len, struct http_request *request)
{
	char *copy = malloc(len + (len == 0));
	enum http_status status;

	memcpy(copy, head, len);
	status = http_parse(copy, len, request);
	free(copy);
	return status;
}

START_TEST(heads)
{
	struct http_request request;
	const enum http_status status = parse(cases[_i].head, strlen(cases[_i].head), &request);

	ck_assert_msg(status == cases[_i].status, "%d for %s", status, cases[_i].head);
	if (cases[_i].path != NULL)
		ck_assert_str_eq(request.path, cases[_i].path);
	ck_assert_int_eq(request.is_head, strncmp(cases[_i].head, "HEAD ", 5) == 0);
	ck_assert_uint_gt(strlen(http_phrase(status)), 1);
}
END_TEST

/* Cut anywhere, nothing is read beyond the end. */
START_TEST(every_prefix)
{
	struct http_request request;

	for (size_t len = 0; len <= strlen(cases[_i].head); len++)
		(void)parse(cases[_i].head, len, &request);
}
END_TEST

START_TEST(null_in_path)
{
	static const char head[] = "GET /metrics\0x HTTP/1.1\r\nHost: a\r\n\r\n";
	struct http_request request;

	ck_assert_int_eq(parse(head, sizeof(head) - 1, &request), HTTP_NOT_FOUND);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("http_request");
	TCase *tcase = tcase_create("http_request");

	tcase_add_loop_test(tcase, heads, 0, CASES);
	tcase_add_loop_test(tcase, every_prefix, 0, CASES);
	tcase_add_test(tcase, null_in_path);
	suite_add_tcase(suite, tcase);
	return suite;
}
