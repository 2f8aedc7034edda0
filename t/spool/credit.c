/* Credit. */
#include "fixture.h"
#include "spool/credit.h"

START_TEST(credit_is_parsed_as_formatted)
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

START_TEST(returned_amount_does_not_overflow)
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

START_TEST(credit_line_is_parsed_strictly)
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

START_TEST(order_is_parsed_strictly)
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

Suite *unit_suite(void)
{
	Suite *s = suite_create("credit");
	TCase *c = spool_case(s, "credit");
	tcase_add_test(c, credit_is_parsed_as_formatted);
	tcase_add_test(c, returned_amount_does_not_overflow);
	tcase_add_loop_test(c, credit_line_is_parsed_strictly, 0, sizeof credits / sizeof *credits);
	tcase_add_loop_test(c, order_is_parsed_strictly, 0, sizeof orders / sizeof *orders);
	return s;
}
