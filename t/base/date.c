/* Dates: the calendar, and both formats written and read. */
#include "base/date.h"
#include "unit.h"

#include <stdint.h>
#include <string.h>

#define FIRST INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define LAST INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

static bool is_same_moment(struct tm const *a, struct tm const *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday
		&& a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec
		&& a->tm_wday == b->tm_wday && a->tm_yday == b->tm_yday;
}

static bool agrees_with_libc(time_t t)
{
	struct tm ours, libc;
	return date_utc(&ours, t) && gmtime_r(&t, &libc) && is_same_moment(&ours, &libc);
}

START_TEST(date_utc_agrees_with_gmtime_r)
{
	/* Steps of 17 days and an odd number of seconds, over ten thousand years. */
	for (int64_t t = FIRST; t <= LAST; t += 1468801)
		ck_assert_msg(agrees_with_libc((time_t)t), "%lld", (long long)t);
}
END_TEST

START_TEST(date_utc_knows_leap_days)
{
	static time_t const around[] = {951782399, 951782400, 951868800, 4107542399, 4107542400, 1709164800, 1709251200, 1735603200};
	for (size_t i = 0; i < sizeof around / sizeof *around; i++)
		ck_assert_msg(agrees_with_libc(around[i]), "%lld", (long long)around[i]);
}
END_TEST

START_TEST(date_utc_refuses_years_outside_1_to_9999)
{
	struct tm tm;
	ck_assert(date_utc(&tm, (time_t)FIRST) && date_utc(&tm, (time_t)LAST));
	ck_assert(!date_utc(&tm, (time_t)FIRST - 1) && !date_utc(&tm, (time_t)LAST + 1));
	ck_assert(!date_utc(&tm, (time_t)INT64_MAX) && !date_utc(&tm, (time_t)INT64_MIN));
}
END_TEST

/* 12 September 2013 was a Thursday. */
static struct tm const moment = {.tm_year = 113, .tm_mon = 8, .tm_mday = 12, .tm_hour = 13, .tm_min = 59, .tm_sec = 15,
	.tm_wday = 4};

START_TEST(date_rfc5322_writes_date_and_zone)
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
	struct tm year_0 = {.tm_year = -1900, .tm_mday = 1, .tm_wday = 6};
	date_rfc5322(out, &year_0, 0);
	ck_assert_str_eq(out, "Sat, 01 Jan 0000 00:00:00 +0000");
}
END_TEST

START_TEST(date_iso_writes_utc)
{
	char out[DATE_ISO];
	ck_assert_uint_eq(date_iso(out, &moment), 20);
	ck_assert_str_eq(out, "2013-09-12T13:59:15Z");
	ck_assert(date_is_iso(out, 20));
}
END_TEST

START_TEST(formats_refuse_years_without_four_digits)
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

/* Each octet is replaced by one that cannot be there; then each field is out of its range. */
START_TEST(date_is_iso_is_strict)
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

START_TEST(date_seconds_are_those_of_the_calendar)
{
	ck_assert_int_eq(date_seconds("1970-01-01T00:00:00Z"), 0);
	ck_assert_int_eq(date_seconds("2013-09-12T11:59:19Z"), 1378987159);
	ck_assert_int_eq(date_seconds("2000-02-29T23:59:59Z"), 951868799);
	ck_assert_int_eq(date_seconds("2013-09-12 11:59:19"), 0);
	ck_assert_int_eq(date_seconds(""), 0);
	for (int64_t t = 0; t < INT64_C(4102444800); t += 86400 * 13 + 4271) {
		char date[DATE_ISO];
		struct tm tm;
		ck_assert(date_utc(&tm, (time_t)t) && date_iso(date, &tm));
		ck_assert_int_eq(date_seconds(date), t);
	}
}
END_TEST

START_TEST(date_add_adds_and_subtracts_seconds)
{
	char date[DATE_ISO] = "2013-12-31T23:59:30Z";
	date_add(date, date, 45);
	ck_assert_str_eq(date, "2014-01-01T00:00:15Z");
	date_add(date, date, -86400);
	ck_assert_str_eq(date, "2013-12-31T00:00:15Z");
	date_add(date, "9999-12-31T23:59:59Z", 1);
	ck_assert_str_eq(date, "9999-12-31T23:59:59Z");
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("date");
	TCase *c = unit_case("date");
	tcase_add_test(c, date_utc_agrees_with_gmtime_r);
	tcase_add_test(c, date_utc_knows_leap_days);
	tcase_add_test(c, date_utc_refuses_years_outside_1_to_9999);
	tcase_add_test(c, date_rfc5322_writes_date_and_zone);
	tcase_add_test(c, date_iso_writes_utc);
	tcase_add_test(c, formats_refuse_years_without_four_digits);
	tcase_add_test(c, date_is_iso_is_strict);
	tcase_add_test(c, date_seconds_are_those_of_the_calendar);
	tcase_add_test(c, date_add_adds_and_subtracts_seconds);
	suite_add_tcase(s, c);
	return s;
}
