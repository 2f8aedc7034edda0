/* The spool's small records: the counter, a plan's credit, seen/ lines. */
#include "spool/number_text.h"
#include "spool/credit_text.h"
#include "base/date.h"
#include "spool/seen_text.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* --- The counter -------------------------------------------------------------------- */

static struct counter_place place(char boot, uint64_t device, uint64_t inode)
{
	struct counter_place p = {.device = device, .inode = inode};
	memset(p.boot, boot, sizeof p.boot);
	return p;
}

START_TEST(counter_comes_back)
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

/* A hint that is torn anywhere is no hint; a torn limit is no counter. */
START_TEST(counter_is_strict)
{
	struct counter c = {.limit = 5000, .next = 17, .synced = 5000, .place = place('b', 1, 2)}, d;
	char text[COUNTER_SIZE];
	for (size_t i = 0; i < COUNTER_SIZE; i++) {
		counter_format(text, &c);
		text[i] = '\0';
		bool parsed = counter_parse(&d, text, sizeof text);
		ck_assert_msg(parsed == (i >= COUNTER_HINT), "octet %zu", i);
		if (parsed && (i < 82 || i >= 82 + COUNTER_BOOT)) /* the boot id is compared, not read */
			ck_assert_uint_eq(counter_next(&d, &c.place), 5000);
		else if (parsed)
			ck_assert_uint_eq(counter_next(&d, &c.place), 5000);
		counter_format(text, &c);
		parsed = counter_parse(&d, text, i);
		ck_assert(parsed == (i >= COUNTER_HINT));
		if (parsed)
			ck_assert_uint_eq(counter_next(&d, &c.place), 5000);
	}
	c.next = 5001; /* beyond the limit: not what anybody wrote */
	counter_format(text, &c);
	ck_assert(counter_parse(&d, text, sizeof text));
	ck_assert_uint_eq(counter_next(&d, &c.place), 5000);
}
END_TEST

START_TEST(counter_hands_out)
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

/* A limit that somebody wrote and had no time to sync is synced before it is used. */
START_TEST(counter_syncs_what_was_not)
{
	struct counter_place here = place('b', 1, 2);
	struct counter c = {.limit = 100, .next = 50, .synced = 60, .place = here};
	uint64_t n;
	bool raise;
	ck_assert(counter_take(&c, &here, 1, 0, 1, 10, &n, &raise));
	ck_assert(raise && n == 50 && c.limit == 100 && c.synced == 100);
}
END_TEST

START_TEST(counter_without_boot_id)
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

START_TEST(counter_shares)
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

START_TEST(counter_ends)
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

/* --- Credit ------------------------------------------------------------------------- */

#define ID "fa8896c2351f8b7e73ac3a3d209c6ac5"
#define KEY ID ID

START_TEST(credit_comes_back)
{
	struct credit c = {.balance = 100}, d;
	char text[CREDIT_SIZE];
	credit_format(text, &c);
	ck_assert(credit_parse(&d, text, sizeof text));
	ck_assert(d.balance == 100 && !d.pending);
	ck_assert(credit_take(&c, 30, ID, KEY));
	ck_assert(!credit_take(&c, 1, ID, KEY));
	credit_format(text, &c);
	ck_assert(credit_parse(&d, text, sizeof text));
	ck_assert(d.balance == 70 && d.pending && d.amount == 30);
	ck_assert_str_eq(d.id, ID);
	ck_assert_str_eq(d.key, KEY);
	c = d;
	ck_assert(credit_settle(&c, true) && c.balance == 70 && !c.pending);
	ck_assert(credit_settle(&d, false) && d.balance == 100 && !d.pending);
	ck_assert(!credit_take(&d, 101, ID, ID));
	ck_assert(credit_take(&d, 100, ID, ID) && d.balance == 0);
	credit_format(text, &d);
	ck_assert(credit_parse(&c, text, sizeof text));
	ck_assert_str_eq(c.key, ID);
}
END_TEST

START_TEST(credit_does_not_overflow)
{
	struct credit c = {.balance = CREDIT_MAX - 1, .pending = true, .amount = 2};
	ck_assert(!credit_settle(&c, false));
	ck_assert_uint_eq(c.balance, CREDIT_MAX - 1);
}
END_TEST

static struct {
	char const *text;
	bool good;
} const credits[] = {
	{"500\n", true}, {"0\n", true}, {"  500  \n", true},
	{"1 " ID " 2 " KEY "\n", true}, {"1 " ID " 2 " ID "\n", true},
	{"", false}, {"\n", false}, {"500", false}, {"-1\n", false}, {"5 0\n", false}, {"5\n\n", false},
	{"5\n6\n", false}, {"9223372036854775808\n", false}, {"0x10\n", false}, {"5\t\n", false},
	{"1 " ID "\n", false}, {"1 " ID " 2\n", false}, {"1 " ID " 2 abc\n", false},
	{"1 " ID " 2 " KEY " 3\n", false}, {"1 " ID " x " KEY "\n", false},
};

START_TEST(credit_is_strict)
{
	struct credit c;
	ck_assert(credit_parse(&c, credits[_i].text, strlen(credits[_i].text)) == credits[_i].good);
}
END_TEST

static struct {
	char const *text;
	bool good, add;
	uint64_t amount;
} const orders[] = {
	{"acme=+5", true, true, 5}, {"acme=-0", true, false, 0}, {"a-b_9=+9223372036854775807", true, true, CREDIT_MAX},
	{"acme", false, false, 0}, {"acme=", false, false, 0}, {"acme=5", false, false, 0}, {"acme=+", false, false, 0},
	{"acme=+-5", false, false, 0}, {"=+5", false, false, 0}, {"Acme=+5", false, false, 0}, {"a/b=+5", false, false, 0},
	{"acme=+9223372036854775808", false, false, 0}, {"acme=+5 ", false, false, 0}, {"acme=+5=+6", false, false, 0},
};

START_TEST(credit_takes_orders)
{
	char plan[65];
	bool add;
	uint64_t amount;
	bool good = credit_order(plan, &add, &amount, orders[_i].text);
	ck_assert(good == orders[_i].good);
	if (good) {
		ck_assert(add == orders[_i].add && amount == orders[_i].amount);
		ck_assert_uint_eq(strlen(plan), strcspn(orders[_i].text, "="));
	}
}
END_TEST

/* --- seen/ -------------------------------------------------------------------------- */

START_TEST(seen_lines)
{
	struct buf text = BUF_ZERO;
	struct seen line;
	size_t at = 0;
	ck_assert(seen_put(&text, KEY, 12, ID, "2013-09-12T11:59:19Z"));
	ck_assert(seen_put(&text, ID, INT64_MAX, ID, "2013-09-12T11:59:19Z"));
	ck_assert_int_eq(seen_next(&line, text.s, text.len, &at), 1);
	ck_assert(line.key == 0 && line.key_len == 64 && line.send == 12);
	ck_assert_int_eq(memcmp(text.s + line.id, ID, 32), 0);
	ck_assert_int_eq(seen_next(&line, text.s, text.len, &at), 1);
	ck_assert(line.key_len == 32 && line.send == INT64_MAX);
	ck_assert_int_eq(seen_next(&line, text.s, text.len, &at), 0);
	size_t first = strcspn(text.s, "\n") + 1;
	for (size_t n = 1; n < first; n++) {
		at = 0;
		ck_assert_int_eq(seen_next(&line, text.s, n, &at), -1);
	}
	/* a key is a file's name: it holds nothing but digits, and no more does the id */
	for (size_t n = 0; n < 64 + 4 + 32; n++) {
		char was = text.s[n];
		text.s[n] = "/AG`:"[n % 5];
		at = 0;
		ck_assert_int_eq(seen_next(&line, text.s, first, &at), -1);
		text.s[n] = was;
	}
	buf_free(&text);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("records");
	TCase *c = unit_case("records");
	tcase_add_test(c, counter_comes_back);
	tcase_add_test(c, counter_is_strict);
	tcase_add_test(c, counter_hands_out);
	tcase_add_test(c, counter_syncs_what_was_not);
	tcase_add_test(c, counter_without_boot_id);
	tcase_add_test(c, counter_shares);
	tcase_add_test(c, counter_ends);
	tcase_add_test(c, credit_comes_back);
	tcase_add_test(c, credit_does_not_overflow);
	tcase_add_loop_test(c, credit_is_strict, 0, sizeof credits / sizeof *credits);
	tcase_add_loop_test(c, credit_takes_orders, 0, sizeof orders / sizeof *orders);
	tcase_add_test(c, seen_lines);
	suite_add_tcase(s, c);
	return s;
}
