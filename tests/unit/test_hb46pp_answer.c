/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HB46PP section 3.4 (S46-29, S46-30): answers. The values are those of the specification's example (CC BY 4.0, IPv6
 * Promotion Council of Japan); answers marked "field" have been seen on lines in Japan.
 */
#include "hb46pp_answers.h"

static const char example[] =
    "{'enabler_name':'A VNE','service_name':'Highspeed 4over6','isp_name':'ISP-A','ttl':86400,'token':'" TOKEN "',"
    "'auth':'ok','order':['464xlat','map_e','dslite']," MAP_E "," DSLITE "," LW4O6
    ",'map_t':{'dmr':'2001:db8:5::/64','rules':[{'ipv6':'2001:db8:5:100::/56','ipv4':'203.0.113.32/28','ea_length':8,"
    "'psid_offset':4}]},'464xlat':{'nat64prefix':'2001:db8:6::/96'}," IPIP "}";

static void
check_address(u128 address, const char *want)
{
	char text[IP6_TEXT_SIZE];

	ck_assert_str_eq(ip6_format(address, text), want);
}

static void
check_prefix6(const struct prefix6 *prefix, const char *want)
{
	char text[PREFIX_TEXT_SIZE];

	ck_assert_str_eq(prefix6_format(prefix, text), want);
}

static void
check_prefix4(const struct prefix4 *prefix, const char *want)
{
	char text[PREFIX_TEXT_SIZE];

	ck_assert_str_eq(prefix4_format(prefix, text), want);
}

/* ---- the example ------------------------------------------------------------------------------------------------ */

START_TEST(example_outside)
{
	ck_assert_ptr_nonnull(parse(example));
	ck_assert_str_eq(answer->enabler_name, "A VNE");
	ck_assert_str_eq(answer->service_name, "Highspeed 4over6");
	ck_assert_str_eq(answer->isp_name, "ISP-A");
	ck_assert(answer->has_ttl);
	ck_assert_uint_eq(answer->ttl, 86400);
	ck_assert_str_eq(answer->token, TOKEN);
	ck_assert_int_eq(answer->auth, HB46PP_AUTH_OK);
	ck_assert(!answer->ipv6_mostly);
	ck_assert_str_eq(answer->note, "");

	/* order, then what is described besides */
	ck_assert_uint_eq(answer->entry_count, 6);
	ck_assert_int_eq(answer->entries[0].method, HB46PP_464XLAT);
	ck_assert_int_eq(answer->entries[1].method, HB46PP_MAP_E);
	ck_assert_int_eq(answer->entries[2].method, HB46PP_DSLITE);
	for (uint32_t i = 0; i < 6; i++)
		ck_assert_int_eq(answer->entries[i].listed, i < 3);
	ck_assert_str_eq(answer->entries[0].reason, "464xlat: not known here");
	ck_assert_uint_eq(answer->offer_count, 4);
}
END_TEST

/* Vector A7: what a CE derives of it. */
START_TEST(example_map_e)
{
	const struct prefix6 line = prefix("2001:db8:1:2ab7::/64");
	char reasons[HB46PP_REASONS_SIZE];
	const struct offer *offer;
	struct map_ce ce;

	ck_assert_ptr_nonnull(parse(example));
	offer = hb46pp_choose(answer, ALL_KINDS, &line, NULL, reasons);
	ck_assert_ptr_nonnull(offer);
	ck_assert_str_eq(reasons, "464xlat: not known here");
	ck_assert_int_eq(offer->kind, OFFER_MAP_E);
	ck_assert(offer->mesh);
	ck_assert_uint_eq(offer->br_count, 1);
	check_address(offer->br[0], "2001:db8:1::1");
	ck_assert_uint_eq(offer->rule_count, 1);
	ck_assert(offer->rules[0].fmr);
	ck_assert_int_eq(offer->rules[0].iid, MAP_IID_DRAFT03);
	ck_assert_int_eq(map_ce_derive(&offer->rules[0], &line, &ce, &err), 0);
	check_address(ce.address, "2001:db8:1:2ab7:cb:71:ab00:700");
	check_prefix4(&ce.ipv4, "203.0.113.171/32");
	ck_assert_uint_eq(ce.ports.psid, 7);
	ck_assert_uint_eq(ce.ports.psid_len, 4);
	ck_assert_uint_eq(portset_port(&ce.ports, 0), 5888);
}
END_TEST

START_TEST(example_others)
{
	char reasons[HB46PP_REASONS_SIZE];
	const struct offer *offer;

	ck_assert_ptr_nonnull(parse(example));
	offer = hb46pp_choose(answer, 1u << OFFER_DS_LITE, NULL, NULL, reasons);
	ck_assert_str_eq(offer->br_name, "aftr.example.net");
	ck_assert_uint_eq(offer->br_count, 0);

	/* Not in `order`, but the operator wants it. */
	offer = hb46pp_choose(answer, 1u << OFFER_LW4O6, NULL, NULL, reasons);
	ck_assert_str_eq(offer->br_name, "lwaftr.example.net");
	check_prefix6(&offer->local, "2001:db8:3:100::/56");
	check_prefix4(&offer->ipv4, "203.0.113.16/32");
	ck_assert_uint_eq(offer->psid, 3);
	ck_assert_uint_eq(offer->psid_len, 8);
	ck_assert_uint_eq(offer->psid_offset, 6);

	offer = hb46pp_choose(answer, 1u << OFFER_IPIP, NULL, NULL, reasons);
	check_prefix6(&offer->local, "2001:db8:7:100::7/128");
	check_address(offer->br[0], "2001:db8:7::1");
	check_prefix4(&offer->ipv4, "203.0.113.0/29");
}
END_TEST

/* v6 connect, field: an AFTR by name; transix, field: by address. */
START_TEST(field_answers)
{
	ck_assert_ptr_nonnull(
	    parse("{'ttl':86400,'token':'" TOKEN "','service_name':'v6 コネクト','enabler_name':'v6 コネクト',"
		  "'dslite':{'aftr':'dslite.v6connect.net'},'order':['dslite']}"));
	ck_assert_str_eq(answer->service_name, "v6 コネクト");
	ck_assert_str_eq(answer->offers[0].br_name, "dslite.v6connect.net");
	ck_assert_str_eq(answer->note, "");
	ck_assert_ptr_nonnull(parse("{'order':['dslite'],'dslite':{'aftr':'2404:8e00::feed:100'},'ipv6_mostly':true}"));
	check_address(answer->offers[0].br[0], "2404:8e00::feed:100");
	ck_assert_str_eq(answer->offers[0].br_name, "");
	ck_assert(answer->ipv6_mostly); /* 1.2 */
}
END_TEST

/* ---- what has several ways to be written ------------------------------------------------------------------------ */

static const struct offer *
map_e(const char *inside)
{
	char text[1024];

	snprintf(text, sizeof(text), "{'order':['map_e'],'map_e':{%s,'br':'2001:db8:1::1','rules':[" RULE "]}}",
	    inside);
	ck_assert_ptr_nonnull(parse(text));
	return answer->offer_count == 1 ? &answer->offers[0] : NULL;
}

START_TEST(versions_and_modes)
{
	/* S46-29: absent is 0 is draft-03, and hub-and-spoke. */
	ck_assert_int_eq(map_e("'x':0")->rules[0].iid, MAP_IID_DRAFT03);
	ck_assert(!map_e("'x':0")->mesh);
	ck_assert_int_eq(map_e("'version':0")->rules[0].iid, MAP_IID_DRAFT03);
	ck_assert_int_eq(map_e("'version':null")->rules[0].iid, MAP_IID_DRAFT03);
	ck_assert_int_eq(map_e("'version':1")->rules[0].iid, MAP_IID_RFC7597);
	ck_assert(map_e("'mesh':true")->mesh);
	ck_assert(map_e("'mesh':1")->mesh);
	ck_assert(!map_e("'mesh':0")->mesh);
	ck_assert(!map_e("'mesh':false")->mesh);

	ck_assert_ptr_null(map_e("'version':2"));
	ck_assert_str_eq(answer->entries[0].reason, "map_e.version: 2 is not a whole number from 0 to 1");
	ck_assert(answer->entries[0].broken);
	ck_assert_ptr_null(map_e("'version':'1'"));
	ck_assert_ptr_null(map_e("'mesh':'1'"));
	ck_assert_str_eq(answer->entries[0].reason, "map_e.mesh: \"1\" is neither true or 1 nor false or 0");
	ck_assert_ptr_null(map_e("'mesh':2"));
}
END_TEST

static void
ttl(const char *value, bool has, uint32_t seconds, const char *note)
{
	char text[256];

	snprintf(text, sizeof(text), "{%s'order':[]}", value);
	ck_assert_ptr_nonnull(parse(text));
	ck_assert_int_eq(answer->has_ttl, has);
	ck_assert_uint_eq(answer->ttl, seconds);
	ck_assert_str_eq(answer->note, note);
}

START_TEST(ttls)
{
	ttl("", false, 0, "");
	ttl("'ttl':null,", false, 0, "");
	ttl("'ttl':0,", true, 0, "");
	ttl("'ttl':604800,", true, 604800, "");
	ttl("'ttl':604801,", true, 604800, "ttl: 604801 is more than 604800, taken as that");
	ttl("'ttl':'86400',", false, 0, "ttl: \"86400\" is not a whole number from 0 to 2147483647");
	ttl("'ttl':-1,", false, 0, "ttl: -1 is not a whole number from 0 to 2147483647");
	ttl("'ttl':1e3,", false, 0, "ttl: 1000.0 is not a whole number from 0 to 2147483647");
}
END_TEST

static void
remark(const char *key_and_value, const char *note)
{
	char text[1024];

	snprintf(text, sizeof(text), "{%s,'order':['dslite']," DSLITE "}", key_and_value);
	ck_assert_ptr_nonnull(parse(text));
	ck_assert_str_eq(answer->note, note);
	ck_assert_uint_eq(answer->offer_count, 1);
}

/* What can be done without is left out, and said. */
START_TEST(remarks)
{
	remark("'auth':'req'", "");
	ck_assert_int_eq(answer->auth, HB46PP_AUTH_REQ);
	remark("'auth':'maybe'", "auth: \"maybe\" is none of req, bad and ok");
	ck_assert_int_eq(answer->auth, HB46PP_AUTH_NONE);
	remark("'auth':1", "auth: 1 is not a string");
	remark("'auth':'a\\u001b\\u007f\\u009bあ'", "auth: \"a\\u001B?\\u009B\\u3042\" is none of req, bad and ok");
	remark("'auth':'0123456789012345678901234567890123456789012345678901234567890123456789'",
	    "auth: \"01234567890123456789012345678901234567890123456789012345678... is none of req, bad and ok");
	remark("'token':'6407'", "token: not 64 lower-case hexadecimal digits, left out");
	ck_assert_str_eq(answer->token, "");
	remark("'token':'" TOKEN "0'", "token: not 64 lower-case hexadecimal digits, left out");
	remark("'token':'640756965820D3B9025B6941F9590AF6802830BA58663FE8F043DC92B576F17A'",
	    "token: not 64 lower-case hexadecimal digits, left out");
	remark("'token':17", "token: not 64 lower-case hexadecimal digits, left out");
	remark("'isp_name':[]", "isp_name: [] is not a string");
	remark("'ipv6_mostly':'no'", "ipv6_mostly: \"no\" is neither true or 1 nor false or 0");
	remark("'something':{'new':[1,2,3]}", "");
}
END_TEST

/* SEC-15: names go to logs and terminals. */
START_TEST(names)
{
	char text[1024], name[300];

	ck_assert_ptr_nonnull(parse("{'order':[],'enabler_name':'a\\u001b[2J\\nb\\u007f\\u009bc'}"));
	ck_assert_str_eq(answer->enabler_name, "a?[2J?b??c");

	/* 254 bytes fit; the next character does not, nor a half of it. */
	memset(name, 'x', 253);
	strcpy(name + 253, "y");
	snprintf(text, sizeof(text), "{'order':[],'isp_name':'%s'}", name);
	ck_assert_ptr_nonnull(parse(text));
	ck_assert_str_eq(answer->isp_name, name);
	ck_assert_str_eq(answer->note, "");
	strcpy(name + 253, "yz");
	snprintf(text, sizeof(text), "{'order':[],'isp_name':'%s'}", name);
	ck_assert_ptr_nonnull(parse(text));
	ck_assert_uint_eq(strlen(answer->isp_name), 254);
	strcpy(name + 253, "あ");
	snprintf(text, sizeof(text), "{'order':[],'isp_name':'%s'}", name);
	ck_assert_ptr_nonnull(parse(text));
	ck_assert_uint_eq(strlen(answer->isp_name), 253);
	ck_assert_str_eq(answer->note, "isp_name: longer than 254 bytes, cut off");
}
END_TEST

START_TEST(orders)
{
	char reasons[HB46PP_REASONS_SIZE];

	/* Unknown methods and those without their object lose; the next one wins. */
	ck_assert_ptr_nonnull(parse("{'order':['quic6','map_e','map_t','dslite','dslite']," DSLITE "}"));
	ck_assert_uint_eq(answer->entry_count, 4);
	ck_assert_ptr_eq(hb46pp_choose(answer, ALL_KINDS, NULL, NULL, reasons), &answer->offers[0]);
	ck_assert_str_eq(reasons, "quic6: not known here; map_e: missing; map_t: not known here");

	ck_assert_ptr_nonnull(parse("{'order':['a\\u001bb','c\\nd']}"));
	ck_assert_str_eq(answer->entries[0].reason, "a?b: not known here");
	ck_assert_uint_eq(answer->entry_count, 2);
}
END_TEST

/* ---- what is refused -------------------------------------------------------------------------------------------- */

START_TEST(refused_answers)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "", "not JSON" },
		{ "<html></html>", "not JSON, line 1 column 1" },
		{ "{'order':[]", "not JSON" },
		{ "{'order':[]} {}", "not JSON" },
		{ "{'order':['dslite'],'order':[]}", "duplicate object key" },
		{ "[]", "not a JSON object" },
		{ "null", "not JSON" },
		{ "{}", "order: missing" },
		{ "{'order':null}", "order: null is not an array" },
		{ "{'order':'map_e'}", "order: \"map_e\" is not an array" },
		{ "{'order':[1]}", "order[0]: is not a string" },
		{ "{'order':['dslite',null]}", "order[1]: is not a string" },
		{ "{'order':['a','b','c','d','e','f','g','h','i','j','k','l','m','n','o','p','q']}",
		    "order: 17 methods, more than 16" },
		{ "{'order':[],'isp_name':'\xff'}", "not JSON" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_ptr_null(parse(cases[i].text));
		ck_assert_msg(strstr(err.text, cases[i].reason) != NULL, "%s: %s", cases[i].text, err.text);
		for (const char *c = err.text; *c != '\0'; c++)
			ck_assert(*c >= ' ' && *c <= '~'); /* SEC-15 */
	}
}
END_TEST

START_TEST(oversize)
{
	char *text = malloc(HB46PP_MAX_BODY + 1);

	memset(text, ' ', HB46PP_MAX_BODY + 1);
	memcpy(text, "{\"order\":[]}", 12);
	ck_assert_ptr_nonnull(answer = hb46pp_answer_parse(text, HB46PP_MAX_BODY, &err));
	forget();
	ck_assert_ptr_null(hb46pp_answer_parse(text, HB46PP_MAX_BODY + 1, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "more than 262144"));
	free(text);
}
END_TEST

/* Arrays in arrays in arrays: refused, and not at the cost of the stack. */
START_TEST(depth)
{
	char *text = malloc(200001);

	memset(text, '[', 200000);
	text[200000] = '\0';
	ck_assert_ptr_null(hb46pp_answer_parse(text, 200000, &err));
	free(text);
}
END_TEST

static const char *
why(const char *method, const char *object)
{
	char text[2048];

	snprintf(text, sizeof(text), "{'order':['%s'],'%s':%s}", method, method, object);
	ck_assert_ptr_nonnull(parse(text));
	ck_assert_msg(answer->offer_count == 0, "%s", text);
	ck_assert(answer->entries[0].broken);
	return answer->entries[0].reason;
}

#define BR "'br':'2001:db8:1::1'"

START_TEST(refused_map_e)
{
	static const struct {
		const char *object, *reason;
	} cases[] = {
		{ "[]", "map_e: is not an object" },
		{ "{'rules':[" RULE "]}", "map_e.br: missing" },
		{ "{'br':'br.example.net','rules':[" RULE "]}", "map_e.br: \"br.example.net\" is not an IPv6 address" },
		{ "{'br':'192.0.2.1','rules':[" RULE "]}", "map_e.br: \"192.0.2.1\" is not an IPv6 address" },
		{ "{'br':'ff02::1','rules':[" RULE "]}", "map_e.br: \"ff02::1\" is multicast" },
		{ "{'br':'::','rules':[" RULE "]}", "map_e.br: \"::\" is unspecified or loopback" },
		{ "{'br':'fe80::1','rules':[" RULE "]}", "map_e.br: \"fe80::1\" is link-local" },
		{ "{'br':'::ffff:192.0.2.1','rules':[" RULE "]}", "is an IPv4-mapped address" },
		{ "{'br':'2001:db8::1%\\u001b','rules':[" RULE "]}",
		    "map_e.br: \"2001:db8::1%\\u001B\" is not an IPv6 address" },
		{ "{" BR "}", "map_e.rules: missing" },
		{ "{" BR ",'rules':{}}", "map_e.rules: {} is not an array" },
		{ "{" BR ",'rules':[]}", "map_e.rules: [] is empty" },
		{ "{" BR ",'rules':[" RULE ",7]}", "map_e.rules[1]: is not an object" },
		{ "{" BR ",'rules':[{'ipv4':'203.0.113.0/24','ea_length':12,'psid_offset':4}]}",
		    "map_e.rules[0].ipv6: missing" },
		{ "{" BR ",'rules':[{'ipv6':'2001:db8::','ipv4':'203.0.113.0/24','ea_length':12,'psid_offset':4}]}",
		    "map_e.rules[0].ipv6: \"2001:db8::\" is not an IPv6 prefix" },
		{ "{" BR ",'rules':[{'ipv6':'2001:db8:1:2000::/52','ea_length':12,'psid_offset':4}]}",
		    "map_e.rules[0].ipv4: missing" },
		{ "{" BR
		  ",'rules':[{'ipv6':'2001:db8:1:2000::/52','ipv4':'203.0.113.0/33','ea_length':12,'psid_offset':4}]}",
		    "map_e.rules[0].ipv4: \"203.0.113.0/33\" is not an IPv4 prefix" },
		{ "{" BR ",'rules':[{'ipv6':'2001:db8:1:2000::/52','ipv4':'203.0.113.0/24','psid_offset':4}]}",
		    "map_e.rules[0].ea_length: missing" },
		{ "{" BR
		  ",'rules':[{'ipv6':'2001:db8:1:2000::/52','ipv4':'203.0.113.0/24','ea_length':49,'psid_offset':4}]}",
		    "map_e.rules[0].ea_length: 49 is not a whole number from 0 to 48" },
		{ "{" BR ",'rules':[{'ipv6':'2001:db8:1:2000::/52','ipv4':'203.0.113.0/"
		  "24','ea_length':'12','psid_offset':4}]}",
		    "map_e.rules[0].ea_length: \"12\" is not a whole number from 0 to 48" },
		{ "{" BR ",'rules':[{'ipv6':'2001:db8:1:2000::/52','ipv4':'203.0.113.0/24','ea_length':12}]}",
		    "map_e.rules[0].psid_offset: missing" },
		{ "{" BR
		  ",'rules':[{'ipv6':'2001:db8:1:2000::/52','ipv4':'203.0.113.0/24','ea_length':12,'psid_offset':16}]}",
		    "map_e.rules[0].psid_offset: 16 is not a whole number from 0 to 15" },
		/* a + k > 16 */
		{ "{" BR
		  ",'rules':[{'ipv6':'2001:db8:1:2000::/52','ipv4':'203.0.113.0/24','ea_length':12,'psid_offset':13}]}",
		    "map_e.rules[0]: PSID offset 13 and PSID length 4" },
		/* host bits */
		{ "{" BR ",'rules':[" RULE
		  ",{'ipv6':'2001:db8:2:2000::/52','ipv4':'203.0.113.7/24','ea_length':12,'psid_offset':4}]}",
		    "map_e.rules[1]: Rule IPv4 prefix 203.0.113.7/24 has host bits set" },
		{ "{" BR
		  ",'rules':[{'ipv6':'2001:db8:1:2001::/52','ipv4':'203.0.113.0/24','ea_length':12,'psid_offset':4}]}",
		    "map_e.rules[0]: Rule IPv6 prefix 2001:db8:1:2001::/52 has host bits set" },
		/* two rules for the same prefix */
		{ "{" BR ",'rules':[" RULE "," RULE "]}", "map_e.rules[1]: " },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *reason = why("map_e", cases[i].object);

		ck_assert_msg(strstr(reason, cases[i].reason) != NULL, "%s: %s", cases[i].object, reason);
	}
}
END_TEST

START_TEST(refused_others)
{
	static const struct {
		const char *method, *object, *reason;
	} cases[] = {
		{ "dslite", "{}", "dslite.aftr: missing" },
		{ "dslite", "{'aftr':''}", "dslite.aftr: \"\" is neither an IPv6 address nor the name of a host" },
		{ "dslite", "{'aftr':'192.0.2.1'}", "neither an IPv6 address nor the name of a host" },
		{ "dslite", "{'aftr':'-a.example'}", "neither" },
		{ "dslite", "{'aftr':'a..example'}", "neither" },
		{ "dslite", "{'aftr':'a b'}", "neither" },
		{ "dslite", "{'aftr':'fe80::1'}", "dslite.aftr: \"fe80::1\" is link-local" },
		{ "dslite", "{'aftr':'2001:db8:zz::1'}", "dslite.aftr: \"2001:db8:zz::1\" is not an IPv6 address" },
		{ "dslite",
		    "{'aftr':["
		    "'a.example']}",
		    "dslite.aftr: [\"a.example\"] is not a string" },
		{ "lw4o6",
		    "{'lwaftr':'a.example','ipv6':'2001:db8::/"
		    "56','ipv4':'203.0.113.16','psid':256,'psid_length':8,'psid_offset':6}",
		    "lw4o6.psid: 256 has more bits than psid_length says" },
		{ "lw4o6",
		    "{'lwaftr':'a.example','ipv6':'2001:db8::/"
		    "56','ipv4':'203.0.113.16','psid':3,'psid_length':8,'psid_offset':9}",
		    "lw4o6.psid_length: 8 and psid_offset are more than the 16 bits of a port" },
		{ "lw4o6",
		    "{'lwaftr':'a.example','ipv6':'2001:db8::/56','ipv4':'203.0.113.16/"
		    "28','psid':3,'psid_length':8,'psid_offset':6}",
		    "lw4o6.ipv4: \"203.0.113.16/28\" is not an IPv4 address" },
		{ "lw4o6",
		    "{'lwaftr':'a.example','ipv6':'2001:db8::1/"
		    "56','ipv4':'203.0.113.16','psid':3,'psid_length':8,'psid_offset':6}",
		    "lw4o6.ipv6: \"2001:db8::1/56\" has host bits set" },
		{ "lw4o6", "{'ipv6':'2001:db8::/56','ipv4':'203.0.113.16','psid':3,'psid_length':8,'psid_offset':6}",
		    "lw4o6.lwaftr: missing" },
		{ "ipip", "{}", "ipip: {} is not an array" },
		{ "ipip", "[]", "ipip: [] is empty" },
		{ "ipip", "[{}]", "ipip[0].ipv6_local: missing" },
		{ "ipip", "[{'ipv6_local':'2001:db8::7','ipv6_remote':'a.example','ipv4':'203.0.113.0/29'}]",
		    "ipip[0].ipv6_remote: \"a.example\" is not an IPv6 address" },
		{ "ipip", "[{'ipv6_local':'2001:db8::7','ipv6_remote':'2001:db8::1','ipv4':'203.0.113'}]",
		    "ipip[0].ipv4: \"203.0.113\" is neither an IPv4 prefix nor an address" },
		{ "ipip", "[{},{},{},{},{},{},{},{},{}]", "ipip: 9 tunnels, more than 8" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *reason = why(cases[i].method, cases[i].object);

		ck_assert_msg(strstr(reason, cases[i].reason) != NULL, "%s: %s", cases[i].object, reason);
	}
}
END_TEST

/* ---- sizes ------------------------------------------------------------------------------------------------------ */

/* `count` rules of 2001:db8:N00::/40, the last one for the line. */
static char *
many_rules(unsigned int count)
{
	char *text = malloc(128 * (count + 1)), *end = text;

	if (text == NULL)
		abort();
	end += sprintf(end, "{'order':['map_e'],'map_e':{'mesh':1,'br':'2001:db8:ffff::1','rules':[");
	for (unsigned int i = 0; i < count; i++)
		end +=
		    sprintf(end, "%s{'ipv6':'2001:db8:%x::/40','ipv4':'10.%u.%u.0/24','ea_length':16,'psid_offset':4}",
			i == 0 ? "" : ",", (i & 0xff) << 8, i >> 8, i & 0xff);
	strcpy(end, "]}}");
	return text;
}

/* S46-30 */
START_TEST(rule_limit)
{
	const struct prefix6 line = prefix("2001:db8:ff12:3400::/56");
	char reasons[HB46PP_REASONS_SIZE];
	char *text = many_rules(256);
	const struct offer *offer;

	ck_assert_ptr_nonnull(parse(text));
	free(text);
	offer = hb46pp_choose(answer, ALL_KINDS, &line, NULL, reasons);
	ck_assert_ptr_nonnull(offer);
	ck_assert_uint_eq(offer->rule_count, 256);
	ck_assert_ptr_eq(map_find_bmr(offer->rules, 256, &line), &offer->rules[255]);

	text = many_rules(257);
	ck_assert_ptr_nonnull(parse(text));
	free(text);
	ck_assert_str_eq(answer->entries[0].reason, "map_e.rules: 257 rules, more than 256");
	ck_assert_ptr_null(hb46pp_choose(answer, ALL_KINDS, &line, NULL, reasons));
	ck_assert_str_eq(reasons, "map_e.rules: 257 rules, more than 256");
}
END_TEST

/* Every place for an offer taken, in each order. */
START_TEST(all_offers)
{
	static const char tunnel[] =
	    "{'ipv6_local':'2001:db8:7:100::7','ipv6_remote':'2001:db8:7::1','ipv4':'203.0.113.1/29'}";
	static const char *const lists[] = { "'ipip','map_e','dslite','lw4o6'", "'map_e','dslite','lw4o6','ipip'",
		"'map_e'" };
	char text[4096];

	for (size_t i = 0; i < COUNT(lists); i++) {
		snprintf(text, sizeof(text),
		    "{'order':[%s]," MAP_E "," DSLITE "," LW4O6 ",'ipip':[%s,%s,%s,%s,%s,%s,%s,%s]}", lists[i], tunnel,
		    tunnel, tunnel, tunnel, tunnel, tunnel, tunnel, tunnel);
		ck_assert_ptr_nonnull(parse(text));
		ck_assert_uint_eq(answer->offer_count, HB46PP_MAX_OFFERS);
	}
	/* An address with its subnet's length is that address. */
	ck_assert_int_eq(answer->offers[2].kind, OFFER_IPIP);
	check_prefix4(&answer->offers[2].ipv4, "203.0.113.1/32");
	/* A broken one leaves no trace in front of the next. */
	ck_assert_ptr_nonnull(parse("{'order':['ipip','dslite'],'ipip':[{'ipv6_local':'2001:db8::7'}]," DSLITE "}"));
	ck_assert_uint_eq(answer->offers[0].local.len, 0);
	ck_assert(answer->offers[0].local.addr == 0);
}
END_TEST

START_TEST(names_of_hosts)
{
	char text[512], name[300] = "";

	for (int i = 0; i < 63; i++)
		strcat(name, "abc.");
	name[251] = '\0';
	strcat(name, ".a"); /* 253 characters */
	snprintf(text, sizeof(text), "{'order':['dslite'],'dslite':{'aftr':'%s'}}", name);
	ck_assert_ptr_nonnull(parse(text));
	ck_assert_str_eq(answer->offers[0].br_name, name);
	strcat(name, "b");
	snprintf(text, sizeof(text), "{'aftr':'%s'}", name);
	ck_assert_ptr_nonnull(strstr(why("dslite", text), "nor the name of a host"));
	ck_assert_ptr_nonnull(parse("{'order':['dslite'],'dslite':{'aftr':'a.example.'}}"));
	ck_assert_uint_eq(answer->offer_count, 1);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("hb46pp_answer");
	TCase *example_case = tcase_create("example"), *values = tcase_create("values"),
	      *refused = tcase_create("refused"), *sizes = tcase_create("sizes");

	tcase_add_test(example_case, example_outside);
	tcase_add_test(example_case, example_map_e);
	tcase_add_test(example_case, example_others);
	tcase_add_test(example_case, field_answers);
	suite_add_tcase(suite, example_case);

	tcase_add_test(values, versions_and_modes);
	tcase_add_test(values, ttls);
	tcase_add_test(values, remarks);
	tcase_add_test(values, names);
	tcase_add_test(values, orders);
	suite_add_tcase(suite, values);

	tcase_add_test(refused, refused_answers);
	tcase_add_test(refused, oversize);
	tcase_add_test(refused, depth);
	tcase_add_test(refused, refused_map_e);
	tcase_add_test(refused, refused_others);
	suite_add_tcase(suite, refused);

	tcase_add_test(sizes, rule_limit);
	tcase_add_test(sizes, all_offers);
	tcase_add_test(sizes, names_of_hosts);
	suite_add_tcase(suite, sizes);

	tcase_add_unchecked_fixture(sizes, NULL, forget);
	return suite;
}
