/* Dates in the two spellings mail and the store use. */
#include "base/date.h"

#include "base/ascii.h"

#include <string.h>

static char *put_digits(char *out, int v, int width)
{
	for (int i = width; i-- > 0; v /= 10)
		out[i] = (char)('0' + v % 10);
	return out + width;
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

static int two(char const *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

static int days_of(int month, int year)
{
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month == 2 ? 28 + leap : 30 + (month + month / 8) % 2;
}

bool date_is_iso(char const *s, size_t n)
{
	static char const shape[] = "dddd-dd-ddTdd:dd:ddZ";
	if (n != sizeof shape - 1)
		return false;
	for (size_t i = 0; i < n; i++)
		if (shape[i] == 'd' ? !ascii_is_digit(s[i]) : s[i] != shape[i])
			return false;
	int month = two(s + 5), day = two(s + 8);
	return month >= 1 && month <= 12 && day >= 1 && day <= days_of(month, two(s) * 100 + two(s + 2))
		&& two(s + 11) <= 23 && two(s + 14) <= 59 && two(s + 17) <= 60;
}
