/* The chart of a send: the first opens and the first clicks of its contacts, by the time since the hour in
   which it started. It reads the hours that saca-count keeps. */
#include "web/panel.h"

#include "base/date.h"
#include "base/num.h"
#include "web/style.h"

#include <string.h>

#define BUCKETS 24

static uint64_t const TOP = 34, BOTTOM = 190, FROM = 46, TO = 476;

struct chart {
	char start[DATE_ISO];
	int64_t bucket; /* seconds */
	uint64_t opens[BUCKETS], clicks[BUCKETS];
	bool found;
};

static bool keep_start(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct chart *c = arg;
	(void)n;
	c->found = true;
	if (column[0] && date_is_iso(column[0], length[0])) {
		memcpy(c->start, column[0], length[0] + 1);
		memcpy(c->start + strlen("2013-09-12T11"), ":00:00", 6);
	}
	return false;
}

/* Chooses the length of a bucket: the shortest with which the chart reaches from start to now. A
   chart of days ends after BUCKETS days. */
static int64_t choose_bucket(char const *start, char const *now)
{
	static int64_t const seconds[] = {3600, 3 * 3600, 8 * 3600, 86400};
	int64_t age = date_seconds(now) - date_seconds(start);
	size_t i = 0;
	while (i < sizeof seconds / sizeof *seconds - 1 && age > seconds[i] * BUCKETS)
		i++;
	return seconds[i];
}

static bool add_counts(void *arg, size_t n, char const *const *column, size_t const *length)
{
	struct chart *c = arg;
	(void)n;
	if (!column[0] || !date_is_iso(column[0], length[0]))
		return true;
	int64_t since = date_seconds(column[0]) - date_seconds(c->start);
	size_t i = since > 0 ? (size_t)(since / c->bucket) : 0;
	if (i < BUCKETS) {
		c->opens[i] += store_number_in(column, length, 1);
		c->clicks[i] += store_number_in(column, length, 2);
	}
	return true;
}

/* Reads the hours of the chart: at most those of BUCKETS days. */
static void read_hours(struct page *p, uint64_t id, struct chart *c)
{
	char end[DATE_ISO];
	date_add(end, c->start, c->bucket * BUCKETS);
	page_run(p, "SELECT h.hour, h.opened, h.clicked FROM send_hour h WHERE h.plan_id = $1 AND h.send_id = $2 AND h.hour < $3",
		STORE_VALUES(store_number(p->plan), store_number(id), store_time((struct slice){end, strlen(end)})), add_counts, c);
}

static uint64_t highest_count(struct chart const *c)
{
	uint64_t most = 1;
	for (size_t i = 0; i < BUCKETS; i++) {
		most = c->opens[i] > most ? c->opens[i] : most;
		most = c->clicks[i] > most ? c->clicks[i] : most;
	}
	return most;
}

/* Rounds up to the end of the axis. Above 1 that is even: the axis has a label in its middle. */
static uint64_t round_up(uint64_t most)
{
	static uint64_t const steps[] = {10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100};
	uint64_t unit = 1;
	size_t i = 0;
	if (most <= 10)
		return most + (most > 1 && most % 2);
	while (most > 100 * unit)
		unit *= 10;
	while (most > steps[i] * unit)
		i++;
	return steps[i] * unit;
}

static void print_column(struct page *p, uint64_t x, uint64_t width, uint64_t value, uint64_t most, char const *class)
{
	uint64_t height = (uint64_t)((double)value * (double)(BOTTOM - TOP) / (double)most + 0.5);
	height = value && !height ? 1 : height;
	page_print(p, "<rect class=\"%h\" x=\"%i\" y=\"%i\" width=\"%i\" height=\"%i\" rx=\"1\"/>", class, x, BOTTOM - height, width, height);
}

/* Prints a label at a bound of the buckets. anchor: of SVG. */
static void print_time(struct page *p, struct chart const *c, uint64_t i, char const *anchor)
{
	char date[DATE_ISO];
	uint64_t month, day;
	date_add(date, c->start, c->bucket * (int64_t)i);
	if (!num_scan(date + 5, 2, 12, &month) || !num_scan(date + 8, 2, 31, &day) || !month)
		return;
	date[16] = 0;
	page_print(p, "<text x=\"%i\" y=\"%i\" text-anchor=\"%h\">%i %h %h</text>", FROM + (TO - FROM) * i / BUCKETS,
		BOTTOM + 20, anchor, day, web_months[month - 1][p->language], date + 11);
}

static void print_chart(struct page *p, struct chart const *c)
{
	uint64_t most = round_up(highest_count(c)), step = (TO - FROM) / BUCKETS, width = (step - 4) / 2;
	page_print(p, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 480 220\" width=\"480\" height=\"220\"><style>%h</style>",
		web_chart_style);
	page_print(p, "<rect class=\"open\" x=\"46\" y=\"4\" width=\"10\" height=\"10\" rx=\"2\"/><text x=\"62\" y=\"14\">%w</text>"
		"<rect class=\"click\" x=\"150\" y=\"4\" width=\"10\" height=\"10\" rx=\"2\"/><text x=\"166\" y=\"14\">%w</text>", TEXT_OPENS, TEXT_CLICKS);
	for (uint64_t i = 0; i <= 2; i++)
		page_print(p, "<path class=\"line\" d=\"M%i %iH%i\"/>", FROM, BOTTOM - (BOTTOM - TOP) / 2 * i, TO);
	page_print(p, "<text x=\"40\" y=\"%i\" text-anchor=\"end\">%u</text><text x=\"40\" y=\"%i\" text-anchor=\"end\">0</text>",
		TOP + 4, most, BOTTOM + 4);
	if (most > 1)
		page_print(p, "<text x=\"40\" y=\"%i\" text-anchor=\"end\">%u</text>", (TOP + BOTTOM) / 2 + 4, most / 2);
	for (size_t i = 0; i < BUCKETS; i++) {
		uint64_t x = FROM + (TO - FROM) * i / BUCKETS + 2;
		print_column(p, x, width, c->opens[i], most, "open");
		print_column(p, x + width, width, c->clicks[i], most, "click");
	}
	print_time(p, c, 0, "start");
	print_time(p, c, BUCKETS / 2, "middle");
	print_time(p, c, BUCKETS, "end");
	page_print(p, "</svg>\n");
}

void panel_chart(struct page *p, uint64_t id)
{
	struct chart c = {.start = ""};
	page_run(p, "SELECT coalesce(started_at, spooled_at) FROM send WHERE plan_id = $1 AND id = $2",
		STORE_VALUES(store_number(p->plan), store_number(id)), keep_start, &c);
	if (!c.found)
		page_not_found(p);
	c.bucket = choose_bucket(c.start, p->now);
	read_hours(p, id, &c);
	response_start(&p->out, "200 OK", "image/svg+xml");
	response_field(&p->out, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
	print_chart(p, &c);
}
