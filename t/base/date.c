/* Dates, written and read (the calendar is in t/spool/records.c). */
#include "base/date.h"
#include "unit.h"

#include <string.h>

/* 12 September 2013 was a Thursday. */
static struct tm const moment = {.tm_year = 113, .tm_mon = 8, .tm_mday = 12, .tm_hour = 13, .tm_min = 59, .tm_sec = 15,
	.tm_wday = 4};

START_TEST(writes_mail_dates)
{
	static struct {
		int offset;
		char const *text;
	} const cases[] = {
		{120, "Thu, 12 Sep 2013 13:59:15 +0200"}, {0, "Thu, 12 Sep 2013 13:59:15 +0000"},
		{-210, "Thu, 12 Sep 2013 13:59:15 -0330"}, {14 * 60, "Thu, 12 Sep 2013 13:59:15 +1400"},
	};
	char out[DATE_RFC5322];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_uint_eq(date_rfc5322(out, &moment, cases[i].offset), strlen(cases[i].text));
		ck_assert_str_eq(out, cases[i].text);
	}
	struct tm first = {.tm_year = -1900, .tm_mday = 1, .tm_wday = 6};
	date_rfc5322(out, &first, 0);
	ck_assert_str_eq(out, "Sat, 01 Jan 0000 00:00:00 +0000");
}
END_TEST

START_TEST(writes_iso_dates)
{
	char out[DATE_ISO];
	ck_assert_uint_eq(date_iso(out, &moment), 20);
	ck_assert_str_eq(out, "2013-09-12T13:59:15Z");
	ck_assert(date_is_iso(out, 20));
}
END_TEST

START_TEST(years_have_four_digits)
{
	char out[DATE_RFC5322];
	struct tm tm = moment;
	tm.tm_year = 9999 - 1900;
	ck_assert_uint_gt(date_rfc5322(out, &tm, 0), 0);
	ck_assert_uint_gt(date_iso(out, &tm), 0);
	for (int i = 0; i < 2; i++) {
		tm.tm_year = i ? 10000 - 1900 : -1901;
		ck_assert_uint_eq(date_rfc5322(out, &tm, 0), 0);
		ck_assert_uint_eq(date_iso(out, &tm), 0);
	}
}
END_TEST

/* Every octet changed to one that has no place there; and each field past its end. */
START_TEST(reads_strictly)
{
	static char const good[] = "2013-09-12T11:59:19Z";
	static char const *const bad[] = {
		"2013-00-12T11:59:19Z", "2013-13-12T11:59:19Z", "2013-09-00T11:59:19Z", "2013-09-32T11:59:19Z",
		"2013-02-29T11:59:19Z", "2013-02-30T11:59:19Z", "2013-04-31T11:59:19Z", "2013-06-31T11:59:19Z", "2013-09-31T11:59:19Z", "2013-11-31T11:59:19Z",
		"2013-09-12T24:59:19Z", "2013-09-12T11:60:19Z", "2013-09-12T11:59:61Z", "2013-09-12 11:59:19Z",
	};
	char s[sizeof good];
	ck_assert(date_is_iso(good, 20) && date_is_iso("2012-02-29T23:59:60Z", 20));
	ck_assert(date_is_iso("2000-02-29T00:00:00Z", 20) && !date_is_iso("1900-02-29T00:00:00Z", 20));
	ck_assert(date_is_iso("2013-07-31T00:00:00Z", 20) && date_is_iso("2013-08-31T00:00:00Z", 20));
	for (size_t n = 0; n < 20; n++) {
		ck_assert(!date_is_iso(good, n));
		memcpy(s, good, sizeof s);
		s[n] = '/';
		ck_assert(!date_is_iso(s, 20));
		s[n] = 'x';
		ck_assert(!date_is_iso(s, 20));
	}
	ck_assert(!date_is_iso("2013-09-12T11:59:19Z ", 21));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!date_is_iso(bad[i], 20), "%s", bad[i]);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("dates");
	TCase *c = unit_case("dates");
	tcase_add_test(c, writes_mail_dates);
	tcase_add_test(c, writes_iso_dates);
	tcase_add_test(c, years_have_four_digits);
	tcase_add_test(c, reads_strictly);
	suite_add_tcase(s, c);
	return s;
}
