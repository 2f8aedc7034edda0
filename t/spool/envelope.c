/* The envelope of the queue interface: forms, limits, order, and cuts at every octet. */
#include "mail/address.h"
#include "spool/envelope.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define S(s) s, sizeof s - 1

static struct {
	char const *in;
	size_t n;
	enum envelope_state state;
	char const *out; /* sender and recipients, blanks between them */
} const cases[] = {
	{S("Fr@d.es\0Ta@x.es\0\0"), ENVELOPE_DONE, "r@d.es a@x.es"},
	{S("FR@D.es\0TB@x.es\0Ta@X.ES\0\0"), ENVELOPE_DONE, "r@d.es a@x.es b@x.es"},
	{S("Fr@d.es\0TA@x.es\0Tb@x.es\0Ta@x.es\0\0"), ENVELOPE_DONE, "r@d.es a@x.es b@x.es"},
	{S("Fr@d.es\0Ta@x.es\0\0Tb@x.es\0\0"), ENVELOPE_DONE, "r@d.es a@x.es"},
	{S("Fr@d.es\0T\xc3\xb1@x.es\0Tz@x.es\0\0"), ENVELOPE_DONE, "r@d.es z@x.es \xc3\xb1@x.es"},
	{S("Fr@d.es\0Tabcdefgh@x.es\0Tabcdefg@x.es\0Tabcdefgh@x.e\0\0"), ENVELOPE_DONE,
		"r@d.es abcdefg@x.es abcdefgh@x.e abcdefgh@x.es"},
	{S("F\"R\"@d.es\0Tana@x.es\0T\"an\\a\"@x.es\0Ta@\xc3\xb1.es\0Ta@xn--ida.es\0\0"), ENVELOPE_DONE,
		"r@d.es a@xn--ida.es ana@x.es"},
	{S("Fr@d.es\0Ta\xc2\x85@x.es\0\0"), ENVELOPE_RECIPIENT, ""},
	{S("Fr@d.es\0Ta@x.es\0"), ENVELOPE_MORE, ""},
	{S("Fr@d.es\0Ta@x.e"), ENVELOPE_MORE, ""},
	{S(""), ENVELOPE_MORE, ""},
	{S("\0"), ENVELOPE_FORMAT, ""},
	{S("Ta@x.es\0\0"), ENVELOPE_FORMAT, ""},
	{S("Fr@d.es\0Fr@d.es\0"), ENVELOPE_FORMAT, ""},
	{S("Fr@d.es\0Xa@x.es\0"), ENVELOPE_FORMAT, ""},
	{S("fr@d.es\0Ta@x.es\0\0"), ENVELOPE_FORMAT, ""},
	{S("F\0Ta@x.es\0\0"), ENVELOPE_SENDER, ""},
	{S("Fr\0Ta@x.es\0\0"), ENVELOPE_SENDER, ""},
	{S("Fr@d.es\0Ta\nb@x.es\0\0"), ENVELOPE_RECIPIENT, ""},
	{S("Fr@d.es\0T\0\0"), ENVELOPE_RECIPIENT, ""},
	{S("Fr@d.es\0T\xf1@x.es\0\0"), ENVELOPE_RECIPIENT, ""},
	{S("Fr@d.es\0\0"), ENVELOPE_NOBODY, ""},
};

static void show(struct envelope const *e, char *out)
{
	size_t n;
	char const *s = envelope_sender(e, &n);
	out += sprintf(out, "%.*s", (int)n, s);
	for (size_t i = 0; i < e->count; i++) {
		s = envelope_recipient(e, i, &n);
		out += sprintf(out, " %.*s", (int)n, s);
	}
}

START_TEST(envelope_is_read_however_it_is_cut)
{
	/* In two pieces, cut at each octet; then octet by octet. */
	for (size_t cut = 0; cut <= cases[_i].n + 1; cut++) {
		struct envelope e;
		char out[1000] = "";
		envelope_init(&e, 100);
		if (cut <= cases[_i].n) {
			envelope_feed(&e, cases[_i].in, cut);
			envelope_feed(&e, cases[_i].in + cut, cases[_i].n - cut);
		} else {
			for (size_t i = 0; i < cases[_i].n; i++)
				envelope_feed(&e, cases[_i].in + i, 1);
		}
		ck_assert_msg(e.state == cases[_i].state, "case %d cut %zu: %d", _i, cut, (int)e.state);
		if (e.state == ENVELOPE_DONE)
			show(&e, out);
		ck_assert_str_eq(out, cases[_i].out);
		envelope_free(&e);
	}
}
END_TEST

static enum envelope_state of_length(size_t local, size_t all)
{
	char s[1000];
	size_t n = (size_t)sprintf(s, "Fr@d.es%cT", 0);
	memset(s + n, 'a', all);
	for (size_t i = local + 20; i < all; i += 40)
		s[n + i] = '.';
	s[n + local] = '@';
	s[n + all - 1] = 'a';
	memcpy(s + n + all, "\0\0", 2);
	struct envelope e;
	envelope_init(&e, 10);
	envelope_feed(&e, s, n + all + 2);
	enum envelope_state state = e.state;
	envelope_free(&e);
	return state;
}

START_TEST(address_lengths_are_limited)
{
	ck_assert_int_eq(of_length(64, 254), ENVELOPE_DONE);
	ck_assert_int_eq(of_length(65, 254), ENVELOPE_LONG);
	ck_assert_int_eq(of_length(64, 255), ENVELOPE_LONG);
	ck_assert_int_eq(of_length(64, 400), ENVELOPE_LONG);
}
END_TEST

/* An address without an end is refused before it fills the memory. */
START_TEST(address_without_end_is_refused_early)
{
	struct envelope e;
	char s[300];
	memset(s, 'F', sizeof s);
	envelope_init(&e, 10);
	ck_assert_int_eq(envelope_feed(&e, s, ADDRESS_MAX + 1), ENVELOPE_MORE);
	ck_assert_int_eq(envelope_feed(&e, s, 1), ENVELOPE_LONG);
	ck_assert_int_eq(envelope_feed(&e, "\0\0", 2), ENVELOPE_LONG);
	ck_assert(e.bad + e.bad_len <= e.pending.len);
	envelope_free(&e);
}
END_TEST

static void feed_number(struct envelope *e, unsigned int i)
{
	char s[64];
	int n = sprintf(s, "Tu%u@x.es", i);
	envelope_feed(e, s, (size_t)n + 1);
}

/* Repeated recipients take no memory either. */
START_TEST(repeated_recipients_count_once)
{
	struct envelope e;
	envelope_init(&e, 10);
	envelope_feed(&e, "Fr@d.es", 8);
	for (unsigned int i = 0; i < 250; i++)
		feed_number(&e, i % 10);
	ck_assert_uint_le(e.cap, 64);
	ck_assert_int_eq(envelope_feed(&e, "", 1), ENVELOPE_DONE);
	ck_assert_uint_eq(e.count, 10);
	envelope_free(&e);

	envelope_init(&e, 10);
	envelope_feed(&e, "Fr@d.es", 8);
	for (unsigned int i = 0; i < 11; i++)
		feed_number(&e, i);
	ck_assert_int_eq(envelope_feed(&e, "", 1), ENVELOPE_MANY);
	envelope_free(&e);

	envelope_init(&e, 10);
	envelope_feed(&e, "Fr@d.es", 8);
	for (unsigned int i = 0; e.state == ENVELOPE_MORE; i++)
		feed_number(&e, i);
	ck_assert_int_eq(e.state, ENVELOPE_MANY);
	ck_assert_uint_le(e.count, 20);
	envelope_free(&e);

	envelope_init(&e, 10);
	envelope_feed(&e, "Fr@d.es", 8);
	while (e.state == ENVELOPE_MORE)
		feed_number(&e, 1);
	ck_assert_int_eq(e.state, ENVELOPE_MANY);
	ck_assert_uint_le(e.text.len, 21 * (ADDRESS_MAX + 2) + 100);
	ck_assert_uint_le(e.pending.len, ADDRESS_MAX + 2);
	envelope_free(&e);
}
END_TEST

/* The order is that of strcmp. */
START_TEST(recipients_are_sorted_in_any_order)
{
	struct envelope e;
	uint32_t x = (uint32_t)_i * 2654435761u + 1;
	size_t n, count = 1 + (size_t)_i * 37;
	envelope_init(&e, 100000);
	envelope_feed(&e, "Fr@d.es", 8);
	for (size_t i = 0; i < count; i++) {
		x = x * 1664525 + 1013904223;
		feed_number(&e, x % 1000 > 500 ? x >> 16 : x % 100);
	}
	ck_assert_int_eq(envelope_feed(&e, "", 1), ENVELOPE_DONE);
	ck_assert_uint_ge(e.count, 1);
	for (size_t i = 1; i < e.count; i++)
		ck_assert(strcmp(envelope_recipient(&e, i - 1, &n), envelope_recipient(&e, i, &n)) < 0);
	envelope_free(&e);
}
END_TEST

static struct {
	char const *in;
	size_t n;
	char const *bad;
	enum answer_code code;
	enum refusal refusal;
} const faults[] = {
	{S("Fr\0Ta@x.es\0\0"), "r", ANSWER_REFUSED, REFUSAL_SENDER},
	{S("Fr@d.es\0Ta b@x.es\0\0"), "a b@x.e", ANSWER_REFUSED, REFUSAL_RECIPIENT},
	{S("Fr@d.es\0\0"), "", ANSWER_REFUSED, REFUSAL_NO_RECIPIENT},
	{S("Xr@d.es\0\0"), "", ANSWER_FORMAT, REFUSAL_ENVELOPE},
};

START_TEST(fault_has_code_refusal_and_address)
{
	struct envelope e;
	char bad[8];
	envelope_init(&e, 1);
	enum envelope_state state = envelope_feed(&e, faults[_i].in, faults[_i].n);
	envelope_bad(&e, bad, sizeof bad);
	ck_assert_str_eq(bad, faults[_i].bad);
	ck_assert_int_eq(envelope_code(state), faults[_i].code);
	ck_assert_int_eq(envelope_refusal(state), faults[_i].refusal);
	envelope_free(&e);
}
END_TEST

START_TEST(other_faults_have_codes)
{
	ck_assert_int_eq(envelope_code(ENVELOPE_LONG), ANSWER_LONG);
	ck_assert_int_eq(envelope_code(ENVELOPE_NO_MEMORY), ANSWER_MEMORY);
	ck_assert_int_eq(envelope_code(ENVELOPE_MANY), ANSWER_REFUSED);
	ck_assert_int_eq(envelope_refusal(ENVELOPE_MANY), REFUSAL_RECIPIENTS);
}
END_TEST

Suite *unit_suite(void)
{
	Suite *s = suite_create("envelope");
	TCase *c = unit_case("envelope");
	tcase_add_loop_test(c, envelope_is_read_however_it_is_cut, 0, sizeof cases / sizeof *cases);
	tcase_add_test(c, address_lengths_are_limited);
	tcase_add_test(c, address_without_end_is_refused_early);
	tcase_add_test(c, repeated_recipients_count_once);
	tcase_add_loop_test(c, recipients_are_sorted_in_any_order, 0, 40);
	tcase_add_loop_test(c, fault_has_code_refusal_and_address, 0, sizeof faults / sizeof *faults);
	tcase_add_test(c, other_faults_have_codes);
	suite_add_tcase(s, c);
	return s;
}
