/* SPDX-License-Identifier: BSD-3-Clause */
/* What a configuration says of the line arrives in the structures, or is refused: access, offers, registration. */
#include <sys/stat.h>

#include "conf_texts.h"

/* SEC-20: the password comes from a file that is not everybody's. */
START_TEST(access_to_the_line)
{
	static char text[TEXT_SIZE];
	const struct conf_access *access;
	struct conf *conf = load_text(line_text);

	access = &conf->access;
	ck_assert_str_eq(access->hb46pp.vendorid, "acde48-mapedge");
	ck_assert_str_eq(access->hb46pp.product, "mapedge");
	ck_assert_ptr_null(strchr(access->hb46pp.version, '.'));
	ck_assert_uint_eq(hb46pp_kinds(&access->hb46pp),
	    1 << OFFER_MAP_E | 1 << OFFER_LW4O6 | 1 << OFFER_IPIP | 1 << OFFER_DS_LITE);
	ck_assert_str_eq(access->hb46pp_ca_file, "");
	ck_assert(access->ntp_count == 0 && access->set_clock);
	ck_assert_uint_eq(conf->softwires[0].sources.count, 1);
	conf_free(conf);

	write_file("part.conf", "s3cret\nmore\n");
	ck_assert_int_eq(chmod(path_of("part.conf"), 0640), 0);
	edit(text, line_text, "rapid_commit = true;",
	    "rules = 'good-rules.conf'; resolvers = [ '2001:db8::53', '192.0.2.53' ]; ntp = [ '2001:db8::123', "
	    "'ntp.example.net' ]; set_clock = false; hb46pp = { vendorid = "
	    "'00005e-x'; "
	    "product = 'box'; version = '7'; user = 'me'; pass_file = 'part.conf'; server_name = 'vne.example.jp'; "
	    "ca_file = 'good-rules.conf'; methods = [ 'ds-lite', 'ipip' ]; };");
	strcpy(strstr(text, "[ 'dhcpv6' ]"), "[ 'rules', 'hb46pp', 'dhcpv6' ]; } );\n");
	conf = load_text(text);
	access = &conf->access;
	ck_assert_uint_eq(conf->softwires[0].sources.count, 3);
	ck_assert_int_eq(conf->softwires[0].sources.kind[0], SOURCE_RULES);
	ck_assert_int_eq(conf->softwires[0].sources.kind[1], SOURCE_HB46PP);
	ck_assert_int_eq(conf->softwires[0].sources.kind[2], SOURCE_DHCPV6);
	ck_assert_int_eq(conf->softwires[0].source, SOURCE_NONE);
	ck_assert_str_eq(access->rules_file, path_of("good-rules.conf"));
	ck_assert_uint_eq(access->resolver_count, 2);
	check_address(&access->resolvers[0], "2001:db8::53", 128);
	check_address(&access->resolvers[1], "192.0.2.53", 32);
	ck_assert_uint_eq(access->ntp_count, 2);
	ck_assert_str_eq(access->ntp[0], "2001:db8::123");
	ck_assert_str_eq(access->ntp[1], "ntp.example.net");
	ck_assert(!access->set_clock);
	ck_assert_str_eq(access->hb46pp.vendorid, "00005e-x");
	ck_assert_str_eq(access->hb46pp.product, "box");
	ck_assert_str_eq(access->hb46pp.version, "7");
	ck_assert_str_eq(access->hb46pp.user, "me");
	ck_assert_str_eq(access->hb46pp.pass, "s3cret");
	ck_assert_str_eq(access->hb46pp.server_name, "vne.example.jp");
	ck_assert_str_eq(access->hb46pp_ca_file, path_of("good-rules.conf"));
	ck_assert_uint_eq(hb46pp_kinds(&access->hb46pp), 1 << OFFER_IPIP | 1 << OFFER_DS_LITE);
	ck_assert_uint_eq(access->hb46pp.capabilities & (HB46PP_CAN_MESH | HB46PP_CAN_HUBSPOKE), 0);
	conf_free(conf);
}
END_TEST

/* What the operator knows of a softwire; our end is an interface identifier in the line's prefix, an address, or what the kind wants. */
START_TEST(access_static)
{
	static const struct {
		const char *settings, *name, *local;
		enum offer_kind kind;
		uint8_t ipv4_len, psid_len;
	} cases[] = {
		{ "kind = 'ds-lite'; br = 'gw.example.net';", "gw.example.net", NULL, OFFER_DS_LITE, 0, 0 },
		{ "kind = 'ipip'; br = '2001:db8:ffff::65'; ipv4 = '203.0.113.8/29'; local = '::cb:71:700:0';", "",
		    "2001:db8:12:3400:cb:71:700:0", OFFER_IPIP, 29, 0 },
		{ "kind = 'lw4o6'; br = '2001:db8:ffff::65'; ipv4 = '203.0.113.7/32'; psid = 52; psid_len = 8; local = "
		  "'2001:db8::7';",
		    "", "2001:db8::7", OFFER_LW4O6, 32, 8 },
	};
	static char text[TEXT_SIZE], settings[256];
	const struct prefix6 prefix = prefix6("2001:db8:12:3400::/56");
	struct offer offer;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf *conf;

		snprintf(settings, sizeof(settings), "static = { %s };", cases[i].settings);
		edit(text, line_text, "rapid_commit = true;", settings);
		strcpy(strstr(text, "[ 'dhcpv6' ]"), "[ 'static' ]; } );\n");
		conf = load_text(text);
		conf_static_offer(&conf->access, &prefix, &offer);
		ck_assert_int_eq(offer.kind, cases[i].kind);
		ck_assert_str_eq(offer.br_name, cases[i].name);
		ck_assert_uint_eq(offer.br_count, cases[i].name[0] == '\0');
		ck_assert_uint_eq(offer.ipv4.len, cases[i].ipv4_len);
		ck_assert_uint_eq(offer.psid_len, cases[i].psid_len);
		ck_assert_uint_eq(offer.local.len, cases[i].local != NULL ? 128 : 0);
		ck_assert(cases[i].local == NULL || offer.local.addr == ip6(cases[i].local));
		conf_free(conf);
	}
}
END_TEST

/* Whom to tell where our end is: a URL that can be made, and a password that is not everybody's (SEC-20). */
static const struct {
	const char *settings;
	mode_t mode;
	const char *text, *hint; /* NULL: good */
} registrations[] = {
	{ "url = 'http://u.example/?u={user}&p={pass}'; user = 'me'; pass_file = 'part.conf';", 0640, NULL, NULL },
	{ "url = 'https://u.example/';", 0644, NULL, NULL },
	{ "url = 'http://u.example/?p={pass}'; pass_file = 'part.conf';", 0644, "everybody may read", "chmod 600" },
	{ "url = 'http://u.example/?p={pass}'; pass_file = 'gone.conf';", 0640, "cannot be read", "relative path" },
	{ "url = 'http://u.example/?p={pass}';", 0640, "there is no password for {pass}", "pass_file" },
	{ "url = 'ftp://u.example/';", 0640, "begins with neither http:// nor https://", "for example" },
	{ "user = 'me';", 0640, "url", "for example" },
};

START_TEST(registration)
{
	static char text[TEXT_SIZE], settings[256];
	struct error err = { 0 };
	struct conf *conf;

	write_file("part.conf", "s3cret\nmore\n");
	ck_assert_int_eq(chmod(path_of("part.conf"), registrations[_i].mode), 0);
	snprintf(settings, sizeof(settings), "registration = { %s };", registrations[_i].settings);
	edit(text, line_text, "rapid_commit = true;", settings);
	write_file("test.conf", text);
	conf = conf_load(path_of("test.conf"), &err);
	ck_assert_msg((conf != NULL) == (registrations[_i].text == NULL), "%s", err.text);
	if (conf == NULL) {
		check_error(&err, "test.conf", 5, registrations[_i].text, registrations[_i].hint);
		return;
	}
	ck_assert_int_eq(strncmp(conf->access.registration.url, "http", 4), 0);
	ck_assert_str_eq(conf->access.registration.user, _i == 0 ? "me" : "");
	ck_assert_str_eq(conf->access.registration.pass, _i == 0 ? "s3cret" : "");
	conf_free(conf);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("conf_access");
	TCase *good_files = tcase_create("good files");

	tcase_add_checked_fixture(good_files, write_rules, tear_down);
	tcase_add_test(good_files, access_to_the_line);
	tcase_add_test(good_files, access_static);
	tcase_add_loop_test(good_files, registration, 0, COUNT(registrations));
	suite_add_tcase(suite, good_files);
	return suite;
}
