/* Days are counted in eras of 400 years that begin on 1 March, so that the leap day is the last
   day of its year. */
#include "base/date.h"

#include "base/ascii.h"
#include "base/num.h"

#include <stdint.h>
#include <string.h>

#define DAY 86400          /* seconds */
#define ERA 146097         /* days in 400 years */
#define BEFORE_1970 719468 /* days from 1 March of year 0 to 1 January 1970 */
#define MARCH 306          /* days from 1 March to 1 January of the next year */

static bool is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* month: 1 to 12 */
static int days_of_month(int month, int year)
{
	return month == 2 ? 28 + is_leap_year(year) : 30 + (month + month / 8) % 2;
}

/* Days since 1 January; month: 0 to 11. */
static int day_of_year(int year, int month, int day)
{
	static int const before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	return before[month] + day - 1 + (is_leap_year(year) && month > 1);
}

bool date_utc(struct tm *tm, time_t t)
{
	int64_t days = (int64_t)t / DAY, left = (int64_t)t % DAY;
	if (left < 0) {
		left += DAY;
		days--;
	}
	int64_t march = days + BEFORE_1970;
	if (march < 0 || march >= 26 * (int64_t)ERA)
		return false;
	int era = (int)(march / ERA), in_era = (int)(march % ERA);
	/* Subtract the leap days before this one: each ends a group of 4, 100 or 400 years. */
	int in = (in_era - in_era / 1460 + in_era / 36524 - in_era / (ERA - 1)) / 365;
	int rest = in_era - (365 * in + in / 4 - in / 100); /* days since 1 March */
	int m = (5 * rest + 2) / 153;                       /* months since March */
	int year = era * 400 + in + (m > 9);
	if (year < 1 || year > 9999)
		return false;
	*tm = (struct tm){.tm_year = year - 1900};
	tm->tm_mon = m < 10 ? m + 2 : m - 10;
	tm->tm_mday = rest - (153 * m + 2) / 5 + 1;
	tm->tm_yday = day_of_year(year, tm->tm_mon, tm->tm_mday);
	tm->tm_wday = (int)(((days + 4) % 7 + 7) % 7);
	tm->tm_hour = (int)(left / 3600);
	tm->tm_min = (int)(left / 60 % 60);
	tm->tm_sec = (int)(left % 60);
	return true;
}

/* The field of s[0..n), digits, as a number. */
static int read_field(char const *s, size_t n)
{
	uint64_t v = 0;
	(void)num_scan(s, n, 9999, &v);
	return (int)v;
}

int64_t date_seconds(char const *s)
{
	if (!date_is_iso(s, strlen(s)))
		return 0;
	int year = read_field(s, 4), before = year - 1;
	int64_t days = 365 * (int64_t)before + before / 4 - before / 100 + before / 400 + MARCH
		+ day_of_year(year, read_field(s + 5, 2) - 1, read_field(s + 8, 2)) - BEFORE_1970;
	return days * DAY + read_field(s + 11, 2) * 3600 + read_field(s + 14, 2) * 60 + read_field(s + 17, 2);
}

void date_add(char out[DATE_ISO], char const *s, int64_t seconds)
{
	struct tm tm;
	if (!date_utc(&tm, (time_t)(date_seconds(s) + seconds)) || !date_iso(out, &tm))
		strcpy(out, "9999-12-31T23:59:59Z");
}

static char *put_digits(char *out, int v, size_t width)
{
	return num_pad(out, (uint64_t)v, width);
}

static char *put_text(char *out, char const *s, size_t n)
{
	memcpy(out, s, n);
	return out + n;
}

static bool year_fits(struct tm const *tm)
{
	return tm->tm_year >= -1900 && tm->tm_year <= 9999 - 1900;
}

static char *put_clock(char *p, struct tm const *tm)
{
	p = put_digits(p, tm->tm_hour, 2);
	*p++ = ':';
	p = put_digits(p, tm->tm_min, 2);
	*p++ = ':';
	return put_digits(p, tm->tm_sec, 2);
}

size_t date_rfc5322(char *out, struct tm const *tm, int offset)
{
	static char const days[] = "SunMonTueWedThuFriSat";
	static char const months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char *p = out;
	int away = offset < 0 ? -offset : offset;
	if (!year_fits(tm))
		return 0;
	p = put_text(p, days + 3 * tm->tm_wday, 3);
	p = put_text(p, ", ", 2);
	p = put_digits(p, tm->tm_mday, 2);
	*p++ = ' ';
	p = put_text(p, months + 3 * tm->tm_mon, 3);
	*p++ = ' ';
	p = put_digits(p, tm->tm_year + 1900, 4);
	*p++ = ' ';
	p = put_clock(p, tm);
	*p++ = ' ';
	*p++ = offset < 0 ? '-' : '+';
	p = put_digits(p, away / 60, 2);
	p = put_digits(p, away % 60, 2);
	*p = 0;
	return (size_t)(p - out);
}

size_t date_iso(char *out, struct tm const *tm)
{
	char *p = out;
	if (!year_fits(tm))
		return 0;
	p = put_digits(p, tm->tm_year + 1900, 4);
	*p++ = '-';
	p = put_digits(p, tm->tm_mon + 1, 2);
	*p++ = '-';
	p = put_digits(p, tm->tm_mday, 2);
	*p++ = 'T';
	p = put_clock(p, tm);
	*p++ = 'Z';
	*p = 0;
	return (size_t)(p - out);
}

bool date_is_iso(char const *s, size_t n)
{
	static char const shape[] = "0000-00-00T00:00:00Z";
	if (n != sizeof shape - 1 || !ascii_has_shape(s, shape, n))
		return false;
	int month = read_field(s + 5, 2), day = read_field(s + 8, 2);
	return month >= 1 && month <= 12 && day >= 1 && day <= days_of_month(month, read_field(s, 4))
		&& read_field(s + 11, 2) <= 23 && read_field(s + 14, 2) <= 59 && read_field(s + 17, 2) <= 60;
}
