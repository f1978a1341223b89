/* SPDX-License-Identifier: BSD-3-Clause */
/* HB46PP: which of a server's offers is taken and why not the others; what tells two answers apart; what is kept of one. */
#include "hb46pp_answers.h"

/* ---- choice ----------------------------------------------------------------------------------------------------- */

START_TEST(choices)
{
	const struct prefix6 other_line = prefix("2001:db8:9:2ab7::/64");
	char reasons[HB46PP_REASONS_SIZE];
	const struct offer *offer;

	/* Not ours by its rules: the next one of `order`. */
	ck_assert_ptr_nonnull(parse("{'order':['map_e','dslite']," MAP_E "," DSLITE "}"));
	offer = hb46pp_choose(answer, ALL_KINDS, &other_line, NULL, reasons);
	ck_assert_int_eq(offer->kind, OFFER_DS_LITE);
	ck_assert_str_eq(reasons, "map-e: none of 1 rules is for 2001:db8:9:2ab7::/64");

	/* It has not worked: the one after it, and then none. */
	offer = hb46pp_choose(answer, ALL_KINDS, NULL, &answer->offers[0], reasons);
	ck_assert_int_eq(offer->kind, OFFER_DS_LITE);
	ck_assert_str_eq(reasons, "map-e: tried before");
	ck_assert_ptr_null(hb46pp_choose(answer, ALL_KINDS, NULL, &answer->offers[1], reasons));

	/* Not wanted; not there; not in `order` and not forced. */
	offer = hb46pp_choose(answer, 1u << OFFER_DS_LITE, NULL, NULL, reasons);
	ck_assert_int_eq(offer->kind, OFFER_DS_LITE);
	ck_assert_str_eq(reasons, "map-e: not wanted by the configuration");
	ck_assert_ptr_null(hb46pp_choose(answer, 1u << OFFER_IPIP, NULL, NULL, reasons));
	ck_assert_str_eq(reasons,
	    "map-e: not wanted by the configuration; ds-lite: not wanted by the configuration; ipip: not offered");
	ck_assert_ptr_nonnull(parse("{'order':['dslite']," DSLITE "," LW4O6 "}"));
	ck_assert_ptr_null(hb46pp_choose(answer, 1u << OFFER_LW4O6 | 1u << OFFER_MAP_E, NULL, NULL, reasons));
	ck_assert_str_eq(reasons, "ds-lite: not wanted by the configuration");
	ck_assert_ptr_nonnull(hb46pp_choose(answer, 1u << OFFER_LW4O6, NULL, NULL, reasons));

	/* An empty order is an answer, whatever else is there. */
	ck_assert_ptr_nonnull(parse("{'order':[],'auth':'bad'," MAP_E "}"));
	ck_assert_ptr_null(hb46pp_choose(answer, 1u << OFFER_MAP_E, NULL, NULL, reasons));
	ck_assert_str_eq(reasons,
	    "order: empty, the server offers nothing to this line (it does not know user and pass)");
}
END_TEST

/* However many lose, the reasons fit. */
START_TEST(many_reasons)
{
	char text[4096] = "{'order':[", *end = text + strlen(text), reasons[HB46PP_REASONS_SIZE];

	for (int i = 0; i < 16; i++)
		end += sprintf(end, "%s'%0160d'", i == 0 ? "" : ",", i);
	strcpy(end, "]}");
	ck_assert_ptr_nonnull(parse(text));
	for (uint32_t i = 0; i < answer->entry_count; i++)
		memset(answer->entries[i].reason, 'r', 200);
	ck_assert_ptr_null(hb46pp_choose(answer, ALL_KINDS, NULL, NULL, reasons));
	ck_assert_uint_lt(strlen(reasons), HB46PP_REASONS_SIZE);
	ck_assert_uint_gt(strlen(reasons), HB46PP_REASONS_SIZE - 210);
}
END_TEST

/* ---- digest and store ------------------------------------------------------------------------------------------- */

START_TEST(digests)
{
	char before[65];

	ck_assert_ptr_nonnull(parse("{'ttl':1,'token':'" TOKEN "','order':['dslite']," DSLITE "}"));
	strcpy(before, answer->digest);
	ck_assert_ptr_nonnull(parse("{" DSLITE ",  'order':['dslite'],'ttl':2}"));
	ck_assert_str_eq(answer->digest, before);
	ck_assert_ptr_nonnull(parse("{'dslite':{'aftr':'aftr2.example.net'},'order':['dslite']}"));
	ck_assert_str_ne(answer->digest, before);
	ck_assert_ptr_nonnull(parse("{'order':['ipip'],'ipip':[{'ipv6_local':'2001:db8::7','ipv4':'203.0.113.7'}]}"));
	strcpy(before, answer->digest);
	ck_assert_ptr_nonnull(parse("{'order':['ipip'],'ipip':[{'ipv4':'203.0.113.7','ipv6_local':'2001:db8::7'}]}"));
	ck_assert_str_eq(answer->digest, before);
	ck_assert_ptr_nonnull(parse("{" DSLITE ",'order':['map_e','dslite']}"));
	ck_assert_str_ne(answer->digest, before);
}
END_TEST

START_TEST(stored)
{
	static const char body[] = "{\"order\":[]}\n";
	const char *back;
	uint64_t wall_ms;
	size_t size, len;
	char *text = hb46pp_stored_format(UINT64_C(1793694600250), body, sizeof(body) - 1, &size);

	ck_assert_str_eq(text, "2026-11-03T08:30:00.250Z\n{\"order\":[]}\n");
	ck_assert_uint_eq(size, strlen(text));
	ck_assert_int_eq(hb46pp_stored_parse(text, size, &wall_ms, &back, &len, &err), 0);
	ck_assert_uint_eq(wall_ms, UINT64_C(1793694600250));
	ck_assert_uint_eq(len, sizeof(body) - 1);
	ck_assert_mem_eq(back, body, len);

	ck_assert_int_eq(hb46pp_stored_parse(text, 24, &wall_ms, &back, &len, &err), -EINVAL); /* cut short */
	ck_assert_int_eq(hb46pp_stored_parse("{\n}", 3, &wall_ms, &back, &len, &err), -EINVAL);
	ck_assert_int_eq(hb46pp_stored_parse("", 0, &wall_ms, &back, &len, &err), -EINVAL);
	text[4] = '/';
	ck_assert_int_eq(hb46pp_stored_parse(text, size, &wall_ms, &back, &len, &err), -EINVAL);
	free(text);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("hb46pp_choice");
	TCase *choice = tcase_create("choice");

	tcase_add_test(choice, choices);
	tcase_add_test(choice, many_reasons);
	tcase_add_test(choice, digests);
	tcase_add_test(choice, stored);
	tcase_add_unchecked_fixture(choice, NULL, forget);
	suite_add_tcase(suite, choice);
	return suite;
}
