/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HB46PP sections 3.1 and 3.3 (S46-29): TXT records as servers and resolvers give them, the request, who gets user and pass
 * (SEC-20), redirections. Records marked "field" have been seen on lines in Japan.
 */
#include <stdio.h>
#include <string.h>

#include "provision/hb46pp.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- TXT -------------------------------------------------------------------------------------------------------- */

/* Strings of one answer; a leading '+' continues the record before. */
static int
parse(const char *const *texts, struct hb46pp_server *server, struct error *err)
{
	struct hb46pp_string strings[8];
	size_t count = 0;

	for (; texts[count] != NULL; count++) {
		const bool more = texts[count][0] == '+';

		strings[count] = (struct hb46pp_string){
			.text = texts[count] + more,
			.len = strlen(texts[count] + more),
			.starts_record = !more,
		};
	}
	return hb46pp_txt_parse(strings, count, server, err);
}

static const struct {
	const char *strings[4];
	const char *url;
	bool verify;
} good[] = {
	{ { "v=v6mig-1 url=https://vne.example.jp/rule.cgi t=b" }, "https://vne.example.jp/rule.cgi", true }, /* 3.1 */
	{ { "v=v6mig-1 url=https://prod.v6mig.v6connect.net/cpe/v1/config t=b" }, /* field */
	    "https://prod.v6mig.v6connect.net/cpe/v1/config", true },
	{ { "v=v6mig-1 url=https://vne.example.jp/rule.cgi t=a" }, "https://vne.example.jp/rule.cgi", false },
	{ { "v=v6mig-1 url=http://vne.example.jp/rule.cgi t=a" }, "http://vne.example.jp/rule.cgi", false },
	{ { "t=b url=https://vne.example.jp/ v=v6mig-1" }, "https://vne.example.jp/", true },
	{ { "v=v6mig-1 url=https://vne.", "+example.jp/rule.cgi", "+ t=b" }, "https://vne.example.jp/rule.cgi", true },
	{ { "v=spf1 -all", "v=v6mig-1 url=https://a.example/ t=b" }, "https://a.example/", true },
	{ { "v=v6mig-1  url=http://[2001:db8::1]:8080/x?y=z t=a  new=1" }, "http://[2001:db8::1]:8080/x?y=z", false },
};

START_TEST(records)
{
	for (size_t i = 0; i < COUNT(good); i++) {
		struct hb46pp_server server;
		struct error err = { .text = "" };

		ck_assert_msg(parse(good[i].strings, &server, &err) == 0, "%s: %s", good[i].strings[0], err.text);
		ck_assert_str_eq(server.url, good[i].url);
		ck_assert_int_eq(server.verify, good[i].verify);
	}
}
END_TEST

static const struct {
	const char *strings[4];
	int rc;
	const char *reason;
} bad[] = {
	{ { NULL }, -ENOENT, "has no TXT record" },
	{ { "v=spf1 -all" }, -ENOENT, "\"v=spf1 -all\", not v=v6mig-1" }, /* field: a public resolver's */
	{ { "v=v6mig-2 url=https://a.example/ t=b" }, -ENOENT, "v=v6mig-2" },
	{ { "v=v6mig-1 url=https://a.example/ t=b", "v=v6mig-1 url=https://b.example/ t=b" }, -EINVAL, "has 2 TXT" },
	{ { "v=v6mig-1 url=http://a.example/ t=b" }, -EINVAL, "t: \"b\" asks to check the certificate of an http URL" },
	{ { "v=v6mig-1 url=https://a.example/" }, -EINVAL, "t: missing" },
	{ { "v=v6mig-1 t=b" }, -EINVAL, "url: missing" },
	{ { "v=v6mig-1 url=https://a.example/ t=c" }, -EINVAL, "t: \"c\"" },
	{ { "v=v6mig-1 url=https://a.example/ url=https://b.example/ t=b" }, -EINVAL, "url: more than once" },
	{ { "v=v6mig-1 url=https://a.example/ t=a t=b" }, -EINVAL, "t: more than once" },
	{ { "v=v6mig-1 url=ftp://a.example/ t=a" }, -EINVAL, "neither https:// nor http://" },
	{ { "v=v6mig-1 url=https:///x t=b" }, -EINVAL, "no host" },
	{ { "v=v6mig-1 url=https://:443/x t=b" }, -EINVAL, "no host" },
	{ { "v=v6mig-1 url=https://user:word@a.example/ t=b" }, -EINVAL, "user name" },
	{ { "v=v6mig-1 url=https://a.ex%61mple/ t=b" }, -EINVAL, "is not the name of a host" },
	{ { "v=v6mig-1 url=https://a.example\\b.example/ t=b" }, -EINVAL, "is not the name of a host" },
	{ { "v=v6mig-1 url=https://a.example:44x/ t=b" }, -EINVAL, "is not a port" },
	{ { "v=v6mig-1 url=https://[2001:db8::zz]/ t=b" }, -EINVAL, "is not an IPv6 address" },
	{ { "v=v6mig-1 url=https://[2001:db8::1/ t=b" }, -EINVAL, "no host" },
	{ { "v=v6mig-1 url=https://a.example/\x1b[2J t=b" }, -EINVAL, "printable" }, /* SEC-15 */
	{ { "v=v6mig-1 url=https://\xe3\x81\x82.example/ t=b" }, -EINVAL, "printable" },
};

START_TEST(no_records)
{
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct hb46pp_server server = { .url = "as before" };
		struct error err = { .text = "" };

		ck_assert_int_eq(parse(bad[i].strings, &server, &err), bad[i].rc);
		ck_assert_msg(strstr(err.text, bad[i].reason) != NULL, "%s", err.text);
		ck_assert_str_eq(server.url, "as before");
	}
}
END_TEST

START_TEST(public_resolver_is_named)
{
	const char *const spf[] = { "v=spf1 -all", NULL };
	struct hb46pp_server server;
	struct error err;

	ck_assert_int_eq(parse(spf, &server, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.hint, "resolvers"));
}
END_TEST

/* The longest record there can be: 255 strings of 255 bytes and more than that, none of them too much for us. */
START_TEST(endless_record)
{
	static struct hb46pp_string strings[300];
	static char text[256];
	struct hb46pp_server server;
	struct error err;

	memset(text, 'x', 255);
	for (size_t i = 0; i < COUNT(strings); i++)
		strings[i] = (struct hb46pp_string){ .text = text, .len = 255 };
	strings[0] =
	    (struct hb46pp_string){ .text = "v=v6mig-1 t=b url=https://a.example/", .len = 36, .starts_record = true };
	ck_assert_int_eq(hb46pp_txt_parse(strings, COUNT(strings), &server, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "too long"));
	strings[1].len = 0;
	ck_assert_int_eq(hb46pp_txt_parse(strings, 2, &server, &err), 0);
	for (size_t len = 0; len < 1200; len += 200) {
		static char long_url[1300] = "v=v6mig-1 t=b url=https://a.example/";

		memset(long_url + 36, 'y', len);
		strings[0].text = long_url;
		strings[0].len = 36 + len;
		ck_assert_int_eq(hb46pp_txt_parse(strings, 1, &server, &err), len < 1000 ? 0 : -EINVAL);
		ck_assert(len >= 1000 || strlen(server.url) == 18 + len);
	}
}
END_TEST

/* A NUL inside is a byte like any other, and not the end. */
START_TEST(nul_in_record)
{
	static const char text[] = "v=v6mig-1 url=https://a.example/ t=b\0x";
	const struct hb46pp_string string = { .text = text, .len = sizeof(text) - 1, .starts_record = true };
	struct hb46pp_server server;
	struct error err;

	ck_assert_int_eq(hb46pp_txt_parse(&string, 1, &server, &err), -EINVAL);
}
END_TEST

/* ---- request ---------------------------------------------------------------------------------------------------- */

#define TOKEN "640756965820d3b9025b6941f9590af6802830ba58663fe8f043dc92b576f17a" /* the specification's */

/* Section 3.3's own values. */
static const struct hb46pp_identity router = {
	.vendorid = "acde48-v6pc_swg_hgw",
	.product = "V6MIG-ROUTER",
	.version = "1_32",
	.capabilities =
	    HB46PP_CAN(HB46PP_MAP_E) | HB46PP_CAN(HB46PP_DSLITE) | HB46PP_CAN(HB46PP_LW4O6) | HB46PP_CAN_HUBSPOKE,
};

static const char query[] =
    "vendorid=acde48-v6pc_swg_hgw&product=V6MIG-ROUTER&version=1_32&capability=dslite,lw4o6,map_e,hubspoke";

static const char *
request(const char *url, const char *token)
{
	static struct hb46pp_get get;
	struct hb46pp_server server = { .verify = true };
	struct error err;

	strcpy(server.url, url);
	ck_assert_int_eq(hb46pp_request(&server, &router, token, &get, &err), 0);
	ck_assert(get.verify);
	ck_assert(!get.with_pass);
	return get.url;
}

START_TEST(requests)
{
	char want[512];

	sprintf(want, "https://vne.example.jp/config?%s", query);
	ck_assert_str_eq(request("https://vne.example.jp/config", ""), want);
	ck_assert_str_eq(request("https://vne.example.jp/config#part", ""), want);
	sprintf(want, "https://vne.example.jp/?%s&token=" TOKEN, query);
	ck_assert_str_eq(request("https://vne.example.jp", TOKEN), want);
	sprintf(want, "https://vne.example.jp/c?area=east&%s", query);
	ck_assert_str_eq(request("https://vne.example.jp/c?area=east", ""), want);
	sprintf(want, "https://vne.example.jp/?area=east&%s", query);
	ck_assert_str_eq(request("https://vne.example.jp?area=east", ""), want);
}
END_TEST

/* Whatever a caller puts in, the query stays one. */
START_TEST(values_are_encoded)
{
	struct hb46pp_server server = { .url = "http://a.example/" };
	struct hb46pp_identity identity = router;
	struct hb46pp_get get;
	struct error err;

	ck_assert_int_eq(hb46pp_request(&server, &identity, "a&b=c d#\xe3%\n", &get, &err), 0);
	ck_assert_ptr_nonnull(strstr(get.url, "&token=a%26b%3Dc%20d%23%E3%25%0A"));
	ck_assert(!get.verify);
}
END_TEST

START_TEST(all_capabilities)
{
	struct hb46pp_server server = { .url = "http://a.example/" };
	struct hb46pp_identity identity = router;
	struct hb46pp_get get;
	struct error err;

	identity.capabilities = HB46PP_CAN(HB46PP_METHODS) - 1;
	identity.capabilities |= HB46PP_CAN_HUBSPOKE | HB46PP_CAN_MESH;
	ck_assert_int_eq(hb46pp_request(&server, &identity, "", &get, &err), 0);
	ck_assert_ptr_nonnull(strstr(get.url, "capability=464xlat,dslite,ipip,lw4o6,map_e,map_t,hubspoke,mesh"));
	ck_assert_str_eq(get.shown, "http://a.example/");
}
END_TEST

START_TEST(longest_url)
{
	struct hb46pp_server server = { .url = "https://a.example/" };
	struct hb46pp_identity identity = router;
	struct hb46pp_get get;
	struct error err;

	memset(server.url + 18, 'x', HB46PP_URL_SIZE - 1 - 18);
	ck_assert_int_eq(hb46pp_request(&server, &identity, TOKEN, &get, &err), 0);
	ck_assert_uint_lt(strlen(get.url), HB46PP_GET_SIZE);
}
END_TEST

START_TEST(endless_token)
{
	struct hb46pp_server server = { .url = "https://a.example/" };
	char token[HB46PP_GET_SIZE];
	struct hb46pp_get get;
	struct error err;

	memset(token, 'x', sizeof(token) - 1);
	token[sizeof(token) - 1] = '\0';
	ck_assert_int_eq(hb46pp_request(&server, &router, token, &get, &err), -ENAMETOOLONG);
	strcpy(server.url, "gopher://a.example/");
	ck_assert_int_eq(hb46pp_request(&server, &router, "", &get, &err), -EINVAL);
}
END_TEST

START_TEST(identities)
{
	static const struct {
		const char *vendorid, *product, *version, *user, *pass;
		const char *reason; /* NULL: good */
	} cases[] = {
		{ "acde48", "mapedge", "0_1_0", "", "", NULL },
		{ "ACDE48-abcdefghijklmnopqrstuvwx", "m", "1", "u", "p", NULL },
		{ "acde4", "m", "1", "", "", "vendorid: \"acde4\"" },
		{ "acde48x", "m", "1", "", "", "vendorid" },
		{ "acde48-", "m", "1", "", "", "vendorid" },
		{ "acde48-abcdefghijklmnopqrstuvwxy", "m", "1", "", "", "vendorid" },
		{ "acde48-a-b", "m", "1", "", "", "vendorid" },
		{ "acde48", "", "1", "", "", "product" },
		{ "acde48", "map edge", "1", "", "", "product" },
		{ "acde48", "abcdefghijklmnopqrstuvwxyz0123456", "1", "", "", "product" },
		{ "acde48", "m", "0.1", "", "", "version: \"0.1\"" },
		{ "acde48", "m", "1", "user", "", "one without the other" },
		{ "acde48", "m", "1", "", "word", "one without the other" },
		{ "acde48", "m", "1", "user", "se/cret", "user and pass" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct hb46pp_identity identity = { .capabilities = 1 };
		struct error err = { .text = "" };
		int rc;

		strcpy(identity.vendorid, cases[i].vendorid);
		strcpy(identity.product, cases[i].product);
		strcpy(identity.version, cases[i].version);
		strcpy(identity.user, cases[i].user);
		strcpy(identity.pass, cases[i].pass);
		rc = hb46pp_identity_check(&identity, &err);
		ck_assert_msg((rc == 0) == (cases[i].reason == NULL), "%zu: %s", i, err.text);
		if (cases[i].reason != NULL)
			ck_assert_msg(strstr(err.text, cases[i].reason) != NULL, "%s", err.text);
		ck_assert_ptr_null(strstr(err.text, "cret")); /* SEC-15 */
	}
}
END_TEST

/* SEC-20 and section 3.3: with a server name only to that server, by https, certificate checked. */
START_TEST(who_gets_the_password)
{
	static const struct {
		const char *server_name, *url;
		bool verify, sent;
	} cases[] = {
		{ "", "http://a.example/", false, true }, /* no name entered: to anybody */
		{ "", "https://a.example/", true, true },
		{ "a.example", "https://a.example/", true, true },
		{ "a.example", "https://A.Example:8443/x", true, true },
		{ "A.EXAMPLE", "https://a.example/", true, true },
		{ "a.example", "https://a.example/", false, false }, /* t=a */
		{ "a.example", "http://a.example/", false, false },
		{ "a.example", "http://a.example/", true, false },
		{ "a.example", "https://b.example/", true, false },
		{ "a.example", "https://a.example.b.example/", true, false },
		{ "a.example", "https://xa.example/", true, false },
		{ "a.example", "https://b.example/a.example", true, false },
		{ "2001:db8::1", "https://[2001:db8::1]/", true, true },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct hb46pp_identity identity = router;
		struct hb46pp_server server = { .verify = cases[i].verify };
		struct hb46pp_get get;
		struct error err;

		strcpy(identity.user, "tanaka");
		strcpy(identity.pass, "se_cret");
		strcpy(identity.server_name, cases[i].server_name);
		strcpy(server.url, cases[i].url);
		ck_assert_int_eq(hb46pp_request(&server, &identity, TOKEN, &get, &err), 0);
		ck_assert_msg(get.with_pass == cases[i].sent, "%s of %s", cases[i].url, cases[i].server_name);
		ck_assert_int_eq(strstr(get.url, "&user=tanaka&pass=se_cret") != NULL, cases[i].sent);
		ck_assert_ptr_null(strstr(get.shown, "cret")); /* SEC-15: what logs show */
		ck_assert_ptr_null(strstr(get.shown, "6407"));
	}
}
END_TEST

START_TEST(nobody_to_name)
{
	struct hb46pp_server server = { .url = "https://a.example/", .verify = true };
	struct hb46pp_identity identity = router;

	ck_assert(!hb46pp_may_send_pass(&server, &identity));
}
END_TEST

/* ---- redirections ----------------------------------------------------------------------------------------------- */

START_TEST(redirections)
{
	/* RFC 3986 section 5.4.1, but for dot segments, which are left to who gets the URL. */
	static const struct {
		const char *from, *location, *to;
	} cases[] = {
		{ "http://a/b/c/d;p?q", "http://g/x", "http://g/x" },
		{ "http://a/b/c/d;p?q", "g", "http://a/b/c/g" },
		{ "http://a/b/c/d;p?q", "g/", "http://a/b/c/g/" },
		{ "http://a/b/c/d;p?q", "/g", "http://a/g" },
		{ "http://a/b/c/d;p?q", "//g", "http://g" },
		{ "http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y" },
		{ "http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y" },
		{ "http://a", "g", "http://a/g" },
		{ "https://a:8443/b", "/g", "https://a:8443/g" },
		{ "https://a/b", "//g/h", "https://g/h" },
		{ "https://a/b", "https://g/h", "https://g/h" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct hb46pp_server from = { .verify = cases[i].from[4] == 's' }, to;
		struct error err = { .text = "" };

		strcpy(from.url, cases[i].from);
		ck_assert_msg(hb46pp_redirect(&from, cases[i].location, &to, &err) == 0, "%s: %s", cases[i].location,
		    err.text);
		ck_assert_str_eq(to.url, cases[i].to);
		ck_assert_int_eq(to.verify, from.verify);
	}
}
END_TEST

START_TEST(no_way_down)
{
	struct hb46pp_server checked = { .url = "https://a.example/", .verify = true };
	struct hb46pp_server unchecked = { .url = "https://a.example/", .verify = false };
	struct hb46pp_server to = { .url = "as before" };
	char endless[HB46PP_URL_SIZE + 2] = "/";
	struct error err;

	ck_assert_int_eq(hb46pp_redirect(&checked, "http://a.example/", &to, &err), -EPERM);
	ck_assert_str_eq(to.url, "as before");
	ck_assert_int_eq(hb46pp_redirect(&unchecked, "http://a.example/", &to, &err), 0);
	ck_assert_int_eq(hb46pp_redirect(&checked, "http:", &to, &err), -EINVAL);
	ck_assert_int_eq(hb46pp_redirect(&checked, "ftp://a.example/", &to, &err), -EINVAL);
	ck_assert_int_eq(hb46pp_redirect(&checked, "//", &to, &err), -EINVAL);
	ck_assert_int_eq(hb46pp_redirect(&checked, "/a b", &to, &err), -EINVAL);
	ck_assert_int_eq(hb46pp_redirect(&checked, "https://u@b.example/", &to, &err), -EINVAL);
	memset(endless + 1, 'x', HB46PP_URL_SIZE);
	ck_assert_int_eq(hb46pp_redirect(&checked, endless, &to, &err), -EINVAL);
}
END_TEST

/* A box without a battery begins in 1970, where no certificate is valid yet. */
START_TEST(clock_that_cannot_be_right)
{
	const uint64_t built = UINT64_C(1795349961000);
	struct error err;

	ck_assert_int_eq(hb46pp_clock_check(built, built, &err), 0);
	ck_assert_int_eq(hb46pp_clock_check(built - 1, built, &err), -EINVAL);
	ck_assert_int_eq(hb46pp_clock_check(3000, built, &err), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "the clock of this box says 1970-01-01T00:00:03.000Z"));
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("hb46pp_request");
	TCase *txt = tcase_create("TXT"), *get = tcase_create("request"), *redirect = tcase_create("redirection");

	tcase_add_test(txt, records);
	tcase_add_test(txt, no_records);
	tcase_add_test(txt, public_resolver_is_named);
	tcase_add_test(txt, endless_record);
	tcase_add_test(txt, nul_in_record);
	suite_add_tcase(suite, txt);

	tcase_add_test(get, requests);
	tcase_add_test(get, values_are_encoded);
	tcase_add_test(get, all_capabilities);
	tcase_add_test(get, longest_url);
	tcase_add_test(get, endless_token);
	tcase_add_test(get, identities);
	tcase_add_test(get, who_gets_the_password);
	tcase_add_test(get, nobody_to_name);
	tcase_add_test(get, clock_that_cannot_be_right);
	suite_add_tcase(suite, get);

	tcase_add_test(redirect, redirections);
	tcase_add_test(redirect, no_way_down);
	suite_add_tcase(suite, redirect);
	return suite;
}
