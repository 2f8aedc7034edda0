/* Listings: widths, quoting, and no control characters in the output. */
#define _GNU_SOURCE
#include "store/listing.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static struct listing_column const columns[] = {
	{"id", true, 0}, {"name", false, 5}, {"why", false, 0}};

static struct { char const *id, *name, *why; } const values[] = {
	{"7", "uno", "a,b"},
	{"123", "siete y media", NULL},
	{NULL, "ñandú", "\"x\" \\"},
	{"1", "e\xcc\x81" "e\xcc\x81", "a\x1b[31m\n\xc2\x9b\x7f\xff"},
};

static struct {
	enum listing_format format;
	char const *out;
} const listings[] = {
	{LISTING_TABLE,
		" id  name   why\n"
		"  7  uno    a,b\n"
		"123  siet…  -\n"
		"  -  ñandú  \"x\" \\\n"
		"  1  e\xcc\x81" "e\xcc\x81     a\\u001b[31m\\u000a\\u009b\\u007f\xef\xbf\xbd\n"},
	{LISTING_JSON,
		"[\n"
		"{\"id\":7,\"name\":\"uno\",\"why\":\"a,b\"},\n"
		"{\"id\":123,\"name\":\"siete y media\",\"why\":null},\n"
		"{\"id\":null,\"name\":\"ñandú\",\"why\":\"\\\"x\\\" \\\\\"},\n"
		"{\"id\":1,\"name\":\"e\xcc\x81" "e\xcc\x81\",\"why\":\"a\\u001b[31m\\u000a\\u009b\\u007f\xef\xbf\xbd\"}\n"
		"]\n"},
	{LISTING_CSV,
		"id,name,why\n"
		"7,uno,\"a,b\"\n"
		"123,siete y media,\n"
		",ñandú,\"\"\"x\"\" \\\"\n"
		"1,e\xcc\x81" "e\xcc\x81,a\\u001b[31m\\u000a\\u009b\\u007f\xef\xbf\xbd\n"},
};

static bool put_row(struct listing *l, char const *id, char const *name, char const *why)
{
	char const *value[] = {id, name, why};
	size_t length[3];
	for (size_t i = 0; i < 3; i++)
		length[i] = value[i] ? strlen(value[i]) : 0;
	return listing_row(l, value, length);
}

START_TEST(prints_each_format)
{
	char *out;
	size_t n;
	FILE *f = open_memstream(&out, &n);
	struct listing *l = listing_new(f, listings[_i].format, columns, 3);
	ck_assert_ptr_nonnull(l);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		ck_assert(put_row(l, values[i].id, values[i].name, values[i].why));
	ck_assert(listing_end(l));
	fclose(f);
	ck_assert_str_eq(out, listings[_i].out);
	free(out);
}
END_TEST

/* More rows than decide the widths: all are printed, in order. */
START_TEST(prints_more_rows_than_it_keeps)
{
	char *out, id[16], *line;
	size_t n, lines = 0;
	FILE *f = open_memstream(&out, &n);
	struct listing *l = listing_new(f, LISTING_TABLE, columns, 3);
	ck_assert_ptr_nonnull(l);
	for (int i = 1; i <= 1000; i++) {
		sprintf(id, "%d", i);
		ck_assert(put_row(l, id, "x", NULL));
	}
	ck_assert(listing_end(l));
	fclose(f);
	char *rest = out;
	while ((line = strsep(&rest, "\n")) && *line)
		if (lines++)
			ck_assert_uint_eq(strtoul(line, NULL, 10), lines - 1);
	ck_assert_uint_eq(lines, 1001);
	free(out);
}
END_TEST

START_TEST(end_reports_a_full_disk)
{
	FILE *f = fopen("/dev/full", "w");
	ck_assert_ptr_nonnull(f);
	struct listing *l = listing_new(f, LISTING_CSV, columns, 3);
	ck_assert_ptr_nonnull(l);
	ck_assert(put_row(l, "1", "x", "y"));
	ck_assert(!listing_end(l));
	ck_assert_int_eq(errno, ENOSPC);
	fclose(f);
}
END_TEST

START_TEST(clean_escapes_unsafe_characters)
{
	char *out;
	size_t n;
	FILE *f = open_memstream(&out, &n);
	listing_clean(f, "a\tb\nc\r\x1b\0\xc2\x85\xc2\xa0\xe9\xe2\x80\xae\xe2\x80\x8b", 19);
	fputc('|', f);
	listing_line(f, "a\tb\n\xd8\x9c", 6);
	fclose(f);
	ck_assert_str_eq(out, "a\tb\nc\\u000d\\u001b\\u0000\\u0085\xc2\xa0\xef\xbf\xbd\\u202e\\u200b"
		"|a\\u0009b\\u000a\\u061c");
	free(out);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("listing");
	TCase *c = unit_case("listing");
	tcase_add_loop_test(c, prints_each_format, 0, sizeof listings / sizeof *listings);
	tcase_add_test(c, prints_more_rows_than_it_keeps);
	tcase_add_test(c, end_reports_a_full_disk);
	tcase_add_test(c, clean_escapes_unsafe_characters);
	suite_add_tcase(s, c);
	return s;
}
