/* Numbers of sends. */
#include "fixture.h"
#include "spool/number.h"
#include "spool/number_format.h"

static struct counter_place place(char boot, uint64_t device, uint64_t inode)
{
	struct counter_place p = {.device = device, .inode = inode};
	memset(p.boot, boot, sizeof p.boot);
	return p;
}

START_TEST(counter_is_parsed_as_formatted)
{
	struct counter c = {.limit = 5000, .next = 17, .synced = 4000, .place = place('b', 65024, UINT64_MAX)}, d;
	char text[COUNTER_SIZE];
	counter_format(text, &c);
	ck_assert(counter_parse(&d, text, sizeof text));
	ck_assert_uint_eq(d.limit, 5000);
	ck_assert_uint_eq(d.next, 17);
	ck_assert_uint_eq(d.synced, 4000);
	ck_assert_uint_eq(counter_next(&d, &c.place), 17);
	ck_assert_int_eq(text[COUNTER_HINT - 1], '\n');
	ck_assert_int_eq(memcmp(text + COUNTER_HINT, "next ", 5), 0);
}
END_TEST

/* A second line that is cut anywhere is ignored; with a cut first line the file is not a counter. */
START_TEST(torn_counter_is_refused)
{
	struct counter c = {.limit = 5000, .next = 17, .synced = 5000, .place = place('b', 1, 2)}, d;
	char text[COUNTER_SIZE];
	for (size_t i = 0; i < COUNTER_SIZE; i++) {
		counter_format(text, &c);
		text[i] = '\0';
		bool parsed = counter_parse(&d, text, sizeof text);
		ck_assert_msg(parsed == (i >= COUNTER_HINT), "octet %zu", i);
		if (parsed)
			ck_assert_uint_eq(counter_next(&d, &c.place), 5000);
		counter_format(text, &c);
		parsed = counter_parse(&d, text, i);
		ck_assert(parsed == (i >= COUNTER_HINT));
		if (parsed)
			ck_assert_uint_eq(counter_next(&d, &c.place), 5000);
	}
	c.next = 5001; /* beyond the limit: no program wrote this */
	counter_format(text, &c);
	ck_assert(counter_parse(&d, text, sizeof text));
	ck_assert_uint_eq(counter_next(&d, &c.place), 5000);
}
END_TEST

START_TEST(numbers_go_on_from_the_limit_elsewhere)
{
	struct counter_place here = place('b', 1, 2), other[] = {place('c', 1, 2), place('b', 2, 2), place('b', 1, 3)};
	struct counter c = {.limit = 1};
	uint64_t n;
	bool raise;
	ck_assert(counter_take(&c, &here, 1, 0, 1, 10, &n, &raise));
	ck_assert(raise && n == 1 && c.limit == 12 && c.next == 2);
	for (uint64_t i = 2; i < 12; i++) {
		ck_assert(counter_take(&c, &here, 1, 0, 1, 10, &n, &raise));
		ck_assert(!raise && n == i);
	}
	ck_assert(counter_take(&c, &here, 1, 0, 1, 10, &n, &raise));
	ck_assert(raise && n == 12 && c.limit == 23);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		uint64_t limit = c.limit;
		ck_assert(counter_take(&c, &other[i], 1, 0, 1, 10, &n, &raise));
		ck_assert(raise && n == limit);
	}
}
END_TEST

/* A process died after it wrote the limit, before it synced it. */
START_TEST(limit_that_was_not_synced_is_synced)
{
	struct counter_place here = place('b', 1, 2);
	struct counter c = {.limit = 100, .next = 50, .synced = 60, .place = here};
	uint64_t n;
	bool raise;
	ck_assert(counter_take(&c, &here, 1, 0, 1, 10, &n, &raise));
	ck_assert(raise && n == 50 && c.limit == 100 && c.synced == 100);
}
END_TEST

START_TEST(every_number_is_synced_without_boot_id)
{
	struct counter_place nowhere = place('-', 1, 2);
	struct counter c = {.limit = 1};
	uint64_t n;
	bool raise;
	for (uint64_t i = 1; i < 5; i++) {
		ck_assert(counter_take(&c, &nowhere, 1, 0, 1, 0, &n, &raise));
		ck_assert(raise && n == i && c.limit == i + 1);
	}
}
END_TEST

START_TEST(hosts_take_disjoint_numbers)
{
	struct counter_place here = place('b', 1, 2);
	for (uint64_t k = 0; k < 3; k++) {
		struct counter c = {.limit = 1};
		uint64_t n, last = 0;
		bool raise;
		for (int i = 0; i < 50; i++) {
			ck_assert(counter_take(&c, &here, 1, k, 3, 10, &n, &raise));
			ck_assert(n % 3 == k && n > last && (i == 0 || n == last + 3));
			last = n;
		}
	}
}
END_TEST

START_TEST(counter_ends_at_its_maximum)
{
	struct counter_place here = place('b', 1, 2);
	struct counter c = {.limit = COUNTER_MAX - 5};
	uint64_t n;
	bool raise;
	ck_assert(!counter_take(&c, &here, 1, 0, 1, 1000, &n, &raise));
	ck_assert_uint_eq(c.limit, COUNTER_MAX - 5);
	ck_assert(counter_take(&c, &here, 1, 0, 1, 1, &n, &raise));
}
END_TEST

static uint64_t next(void)
{
	uint64_t n = 0;
	ck_assert_int_eq(spool_number_take(&sp, 0, 1, &n), SPOOL_NUMBER_OK);
	return n;
}

START_TEST(lost_counter_is_made_by_the_importer)
{
	uint64_t n;
	ck_assert_uint_eq(next(), 1);
	ck_assert_uint_eq(next(), 2);
	ck_assert(spool_number_raise(&sp, 0));
	ck_assert_uint_eq(next(), 3);
	ck_assert(spool_number_raise(&sp, 2));
	ck_assert_uint_eq(next(), 4);
	ck_assert(spool_number_raise(&sp, 50)); /* below the limit */
	ck_assert_uint_eq(next(), 51);
	ck_assert(spool_number_raise(&sp, 5000)); /* above it */
	ck_assert_uint_eq(next(), 5001);
	ck_assert(!spool_number_raise(&sp, INT64_MAX));
	put_file("failed/" KEY, 7000, ID);
	put("seen/" KEY2, KEY2 " 8000 " ID2 " 2013-09-12T11:59:19Z\n");
	for (int damaged = 0; damaged < 3; damaged++) {
		unlinkat(sp.fd, "count", 0);
		if (damaged)
			put("count", damaged == 1 ? "" : "limit 000000000000000");
		ck_assert_int_eq(spool_number_take(&sp, 0, 1, &n), SPOOL_NUMBER_LOST);
		ck_assert(spool_number_prepare(&sp));
		ck_assert_int_eq(spool_number_take(&sp, 0, 1, &n), SPOOL_NUMBER_LOST);
		ck_assert(spool_number_raise(&sp, 6000));
		ck_assert_uint_eq(next(), 8001);
	}
	unlinkat(sp.fd, "count", 0);
	ck_assert(spool_number_raise(&sp, 9000));
	ck_assert_uint_eq(next(), 9001);
}
END_TEST

/* A second line of another boot, device or inode does not count; the limit does. */
START_TEST(second_line_from_elsewhere_is_ignored)
{
	char text[200];
	ck_assert_uint_eq(next(), 1);
	for (int what = 0; what < 4; what++) {
		strcpy(text, content("count"));
		uint64_t limit = strtoull(text + 6, NULL, 10);
		char *at = strstr(text, what == 0 ? "boot " : what == 1 ? "device " : what == 2 ? "inode " : "next ");
		if (what == 3)
			at[0] = 0; /* the second line never reached the disk */
		else
			at[what == 0 ? 5 : what == 1 ? 26 : 25] ^= 1;
		put("count", text);
		ck_assert_uint_eq(next(), limit);
		ck_assert_uint_eq(next(), limit + 1);
	}
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("number");
	TCase *c = spool_case(s, "number");
	tcase_add_test(c, counter_is_parsed_as_formatted);
	tcase_add_test(c, torn_counter_is_refused);
	tcase_add_test(c, numbers_go_on_from_the_limit_elsewhere);
	tcase_add_test(c, limit_that_was_not_synced_is_synced);
	tcase_add_test(c, every_number_is_synced_without_boot_id);
	tcase_add_test(c, hosts_take_disjoint_numbers);
	tcase_add_test(c, counter_ends_at_its_maximum);
	tcase_add_test(c, lost_counter_is_made_by_the_importer);
	tcase_add_test(c, second_line_from_elsewhere_is_ignored);
	return s;
}
