/* The proleptic Gregorian calendar, counted in eras of 400 years from a 1st of March, so
   that the leap day is the last of its year. */
#include "base/utc.h"

#include <stdint.h>

#define DAY 86400
#define ERA 146097          /* days in 400 years */
#define BEFORE_1970 719468  /* days from 1 March 0000 to 1 January 1970 */

static int day_of_year(int year, int month, int day)
{
	static int const before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return before[month] + day - 1 + (leap && month > 1);
}

bool utc_from_time(struct tm *tm, time_t t)
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
	/* Each leap day is the last of its 4, 100 or 400 years: take them out. */
	int in = (in_era - in_era / 1460 + in_era / 36524 - in_era / (ERA - 1)) / 365;
	int rest = in_era - (365 * in + in / 4 - in / 100); /* days since 1 March */
	int m = (5 * rest + 2) / 153;                       /* months since March */
	int year = era * 400 + in + (m > 9);
	if (year > 9999)
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
