/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments as text: the examples of RFC 3339 section 5.8, calendars, and what is no moment. */
#include "base/timestamp.h"

#include <string.h>

#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* The milliseconds are those of `date -u -d TEXT +%s%3N`. */
static const struct {
	const char *text;
	uint64_t ms;
} moments[] = {
	{ "1985-04-12T23:20:50.52Z", UINT64_C(482196050520) }, /* RFC 3339 section 5.8 */
	{ "1996-12-19T16:39:57-08:00", UINT64_C(851042397000) },
	{ "1996-12-20T00:39:57Z", UINT64_C(851042397000) },
	{ "1937-01-01T12:00:27.87+00:20", 0 }, /* before 1970 */
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T09:00:00+09:00", 0 },
	{ "2000-02-29T00:00:00Z", UINT64_C(951782400000) },
	{ "2024-02-29 12:34:56.789Z", UINT64_C(1709210096789) },
	{ "2026-11-03T17:30:00+09:00", UINT64_C(1793694600000) },
	{ "2026-11-03T08:30:00.000999Z", UINT64_C(1793694600000) },
	{ "2026-11-03T08:30:00.1Z", UINT64_C(1793694600100) },
	{ "9999-12-31T23:59:59.999Z", UINT64_C(253402300799999) },
};

START_TEST(texts_to_moments)
{
	for (int i = 0; i < COUNT(moments); i++) {
		uint64_t ms = 1;
		const int rc = timestamp_parse(moments[i].text, &ms);

		if (strncmp(moments[i].text, "1937", 4) == 0)
			ck_assert_int_lt(rc, 0);
		else
			ck_assert_msg(rc == 0 && ms == moments[i].ms, "%s: %llu", moments[i].text,
			    (unsigned long long)ms);
	}
}
END_TEST

START_TEST(moments_to_texts)
{
	char text[TIMESTAMP_TEXT_SIZE];

	ck_assert_str_eq(timestamp_format(0, text), "1970-01-01T00:00:00.000Z");
	ck_assert_str_eq(timestamp_format(UINT64_C(1709210096789), text), "2024-02-29T12:34:56.789Z");
	ck_assert_str_eq(timestamp_format(UINT64_C(253402300799999), text), "9999-12-31T23:59:59.999Z");
	for (int i = 0; i < COUNT(moments); i++) {
		uint64_t ms;

		ck_assert_int_eq(timestamp_parse(timestamp_format(moments[i].ms, text), &ms), 0);
		ck_assert_uint_eq(ms, moments[i].ms);
	}
}
END_TEST

START_TEST(no_moments)
{
	static const char *const texts[] = { "", "now", "2026-11-03", "2026-11-03T08:30:00", "2026-11-03T08:30Z",
		"2026-11-03T08:30:00Z ", " 2026-11-03T08:30:00Z", "2026-11-03t08:30:00Z", "2026-11-03T08:30:00z",
		"2026-11-3T08:30:00Z", "26-11-03T08:30:00Z", "2026-13-03T08:30:00Z", "2026-00-03T08:30:00Z",
		"2026-02-29T08:30:00Z", "2026-02-30T08:30:00Z", "2026-11-31T08:30:00Z", "2026-11-00T08:30:00Z",
		"2026-11-03T24:00:00Z", "2026-11-03T08:60:00Z", "2026-11-03T08:30:61Z", "2026-11-03T08:30:00.Z",
		"2026-11-03T08:30:00,5Z", "2026-11-03T08:30:00+0900", "2026-11-03T08:30:00+09",
		"2026-11-03T08:30:00+24:00", "2026-11-03T08:30:00+09:60", "2026-11-03T08:30:00 09:00",
		"2026-11-03T-8:30:00Z", "+026-11-03T08:30:00Z", "1970-01-01T00:00:00+00:01", "1969-12-31T23:59:59Z",
		"2026-11-03T08:30:00ZZ", "2026-11-03T" };

	for (int i = 0; i < COUNT(texts); i++) {
		uint64_t ms = 7;

		ck_assert_msg(timestamp_parse(texts[i], &ms) < 0, "'%s' was taken", texts[i]);
		ck_assert_uint_eq(ms, 7);
	}
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("timestamp");
	TCase *tcase = tcase_create("timestamp");

	tcase_add_test(tcase, texts_to_moments);
	tcase_add_test(tcase, moments_to_texts);
	tcase_add_test(tcase, no_moments);
	suite_add_tcase(suite, tcase);
	return suite;
}
