/* Times of a delivery: see when.h. */
#include "send/when.h"

#include "base/num.h"

#include <string.h>

static int64_t read_field(char const *date, size_t at, size_t n)
{
	uint64_t v = 0;
	num_scan(date + at, n, 9999, &v);
	return (int64_t)v;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t count_days(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t const era = year / 400, year_of_era = year - era * 400;
	int64_t const day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

int64_t when_seconds(char const *date)
{
	if (!date_is_iso(date, strlen(date)))
		return 0;
	return count_days(read_field(date, 0, 4), read_field(date, 5, 2), read_field(date, 8, 2)) * 86400
		+ read_field(date, 11, 2) * 3600 + read_field(date, 14, 2) * 60 + read_field(date, 17, 2);
}

void when_add(char out[DATE_ISO], char const *date, int64_t seconds)
{
	struct tm tm;
	if (!date_utc(&tm, (time_t)(when_seconds(date) + seconds)) || !date_iso(out, &tm))
		strcpy(out, "9999-12-31T23:59:59Z");
}

int64_t when_retry(uint64_t tries)
{
	static int const minutes[] = {5, 15, 60, 120};
	return 60 * (int64_t)minutes[tries < 1 ? 0 : tries > 4 ? 3 : tries - 1];
}
